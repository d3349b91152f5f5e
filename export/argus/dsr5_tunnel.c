/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DSRs of version 5 that tell of the tunnel a flow came in: gre, vxlan, geneve.
 *
 * gre and geneve hold a flow DSR of the tunnel's ends, 5-tuple, behind what their
 * header said. Neither argus nor its clients swap that one's bytes: it lies there as
 * in the memory of a little-endian machine, and only so do clients on such a machine
 * show the addresses. Those of IPv6 are bytes as in the packet everywhere. vxlan is
 * written without the ends, as argus does it.
 */
#include "export/argus/dsr.h"

#define ENDS_SIZE_IPV4 20u
#define ENDS_SIZE_IPV6 44u
#define IPPROTO_UDP 17
#define IPPROTO_GRE 47

static bool
tunnel_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)o;
	return l->tunnel_at != 0;
}

static bool
came_in(const struct far_input *in, enum flow_tunnel_kind kind)
{
	return in->tunnel != NULL && in->tunnel->kind == kind;
}

static void
put_little_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void
put_little_address(uint8_t *p, const uint8_t *address)
{
	for (int i = 0; i < 4; i++)
		p[i] = address[3 - i];
}

static size_t
ends_size(const struct flow_tunnel *t)
{
	return t->ipv6 ? ENDS_SIZE_IPV6 : ENDS_SIZE_IPV4;
}

/* ends_size() bytes. */
static void
put_ends(uint8_t *p, const struct flow_tunnel *t)
{
	const uint8_t proto = t->udp ? IPPROTO_UDP : IPPROTO_GRE;

	memset(p, 0, ends_size(t));
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_5TUPLE, t->ipv6 ? WIRE_ADDR_IPV6 : WIRE_ADDR_IPV4,
	               ends_size(t) / 4);
	if (t->ipv6) {
		memcpy(p + 4, t->addr[0], 16);
		memcpy(p + 20, t->addr[1], 16);
		p[39] = proto; /* the high byte of a word whose others are the flow label */
		put_little_u16(p + 40, t->port[0]);
		put_little_u16(p + 42, t->port[1]);
	} else {
		put_little_address(p + 4, t->addr[0]);
		put_little_address(p + 8, t->addr[1]);
		p[12] = proto;
		put_little_u16(p + 14, t->port[0]);
		put_little_u16(p + 16, t->port[1]);
	}
}

static void
gre_write(struct writer *w, const struct far_input *in)
{
	const struct flow_tunnel *t = in->tunnel;
	uint8_t *p;

	if (!came_in(in, FLOW_TUNNEL_GRE))
		return;
	p = writer_claim(w, 8 + ends_size(t));
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE5_DSR_GRE, 0, 0, 2 + ends_size(t) / 4);
	put_u16(p + 4, t->flags);
	put_u16(p + 6, t->protocol);
	put_ends(p + 8, t);
}

const struct dsr dsr5_gre = {
	.name = "gre",
	.type = WIRE5_DSR_GRE,
	.size_max = 8 + ENDS_SIZE_IPV6,
	.wanted = tunnel_wanted,
	.write = gre_write,
};

static void
vxlan_write(struct writer *w, const struct far_input *in)
{
	const struct flow_tunnel *t = in->tunnel;
	uint8_t *p;

	if (!came_in(in, FLOW_TUNNEL_VXLAN))
		return;
	p = writer_claim(w, 12);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE5_DSR_VXLAN, 0,
	               (t->vni_seen & 1 ? WIRE5_VXLAN_SRC : 0) |
	                       (t->vni_seen & 2 ? WIRE5_VXLAN_DST : 0),
	               3);
	put_u32(p + 4, t->vni[0]);
	put_u32(p + 8, t->vni[1]);
}

const struct dsr dsr5_vxlan = {
	.name = "vxlan",
	.type = WIRE5_DSR_VXLAN,
	.size_max = 12,
	.wanted = tunnel_wanted,
	.write = vxlan_write,
};

static void
geneve_write(struct writer *w, const struct far_input *in)
{
	const struct flow_tunnel *t = in->tunnel;
	uint8_t *p;

	if (!came_in(in, FLOW_TUNNEL_GENEVE))
		return;
	p = writer_claim(w, 12 + ends_size(t));
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE5_DSR_GENEVE, 0, 0, 3 + ends_size(t) / 4);
	put_u16(p + 4, t->flags);
	put_u16(p + 6, t->protocol);
	put_u32(p + 8, t->vni[0]);
	put_ends(p + 12, t);
}

const struct dsr dsr5_geneve = {
	.name = "geneve",
	.type = WIRE5_DSR_GENEVE,
	.size_max = 12 + ENDS_SIZE_IPV6,
	.wanted = tunnel_wanted,
	.write = geneve_write,
};
