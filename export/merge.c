/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every lane has a bound below which nothing of it can come any more. The lane
 * with the lowest bound is the only one worth looking at: either it has a record
 * there, which is then the next one, or it is empty, and all wait for its clock.
 * The scan for it is branch-free and also finds the runner-up; until that bound
 * is reached the lane's records go without another scan.
 */
#include "export/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The key: addresses, ports, kind, protocol and its identifiers. */
#define KEY_SIZE offsetof(struct flow_record, flow_index)
#define ENDED UINT64_MAX

int
merge_init(struct merge *m, struct flow_ring *const *rings, unsigned n)
{
	*m = (struct merge){ .lanes = n };
	m->lane = calloc(n ? n : 1, sizeof(*m->lane));
	m->bound_ns = calloc(n ? n : 1, sizeof(*m->bound_ns));
	if (m->lane == NULL || m->bound_ns == NULL) {
		merge_fini(m);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < n; i++)
		m->lane[i].ring = rings[i];
	return 0;
}

void
merge_fini(struct merge *m)
{
	free(m->lane);
	free(m->bound_ns);
	m->lane = NULL;
	m->bound_ns = NULL;
}

static void
lane_peek(struct merge *m, unsigned i)
{
	m->lane[i].head = flow_ring_peek(m->lane[i].ring);
	if (m->lane[i].head != NULL) {
		const uint64_t t = m->lane[i].head->report_ns;

		m->bound_ns[i] = t < ENDED ? t : ENDED - 1;
	}
}

/* The clock first: a record that came after it was read is not earlier than it. */
static void
lane_look(struct merge *m, unsigned i)
{
	const uint64_t clock_ns = flow_ring_clock(m->lane[i].ring);

	lane_peek(m, i);
	if (m->lane[i].head == NULL)
		m->bound_ns[i] = clock_ns;
}

static uint64_t
record_first_ns(const struct flow_record *r)
{
	const uint64_t a = r->first_ns[0], b = r->first_ns[1];

	if (a == 0 || b == 0)
		return a | b;
	return a < b ? a : b;
}

/* Of two records with the same report time. */
static bool
record_before(const struct flow_record *a, const struct flow_record *b)
{
	const uint64_t fa = record_first_ns(a), fb = record_first_ns(b);

	if (fa != fb)
		return fa < fb;
	return a->mark != b->mark ? a->mark < b->mark : memcmp(a, b, KEY_SIZE) < 0;
}

/* The lowest bound and its lane; run_until_ns becomes the next lowest. */
static uint64_t
bound_lowest(struct merge *m, unsigned *lane)
{
	uint64_t lowest = ENDED, second = ENDED;
	unsigned best = 0;

	for (unsigned i = 0; i < m->lanes; i++) {
		const uint64_t b = m->bound_ns[i];
		const uint64_t loser = b < lowest ? lowest : b;

		second = loser < second ? loser : second;
		best = b < lowest ? i : best;
		lowest = b < lowest ? b : lowest;
	}
	*lane = best;
	m->run_until_ns = second;
	return lowest;
}

/* Several lanes share the lowest bound: all of them must have their record there. */
static const struct flow_record *
tie_break(struct merge *m, uint64_t bound_ns, unsigned *lane)
{
	const struct flow_record *best = NULL;

	for (unsigned i = 0; i < m->lanes; i++) {
		if (m->bound_ns[i] != bound_ns)
			continue;
		if (m->lane[i].head == NULL)
			return NULL;
		if (best == NULL || record_before(m->lane[i].head, best)) {
			best = m->lane[i].head;
			*lane = i;
		}
	}
	return best;
}

/* Looks at the empty lanes that hold the others up; false when that changes nothing. */
static bool
bound_raise(struct merge *m, uint64_t bound_ns)
{
	bool raised = false;

	for (unsigned i = 0; i < m->lanes; i++) {
		if (m->bound_ns[i] != bound_ns || m->lane[i].head != NULL)
			continue;
		lane_look(m, i);
		raised |= m->bound_ns[i] != bound_ns || m->lane[i].head != NULL;
	}
	return raised;
}

/* The earliest record there is, whatever empty lanes may still bring. */
static const struct flow_record *
merge_next_hurried(struct merge *m, unsigned *lane)
{
	const struct flow_record *best = NULL;

	for (unsigned i = 0; i < m->lanes; i++) {
		if (m->lane[i].head == NULL && m->bound_ns[i] != ENDED)
			lane_look(m, i);
		if (m->lane[i].head != NULL && (best == NULL || m->bound_ns[i] < best->report_ns)) {
			best = m->lane[i].head;
			*lane = i;
		}
	}
	m->run_until_ns = 0;
	return best;
}

static const struct flow_record *
merge_choose(struct merge *m, unsigned *lane)
{
	for (;;) {
		const uint64_t bound_ns = bound_lowest(m, lane);
		const struct flow_record *r;

		if (bound_ns == ENDED)
			return NULL;
		if (m->run_until_ns != bound_ns)
			r = m->lane[*lane].head;
		else
			r = tie_break(m, bound_ns, lane);
		if (r != NULL) {
			m->run_lane = *lane;
			return r;
		}
		if (!bound_raise(m, bound_ns)) {
			m->run_until_ns = 0;
			return NULL;
		}
	}
}

const struct flow_record *
merge_next(struct merge *m, bool hurry, unsigned *lane)
{
	const struct flow_record *r;

	if (m->lanes == 0)
		return NULL;
	r = m->lane[m->run_lane].head;
	if (m->lanes == 1 && r == NULL && m->bound_ns[0] != ENDED) {
		lane_look(m, 0);
		r = m->lane[0].head;
	}
	*lane = m->run_lane;
	if (m->lanes == 1 || (r != NULL && m->bound_ns[*lane] < m->run_until_ns && !hurry))
		return r;
	return hurry ? merge_next_hurried(m, lane) : merge_choose(m, lane);
}

void
merge_release(struct merge *m, unsigned lane)
{
	flow_ring_release(m->lane[lane].ring);
	/* An empty lane keeps its last record's time as its bound until it is looked at. */
	lane_peek(m, lane);
}

bool
merge_waiting(struct merge *m)
{
	bool waiting = false;

	for (unsigned i = 0; i < m->lanes; i++) {
		if (m->lane[i].head == NULL && m->bound_ns[i] != ENDED)
			lane_look(m, i);
		waiting |= m->lane[i].head != NULL;
	}
	return waiting;
}

uint64_t
merge_time(const struct merge *m)
{
	uint64_t lowest = ENDED;

	for (unsigned i = 0; i < m->lanes; i++)
		lowest = m->bound_ns[i] < lowest ? m->bound_ns[i] : lowest;
	return lowest;
}

bool
merge_ended(const struct merge *m)
{
	for (unsigned i = 0; i < m->lanes; i++) {
		if (m->bound_ns[i] != ENDED)
			return false;
	}
	return true;
}
