/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * metric and psize DSRs: packets, bytes, application bytes, sizes.
 *
 * Integers are as narrow as the largest allows. One byte is never used for one
 * direction alone: without application bytes clients ignore that form and print
 * the previous record's counters.
 */
#include "export/argus/dsr.h"

/* From which direction to which, the qualifier less the width. */
struct span {
	int first, count;
	unsigned qualifier;
};

static struct span
span_of(bool src, bool dst)
{
	if (src && dst)
		return (struct span){ 0, 2, WIRE_BOTH_U8 };
	if (dst)
		return (struct span){ 1, 1, WIRE_DST_U16 - 1 };
	return (struct span){ 0, 1, WIRE_SRC_U16 - 1 };
}

/* Bits that any of the values has. */
static uint64_t
metric_bits(const struct flow_record *r, const struct span *s, bool app)
{
	uint64_t bits = 0;

	for (int d = s->first; d < s->first + s->count; d++)
		bits |= r->packets[d] | r->bytes[d] | (app ? r->app_bytes[d] : 0);
	return bits;
}

/* 0: one byte, 1: two, 2: four, 3: eight. */
static unsigned
metric_width(uint64_t bits, bool one_byte_allowed)
{
	if (bits <= UINT8_MAX && one_byte_allowed)
		return 0;
	if (bits <= UINT16_MAX)
		return 1;
	return bits <= UINT32_MAX ? 2 : 3;
}

static uint8_t *
put_width(uint8_t *p, unsigned width, uint64_t v)
{
	switch (width) {
	case 0:
		*p = (uint8_t)v;
		break;
	case 1:
		put_u16(p, (uint16_t)v);
		break;
	case 2:
		put_u32(p, (uint32_t)v);
		break;
	default:
		put_u64(p, v);
		break;
	}
	return p + (1u << width);
}

static void
metric_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;
	const bool app = in->options->app_bytes && (r->app_bytes[0] | r->app_bytes[1]) != 0;
	const struct span s = span_of(r->packets[0] != 0, r->packets[1] != 0);
	const unsigned width = metric_width(metric_bits(r, &s, app), s.count == 2);
	const unsigned values = (unsigned)s.count * (app ? 3 : 2);
	const size_t words = 1 + (((size_t)values << width) + 3) / 4;
	uint8_t *const dsr = writer_claim(w, words * 4);
	uint8_t *p;

	if (dsr == NULL)
		return;
	p = dsr + 4;
	put_u32(dsr + words * 4 - 4, 0); /* the last word may end in padding */
	put_dsr_header(dsr, WIRE_DSR_METRIC, app ? WIRE_METRIC_WITH_APP : WIRE_METRIC_PKTS_BYTES,
	               s.qualifier + width, words);
	for (int d = s.first; d < s.first + s.count; d++) {
		p = put_width(p, width, r->packets[d]);
		p = put_width(p, width, r->bytes[d]);
		if (app)
			p = put_width(p, width, r->app_bytes[d]);
	}
}

const struct dsr dsr_metric = {
	.name = "metric",
	.type = WIRE_DSR_METRIC,
	.size_max = 4 + 6 * 8,
	.write = metric_write,
};

static bool
psize_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)l;
	return o->packet_size;
}

static unsigned
psize_5_subtype(const struct flow_record *r)
{
	return (r->size_max[0] != 0 ? WIRE5_PSIZE_SRC : 0) |
	       (r->size_max[1] != 0 ? WIRE5_PSIZE_DST : 0);
}

static inline __attribute__((always_inline)) void
psize_of_version(struct writer *w, const struct far_input *in, bool five)
{
	const struct flow_record *r = in->record;
	const struct span s = span_of(r->size_max[0] != 0, r->size_max[1] != 0);
	uint8_t *p;

	if ((r->size_max[0] | r->size_max[1]) == 0)
		return;
	p = writer_claim(w, 4 + 4 * (size_t)s.count);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_PSIZE, five ? psize_5_subtype(r) : 0, s.qualifier + 1,
	               1 + (unsigned)s.count);
	for (int d = s.first; d < s.first + s.count; d++) {
		p += 4;
		put_u16(p, r->size_min[d]);
		put_u16(p + 2, r->size_max[d]);
	}
}

static void
psize_write(struct writer *w, const struct far_input *in)
{
	psize_of_version(w, in, false);
}

static void
psize_5_write(struct writer *w, const struct far_input *in)
{
	psize_of_version(w, in, true);
}

const struct dsr dsr_psize = {
	.name = "psize",
	.type = WIRE_DSR_PSIZE,
	.size_max = 12,
	.wanted = psize_wanted,
	.write = psize_write,
};

const struct dsr dsr5_psize = {
	.name = "psize",
	.type = WIRE_DSR_PSIZE,
	.size_max = 12,
	.wanted = psize_wanted,
	.write = psize_5_write,
};
