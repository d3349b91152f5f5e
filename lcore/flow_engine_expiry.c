/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's dealings with time: what the wheel brings up, and whom a full
 * table gives up. A flow is looked at when its status interval is over, to report
 * it, and once more when its idle time is over as well, to forget it. Runs on the
 * worker lcore.
 */
#include "lcore/flow_engine_internal.h"

#include <rte_branch_prediction.h>
#include <rte_common.h>

#define EVICT_TRIES 8 /* flows looked at for one that is given up */
#define EVICT_BATCH 32
#define VAIN_NS 10000000u /* until the next search, when one found only established flows */
#define REPORT_AHEAD 8    /* flows whose lines are on their way */

static uint64_t
idle_end_ns(const struct flow_engine *e, const struct flow *f)
{
	if (f->idle_strict)
		return flow_last_ns(f) + engine_idle_ns(f);
	return f->start_ns + e->layout.interval_ns + engine_idle_ns(f);
}

void
engine_remove(struct flow_engine *e, struct flow *f)
{
	if (e->apps != NULL)
		flow_apps_close(e->apps, f);
	if (flow_timer_armed(&f->entry))
		flow_timer_disarm(e->timer, &f->entry);
	if (!(f->flags & FLOW_LINK))
		e->flows--;
	e->removed++;
	flow_table_remove(e->table, &f->entry);
}

static void
due_link(struct flow_engine *e, struct flow *f)
{
	const uint64_t end_ns = f->start_ns + e->fragment_ns;

	if (end_ns > e->clock_ns)
		flow_timer_arm(e->timer, &f->entry, end_ns);
	else
		engine_remove(e, f);
}

static void
due_idle(struct flow_engine *e, struct flow *f)
{
	const uint64_t end_ns = idle_end_ns(e, f);

	if (end_ns > e->idle_ns) {
		flow_timer_arm(e->timer, &f->entry, end_ns);
		return;
	}
	counter_add(e->counters, COUNTER_flows_closed, 1);
	engine_remove(e, f);
}

/* Lines 0 to 2 of a flow that is due, and lines 3 and 4 of one before it if it has any. */
static inline void
prefetch_due(const struct flow_order *o, uint32_t i)
{
	const uint32_t near = i + REPORT_AHEAD / 2, far = i + REPORT_AHEAD;

	if (far < o->count) {
		const struct flow *f = o->due[far].flow;

		__builtin_prefetch(f);
		__builtin_prefetch(&f->start_ns);
		flow_prefetch_headers(f);
	}
	if (near < o->count && (o->due[near].flow->flags & FLOW_HAS_OWN) != 0)
		flow_prefetch_protocol(o->due[near].flow);
}

/* Reports the flows that were due. */
static void
report_order(struct flow_engine *e)
{
	struct flow_order *o = &e->order;

	flow_order_sort(o);
	for (uint32_t i = 0; i < o->count; i++) {
		struct flow *f = o->due[i].flow;
		const uint64_t due_ns = flow_due_tick(&o->due[i]) * FLOW_TIMER_TICK_NS;

		prefetch_due(o, i);
		if (unlikely(e->merges) && engine_merges(e, f)) {
			counter_add(e->counters, COUNTER_records_merged, 1);
			f->start_ns = e->clock_ns;
			flow_timer_arm(e->timer, &f->entry, engine_due_ns(e, f));
			continue;
		}
		if (engine_report(e, f, engine_cause(f), due_ns, true))
			due_idle(e, f);
		else
			flow_timer_arm(e->timer, &f->entry, e->clock_ns + NS_PER_S);
	}
	o->count = 0;
}

/* The first tick at which a flow's record is due. */
static uint64_t
end_tick(const struct flow_engine *e, const struct flow *f)
{
	return (engine_due_ns(e, f) + FLOW_TIMER_TICK_NS - 1) / FLOW_TIMER_TICK_NS;
}

/* The tick at which a flow's record is due: the first after its interval, or the one that it was
 * armed for if that was over already. An entry may have been armed for an earlier interval. */
static uint64_t
due_tick(const struct flow_engine *e, const struct flow *f)
{
	const uint64_t armed = flow_timer_tick(e->timer, &f->entry);

	return RTE_MAX(armed, end_tick(e, f));
}

static void
due(void *ctx, struct flow_entry *entry)
{
	struct flow_engine *e = ctx;
	struct flow *f = flow_of(entry);

	if (f->flags & FLOW_LINK) {
		due_link(e, f);
	} else if (!flow_pending(f)) {
		due_idle(e, f);
	} else if (end_tick(e, f) > e->clock_ns / FLOW_TIMER_TICK_NS) {
		/* also when the interval is over but the tick is not: its records go out together
		 */
		flow_timer_arm(e->timer, entry, engine_due_ns(e, f));
	} else {
		flow_order_add(&e->order, f, due_tick(e, f));
	}
}

bool
engine_expire(struct flow_engine *e, uint64_t now_ns, unsigned budget)
{
	bool more;

	if (now_ns > e->clock_ns)
		e->clock_ns = now_ns;
	more = flow_timer_advance(e->timer, e->clock_ns, budget, due, e);
	if (e->order.count != 0)
		report_order(e);
	return more;
}

