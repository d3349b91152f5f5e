/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * label DSR: text that clients show as it is (ra -s label). It is what ralabel writes
 * into a record, and stands where that would put it.
 */
#include "export/argus/dsr.h"

static bool
label_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)o;
	return l->label_at != 0;
}

static void
label_write(struct writer *w, const struct far_input *in)
{
	const struct flow_label *label = in->label;
	const size_t words = 1 + ((size_t)label->len + 3) / 4;
	uint8_t *p;

	if (label->len == 0)
		return;
	p = writer_claim(w, words * 4);
	if (p == NULL)
		return;
	put_u32(p, (uint32_t)WIRE_DSR_LABEL << 24 | WIRE_LABEL_SERVICE << 16 | (uint32_t)words);
	put_u32(p + words * 4 - 4, 0); /* padding, before the text that may share its word */
	memcpy(p + 4, label->text, label->len);
}

const struct dsr dsr_label = {
	.name = "label",
	.type = WIRE_DSR_LABEL,
	.size_max = 4 + FLOW_LABEL_MAX,
	.wanted = label_wanted,
	.write = label_write,
};
