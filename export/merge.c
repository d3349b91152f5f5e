/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A linear scan finds the earliest head. Lanes are few and their heads stay in
 * the collector's cache, so this is cheaper than keeping a heap in shape.
 */
#include "export/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The key: addresses, ports, kind, protocol and its identifiers. */
#define KEY_SIZE offsetof(struct flow_record, flow_index)

int
merge_init(struct merge *m, struct flow_ring *const *rings, unsigned n)
{
	m->lanes = n;
	m->lane = calloc(n ? n : 1, sizeof(*m->lane));
	if (m->lane == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++)
		m->lane[i].ring = rings[i];
	return 0;
}

void
merge_fini(struct merge *m)
{
	free(m->lane);
	m->lane = NULL;
}

/* The clock first: a record that came after it was read is not earlier than it. */
static void
lane_look(struct merge_lane *l)
{
	l->clock_ns = flow_ring_clock(l->ring);
	l->head = flow_ring_peek(l->ring);
	l->ended = l->head == NULL && l->clock_ns == UINT64_MAX;
}

static uint64_t
record_first_ns(const struct flow_record *r)
{
	const uint64_t a = r->first_ns[0], b = r->first_ns[1];

	if (a == 0 || b == 0)
		return a | b;
	return a < b ? a : b;
}

static bool
record_before(const struct flow_record *a, const struct flow_record *b)
{
	uint64_t fa, fb;

	if (a->report_ns != b->report_ns)
		return a->report_ns < b->report_ns;
	fa = record_first_ns(a);
	fb = record_first_ns(b);
	if (fa != fb)
		return fa < fb;
	return memcmp(a, b, KEY_SIZE) < 0;
}

const struct flow_record *
merge_next(struct merge *m, bool hurry, unsigned *lane)
{
	const struct flow_record *best = NULL;
	uint64_t floor_ns = UINT64_MAX;

	for (unsigned i = 0; i < m->lanes; i++) {
		struct merge_lane *l = &m->lane[i];

		if (l->head == NULL && !l->ended)
			lane_look(l);
		if (l->head != NULL) {
			if (best == NULL || record_before(l->head, best)) {
				best = l->head;
				*lane = i;
			}
		} else if (!l->ended && l->clock_ns < floor_ns) {
			floor_ns = l->clock_ns;
		}
	}
	if (best == NULL || hurry || m->lanes == 1)
		return best;
	/* At the floor itself an empty ring may still bring its equal. */
	return best->report_ns < floor_ns || floor_ns == UINT64_MAX ? best : NULL;
}

void
merge_release(struct merge *m, unsigned lane)
{
	flow_ring_release(m->lane[lane].ring);
	m->lane[lane].head = flow_ring_peek(m->lane[lane].ring);
}

bool
merge_waiting(const struct merge *m)
{
	for (unsigned i = 0; i < m->lanes; i++) {
		if (m->lane[i].head != NULL)
			return true;
	}
	return false;
}

bool
merge_ended(const struct merge *m)
{
	for (unsigned i = 0; i < m->lanes; i++) {
		if (!m->lane[i].ended)
			return false;
	}
	return true;
}
