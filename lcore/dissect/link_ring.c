/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Token networks: FDDI (ANSI X3T9.5), token ring (IEEE 802.5), ARCNET (RFC 1051,
 * 1201). The first two carry LLC, the last a protocol number of its own.
 */
#include "lcore/dissect/link.h"

#define FDDI_SIZE 13
#define FDDI_LLC 0x50 /* of the frame control, in its high half */

#define TOKEN_RING_SIZE 14
#define TOKEN_RING_LLC 1
#define ROUTED 0x80 /* of the sender's first byte: routing information follows */

/* LLC or nothing known behind a header whose addresses begin at 'addresses'. */
static void
llc_follows(struct walk *w, uint32_t size, enum mac_form form, uint32_t addresses, bool llc,
            enum layer *first)
{
	const uint32_t dst_at = w->at + addresses;

	link_addresses(w, form, dst_at, dst_at + MAC_SIZE,
	               llc ? link_snap_type(w, w->at + size) : 0);
	link_skip(w, size);
	key_ether(w, 0, 0, 0);
	*first = llc ? LAYER_LLC : LAYER_DONE;
}

bool
link_fddi(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, FDDI_SIZE))
		return false;
	llc_follows(w, FDDI_SIZE, MAC_PAIR, 1, (h[0] & 0xf0) == FDDI_LLC, first);
	return true;
}

bool
link_token_ring(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	uint32_t size = TOKEN_RING_SIZE;

	(void)link;
	if (!walk_has(w, size))
		return false;
	if (h[2 + MAC_SIZE] & ROUTED) {
		if (!walk_has(w, size + 2))
			return false;
		size += h[size] & 0x1f;
		if (size < TOKEN_RING_SIZE + 2)
			return link_malformed(w, first);
		if (!walk_has(w, size))
			return false;
	}
	llc_follows(w, size, MAC_RING, 2, h[1] >> 6 == TOKEN_RING_LLC, first);
	return true;
}

static uint16_t
ethertype_of_arcnet(uint8_t type)
{
	switch (type) {
	case 212:
	case 240:
		return ETHERTYPE_IPV4;
	case 213:
	case 241:
		return ETHERTYPE_ARP;
	case 214:
		return ETHERTYPE_RARP;
	case 196:
		return ETHERTYPE_IPV6;
	default:
		return type;
	}
}

/* RFC 1051 has no fragments, nor has diagnosis; all others the header of RFC 1201. */
static bool
has_fragment_header(uint8_t type)
{
	return type != 240 && type != 241 && type != 0x80;
}

/* Stations are one byte. Linux has an offset of two bytes in front of the type, and puts packets
 * together; BSD has them as they come, with a long form for an exception: only the first
 * fragment, whose flag is odd or 0, has what this looks for. */
bool
link_arcnet(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	const bool as_sent = link->size == 3;
	uint32_t size = link->size;
	uint8_t type, flag = 0;
	uint16_t ethertype;

	if (!walk_has(w, size))
		return false;
	type = h[size - 1];
	if (has_fragment_header(type)) {
		size += 3;
		if (!walk_has(w, size))
			return false;
		flag = as_sent ? h[3] : 0;
		if (flag == 0xff) {
			size += 4;
			if (!walk_has(w, size))
				return false;
			flag = h[7];
		}
	}
	ethertype = ethertype_of_arcnet(type);
	link_addresses(w, MAC_STATION, w->at + 1, w->at, ethertype);
	link_skip(w, size);
	key_ether(w, ethertype, 0, 0);
	*first = flag != 0 && (flag & 1) == 0 ? LAYER_DONE : layer_of_ethertype(ethertype);
	return true;
}
