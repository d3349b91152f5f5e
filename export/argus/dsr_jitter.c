/* SPDX-License-Identifier: BSD-3-Clause */
/* jitter DSR: time between packets, of those directions and kinds that had any. */
#include <math.h>

#include "export/argus/dsr.h"

#define INTERVAL_SIZE 20

static bool
jitter_wanted(const struct far_options *o, const struct flow_record_layout *l)
{
	(void)o;
	return l->jitter_at != 0;
}

static void
put_interval(uint8_t *p, const struct flow_interval *i)
{
	put_u32(p, i->count);
	put_float(p + 4, i->min_us);
	put_float(p + 8, i->mean_us);
	/* the root of a rounded negative; argus lets the NaN out */
	put_float(p + 12, isfinite(i->stdev_us) ? i->stdev_us : 0);
	put_float(p + 16, i->max_us);
}

static inline __attribute__((always_inline)) void
jitter_of_size(struct writer *w, const struct far_input *in, unsigned subtype, size_t interval_size)
{
	const struct flow_jitter_report *j = in->jitter;
	const struct flow_interval *const slots[4] = { &j->active[0], &j->idle[0], &j->active[1],
		                                       &j->idle[1] };
	unsigned qualifier = 0, n = 0;
	uint8_t *p;

	for (unsigned i = 0; i < 4; i++) {
		if (slots[i]->count != 0) {
			qualifier |= (unsigned)WIRE_JITTER_SRC_ACTIVE << i;
			n++;
		}
	}
	if (n == 0)
		return;
	p = writer_claim(w, 4 + interval_size * n);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_JITTER, subtype, qualifier, 1 + n * interval_size / 4);
	p += 4;
	for (unsigned i = 0; i < 4; i++) {
		if (slots[i]->count != 0) {
			put_interval(p, slots[i]);
			if (interval_size > INTERVAL_SIZE)
				put_u32(p + INTERVAL_SIZE, 0); /* no distribution */
			p += interval_size;
		}
	}
}

static void
jitter_write(struct writer *w, const struct far_input *in)
{
	jitter_of_size(w, in, 0, INTERVAL_SIZE);
}

static void
jitter_5_write(struct writer *w, const struct far_input *in)
{
	jitter_of_size(w, in, WIRE5_JITTER_HISTOGRAM, INTERVAL_SIZE + 4);
}

const struct dsr dsr_jitter = {
	.name = "jitter",
	.type = WIRE_DSR_JITTER,
	.size_max = 4 + 4 * INTERVAL_SIZE,
	.wanted = jitter_wanted,
	.write = jitter_write,
};

const struct dsr dsr5_jitter = {
	.name = "jitter",
	.type = WIRE_DSR_JITTER,
	.size_max = 4 + 4 * (INTERVAL_SIZE + 4),
	.wanted = jitter_wanted,
	.write = jitter_5_write,
};
