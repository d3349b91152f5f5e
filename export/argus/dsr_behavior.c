/* SPDX-License-Identifier: BSD-3-Clause */
/* behavior DSR: keystrokes counted in a TCP connection. */
#include "export/argus/dsr.h"

static bool
behavior_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)l;
	return o->keystroke;
}

static void
behavior_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;
	uint8_t *p;

	if (!(r->flags & FLOW_RECORD_BEHAVIOR))
		return;
	p = writer_claim(w, 12);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_BEHAVIOR,
	               in->options->keystroke_ssh ? WIRE_BEHAVIOR_SSH : WIRE_BEHAVIOR_KEYSTROKE, 0,
	               3);
	put_u32(p + 4, (uint32_t)r->strokes[0]);
	put_u32(p + 8, (uint32_t)r->strokes[1]);
}

const struct dsr dsr_behavior = {
	.name = "behavior",
	.type = WIRE_DSR_BEHAVIOR,
	.size_max = 12,
	.wanted = behavior_wanted,
	.write = behavior_write,
};
