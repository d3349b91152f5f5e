/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A natural merge sort. Flows leave the wheel tick by tick, and those of a tick
 * nearly in the reverse of the order that is wanted: runs that fall are turned
 * first, so that mostly one look is all it takes.
 */
#include "lcore/flow_order.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lcore/flow_report.h"
#include "lcore/memory.h"

int
flow_order_init(struct flow_order *o, uint32_t capacity, int socket)
{
	const size_t size = (size_t)capacity * sizeof(*o->due);

	o->count = 0;
	o->capacity = capacity;
	o->due = memory_alloc(size, false, socket, MEMORY_DENSE);
	o->scratch = memory_alloc(size, false, socket, MEMORY_DENSE);
	if (o->due != NULL && o->scratch != NULL)
		return 0;
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
	o->due[o->count++] = (struct flow_due){ tick, flow_first_ns(f), f };
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
	if (a->tick != b->tick)
		return a->tick < b->tick;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns;
	return key_before(a->flow, b->flow);
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
		uint32_t end = from + 1;

		while (end < o->count && o->due[end].tick == o->due[from].tick &&
		       o->due[end].first_ns < o->due[end - 1].first_ns)
			end++;
		reverse(o->due + from, end - from);
		from = end;
	}
}

void
flow_order_sort(struct flow_order *o)
{
	if (o->count < 2)
		return;
	turn_falling(o);
	while (merge_pass(o)) {
		struct flow_due *t = o->due;

		o->due = o->scratch;
		o->scratch = t;
	}
}
