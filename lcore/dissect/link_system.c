/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What operating systems put in front of IP where there is no link: loopback,
 * IPsec's enc interface, logged packets (pf, netfilter), Solaris IPNET.
 */
#include "lcore/dissect/link.h"

#define FAMILY_SIZE 4
#define ENC_SIZE 12
#define PFLOG_SIZE_MIN 45
#define PFLOG_SIZE_MAX 200
#define NFLOG_SIZE 4
#define NFLOG_PAYLOAD 9
#define NFLOG_ATTRIBUTES_MAX 64
#define IPNET_SIZE 24

/* Address families as systems number them: IPv6 differs from one to the next. */
static enum layer
layer_of_family(uint32_t family)
{
	switch (family) {
	case 2:
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 26: /* Solaris */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		return LAYER_IP;
	default:
		return LAYER_DONE;
	}
}

static bool
family_follows(struct walk *w, uint32_t size, uint32_t family, enum layer *first)
{
	link_skip(w, size);
	key_ether(w, (uint16_t)family, 0, 0);
	*first = layer_of_family(family);
	return true;
}

/* In the byte order of whoever wrote the file (DLT_LOOP: of the network). Families are small
 * numbers, so the order shows. */
static uint32_t
family_read(const uint8_t *h)
{
	const uint32_t family = load32(h);

	return family > UINT16_MAX ? __builtin_bswap32(family) : family;
}

bool
link_loopback(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, FAMILY_SIZE))
		return false;
	return family_follows(w, FAMILY_SIZE, family_read(w->data + w->at), first);
}

/* OpenBSD enc(4): family, SPI, flags; what is inside of ESP, in the clear. */
bool
link_enc(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, ENC_SIZE))
		return false;
	return family_follows(w, ENC_SIZE, family_read(w->data + w->at), first);
}

/* pflog(4): its own length without padding, then the family. */
bool
link_pflog(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	uint32_t size;

	(void)link;
	if (!walk_has(w, 4))
		return false;
	if (h[0] < PFLOG_SIZE_MIN || h[0] > PFLOG_SIZE_MAX)
		return link_malformed(w, first);
	size = (h[0] + 3u) & ~3u;
	return walk_has(w, size) && family_follows(w, size, h[1], first);
}

static uint16_t
host16(const uint8_t *h, bool little)
{
	const uint16_t value = load16(h);

	return little ? __builtin_bswap16(value) : value;
}

/* Attributes are in the byte order of whoever wrote the file. Types are below 256, so that of the
 * first tells. Where the payload begins; 0: the attributes are cut, UINT32_MAX: unsound. */
static uint32_t
nflog_payload(const struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	const uint32_t size = w->captured - w->at;
	uint32_t at = NFLOG_SIZE;
	bool little;

	if (size < at + 4)
		return 0;
	little = h[at + 3] == 0;
	for (unsigned i = 0; i < NFLOG_ATTRIBUTES_MAX; i++) {
		uint32_t length;

		if (size < at + 4)
			return 0;
		length = host16(h + at, little);
		if (length < 4)
			return UINT32_MAX;
		if (host16(h + at + 2, little) == NFLOG_PAYLOAD)
			return at + 4;
		at += (length + 3u) & ~3u;
	}
	return UINT32_MAX;
}

bool
link_nflog(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	const uint32_t payload = nflog_payload(w);

	(void)link;
	if (payload == 0)
		return false;
	if (payload == UINT32_MAX || h[1] != 0)
		return link_malformed(w, first);
	return family_follows(w, payload, h[0], first);
}

bool
link_ipnet(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, IPNET_SIZE))
		return false;
	return family_follows(w, IPNET_SIZE, w->data[w->at + 1], first);
}
