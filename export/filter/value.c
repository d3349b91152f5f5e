/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names, numbers and addresses, as what the qualifiers before them say they are.
 * Names are looked up as the system does: hosts, networks, protocols, services.
 */
#include "export/filter/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS "decimal, or hexadecimal with 0x in front"

/* Decimal, 0x hexadecimal, 0 octal; the whole word. */
static bool
read_number(const char *word, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(word, &end, 0);
	return errno == 0 && end != word && *end == '\0' && strpbrk(word, " \t") == NULL;
}

static bool
read_real(const char *word, double *real)
{
	char *end;

	if (strspn(word, "+-.0123456789") != strlen(word))
		return false;
	errno = 0;
	*real = strtod(word, &end);
	return errno == 0 && end != word && *end == '\0';
}

static bool
read_mac(const char *word, uint8_t mac[6])
{
	const char *at = word;

	for (int i = 0; i < 6; i++) {
		char *end;
		const unsigned long v = strtoul(at, &end, 16);

		if (end == at || end - at > 2 || v > 0xff || *end != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)v;
		at = end + 1;
	}
	return true;
}

static void
mask_of_length(uint8_t *mask, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

static uint8_t
direction_of(const struct filter_qualifiers *q)
{
	return q->direction != 0 ? (uint8_t)q->direction : FILTER_EITHER;
}

/* --- hosts and networks */

/* The protocol word must have addresses of this family. */
static bool
family_allowed(struct filter_parser *p, const struct filter_qualifiers *q, uint8_t family)
{
	switch (q->proto) {
	case FILTER_PROTO_NONE:
	case FILTER_PROTO_IP:
		return true;
	case FILTER_PROTO_IPV4:
	case FILTER_PROTO_ICMP:
	case FILTER_PROTO_ARP:
	case FILTER_PROTO_RARP:
		if (family == 4)
			return true;
		break;
	case FILTER_PROTO_IPV6:
		if (family == 6)
			return true;
		break;
	default:
		break;
	}
	(void)filter_fail(p, "%s: no address of the protocol before it", p->scanner.word);
	return false;
}

static uint16_t
host_test(struct filter_parser *p, const struct filter_qualifiers *q, uint8_t family,
          const void *address, const uint8_t *mask)
{
	struct filter_test test = { .kind = FILTER_HOST,
		                    .direction = direction_of(q),
		                    .proto = (uint8_t)q->proto,
		                    .family = family };
	const size_t size = family == 4 ? 4 : 16;

	if (!family_allowed(p, q, family))
		return FILTER_NONE;
	memcpy(test.address, address, size);
	memcpy(test.mask, mask, size);
	for (size_t i = 0; i < size; i++)
		test.address[i] &= test.mask[i];
	return filter_node_test(p, &test);
}

/* All addresses that a name has; any of them will do. */
static uint16_t
host_name(struct filter_parser *p, const struct filter_qualifiers *q, const char *name)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		                        .ai_family = q->proto == FILTER_PROTO_IPV6 ? AF_INET6
		                                     : q->proto == FILTER_PROTO_NONE ||
		                                                     q->proto == FILTER_PROTO_IP
		                                             ? AF_UNSPEC
		                                             : AF_INET };
	struct addrinfo *list = NULL;
	uint16_t all = FILTER_NONE;
	uint8_t mask[16];

	memset(mask, 0xff, sizeof(mask));
	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return filter_fail(p, "host %s is unknown", name);
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		const void *address =
		        a->ai_family == AF_INET
		                ? (const void *)&(
		                          (const struct sockaddr_in *)(const void *)a->ai_addr)
		                          ->sin_addr
		                : (const void *)&(
		                          (const struct sockaddr_in6 *)(const void *)a->ai_addr)
		                          ->sin6_addr;
		const uint16_t one =
		        host_test(p, q, a->ai_family == AF_INET ? 4 : 6, address, mask);

		all = all == FILTER_NONE ? one : filter_node_pair(p, FILTER_NODE_OR, all, one);
	}
	freeaddrinfo(list);
	return all;
}

