/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tunnel around a packet: noted by the walk as no more than where its header
 * is, and read from the packet's bytes by whoever asks (workers, when records tell
 * of tunnels). Pure functions; the bytes belong to the view.
 */
#include "lcore/dissect/walk.h"

#define IPV4_SIZE 20u
#define IPV6_SIZE 40u
#define UDP_SIZE 8u
#define UNITS_MAX (UINT32_MAX >> PACKET_OUTER_SHIFT)

#define OUTER_ALL (PACKET_OUTER | PACKET_OUTER_UDP | UNITS_MAX << PACKET_OUTER_SHIFT)

/* An outer header is no shorter than packet_outer() reads of it. */
void
tunnel_outer(struct walk *w, uint32_t kind, uint32_t at)
{
	struct packet *p = w->packet;
	const uint32_t size = at - p->l3_at;
	const bool udp = (p->flags & PACKET_UDP) != 0;
	const uint32_t least =
	        (p->flags & PACKET_IPV6 ? IPV6_SIZE : IPV4_SIZE) + (udp ? UDP_SIZE : 0);

	p->flags &= ~OUTER_ALL;
	if (at < p->l3_at || at > UINT16_MAX || size < least || size % 4 != 0 ||
	    size / 4 > UNITS_MAX)
		return;
	p->tunnel_at = (uint16_t)at;
	p->flags |= kind | (udp ? PACKET_OUTER_UDP : 0) | (size / 4) << PACKET_OUTER_SHIFT;
}

/* Addresses and ports of the tunnel's ends. */
static void
outer_ends(const struct packet *p, struct flow_tunnel *t)
{
	const uint8_t *h = p->data + p->tunnel_at;
	const uint8_t *ip = h - (size_t)4 * (p->flags >> PACKET_OUTER_SHIFT);
	const size_t size = ip[0] >> 4 == 6 ? 16 : 4, at = ip[0] >> 4 == 6 ? 8 : 12;

	t->ipv6 = size == 16;
	t->udp = (p->flags & PACKET_OUTER_UDP) != 0;
	for (size_t i = 0; i < 2; i++) {
		memcpy(t->addr[i], ip + at + i * size, size);
		if (t->udp)
			t->port[i] = load16(h - UDP_SIZE + 2 * i);
	}
}

bool
packet_outer(const struct packet *p, struct flow_tunnel *t)
{
	const uint8_t *h = p->data + p->tunnel_at;

	*t = (struct flow_tunnel){ .kind = FLOW_TUNNEL_NONE };
	switch (p->flags & PACKET_OUTER) {
	case PACKET_OUTER_GRE:
		t->kind = FLOW_TUNNEL_GRE;
		break;
	case PACKET_OUTER_VXLAN:
		t->kind = FLOW_TUNNEL_VXLAN;
		t->vni_seen = 1;
		break;
	case PACKET_OUTER_GENEVE:
		t->kind = FLOW_TUNNEL_GENEVE;
		break;
	default:
		return false;
	}
	if (t->kind != FLOW_TUNNEL_VXLAN) {
		t->flags = load16(h);
		t->protocol = load16(h + 2);
	}
	if (t->kind != FLOW_TUNNEL_GRE)
		t->vni[0] = load32(h + 4) >> 8;
	outer_ends(p, t);
	return true;
}
