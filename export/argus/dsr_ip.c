/* SPDX-License-Identifier: BSD-3-Clause */
/* DSRs about IP headers: ipattr, and icmp for the error that quoted the flow. */
#include "export/argus/dsr.h"

static uint8_t *
put_ip_attributes(uint8_t *p, const struct flow_ip_attributes *a)
{
	p[0] = a->ttl;
	p[1] = a->tos;
	put_u16(p + 2, a->id);
	if (a->options == 0)
		return p + 4;
	put_u32(p + 4, a->options);
	return p + 8;
}

static void
ipattr_write(struct writer *w, const struct far_input *in)
{
	static const uint16_t present[2] = { FLOW_RECORD_IPATTR_SRC, FLOW_RECORD_IPATTR_DST };
	const struct flow_record *r = in->record;
	unsigned qualifier = 0;
	size_t words = 1;
	uint8_t *p;

	for (unsigned d = 0; d < 2; d++) {
		if (!(r->flags & present[d]))
			continue;
		qualifier |= (unsigned)WIRE_IPATTR_SRC << d;
		words++;
		if (r->ip[d].options != 0) {
			qualifier |= (unsigned)WIRE_IPATTR_SRC_OPTIONS << d;
			words++;
		}
		if (r->ip[d].fragment)
			qualifier |= (unsigned)WIRE_IPATTR_SRC_FRAGMENTS << d;
	}
	if (words == 1)
		return;
	p = writer_claim(w, words * 4);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_IPATTR, 0, qualifier, words);
	p += 4;
	for (unsigned d = 0; d < 2; d++) {
		if (r->flags & present[d])
			p = put_ip_attributes(p, &r->ip[d]);
	}
}

const struct dsr dsr_ipattr = {
	.name = "ipattr",
	.type = WIRE_DSR_IPATTR,
	.size_max = 20,
	.write = ipattr_write,
};

/* argus writes an eighth, stray word. */
static void
icmp_write(struct writer *w, const struct far_input *in)
{
	const struct flow_icmp_report *i = &in->record->icmp;
	uint8_t *p;

	if (!(in->record->flags & FLOW_RECORD_ICMP))
		return;
	p = writer_claim(w, 28);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_ICMP, 0, i->kind, 7);
	p[4] = i->type;
	p[5] = i->code;
	put_u16(p + 6, i->seq);
	memcpy(p + 8, i->reporter, 4);
	memcpy(p + 12, i->receiver, 4);
	memcpy(p + 16, i->quoted_src, 4);
	memcpy(p + 20, i->quoted_dst, 4);
	memcpy(p + 24, i->gateway, 4);
}

const struct dsr dsr_icmp = {
	.name = "icmp",
	.type = WIRE_DSR_ICMP,
	.size_max = 28,
	.write = icmp_write,
};
