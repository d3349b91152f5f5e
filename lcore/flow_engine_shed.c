/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the engine does without: what packets are no longer counted for, which
 * interim records wait, which new flows are not taken. Runs on the worker lcore,
 * between bursts.
 */
#include "lcore/flow_engine_internal.h"

#include "lcore/overload.h"

#define MERGED_NS (60 * NS_PER_S) /* of traffic in one record, at most */

void
flow_engine_shed(struct flow_engine *e, unsigned rung)
{
	const bool jitter = rung < OVERLOAD_JITTER;

	e->sheds_payload = rung >= OVERLOAD_PAYLOAD;
	e->layout.sheds_user = rung >= OVERLOAD_USER;
	if (jitter && e->layout.sheds_jitter)
		e->layout.jitter_since_us = e->clock_ns / 1000;
	e->layout.sheds_jitter = !jitter;
	e->merges = rung >= OVERLOAD_MERGE;
	e->sampling = overload_sampling(rung);
}

bool
engine_merges(const struct flow_engine *e, const struct flow *f)
{
	const uint64_t last_ns = flow_last_ns(f);
	uint64_t first_ns = f->first_ns[0];

	if (!e->merges)
		return false;
	if (f->idle_strict && e->clock_ns >= last_ns + engine_idle_ns(f))
		return false; /* the flow is over */
	if (first_ns == 0 || (f->first_ns[1] != 0 && f->first_ns[1] < first_ns))
		first_ns = f->first_ns[1];
	return e->clock_ns - first_ns < MERGED_NS &&
	       (last_ns >= e->clock_ns || e->clock_ns - last_ns < e->layout.interval_ns / 2);
}

void
engine_refuse(struct flow_engine *e, const struct packet *p, const struct packet_view *v,
              enum counter why)
{
	if (v->flags & VIEW_INNER) {
		counter_add(e->counters, COUNTER_drop_inner, 1);
	} else if (v->flags & VIEW_SAMPLE) {
		counter_add(e->counters, COUNTER_import_samples_refused, 1);
	} else {
		counter_add(e->counters, why, 1);
		counter_add(e->counters, COUNTER_shed_bytes, p->bytes);
	}
}
