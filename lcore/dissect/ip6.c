/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv6 (RFC 8200): header, the chain of extension headers with fragment header
 * (RFC 8200, 4.5), AH (RFC 4302) and jumbograms (RFC 2675). The chain is
 * bounded; what follows it keys the flow.
 */
#include "lcore/dissect/walk.h"

#define IPV6_SIZE 40
#define CHAIN_MAX 128 /* extension headers */

enum {
	NEXT_HOP_BY_HOP = 0,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AH = 51,
	NEXT_DESTINATION = 60,
};

enum chain_step {
	CHAIN_NEXT,  /* one header on */
	CHAIN_UPPER, /* this one is no extension header */
	CHAIN_END,   /* broken, or a later fragment: nothing behind it can be read */
};

/* The jumbo payload option of a hop-by-hop header, or 0. */
static uint32_t
jumbo_length(const uint8_t *h, uint32_t size)
{
	for (uint32_t at = 2, length; at + 2 <= size; at += length) {
		if (h[at] == 0) { /* Pad1 */
			length = 1;
			continue;
		}
		length = h[at + 1] + 2u;
		if (h[at] == 0xc2 && h[at + 1] == 4 && length <= size - at)
			return load32(h + at + 2);
	}
	return 0;
}

static uint32_t
extension_size(uint8_t type, const uint8_t *h)
{
	switch (type) {
	case NEXT_FRAGMENT:
		return 8;
	case NEXT_AH:
		return (h[1] + 2u) * 4;
	default:
		return (h[1] + 1u) * 8;
	}
}

static enum chain_step
fragment_header(struct walk *w, const uint8_t *h)
{
	struct packet *p = w->packet;

	p->fragment_id = load32(h + 4);
	p->fragment_offset = load16(h + 2) & 0xfff8;
	p->fragment_proto = h[0];
	if (h[3] & 1)
		p->flags |= PACKET_FRAGMENT | PACKET_FRAGMENT_MORE;
	if (p->fragment_offset == 0)
		return CHAIN_NEXT;
	p->flags |= PACKET_FRAGMENT | PACKET_FRAGMENT_LATER;
	p->key.ethertype = FLOW_KEY_FRAGMENT;
	p->key.id = (uint16_t)p->fragment_id;
	p->key.port[0] = (uint16_t)(p->fragment_id >> 16);
	w->complete = true;
	return CHAIN_END;
}

/* One extension header at w->at, of type 'proto'. 'ah' adds up what AH takes. */
static enum chain_step
chain_step(struct walk *w, uint8_t *proto, uint32_t *ah)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	const uint8_t type = *proto;
	uint32_t size, jumbo;

	if (type != NEXT_HOP_BY_HOP && type != NEXT_ROUTING && type != NEXT_FRAGMENT &&
	    type != NEXT_AH && type != NEXT_DESTINATION)
		return CHAIN_UPPER;
	if (walk_ip_left(w) < 8) {
		walk_malformed(w);
		return CHAIN_END;
	}
	if (!walk_has(w, 8)) {
		walk_short(w, 8);
		return CHAIN_END;
	}
	size = extension_size(type, h);
	if (!walk_has(w, size)) {
		walk_short(w, size);
		return CHAIN_END;
	}
	if (type == NEXT_AH) {
		p->encaps |= ENCAPS_AH;
		*ah += size;
	}
	if (type == NEXT_HOP_BY_HOP && w->at == (uint32_t)p->l3_at + IPV6_SIZE &&
	    load16(w->data + p->l3_at + 4) == 0) {
		jumbo = jumbo_length(h, size);
		if (jumbo != 0)
			w->ip_end = jumbo > UINT32_MAX - w->at ? UINT32_MAX : w->at + jumbo;
	}
	*proto = h[0];
	p->key.proto = h[0];
	w->at += size;
	return type == NEXT_FRAGMENT ? fragment_header(w, h) : CHAIN_NEXT;
}

static enum layer
walk_chain(struct walk *w, uint8_t proto)
{
	struct packet *p = w->packet;
	enum chain_step step = CHAIN_NEXT;
	uint32_t ah = 0;

	for (uint32_t i = 0; i < CHAIN_MAX && step == CHAIN_NEXT; i++)
		step = chain_step(w, &proto, &ah);
	p->l4_at = (uint16_t)w->at;
	/* As in argus AH counts as payload, unless TCP or UDP follow and know theirs. */
	walk_payload(w, walk_ip_left(w) + ah);
	if (w->ip_end > w->wire && !w->cut)
		p->flags |= PACKET_MALFORMED;
	if (step == CHAIN_NEXT)
		return walk_malformed(w);
	if (step == CHAIN_END)
		return LAYER_DONE;
	w->complete = true;
	return layer_of_protocol(FLOW_IPV6, proto);
}

enum layer
layer_ipv6(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	uint32_t length;

	if (!walk_has(w, IPV6_SIZE))
		return walk_short(w, IPV6_SIZE);
	if (h[0] >> 4 != 6)
		return walk_malformed(w);
	p->flags &= ~(uint32_t)NETWORK_FLAGS;
	p->flags |= PACKET_IPV6;
	p->tos = (uint8_t)(load16(h) >> 4);
	p->ttl = h[7];
	p->ip_id = 0;
	p->ip_options = 0;
	p->fragment_id = 0;
	p->fragment_offset = 0;
	p->fragment_proto = h[6];
	p->l3_at = (uint16_t)w->at;
	w->ip[0] = h + 8;
	w->ip[1] = h + 24;
	key_ip(w, FLOW_IPV6, h[6]);
	w->complete = false;
	length = load16(h + 4);
	/* 0: a jumbogram, which its hop-by-hop header tells, or segmentation offload */
	w->ip_end = length == 0 ? w->wire : w->at + IPV6_SIZE + length;
	w->at += IPV6_SIZE;
	return walk_chain(w, h[6]);
}
