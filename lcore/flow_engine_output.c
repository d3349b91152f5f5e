/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's way out: a flow's interval becomes a record in the ring. Runs on
 * the worker lcore.
 */
#include "lcore/flow_engine_internal.h"

#include <string.h>

#include "lcore/flow_report.h"
#include "ring/backoff.h"

/* Reading a file nothing is lost: the collector takes as long as it takes. It merges by the
 * workers' clocks, so it must know that this one waits with nothing earlier than this record. */
static struct flow_record *
reserve(struct flow_engine *e, uint64_t report_ns)
{
	struct flow_record *r = flow_ring_reserve(e->ring);
	struct backoff backoff = { 0 };

	if (r != NULL || !e->lossless)
		return r;
	flow_ring_set_clock(e->ring, report_ns);
	while ((r = flow_ring_reserve(e->ring)) == NULL)
		backoff_wait(&backoff);
	return r;
}

static void
count_lost(struct flow_engine *e, const struct flow *f)
{
	counter_add(e->counters, COUNTER_records_lost_ring, 1);
	counter_add(e->counters, COUNTER_packets_lost_ring,
	            (uint64_t)f->packets[0] + f->packets[1]);
	counter_add(e->counters, COUNTER_bytes_lost_ring, (uint64_t)f->bytes[0] + f->bytes[1]);
}

/* Nothing is known of single packets. */
static void
clear_sections(const struct flow_record_layout *l, struct flow_record *r)
{
	struct flow_jitter_report *jitter = flow_record_jitter(l, r);
	struct flow_tunnel *tunnel = flow_record_tunnel(l, r);
	struct flow_label *label = flow_record_label(l, r);

	if (jitter != NULL)
		memset(jitter, 0, sizeof(*jitter));
	if (tunnel != NULL)
		*tunnel = (struct flow_tunnel){ .kind = FLOW_TUNNEL_NONE };
	if (label != NULL)
		label->len = 0;
	for (int d = 0; d < 2; d++) {
		struct flow_user_data *user = flow_record_user(l, r, d);

		if (user != NULL)
			user->len = 0;
	}
}

void
flow_engine_import(struct flow_engine *e, const struct flow_record *from)
{
	const uint64_t report_ns = e->clock_ns > e->reported_ns ? e->clock_ns : e->reported_ns;
	struct flow_record *r = reserve(e, report_ns);

	if (r == NULL) {
		counter_add(e->counters, COUNTER_records_lost_ring, 1);
		counter_add(e->counters, COUNTER_packets_lost_ring,
		            from->packets[0] + from->packets[1]);
		counter_add(e->counters, COUNTER_bytes_lost_ring, from->bytes[0] + from->bytes[1]);
		return;
	}
	*r = *from;
	clear_sections(&e->record_layout, r);
	r->flow_index = UINT32_MAX; /* no flow of the table: a sequence number of its own */
	r->worker = e->worker;
	r->report_ns = report_ns;
	e->reported_ns = report_ns;
	flow_ring_commit(e->ring);
	counter_add(e->counters, COUNTER_records_made, 1);
}

enum flow_cause
engine_cause(const struct flow *f)
{
	return !(f->flags & FLOW_REPORTED) || (f->flags & FLOW_RESTARTED) ? CAUSE_START
	                                                                  : CAUSE_STATUS;
}

bool
engine_report(struct flow_engine *e, struct flow *f, enum flow_cause cause, uint64_t report_ns,
              bool interim)
{
	struct flow_record *r;

	if (!flow_pending(f))
		return true;
	if (report_ns < e->reported_ns)
		report_ns = e->reported_ns;
	if (e->apps != NULL)
		flow_apps_flush(e->apps);
	r = reserve(e, report_ns);
	if (r == NULL && interim) {
		counter_add(e->counters, COUNTER_records_deferred, 1);
		return false;
	}
	if (r == NULL) {
		count_lost(e, f);
		flow_reset(&e->layout, f);
		return true;
	}
	flow_report(&e->layout, f, &e->record_layout, r);
	if (e->apps != NULL)
		flow_apps_report(e->apps, f, &e->record_layout, r);
	r->flow_index = flow_table_index(e->table, &f->entry);
	r->worker = e->worker;
	r->cause = (uint8_t)cause;
	r->report_ns = report_ns;
	e->reported_ns = report_ns;
	flow_ring_commit(e->ring);
	counter_add(e->counters, COUNTER_records_made, 1);
	flow_reset(&e->layout, f);
	return true;
}