/* Behind an address: /bits, or mask and another one. Consumes it. */
static bool
read_mask(struct filter_parser *p, uint8_t family, uint8_t *mask)
{
	const unsigned most = family == 4 ? 32 : 128;
	int64_t bits;

	if (p->scanner.token == TOKEN_SLASH) {
		filter_scan(&p->scanner);
		if (p->scanner.token != TOKEN_WORD || !read_number(p->scanner.word, &bits) ||
		    bits < 0 || bits > most) {
			(void)filter_fail(p, "a mask has 0 to %u bits", most);
			return false;
		}
		mask_of_length(mask, (unsigned)bits);
	} else if (p->scanner.token == TOKEN_MASK) {
		filter_scan(&p->scanner);
		if (inet_pton(family == 4 ? AF_INET : AF_INET6, p->scanner.word, mask) != 1) {
			(void)filter_fail(p, "%s is no mask", p->scanner.word);
			return false;
		}
	} else {
		mask_of_length(mask, most);
		return true;
	}
	filter_scan(&p->scanner);
	return true;
}

/* 10 is 10.0.0.0/8, and so on. */
static uint16_t
short_net(struct filter_parser *p, const struct filter_qualifiers *q, int64_t number)
{
	uint32_t net = (uint32_t)number, bits = 32;
	uint8_t address[4], mask[16] = { 0 };

	if (number <= 0 || number > UINT32_MAX)
		return filter_fail(p, "%s is no network", p->scanner.word);
	for (; (net & 0xff000000) == 0; bits -= 8)
		net <<= 8;
	for (int i = 0; i < 4; i++)
		address[i] = (uint8_t)(net >> (24 - 8 * i));
	mask_of_length(mask, bits);
	filter_scan(&p->scanner);
	return host_test(p, q, 4, address, mask);
}

static uint16_t
host_value(struct filter_parser *p, const struct filter_qualifiers *q)
{
	char word[FILTER_WORD_MAX];
	uint8_t address[16], mask[16] = { 0 };
	uint8_t family = 4;
	int64_t number;

	memcpy(word, p->scanner.word, sizeof(word));
	if (q->type == FILTER_TYPE_NET && read_number(word, &number))
		return short_net(p, q, number);
	if (inet_pton(AF_INET, word, address) != 1) {
		if (inet_pton(AF_INET6, word, address) != 1) {
			const uint16_t n = q->type == FILTER_TYPE_NET
			                           ? filter_fail(p, "%s is no network", word)
			                           : host_name(p, q, word);

			filter_scan(&p->scanner);
			return n;
		}
		family = 6;
	}
	filter_scan(&p->scanner);
	if (q->type != FILTER_TYPE_NET &&
	    (p->scanner.token == TOKEN_SLASH || p->scanner.token == TOKEN_MASK))
		return filter_fail(p, "a mask is for net, not for host");
	if (!read_mask(p, family, mask))
		return FILTER_NONE;
	return host_test(p, q, family, address, mask);
}

