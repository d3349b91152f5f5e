/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels that need nothing between: IP in IP (RFC 2003, 4213, 2473), frames
 * right behind IP (EtherIP, RFC 3378; segment routing's, RFC 8986), MPLS in IP or
 * UDP (RFC 4023, 7510). And what all tunnels share: where they end.
 */
#include "lcore/dissect/walk.h"

#define ETHERIP_SIZE 2

/* The carrier's own length tells where the inside ends, so that padding of short frames is not
 * taken for it; that of a fragment, which has only the beginning, tells nothing. */
void
tunnel_opened(struct walk *w, enum tunnel_kind kind, uint32_t id)
{
	struct packet *p = w->packet;

	p->flags |= PACKET_TUNNEL;
	w->tunnel_kind = (uint8_t)kind;
	w->tunnel_id = id;
	if (p->flags & PACKET_FRAGMENT)
		w->cut = true;
	if (w->cut || w->ip_end < w->at || w->ip_end >= w->wire)
		return;
	w->wire = w->ip_end;
	if (w->captured > w->wire)
		w->captured = w->wire;
}

enum layer
layer_of_version(const struct walk *w)
{
	if (!walk_has(w, 1))
		return LAYER_DONE;
	switch (w->data[w->at] >> 4) {
	case 4:
		return LAYER_IP;
	case 6:
		return LAYER_IPV6;
	default:
		return LAYER_DONE;
	}
}

enum layer
layer_in_ip(struct walk *w)
{
	const enum layer layer = w->tunnels == TUNNELS_INNER ? layer_of_version(w) : LAYER_DONE;

	if (layer == LAYER_DONE)
		return LAYER_DONE;
	w->packet->encaps |= layer == LAYER_IP ? ENCAPS_IPIP : ENCAPS_IPV6;
	tunnel_opened(w, TUNNEL_IP, 0);
	return layer;
}

enum layer
layer_ether_in_ip(struct walk *w)
{
	if (w->tunnels != TUNNELS_INNER || !ether_type_fits(w, 12))
		return LAYER_DONE;
	tunnel_opened(w, TUNNEL_ETHERIP, 0);
	return LAYER_ETHER;
}

enum layer
layer_etherip(struct walk *w)
{
	if (w->tunnels != TUNNELS_INNER)
		return LAYER_DONE;
	if (!walk_has(w, ETHERIP_SIZE))
		return walk_short(w, ETHERIP_SIZE);
	if (load16(w->data + w->at) != 0x3000) /* version 3, nothing else is defined */
		return LAYER_DONE;
	w->at += ETHERIP_SIZE;
	tunnel_opened(w, TUNNEL_ETHERIP, 0);
	return LAYER_ETHER;
}

enum layer
layer_mpls_in_ip(struct walk *w)
{
	if (w->tunnels != TUNNELS_INNER || !walk_has(w, 4))
		return LAYER_DONE;
	tunnel_opened(w, TUNNEL_MPLS, 0);
	return LAYER_MPLS;
}
