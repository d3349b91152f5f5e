/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UDP (RFC 768). Payload goes by the IP length. Every transaction of DNS is a flow
 * of its own: of argus 3 so over IPv4, of argus 5 over IPv6 as well.
 */
#include "lcore/dissect/walk.h"

#define UDP_SIZE 8

/* What may be inside; its handler is to say whether it is. Both directions ask the same. */
static enum layer
tunnel_of(const struct walk *w, uint16_t sport, uint16_t dport)
{
	enum layer layer = layer_of_carrier(sport < dport ? sport : dport);

	if (layer == LAYER_DONE)
		layer = layer_of_carrier(sport < dport ? dport : sport);
	if (layer == LAYER_DONE && walk_has(w, 2) && teredo_begins(w->data + w->at))
		layer = LAYER_TEREDO;
	return layer;
}

enum layer
layer_udp(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	const uint32_t left = walk_ip_left(w);
	uint16_t sport, dport;

	w->complete = false;
	if (left < UDP_SIZE)
		return walk_malformed(w);
	if (!walk_has(w, 4))
		return walk_short(w, 4);
	sport = load16(h);
	dport = load16(h + 2);
	key_ports(w, sport, dport);
	if (sport == 53 || dport == 53) {
		w->complete = walk_has(w, UDP_SIZE + 2) && left >= UDP_SIZE + 2;
		if (w->complete)
			p->key.id = load16(h + UDP_SIZE);
	}
	if (!walk_has(w, UDP_SIZE))
		return walk_short(w, UDP_SIZE);
	if (load16(h + 4) < UDP_SIZE && load16(h + 4) != 0) /* 0: jumbogram, offload */
		p->flags |= PACKET_MALFORMED;
	p->flags |= PACKET_UDP;
	w->at += UDP_SIZE;
	walk_payload(w, left - UDP_SIZE);
	return w->tunnels == TUNNELS_INNER ? tunnel_of(w, sport, dport) : LAYER_DONE;
}