static uint16_t
mac_value(struct filter_parser *p, const struct filter_qualifiers *q)
{
	struct filter_test test = { .kind = FILTER_MAC, .direction = direction_of(q) };

	if (!read_mac(p->scanner.word, test.address))
		return filter_fail(p, "%s is no MAC address", p->scanner.word);
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* --- protocols and ports */

static uint16_t
protocol_value(struct filter_parser *p, const struct filter_qualifiers *q)
{
	struct filter_test test = { .kind = FILTER_IP_PROTO, .proto = (uint8_t)q->proto };
	const char *word = p->scanner.word;
	const struct protoent *entry;

	if (q->direction != 0)
		return filter_fail(p, "proto has no direction");
	if (q->proto == FILTER_PROTO_ETHER) {
		test.kind = FILTER_ETHER_PROTO;
		if (!read_number(word, &test.number))
			return filter_fail(p, "%s: an ether proto is a number, " NUMBERS, word);
	} else if (q->proto != FILTER_PROTO_NONE && q->proto != FILTER_PROTO_IP &&
	           q->proto != FILTER_PROTO_IPV4 && q->proto != FILTER_PROTO_IPV6) {
		return filter_fail(p, "proto is of ip, ipv4, ipv6 or ether");
	} else if (!read_number(word, &test.number)) {
		entry = getprotobyname(word);
		if (entry == NULL)
			return filter_fail(p, "protocol %s is unknown", word);
		test.number = entry->p_proto;
	}
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* "53-215": the same end's port in the range. */
static bool
read_range(const char *word, int64_t *first, int64_t *last)
{
	char copy[FILTER_WORD_MAX], *dash;

	memcpy(copy, word, sizeof(copy));
	dash = strchr(copy, '-');
	if (dash == NULL || dash == copy)
		return false;
	*dash = '\0';
	return read_number(copy, first) && read_number(dash + 1, last);
}

/* The port that a service has by this protocol, or -1. */
static int
service_port(const char *name, const char *proto)
{
	const struct servent *s = getservbyname(name, proto);

	return s != NULL ? ntohs((uint16_t)s->s_port) : -1;
}

static bool
named_port(struct filter_parser *p, const struct filter_qualifiers *q, struct filter_test *test)
{
	const char *name = p->scanner.word;
	const int tcp = q->proto != FILTER_PROTO_NONE && q->proto != FILTER_PROTO_TCP
	                        ? -1
	                        : service_port(name, "tcp");
	const int udp = q->proto == FILTER_PROTO_TCP ? -1 : service_port(name, "udp");

	if (tcp < 0 && udp < 0) {
		(void)filter_fail(p, "port %s is unknown", name);
		return false;
	}
	test->number = tcp >= 0 ? tcp : udp;
	test->last = test->number;
	if (q->proto == FILTER_PROTO_NONE && tcp != udp)
		test->proto = tcp >= 0 ? FILTER_PROTO_TCP : FILTER_PROTO_UDP;
	return true;
}

static uint16_t
port_value(struct filter_parser *p, const struct filter_qualifiers *q,
           enum filter_relation relation)
{
	struct filter_test test = { .kind = FILTER_PORT,
		                    .direction = direction_of(q),
		                    .proto = (uint8_t)q->proto,
		                    .relation = (uint8_t)relation };

	if (q->proto != FILTER_PROTO_NONE && q->proto != FILTER_PROTO_TCP &&
	    q->proto != FILTER_PROTO_UDP && q->proto != FILTER_PROTO_RTP &&
	    q->proto != FILTER_PROTO_RTCP)
		return filter_fail(p, "port is of tcp, udp, rtp or rtcp");
	if (read_number(p->scanner.word, &test.number))
		test.last = test.number;
	else if (relation != FILTER_EQUAL ||
	         !read_range(p->scanner.word, &test.number, &test.last)) {
		if (!named_port(p, q, &test))
			return FILTER_NONE;
	}
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* --- the others */

static uint16_t
source_id_value(struct filter_parser *p)
{
	struct filter_test test = { .kind = FILTER_SOURCE_ID, .family = 4 };
	int64_t number;

	if (p->scanner.token == TOKEN_STRING) {
		test.family = 0;
		memcpy(test.address, p->scanner.word, strnlen(p->scanner.word, 4));
	} else if (read_number(p->scanner.word, &number) && number >= 0 && number <= UINT32_MAX) {
		for (int i = 0; i < 4; i++)
			test.address[i] = (uint8_t)(number >> (24 - 8 * i));
	} else if (inet_pton(AF_INET, p->scanner.word, test.address) != 1) {
		return filter_fail(p, "%s is no source id: an address, a number or a \"string\"",
		                   p->scanner.word);
	}
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

static uint16_t
reporter_value(struct filter_parser *p)
{
	struct filter_test test = { .kind = FILTER_REPORTER };

	if (inet_pton(AF_INET, p->scanner.word, test.address) != 1)
		return filter_fail(p, "%s is no IPv4 address", p->scanner.word);
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

static uint16_t
encaps_value(struct filter_parser *p, const struct filter_qualifiers *q)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} names[] = {
		{ "mpls", 0x1 },         { "eth", 0x2 },         { "802q", 0x4 },
		{ "llc", 0x8 },          { "pppoe", 0x10 },      { "isl", 0x20 },
		{ "gre", 0x40 },         { "ah", 0x80 },         { "ipnip6", 0x200 },
		{ "ipnip", 0x100 },      { "hdlc", 0x400 },      { "chdlc", 0x800 },
		{ "atm", 0x1000 },       { "sll", 0x2000 },      { "fddi", 0x4000 },
		{ "slip", 0x8000 },      { "arc", 0x10000 },     { "wlan", 0x20000 },
		{ "prism", 0x40000 },    { "avs", 0x80000 },     { "teredo", 0x400000 },
		{ "udt", 0x800000 },     { "ipsec", 0x1000000 }, { "juniper", 0x2000000 },
		{ "erspan", 0x4000000 },
	};
	struct filter_test test = { .kind = FILTER_ENCAPS, .direction = direction_of(q) };
	int64_t number;

	if (read_number(p->scanner.word, &number) && number > 0 && number <= UINT32_MAX)
		test.number = number;
	for (size_t i = 0; test.number == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, p->scanner.word) == 0)
			test.number = names[i].bit;
	}
	if (test.number == 0)
		return filter_fail(p, "encapsulation %s is unknown", p->scanner.word);
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

static uint16_t
field_value(struct filter_parser *p, const struct filter_qualifiers *q,
            enum filter_relation relation)
{
	const bool real = filter_field_is_real(q->field);
	struct filter_test test = { .kind = real ? FILTER_REAL : FILTER_NUMBER,
		                    .direction = direction_of(q),
		                    .relation = (uint8_t)relation,
		                    .field = (uint8_t)q->field };

	if (q->proto != FILTER_PROTO_NONE)
		return filter_fail(p, "no protocol goes before this");
	if (real ? !read_real(p->scanner.word, &test.real)
	         : !read_number(p->scanner.word, &test.number))
		return filter_fail(p, "%s is no %s", p->scanner.word,
		                   real ? "number: digits, with a point or without"
		                        : "whole number: " NUMBERS);
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* Countries are added by clients: of what a probe writes, none has one. */
static uint16_t
country_value(struct filter_parser *p)
{
	const struct filter_test test = { .kind = FILTER_NEVER };

	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* Part of the label's text, upper and lower case as it is there. */
static uint16_t
label_value(struct filter_parser *p, const struct filter_qualifiers *q)
{
	struct filter_test test = { .kind = FILTER_LABEL };
	const size_t len = strlen(p->scanner.word);

	if (q->direction != 0 || q->proto != FILTER_PROTO_NONE)
		return filter_fail(p, "neither direction nor protocol goes before label");
	if (len == 0 || len >= sizeof(test.text))
		return filter_fail(p, "label takes a text of 1 to %zu characters",
		                   sizeof(test.text) - 1);
	memcpy(test.text, p->scanner.word, len + 1);
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* A protocol's name alone, as of /etc/protocols. */
static uint16_t
protocol_alone(struct filter_parser *p)
{
	struct filter_test test = { .kind = FILTER_IP_PROTO };
	const struct protoent *entry = getprotobyname(p->scanner.word);

	if (entry == NULL)
		return filter_fail(p, "%s is unknown", p->scanner.word);
	test.number = entry->p_proto;
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* Words of the language that are names here: "ip proto tcp", "encaps mpls". */
static bool
is_name(enum filter_token token, enum filter_type type)
{
	return token == TOKEN_PROTOCOL && (type == FILTER_TYPE_PROTO || type == FILTER_TYPE_ENCAPS);
}

uint16_t
filter_value(struct filter_parser *p, const struct filter_qualifiers *q,
             enum filter_relation relation)
{
	const enum filter_token token = p->scanner.token;

	if (p->failed)
		return FILTER_NONE;
	if (token == TOKEN_END)
		return filter_fail(p, "a name or number is missing at the end");
	if (token == TOKEN_BAD)
		return filter_fail(p, "\"%s\" can't be read", p->scanner.word);
	if (token != TOKEN_WORD && token != TOKEN_STRING && !is_name(token, q->type))
		return filter_fail(p, "%s stands where a name or number should", p->scanner.word);
	if (relation != FILTER_EQUAL && q->type != FILTER_TYPE_PORT && q->type != FILTER_TYPE_FIELD)
		return filter_fail(p, "more and less are for numbers");
	switch (q->type) {
	case FILTER_TYPE_PORT:
		return port_value(p, q, relation);
	case FILTER_TYPE_FIELD:
		return field_value(p, q, relation);
	case FILTER_TYPE_PROTO:
		return protocol_value(p, q);
	case FILTER_TYPE_SRCID:
		return source_id_value(p);
	case FILTER_TYPE_INODE:
		return reporter_value(p);
	case FILTER_TYPE_ENCAPS:
		return encaps_value(p, q);
	case FILTER_TYPE_COUNTRY:
		return country_value(p);
	case FILTER_TYPE_LABEL:
		return label_value(p, q);
	case FILTER_TYPE_NONE:
		if (q->direction == 0 && q->proto == FILTER_PROTO_NONE)
			return protocol_alone(p);
		break;
	default:
		break;
	}
	return q->proto == FILTER_PROTO_ETHER ? mac_value(p, q) : host_value(p, q);
}
