/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARGUS_CONTROLPLANE_PROTO: words with commas between, each a service or a number,
 * of TCP and UDP both unless tcp: or udp: stands before it; ip: stands before an IP
 * protocol. The names of argus's own example are known without a services file, in
 * which many of them are missing; others are looked up there.
 */
#include "config/setting.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

#include "config/value.h"

#define WORD_SIZE 64

enum { PLACE_TCP = 1, PLACE_UDP = 2, PLACE_IP = 4 };

struct named_number {
	const char *name;
	unsigned number;
};

static const struct named_number services[] = {
	{ "sip", 5060 },       { "name", 42 },     { "nicname", 43 }, { "domain", 53 },
	{ "netbios-ns", 137 }, { "xns-time", 52 }, { "ntp", 123 },    { "router", 520 },
	{ "ripng", 521 },      { "timed", 525 },   { "mdns", 5353 },  { "mdnsresponder", 5354 },
	{ "bootps", 67 },      { "bootpc", 68 },   { "bgp", 179 },    { "ldp", 646 },
	{ "openflow", 6653 },
};

static const struct named_number protocols[] = {
	{ "icmp", 1 },   { "igmp", 2 },  { "rsvp", 46 }, { "ipv6-icmp", 58 },
	{ "eigrp", 88 }, { "ospf", 89 }, { "pim", 103 }, { "vrrp", 112 },
};

/* -1: not among them. */
static int
number_of(const struct named_number *table, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(table[i].name, name) == 0)
			return (int)table[i].number;
	}
	return -1;
}

static int
service_of(const char *name, unsigned place)
{
	const char *of = place == PLACE_TCP ? "tcp" : place == PLACE_UDP ? "udp" : NULL;
	const int known = number_of(services, sizeof(services) / sizeof(services[0]), name);
	const struct servent *found;

	if (known >= 0)
		return known;
	found = getservbyname(name, of);
	return found != NULL ? (int)__builtin_bswap16((uint16_t)found->s_port) : -1;
}

static int
protocol_of(const char *name)
{
	const int known = number_of(protocols, sizeof(protocols) / sizeof(protocols[0]), name);
	const struct protoent *found;

	if (known >= 0)
		return known;
	found = getprotobyname(name);
	return found != NULL ? found->p_proto : -1;
}

/* Which of the tables, by what stands before the colon; *rest is what stands behind it. 0: none. */
static unsigned
place_of(char *word, char **rest)
{
	char *colon = strchr(word, ':');

	*rest = word;
	if (colon == NULL)
		return PLACE_TCP | PLACE_UDP;
	*colon = '\0';
	*rest = colon + 1;
	if (strcasecmp(word, "tcp") == 0)
		return PLACE_TCP;
	if (strcasecmp(word, "udp") == 0)
		return PLACE_UDP;
	return strcasecmp(word, "ip") == 0 ? PLACE_IP : 0;
}

static bool
add_word(struct control_protocols *c, char *word)
{
	char *name;
	const unsigned place = place_of(word, &name);
	uint64_t n;
	int number;

	if (value_count(name, &n) == 0)
		number = n <= UINT16_MAX ? (int)n : -1;
	else
		number = place == PLACE_IP ? protocol_of(name) : service_of(name, place);
	if (place == 0 || number < 0 || number > UINT16_MAX ||
	    (place == PLACE_IP && number > UINT8_MAX))
		return false;
	if (place & PLACE_TCP)
		control_add(c->tcp, (unsigned)number);
	if (place & PLACE_UDP)
		control_add(c->udp, (unsigned)number);
	if (place & PLACE_IP)
		control_add(c->ip, (unsigned)number);
	return true;
}

/* The first of a file replaces what was before. */
int
setting_control(const struct setting *s)
{
	static const char between[] = ", \t";
	struct control_protocols *c = key_field(s->config, s->key);
	const char *text = s->text;

	if (!s->source->control_seen)
		memset(c, 0, sizeof(*c));
	s->source->control_seen = true;
	for (;;) {
		const char *begin = text + strspn(text, between);
		const size_t n = strcspn(begin, between);
		char word[WORD_SIZE], shown[VALUE_SHOWN_SIZE];

		if (n == 0)
			return 0;
		snprintf(word, sizeof(word), "%.*s", (int)(n < WORD_SIZE ? n : WORD_SIZE - 1),
		         begin);
		(void)value_shown(word, shown, sizeof(shown));
		if (n >= WORD_SIZE || !add_word(c, word))
			return setting_refuse(s,
			                      "\"%s\" is not a service or a port, as 53, domain, "
			                      "udp:domain or tcp:179, nor an IP protocol, as ip:89",
			                      shown);
		text = begin + n;
	}
}