/* What a flood must not push out: a connection whose handshake was completed, until it is closed;
 * of the rest, what was answered or has lasted for more than an interval, and still goes on.
 * Senders that forge their address get no further than a question, or the answer to it. */
static bool
is_established(const struct flow_engine *e, const struct flow *f)
{
	const uint32_t both = FLOW_RECORD_IPATTR_SRC | FLOW_RECORD_IPATTR_DST;
	const bool answered = (f->flags & both) == both;
	const uint64_t last_ns = flow_last_ns(f);

	if (e->clock_ns > last_ns && e->clock_ns - last_ns >= 2 * e->layout.interval_ns &&
	    !(f->flags & FLOW_HAS_TCP))
		return false;
	if (!answered)
		return (f->flags & FLOW_REPORTED) && flow_pending(f);
	return !(f->flags & FLOW_HAS_TCP) ||
	       ((f->tcp.status & TCP_ESTABLISHED) && !flow_tcp_closed(&f->tcp));
}

/* Back into the wheel, to come after its idle time: so that the next look finds another. */
static void
spare(struct flow_engine *e, struct flow *f)
{
	uint64_t wait_ns = e->layout.interval_ns + engine_idle_ns(f);

	if (flow_timer_armed(&f->entry))
		flow_timer_disarm(e->timer, &f->entry);
	/* live, what it has counted goes out now: it would be late by then */
	if (!e->lossless && !engine_report(e, f, engine_cause(f), e->clock_ns, true))
		wait_ns = NS_PER_S;
	flow_timer_arm(e->timer, &f->entry, e->clock_ns + wait_ns);
}

static void
give_up(struct flow_engine *e, struct flow *f)
{
	if (!(f->flags & FLOW_LINK)) {
		(void)engine_report(e, f, CAUSE_TIMEOUT, e->clock_ns, false);
		counter_add(e->counters, COUNTER_flows_evicted, 1);
	}
	engine_remove(e, f);
}

static bool
is_worth_keeping(const struct flow_engine *e, const struct flow *f)
{
	return !(f->flags & FLOW_LINK) && is_established(e, f);
}

/* A table full of established flows is not searched for each packet that comes. */
static bool
search_is_vain(const struct flow_engine *e)
{
	return !e->lossless && e->clock_ns < e->full_until_ns;
}

/* Whether a flow went. The wheel's time of an entry only says when it was to be looked at. */
static bool
engine_evict(struct flow_engine *e, uint32_t hash)
{
	struct flow *f;

	if (search_is_vain(e))
		return false;
	f = flow_of(flow_table_victim(e->table, hash));
	for (unsigned i = 0; i < EVICT_TRIES && is_worth_keeping(e, f); i++) {
		spare(e, f);
		f = flow_of(flow_table_victim(e->table, hash));
	}
	if (!e->lossless && is_worth_keeping(e, f)) {
		e->full_until_ns = e->clock_ns + VAIN_NS;
		return false;
	}
	give_up(e, f);
	return true;
}

/* Lines that giving up these flows will touch. */
static void
prefetch_taken(const struct flow_engine *e, struct flow_entry *const taken[], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct flow *f = flow_of(taken[i]);

		flow_table_prefetch_bucket(e->table, taken[i]->hash);
		flow_prefetch_headers(f);
		if (f->flags & FLOW_HAS_OWN)
			flow_prefetch_protocol(f);
	}
}

void
engine_make_room(struct flow_engine *e, unsigned room)
{
	const uint32_t capacity = flow_table_capacity(e->table);
	const uint32_t wanted = RTE_MIN(room, capacity);
	unsigned tries = EVICT_TRIES * room;

	if (search_is_vain(e))
		return;
	while (capacity - flow_table_count(e->table) < wanted && tries != 0) {
		const uint32_t missing = wanted - (capacity - flow_table_count(e->table));
		struct flow_entry *taken[EVICT_BATCH];
		const unsigned n = flow_timer_take(e->timer, taken,
		                                   RTE_MIN(missing, (uint32_t)EVICT_BATCH), tries);

		if (n == 0)
			return; /* nothing in the wheel: who needs room looks near its own bucket */
		tries -= RTE_MIN(tries, n);
		prefetch_taken(e, taken, n);
		for (unsigned i = 0; i < n; i++) {
			if ((tries != 0 || !e->lossless) && is_worth_keeping(e, flow_of(taken[i])))
				spare(e, flow_of(taken[i]));
			else
				give_up(e, flow_of(taken[i]));
		}
	}
}

struct flow *
engine_insert(struct flow_engine *e, const struct flow_key *key, uint32_t hash)
{
	struct flow_entry *entry;
	struct flow *f;

	while ((entry = flow_table_insert(e->table, key, hash)) == NULL)
		if (!engine_evict(e, hash))
			return NULL;
	f = flow_of(entry);
	f->generation = ++e->generation;
	e->inserted++;
	return f;
}
