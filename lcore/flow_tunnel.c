/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading a packet's outer headers again is needed for the first packet of each
 * direction; any other is two comparisons.
 */
#include "lcore/flow_tunnel.h"

#include <string.h>

void
flow_tunnel_turn(struct flow_tunnel *t)
{
	const struct flow_tunnel from = *t;

	t->vni_seen = (uint8_t)((from.vni_seen & 1) << 1 | (from.vni_seen & 2) >> 1);
	for (int d = 0; d < 2; d++) {
		memcpy(t->addr[d], from.addr[!d], sizeof(t->addr[d]));
		t->port[d] = from.port[!d];
		if (t->kind == FLOW_TUNNEL_VXLAN)
			t->vni[d] = from.vni[!d];
	}
}

void
flow_tunnel_count(struct flow_tunnel *t, const struct packet *p, int dir)
{
	struct flow_tunnel seen;

	if (t->kind != FLOW_TUNNEL_NONE &&
	    (t->kind != FLOW_TUNNEL_VXLAN || (t->vni_seen & (1u << dir)) != 0))
		return;
	if (!packet_outer(p, &seen))
		return;
	if (t->kind == FLOW_TUNNEL_NONE) {
		*t = seen;
		if (dir != 0)
			flow_tunnel_turn(t);
	} else if (seen.kind == FLOW_TUNNEL_VXLAN) {
		t->vni_seen = 3;
		t->vni[dir] = seen.vni[0];
	}
}
