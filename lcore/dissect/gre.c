/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GRE (RFC 2784, 2890, 1701; version 1 of RFC 2637) with whatever has an
 * ethertype inside, and ERSPAN type II. The inner flow is keyed where it can be
 * read, else the outer one.
 */
#include "lcore/dissect/walk.h"

#define ERSPAN_SIZE 8
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

static enum layer
layer_of_gre(uint16_t protocol)
{
	switch (protocol) {
	case ETHERTYPE_BRIDGE:
		return LAYER_ETHER;
	case ETHERTYPE_ERSPAN2:
		return LAYER_ERSPAN;
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
	uint32_t size;

	if (!walk_has(w, 4))
		return walk_short(w, 4);
	w->packet->encaps |= ENCAPS_GRE;
	size = gre_size(w, load16(h));
	if (size == SIZE_UNKNOWN)
		return LAYER_DONE;
	if (!walk_has(w, size))
		return walk_short(w, size);
	w->at += size;
	return layer_of_gre(load16(h + 2));
}

enum layer
layer_erspan(struct walk *w)
{
	if (!walk_has(w, ERSPAN_SIZE))
		return walk_short(w, ERSPAN_SIZE);
	if (w->data[w->at] >> 4 != 1) /* not of type II */
		return LAYER_DONE;
	w->packet->encaps |= ENCAPS_ERSPAN2;
	w->at += ERSPAN_SIZE;
	return LAYER_ETHER;
}
