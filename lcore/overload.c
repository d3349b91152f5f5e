/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A step down that is soon followed by a step up was too early: the next one
 * waits twice as long, so that a load between two rungs does not lose packets at
 * each turn.
 */
#include "lcore/overload.h"

#include <stdio.h>
#include <string.h>

#define LOOKS 2                         /* with signs, for a step up */
#define PATIENCE_NS UINT64_C(500000000) /* at first */
#define PATIENCE_MAX_NS UINT64_C(32000000000)
#define BUSY_NS UINT64_C(500000000) /* losses are told late: who was busy by then */

void
overload_init(struct overload *o, uint32_t optional)
{
	memset(o, 0, sizeof(*o));
	o->optional = optional;
	o->patience_ns = PATIENCE_NS;
}

static bool
is_of_use(const struct overload *o, unsigned rung)
{
	return rung >= OVERLOAD_MERGE || rung == OVERLOAD_NONE || (o->optional >> rung & 1) != 0;
}

static void
climb(struct overload *o, uint64_t now_ns)
{
	if (o->lowered_ns != 0 && now_ns - o->lowered_ns < o->patience_ns &&
	    o->patience_ns < PATIENCE_MAX_NS)
		o->patience_ns *= 2;
	o->lowered_ns = 0;
	do
		o->rung++;
	while (!is_of_use(o, o->rung));
}

static void
descend(struct overload *o, uint64_t now_ns)
{
	do
		o->rung--;
	while (!is_of_use(o, o->rung));
	o->lowered_ns = now_ns;
	o->quiet_ns = now_ns;
	if (o->rung == OVERLOAD_NONE)
		o->patience_ns = PATIENCE_NS;
}

bool
overload_judge(struct overload *o, uint64_t now_ns, const struct overload_signs *s)
{
	const bool losing = s->lost > o->lost;
	const unsigned before = o->rung;
	bool pressed, eased;

	o->lost = s->lost;
	if (s->busy)
		o->busy_ns = now_ns;
	pressed = (s->input_size != 0 && s->input_used >= s->input_size / 2) ||
	          (s->ring_size != 0 && s->ring_used >= s->ring_size / 2);
	eased = s->input_used <= s->input_size / 8 && s->ring_used <= s->ring_size / 8 && !losing;
	/* a loss is told once, and is sign enough */
	if (losing && o->busy_ns != 0 && now_ns - o->busy_ns < BUSY_NS)
		o->signs = LOOKS;
	else
		o->signs = pressed ? o->signs + 1 : 0;
	if (!eased || o->quiet_ns == 0)
		o->quiet_ns = now_ns;
	if (o->signs >= LOOKS) {
		o->signs = 0;
		if (o->rung < OVERLOAD_TOP)
			climb(o, now_ns);
	} else if (o->rung != OVERLOAD_NONE && now_ns - o->quiet_ns >= o->patience_ns) {
		descend(o, now_ns);
	}
	return o->rung != before;
}

const char *
overload_words(unsigned rung, char *text, size_t size)
{
	static const char *const words[] = {
		"nothing is done without",
		"no payload is looked at for applications",
		"no user data is kept either",
		"no times between packets either",
		"interim records of busy flows are merged",
	};

	if (rung < OVERLOAD_SAMPLE)
		snprintf(text, size, "%s", words[rung]);
	else
		snprintf(text, size, "of new flows one in %u is taken",
		         1u << overload_sampling(rung));
	return text;
}
