/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One worker's way to the collector: a single-producer, single-consumer
 * rte_ring holding flow records by value, of the size that the record layout
 * says, written and read in place.
 *
 * Thread-safety
 *	reserve, commit        only the worker that owns the ring
 *	peek, release          only the collector
 *	set_clock, clock       written by the worker, read by the collector
 *	set_overload           the worker
 *	overload, sampling     any thread
 *	create, free           the main lcore, with neither of them running
 *
 * Nothing here waits. The memory belongs to the ring.
 */
#ifndef PANOPTES_RING_FLOW_RING_H
#define PANOPTES_RING_FLOW_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "ring/flow_record.h"

struct flow_ring;

/* NULL and rte_errno on failure. 'slots' is rounded up to a power of two; the
 * ring holds one record less. */
struct flow_ring *flow_ring_create(const char *name, uint32_t slots,
                                   const struct flow_record_layout *layout, int socket);
void flow_ring_free(struct flow_ring *);
/* Bytes of memory a ring takes, to size EAL's heap before it exists. */
uint64_t flow_ring_memory(uint32_t slots, const struct flow_record_layout *layout);

/* The next free slot, to be filled and then committed (the same one until then); NULL when the
 * ring is full, and then all that was committed is visible. Commit batches: flush makes what was
 * committed visible at once. */
struct flow_record *flow_ring_reserve(struct flow_ring *);
void flow_ring_commit(struct flow_ring *);
void flow_ring_flush(struct flow_ring *);

/* The oldest record, or NULL; it stays valid until released. Room is given back in
 * batches, at the latest when the ring was seen empty. */
const struct flow_record *flow_ring_peek(struct flow_ring *);
void flow_ring_release(struct flow_ring *);

/* The worker promises: no record with an earlier report_ns will come. UINT64_MAX: it has ended.
 * Set after flush; the collector reads it before peeking. */
void flow_ring_set_clock(struct flow_ring *, uint64_t now_ns);
uint64_t flow_ring_clock(const struct flow_ring *);

/* How far the worker has gone in doing without; 0: not at all. Whose rungs they are is the worker's
 * business; 'sampling': of new flows one in so many is taken. */
void flow_ring_set_overload(struct flow_ring *, unsigned rung, uint32_t sampling);
unsigned flow_ring_overload(const struct flow_ring *);
uint32_t flow_ring_sampling(const struct flow_ring *);

/* Records in it now, roughly, and at the most; any thread. */
uint32_t flow_ring_used(const struct flow_ring *);
uint32_t flow_ring_capacity(const struct flow_ring *);

#endif
