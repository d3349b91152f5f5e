/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv4 (RFC 791): header, options, fragments.
 */
#include "lcore/dissect/walk.h"

#define IPV4_SIZE 20

enum layer
layer_of_protocol(uint8_t kind, uint8_t proto)
{
	switch (proto) {
	case 6:
		return LAYER_TCP;
	case 17:
		return LAYER_UDP;
	case 1:
		return kind == FLOW_IPV4 ? LAYER_ICMP : LAYER_DONE;
	case 2:
		return kind == FLOW_IPV4 ? LAYER_IGMP : LAYER_DONE;
	case 33:  /* DCCP */
	case 132: /* SCTP */
	case 136: /* UDP-Lite */
		return LAYER_PORTS;
	case 4:
	case 41:
		return LAYER_IN_IP;
	case 47:
		return LAYER_GRE;
	case 50:
		return LAYER_ESP;
	case 51: /* over IPv6 it is one of the extension headers */
		return kind == FLOW_IPV4 ? LAYER_AH : LAYER_DONE;
	case 58:
		return kind == FLOW_IPV6 ? LAYER_ICMPV6 : LAYER_DONE;
	case 97:
		return LAYER_ETHERIP;
	case 115:
		return LAYER_L2TP_IP;
	case 137:
		return LAYER_MPLS_IN_IP;
	case 143: /* RFC 8986 */
		return LAYER_ETHER_IN_IP;
	default:
		return LAYER_DONE;
	}
}

static uint8_t
option_bit(uint8_t type)
{
	switch (type) {
	case 7: /* record route */
		return 0x01;
	case 68: /* time stamp */
		return 0x02;
	case 130: /* security */
		return 0x04;
	case 131: /* loose source route */
		return 0x08;
	case 136: /* stream identifier of SATNET */
		return 0x10;
	case 137: /* strict source route */
		return 0x20;
	case 148: /* router alert */
		return 0x40;
	default:
		return 0;
	}
}

static uint8_t
options_seen(const uint8_t *option, uint32_t size)
{
	uint8_t seen = 0;

	for (uint32_t at = 0, length; at < size; at += length) {
		if (option[at] <= 1) { /* end, no operation */
			length = 1;
			continue;
		}
		seen |= option_bit(option[at]);
		length = size - at > 1 ? option[at + 1] : 0;
		if (length < 2 || length > size - at)
			break;
	}
	return seen;
}

static void
ipv4_facts(struct walk *w, const uint8_t *h)
{
	struct packet *p = w->packet;

	p->flags &= ~(uint32_t)NETWORK_FLAGS;
	p->flags |= PACKET_IPV4;
	p->tos = h[1];
	p->ip_id = load16(h + 4);
	p->fragment_id = p->ip_id;
	p->fragment_offset = (uint16_t)((load16(h + 6) & 0x1fff) * 8);
	p->ttl = h[8];
	p->fragment_proto = h[9];
	p->ip_options = 0;
	if (load16(h + 6) & 0x2000)
		p->flags |= PACKET_FRAGMENT | PACKET_FRAGMENT_MORE;
	if (p->fragment_offset != 0)
		p->flags |= PACKET_FRAGMENT | PACKET_FRAGMENT_LATER;
	p->l3_at = (uint16_t)w->at;
	w->ip[0] = h + 12;
	w->ip[1] = h + 16;
}

static enum layer
layer_ipv4(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	const uint32_t size = (h[0] & 0x0fu) * 4, on_wire = w->wire - w->at;
	uint32_t total = load16(h + 2);

	if (total == 0) /* segmentation offload: the frame tells */
		total = on_wire;
	if (total < IPV4_SIZE)
		return walk_malformed(w);
	ipv4_facts(w, h);
	key_ip(w, FLOW_IPV4, h[9]);
	if (p->flags & PACKET_FRAGMENT_LATER) {
		p->key.ethertype = FLOW_KEY_FRAGMENT;
		p->key.id = p->ip_id;
	}
	w->ip_end = w->at + total;
	w->complete = false;
	if (total > on_wire && !w->cut)
		p->flags |= PACKET_MALFORMED;
	if (size < IPV4_SIZE || size > total) {
		p->l4_at = (uint16_t)w->at;
		walk_payload(w, 0);
		return walk_malformed(w);
	}
	p->ip_options = options_seen(h + IPV4_SIZE,
	                             (walk_has(w, size) ? size : w->captured - w->at) - IPV4_SIZE);
	if (!walk_has(w, size)) {
		w->at = w->captured;
		p->l4_at = (uint16_t)w->at;
		walk_payload(w, total - size);
		w->at = (uint32_t)(h - w->data);
		return walk_short(w, size);
	}
	w->at += size;
	p->l4_at = (uint16_t)w->at;
	walk_payload(w, total - size);
	w->complete = true;
	return p->flags & PACKET_FRAGMENT_LATER ? LAYER_DONE : layer_of_protocol(FLOW_IPV4, h[9]);
}

enum layer
layer_ip(struct walk *w)
{
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, IPV4_SIZE))
		return walk_short(w, IPV4_SIZE);
	if (h[0] >> 4 == 6)
		return LAYER_IPV6;
	if (h[0] >> 4 != 4) {
		/* an ethertype may vouch for what the version denies */
		w->packet->flags |= PACKET_MALFORMED;
		if (w->linkless)
			return LAYER_DONE;
	}
	return layer_ipv4(w);
}
