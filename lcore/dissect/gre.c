/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GRE (RFC 2784, 2890, 1701; version 1 of RFC 2637) with whatever has an
 * ethertype inside, NVGRE (RFC 7637), and ERSPAN of types I to III. The inner
 * flow is keyed where it can be read, else the outer one.
 */
#include "lcore/dissect/walk.h"

#define ERSPAN_SIZE 8
#define ERSPAN3_SIZE 12
#define ROUTES_MAX 16

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACKNOWLEDGEMENT = 0x0080, /* version 1 */
};

#define SIZE_UNKNOWN 0 /* of another version, or a route without end */

/* Source route entries (RFC 1701) end with an empty one. */
static uint32_t
routes_size(const struct walk *w, uint32_t size)
{
	for (uint32_t i = 0; i < ROUTES_MAX; i++) {
		const uint8_t *h = w->data + w->at + size;

		if (!walk_has(w, size + 4))
			return size + 4;
		size += 4u + h[3];
		if (load16(h) == 0 && h[3] == 0)
			return size;
	}
	return SIZE_UNKNOWN;
}

/* Of the header, as far as the capture tells it. */
static uint32_t
gre_size(const struct walk *w, uint16_t flags)
{
	uint32_t size = 4;

	if (flags & GRE_KEY)
		size += 4;
	if (flags & GRE_SEQUENCE)
		size += 4;
	if ((flags & 7) == 1)
		return flags & GRE_ACKNOWLEDGEMENT ? size + 4 : size;
	if ((flags & 7) != 0)
		return SIZE_UNKNOWN;
	if (flags & (GRE_CHECKSUM | GRE_ROUTING))
		size += 4;
	return flags & GRE_ROUTING ? routes_size(w, size) : size;
}

/* The key, where there is one; it follows the check sum and offset. */
static uint32_t
gre_key(const uint8_t *h, uint16_t flags)
{
	if (!(flags & GRE_KEY))
		return 0;
	return load32(h + ((flags & 7) == 0 && (flags & (GRE_CHECKSUM | GRE_ROUTING)) ? 8 : 4));
}

static enum layer
layer_of_gre(const struct walk *w, uint16_t flags, uint16_t protocol)
{
	switch (protocol) {
	case ETHERTYPE_BRIDGE:
		return LAYER_ETHER;
	case ETHERTYPE_ERSPAN2: /* without a sequence number it is type I, and has no header */
		if (flags & GRE_SEQUENCE)
			return LAYER_ERSPAN;
		return !walk_has(w, ETHER_SIZE) || ether_type_fits(w, 12) ? LAYER_ETHER
		                                                          : LAYER_DONE;
	case ETHERTYPE_ERSPAN3:
		return LAYER_ERSPAN3;
	case ETHERTYPE_PPP:
		return LAYER_PPP;
	default:
		return layer_of_ethertype(protocol);
	}
}

enum layer
layer_gre(struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	uint16_t flags, protocol;
	enum layer next;
	uint32_t size, key;

	if (w->tunnels == TUNNELS_OUTER)
		return LAYER_DONE;
	if (!walk_ip_has(w, 4))
		return walk_ip_short(w, 4);
	w->packet->encaps |= ENCAPS_GRE;
	flags = load16(h);
	protocol = load16(h + 2);
	size = gre_size(w, flags);
	if (size == SIZE_UNKNOWN)
		return LAYER_DONE;
	if (!walk_ip_has(w, size))
		return walk_ip_short(w, size);
	if ((flags & 7) == 1 && !(flags & GRE_SEQUENCE)) /* an acknowledgement carries nothing */
		return LAYER_DONE;
	key = gre_key(h, flags);
	w->at += size;
	next = layer_of_gre(w, flags, protocol);
	if (next == LAYER_DONE)
		return LAYER_DONE;
	if (flags == GRE_KEY && protocol == ETHERTYPE_BRIDGE)
		tunnel_opened(w, TUNNEL_NVGRE, key >> 8);
	else
		tunnel_opened(w, TUNNEL_GRE, key);
	tunnel_outer(w, PACKET_OUTER_GRE, w->at - size);
	return next;
}

/* The header before said what carries it; the session is in the first four bytes of either type. */
static void
erspan_opened(struct walk *w)
{
	struct packet *p = w->packet;

	p->encaps |= ENCAPS_ERSPAN2;
	w->tunnel_kind = TUNNEL_ERSPAN;
	w->tunnel_id = load16(w->data + w->at + 2) & 0x3ff;
}

enum layer
layer_erspan(struct walk *w)
{
	if (!walk_has(w, ERSPAN_SIZE))
		return walk_short(w, ERSPAN_SIZE);
	if (w->data[w->at] >> 4 != 1) /* not of type II */
		return LAYER_DONE;
	erspan_opened(w);
	w->at += ERSPAN_SIZE;
	return LAYER_ETHER;
}

enum layer
layer_erspan3(struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	uint32_t size = ERSPAN3_SIZE;

	if (!walk_has(w, size))
		return walk_short(w, size);
	if (h[0] >> 4 != 2)
		return LAYER_DONE;
	if (h[11] & 1) /* of the platform that mirrors */
		size += 8;
	if (!walk_has(w, size))
		return walk_short(w, size);
	erspan_opened(w);
	w->at += size;
	switch ((h[10] >> 2) & 0x1f) {
	case 0:
		return LAYER_ETHER;
	case 2:
		return LAYER_IP;
	default:
		return LAYER_DONE;
	}
}
