/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Batches of packets from the dispatcher to one worker, filled and read in
 * place in the rte_ring's own slots.
 */
#include "ring/packet_ring.h"

#include <assert.h>

#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>

static_assert(sizeof(struct packet_batch) % 64 == 0, "batches start on a cache line");

struct packet_ring {
	struct rte_ring *ring;
	_Alignas(64) struct packet_batch *filling;
	_Alignas(64) const struct packet_batch *reading;
};

static uint32_t
slots_of(uint32_t batches)
{
	return rte_align32pow2(batches < 2 ? 2 : batches);
}

uint64_t
packet_ring_memory(uint32_t batches)
{
	return (uint64_t)slots_of(batches) * sizeof(struct packet_batch) +
	       sizeof(struct packet_ring) + sizeof(struct rte_ring);
}

struct packet_ring *
packet_ring_create(const char *name, uint32_t batches, int socket)
{
	struct packet_ring *r = rte_zmalloc_socket("packet_ring", sizeof(*r), 64, socket);

	if (r == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	r->ring = rte_ring_create_elem(name, sizeof(struct packet_batch), slots_of(batches), socket,
	                               RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (r->ring == NULL) {
		rte_free(r);
		return NULL;
	}
	return r;
}

void
packet_ring_free(struct packet_ring *r)
{
	if (r == NULL)
		return;
	rte_ring_free(r->ring);
	rte_free(r);
}

struct packet_batch *
packet_ring_reserve(struct packet_ring *r)
{
	struct rte_ring_zc_data at;

	if (r->filling != NULL)
		return r->filling;
	if (rte_ring_enqueue_zc_bulk_elem_start(r->ring, sizeof(struct packet_batch), 1, &at,
	                                        NULL) == 0)
		return NULL;
	r->filling = at.ptr1;
	r->filling->count = 0;
	r->filling->used = 0;
	r->filling->end = false;
	return r->filling;
}

unsigned
packet_ring_waiting(const struct packet_ring *r)
{
	return rte_ring_count(r->ring);
}

unsigned
packet_ring_capacity(const struct packet_ring *r)
{
	return rte_ring_get_capacity(r->ring);
}

void
packet_ring_publish(struct packet_ring *r)
{
	assert(r->filling != NULL);
	r->filling = NULL;
	rte_ring_enqueue_zc_elem_finish(r->ring, 1);
}

const struct packet_batch *
packet_ring_peek(struct packet_ring *r)
{
	struct rte_ring_zc_data at;

	if (r->reading != NULL)
		return r->reading;
	if (rte_ring_dequeue_zc_bulk_elem_start(r->ring, sizeof(struct packet_batch), 1, &at,
	                                        NULL) == 0)
		return NULL;
	r->reading = at.ptr1;
	return r->reading;
}

void
packet_ring_release(struct packet_ring *r)
{
	assert(r->reading != NULL);
	r->reading = NULL;
	rte_ring_dequeue_zc_elem_finish(r->ring, 1);
}
