/* SPDX-License-Identifier: BSD-3-Clause */
/* DSRs of the layers below IP: vlan, mpls, mac, encaps. */
#include "export/argus/dsr.h"

static void
vlan_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;
	const bool src = r->flags & FLOW_RECORD_VLAN_SRC, dst = r->flags & FLOW_RECORD_VLAN_DST;
	uint8_t *p;

	if (!src && !dst)
		return;
	p = writer_claim(w, 8);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_VLAN, 0, (src ? WIRE_VLAN_SRC : 0) | (dst ? WIRE_VLAN_DST : 0),
	               2);
	put_u16(p + 4, src ? r->vlan_tci[0] : 0);
	put_u16(p + 6, dst ? r->vlan_tci[1] : 0);
}

const struct dsr dsr_vlan = {
	.name = "vlan",
	.type = WIRE_DSR_VLAN,
	.size_max = 8,
	.write = vlan_write,
};

/* The outermost label of each direction, hence a depth of 1 in the qualifier's nibbles. */
static void
mpls_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;
	const bool src = r->flags & FLOW_RECORD_MPLS_SRC, dst = r->flags & FLOW_RECORD_MPLS_DST;
	const unsigned labels = (unsigned)src + dst;
	uint8_t *p;

	if (labels == 0)
		return;
	p = writer_claim(w, 4 + 4 * (size_t)labels);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_MPLS, (src ? WIRE_MPLS_SRC : 0) | (dst ? WIRE_MPLS_DST : 0),
	               (src ? 0x10 : 0) | (dst ? 0x01 : 0), 1 + labels);
	put_u32(p + 4, r->mpls_label[src ? 0 : 1]);
	if (labels == 2)
		put_u32(p + 8, r->mpls_label[1]);
}

const struct dsr dsr_mpls = {
	.name = "mpls",
	.type = WIRE_DSR_MPLS,
	.size_max = 12,
	.write = mpls_write,
};

static bool
mac_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)l;
	return o->mac;
}

static void
mac_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;
	uint8_t *p;

	if (!(r->flags & FLOW_RECORD_MAC))
		return;
	p = writer_claim(w, 20);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_MAC, 0,
	               (r->multi & FLOW_MULTI_MAC_SRC ? WIRE_MAC_MULTI_SRC : 0) |
	                       (r->multi & FLOW_MULTI_MAC_DST ? WIRE_MAC_MULTI_DST : 0),
	               5);
	memcpy(p + 4, r->mac.dst, 6);
	memcpy(p + 10, r->mac.src, 6);
	put_u16(p + 16, r->mac_ethertype);
	put_u16(p + 18, 0);
}

const struct dsr dsr_mac = {
	.name = "mac",
	.type = WIRE_DSR_MAC,
	.size_max = 20,
	.wanted = mac_wanted,
	.write = mac_write,
};

static inline __attribute__((always_inline)) void
encaps_masked(struct writer *w, const struct flow_record *r, uint32_t mask)
{
	uint8_t *p = writer_claim(w, 12);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_ENCAPS, 0,
	               (r->multi & FLOW_MULTI_ENCAPS_SRC ? WIRE_ENCAPS_MULTI_SRC : 0) |
	                       (r->multi & FLOW_MULTI_ENCAPS_DST ? WIRE_ENCAPS_MULTI_DST : 0),
	               3);
	put_u32(p + 4, r->encaps[0] & mask);
	put_u32(p + 8, r->encaps[1] & mask);
}

static void
encaps_write(struct writer *w, const struct far_input *in)
{
	encaps_masked(w, in->record, UINT32_MAX);
}

/* ERSPAN II has no bit of its own there; that of the GRE around it stays. */
static void
encaps_5_write(struct writer *w, const struct far_input *in)
{
	encaps_masked(w, in->record, ~WIRE_ENCAPS_ERSPAN2);
}

const struct dsr dsr_encaps = {
	.name = "encaps",
	.type = WIRE_DSR_ENCAPS,
	.size_max = 12,
	.write = encaps_write,
};

const struct dsr dsr5_encaps = {
	.name = "encaps",
	.type = WIRE_DSR_ENCAPS,
	.size_max = 12,
	.write = encaps_5_write,
};
