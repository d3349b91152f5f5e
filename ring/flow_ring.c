/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow records from one worker to the collector, by value.
 *
 * Both sides work on a window of slots that they hold from the rte_ring: the
 * producer fills its window and publishes what it committed when the window is
 * used up or on flush; the consumer reads its window and gives it back when it
 * is read. So the two cores touch each other's cache line once per window.
 */
#include "ring/flow_ring.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>

#define FLOW_RING_WINDOW 32 /* records published or given back at once */
#define FLOW_RING_SLOTS_MIN 64
/* Slots whose lines are fetched from the other core before their turn. */
#define FLOW_RING_AHEAD 3
#define FLOW_RING_LINES 6 /* of each: the record's fixed part */
static_assert(sizeof(struct flow_record) == FLOW_RING_LINES * 64, "lines of a record");

/* Slots held from the ring: 'held' of them, the first 'done' filled or read. */
struct window {
	struct rte_ring_zc_data at;
	uint32_t held, done;
};

struct flow_ring {
	struct rte_ring *ring;
	uint32_t record_size;
	_Alignas(64) struct window producer;
	_Alignas(64) struct window consumer;
	_Alignas(64) _Atomic uint64_t clock_ns;
	_Alignas(64) _Atomic uint32_t rung;
	_Atomic uint32_t sampling;
};

static inline void *
window_slot(const struct window *w, uint32_t i, uint32_t record_size)
{
	return i < w->at.n1 ? (char *)w->at.ptr1 + (size_t)i * record_size
	                    : (char *)w->at.ptr2 + (size_t)(i - w->at.n1) * record_size;
}

/* A slot some places ahead of the next, or NULL: the other core had its lines last. */
static inline const char *
window_ahead(const struct window *w, uint32_t record_size)
{
	const uint32_t ahead = w->done + FLOW_RING_AHEAD;

	return ahead < w->held ? window_slot(w, ahead, record_size) : NULL;
}

static uint32_t
slots_of(uint32_t slots)
{
	return rte_align32pow2(slots < FLOW_RING_SLOTS_MIN ? FLOW_RING_SLOTS_MIN : slots);
}

uint64_t
flow_ring_memory(uint32_t slots, const struct flow_record_layout *layout)
{
	return (uint64_t)slots_of(slots) * layout->size + sizeof(struct flow_ring) +
	       sizeof(struct rte_ring);
}

struct flow_ring *
flow_ring_create(const char *name, uint32_t slots, const struct flow_record_layout *layout,
                 int socket)
{
	struct flow_ring *r = rte_zmalloc_socket("flow_ring", sizeof(*r), 64, socket);

	if (r == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	r->record_size = layout->size;
	atomic_init(&r->sampling, 1);
	r->ring = rte_ring_create_elem(name, layout->size, slots_of(slots), socket,
	                               RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (r->ring == NULL) {
		rte_free(r);
		return NULL;
	}
	return r;
}

void
flow_ring_free(struct flow_ring *r)
{
	if (r == NULL)
		return;
	rte_ring_free(r->ring);
	rte_free(r);
}

void
flow_ring_flush(struct flow_ring *r)
{
	struct window *w = &r->producer;

	if (w->done != 0)
		rte_ring_enqueue_zc_elem_finish(r->ring, w->done);
	w->held = w->done = 0;
}

struct flow_record *
flow_ring_reserve(struct flow_ring *r)
{
	struct window *w = &r->producer;
	const char *ahead;

	if (w->done == w->held) {
		flow_ring_flush(r);
		w->held = rte_ring_enqueue_zc_burst_elem_start(r->ring, r->record_size,
		                                               FLOW_RING_WINDOW, &w->at, NULL);
		if (w->held == 0)
			return NULL;
	}
	ahead = window_ahead(w, r->record_size);
	for (unsigned i = 0; ahead != NULL && i < FLOW_RING_LINES; i++)
		__builtin_prefetch(ahead + i * 64, 1);
	return window_slot(w, w->done, r->record_size);
}

void
flow_ring_commit(struct flow_ring *r)
{
	struct window *w = &r->producer;

	if (++w->done == w->held)
		flow_ring_flush(r);
}

const struct flow_record *
flow_ring_peek(struct flow_ring *r)
{
	struct window *w = &r->consumer;
	const char *ahead;

	if (w->done == w->held) {
		w->done = 0;
		w->held = rte_ring_dequeue_zc_burst_elem_start(r->ring, r->record_size,
		                                               FLOW_RING_WINDOW, &w->at, NULL);
		if (w->held == 0)
			return NULL;
	}
	ahead = window_ahead(w, r->record_size);
	for (unsigned i = 0; ahead != NULL && i < FLOW_RING_LINES; i++)
		__builtin_prefetch(ahead + i * 64);
	return window_slot(w, w->done, r->record_size);
}

void
flow_ring_release(struct flow_ring *r)
{
	struct window *w = &r->consumer;

	if (++w->done == w->held) {
		rte_ring_dequeue_zc_elem_finish(r->ring, w->done);
		w->held = w->done = 0;
	}
}

void
flow_ring_set_clock(struct flow_ring *r, uint64_t now_ns)
{
	atomic_store_explicit(&r->clock_ns, now_ns, memory_order_release);
}

uint64_t
flow_ring_clock(const struct flow_ring *r)
{
	return atomic_load_explicit(&r->clock_ns, memory_order_acquire);
}

void
flow_ring_set_overload(struct flow_ring *r, unsigned rung, uint32_t sampling)
{
	atomic_store_explicit(&r->rung, rung, memory_order_relaxed);
	atomic_store_explicit(&r->sampling, sampling, memory_order_relaxed);
}

unsigned
flow_ring_overload(const struct flow_ring *r)
{
	return atomic_load_explicit(&r->rung, memory_order_relaxed);
}

uint32_t
flow_ring_sampling(const struct flow_ring *r)
{
	return atomic_load_explicit(&r->sampling, memory_order_relaxed);
}

uint32_t
flow_ring_used(const struct flow_ring *r)
{
	return rte_ring_count(r->ring);
}

uint32_t
flow_ring_capacity(const struct flow_ring *r)
{
	return rte_ring_get_capacity(r->ring);
}
