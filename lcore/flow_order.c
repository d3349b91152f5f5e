/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A natural merge sort. Flows leave the wheel tick by tick, and those of a tick
 * nearly in the reverse of the order that is wanted: runs that fall are turned
 * first, and the few flows of one instant put in order by their marks, so that mostly
 * one look is all it takes. No flow is looked at: they are no longer in the cache.
 */
#include "lcore/flow_order.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <rte_common.h>

#include "lcore/flow_hash.h"
#include "lcore/flow_report.h"
#include "lcore/flow_timer.h"
#include "lcore/memory.h"

#define FIRST_PART ((size_t)4096)
#define TIES_MAX 16 /* flows of one instant that are worth an insertion sort */

static_assert(FLOW_TIMER_TICK_NS == 1u << FLOW_ORDER_BITS, "a tick has the bits a mark leaves");

/* Nothing here is a secret: who makes marks collide makes comparisons slower, no more. */
static const struct flow_hash_secret mark_secret = {
	.nh = { 0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3, 0x589965cc75374cc3,
	        0x1d8e4e27c47d124f, 0xeb44accab455d165 },
	.fold = { 0x9fb21c651e98df25, 0xd6e8feb86659fd93 },
};

uint32_t
flow_order_mark(const struct flow_key *key)
{
	return flow_hash(&mark_secret, key) >> (32 - FLOW_ORDER_BITS);
}

int
flow_order_init(struct flow_order *o, uint32_t capacity, int socket)
{
	const size_t size = (size_t)capacity * sizeof(*o->due);

	o->count = 0;
	o->capacity = capacity;
	o->due = memory_alloc(size, false, socket, MEMORY_DENSE);
	o->scratch = memory_alloc(size, false, socket, MEMORY_DENSE);
	if (o->due != NULL && o->scratch != NULL) {
		/* their first page is a large one: its memory must not come with a packet's time */
		memory_populate(o->due, RTE_MIN(size, FIRST_PART));
		memory_populate(o->scratch, RTE_MIN(size, FIRST_PART));
		return 0;
	}
	flow_order_fini(o);
	return -ENOMEM;
}

void
flow_order_fini(struct flow_order *o)
{
	const size_t size = (size_t)o->capacity * sizeof(*o->due);

	memory_free(o->due, size, false);
	memory_free(o->scratch, size, false);
	o->due = NULL;
	o->scratch = NULL;
}

void
flow_order_add(struct flow_order *o, struct flow *f, uint64_t tick)
{
	o->due[o->count++] = (struct flow_due){
		.tick_mark = tick << FLOW_ORDER_BITS | flow_order_mark(&f->entry.key),
		.first_ns = flow_first_ns(f),
		.flow = f,
	};
}

static bool
key_before(const struct flow *a, const struct flow *b)
{
	struct flow_record x, y;
	int order;

	flow_report_key(a, &x);
	flow_report_key(b, &y);
	order = memcmp(&x, &y, offsetof(struct flow_record, flow_index));
	if (order == 0) /* told apart by what no record shows: a VLAN, a tunnel's number */
		order = memcmp(&a->entry.key, &b->entry.key, sizeof(a->entry.key));
	return order < 0;
}

static inline bool
due_before(const struct flow_due *a, const struct flow_due *b)
{
	if (flow_due_tick(a) != flow_due_tick(b))
		return a->tick_mark < b->tick_mark;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns;
	if (a->tick_mark != b->tick_mark)
		return a->tick_mark < b->tick_mark;
	return key_before(a->flow, b->flow);
}

static inline bool
due_ties(const struct flow_due *a, const struct flow_due *b)
{
	return a->first_ns == b->first_ns && flow_due_tick(a) == flow_due_tick(b);
}

static void
reverse(struct flow_due *v, uint32_t n)
{
	for (uint32_t i = 0; i < n / 2; i++) {
		const struct flow_due t = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = t;
	}
}

/* Where the run that begins at 'from' ends. */
static uint32_t
run_end(const struct flow_due *v, uint32_t from, uint32_t n)
{
	uint32_t i = from + 1;

	while (i < n && !due_before(&v[i], &v[i - 1]))
		i++;
	return i;
}

/* v[from, mid) and v[mid, end) into out[from, end). */
static void
merge_runs(const struct flow_due *v, struct flow_due *out, uint32_t from, uint32_t mid,
           uint32_t end)
{
	uint32_t a = from, b = mid, to = from;

	while (a < mid && b < end)
		out[to++] = due_before(&v[b], &v[a]) ? v[b++] : v[a++];
	while (a < mid)
		out[to++] = v[a++];
	while (b < end)
		out[to++] = v[b++];
}

/* Merges neighbouring runs into scratch; whether there was more than one. */
static bool
merge_pass(struct flow_order *o)
{
	uint32_t from = 0;

	if (run_end(o->due, 0, o->count) >= o->count)
		return false;
	while (from < o->count) {
		const uint32_t mid = run_end(o->due, from, o->count);
		const uint32_t end = mid < o->count ? run_end(o->due, mid, o->count) : mid;

		merge_runs(o->due, o->scratch, from, mid, end);
		from = end;
	}
	return true;
}

/* Turns the falling runs round, those within a tick. */
static void
turn_falling(struct flow_order *o)
{
	uint32_t from = 0;

	while (from < o->count) {
		const uint64_t tick = flow_due_tick(&o->due[from]);
		uint32_t end = from + 1;

		while (end < o->count && flow_due_tick(&o->due[end]) == tick &&
		       o->due[end].first_ns <= o->due[end - 1].first_ns)
			end++;
		reverse(o->due + from, end - from);
		from = end;
	}
}

static void
insertion_sort(struct flow_due *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		const struct flow_due moved = v[i];
		uint32_t at = i;

		for (; at > 0 && due_before(&moved, &v[at - 1]); at--)
			v[at] = v[at - 1];
		v[at] = moved;
	}
}

/* Flows of one instant, which have no order by time; many of them are left to the merge. */
static void
settle_ties(struct flow_order *o)
{
	uint32_t from = 0;

	while (from < o->count) {
		uint32_t end = from + 1;

		while (end < o->count && due_ties(&o->due[end - 1], &o->due[end]))
			end++;
		if (end - from > 1 && end - from <= TIES_MAX)
			insertion_sort(o->due + from, end - from);
		from = end;
	}
}

void
flow_order_sort(struct flow_order *o)
{
	if (o->count < 2)
		return;
	turn_falling(o);
	settle_ties(o);
	while (merge_pass(o)) {
		struct flow_due *t = o->due;

		o->due = o->scratch;
		o->scratch = t;
	}
}
