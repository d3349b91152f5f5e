/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * data DSRs: the first bytes of payload, one DSR a direction. They alone have a
 * 16-bit length where others have qualifier and length. argus writes empty ones
 * too; they say nothing and are left out.
 */
#include "export/argus/dsr.h"

static bool
data_src_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)o;
	return l->user_at[0] != 0;
}

static bool
data_dst_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)o;
	return l->user_at[1] != 0;
}

static void
data_write(struct writer *w, const struct far_input *in, int d, unsigned subtype)
{
	const struct flow_user_data *u = in->user[d];
	const uint32_t count = u->len < in->user_size[d] ? u->len : in->user_size[d];
	const size_t words = 2 + ((size_t)count + 3) / 4;
	uint8_t *p;

	if (count == 0)
		return;
	p = writer_claim(w, words * 4);
	if (p == NULL)
		return;
	put_u32(p, (uint32_t)WIRE_DSR_DATA << 24 | subtype << 16 | (uint32_t)words);
	put_u16(p + 4, (uint16_t)in->user_size[d]);
	put_u16(p + 6, (uint16_t)count);
	put_u32(p + words * 4 - 4, 0); /* padding, before the bytes that may share its word */
	memcpy(p + 8, u->bytes, count);
}

static void
data_src_write(struct writer *w, const struct far_input *in)
{
	data_write(w, in, 0, WIRE_DATA_SRC);
}

static void
data_dst_write(struct writer *w, const struct far_input *in)
{
	data_write(w, in, 1, WIRE_DATA_DST);
}

const struct dsr dsr_data_src = {
	.name = "data src",
	.type = WIRE_DSR_DATA,
	.size_max = 8, /* and the bytes */
	.wanted = data_src_wanted,
	.write = data_src_write,
};

const struct dsr dsr_data_dst = {
	.name = "data dst",
	.type = WIRE_DSR_DATA,
	.size_max = 8,
	.wanted = data_dst_wanted,
	.write = data_dst_write,
};
