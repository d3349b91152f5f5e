/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dispatcher's way to one worker: a single-producer, single-consumer
 * rte_ring whose elements are whole batches. A batch carries packet bytes with
 * what is known of them, and the dispatcher's clock; a batch without packets
 * carries the clock alone, so that every worker sees time advance.
 *
 * Thread-safety
 *	reserve, publish       only the dispatcher
 *	peek, release          only the worker
 *	create, free           the main lcore, with neither of them running
 *
 * Nothing here waits. Memory belongs to the ring and is taken at creation; pages
 * of a batch's byte area that no packet reached are never touched.
 */
#ifndef PANOPTES_RING_PACKET_RING_H
#define PANOPTES_RING_PACKET_RING_H

#include <stdbool.h>
#include <stdint.h>

#define PACKET_BATCH_MAX 64             /* packets */
#define PACKET_BATCH_BYTES (272u << 10) /* at least one packet of any length a source yields */

/* What a source knows of a packet; 'at' is its first byte in the batch. */
struct packet_batch_entry {
	uint64_t time_ns;
	uint64_t clock_ns, before_ns;
	uint32_t at;
	uint32_t captured;
	uint32_t length;
	uint16_t link_type;
	uint8_t ingress;
	uint8_t flags;
};

struct packet_batch {
	uint64_t now_ns; /* the source's clock after these packets */
	uint32_t count;
	uint32_t used; /* bytes taken */
	bool end;      /* nothing follows */
	struct packet_batch_entry entries[PACKET_BATCH_MAX];
	_Alignas(64) uint8_t bytes[PACKET_BATCH_BYTES];
};

struct packet_ring;

/* NULL and rte_errno on failure. 'batches' is rounded up to a power of two; the
 * ring holds one less. */
struct packet_ring *packet_ring_create(const char *name, uint32_t batches, int socket);
void packet_ring_free(struct packet_ring *);

/* An empty batch to fill, the same one until it is published; NULL when the ring is full. */
struct packet_batch *packet_ring_reserve(struct packet_ring *);
/* Batches that were published and not yet released. */
unsigned packet_ring_waiting(const struct packet_ring *);
unsigned packet_ring_capacity(const struct packet_ring *);
/* Hands over the batch that was reserved. */
void packet_ring_publish(struct packet_ring *);

/* Room for one more packet of this length? */
static inline bool
packet_batch_fits(const struct packet_batch *b, uint32_t captured)
{
	return b->count < PACKET_BATCH_MAX && captured <= PACKET_BATCH_BYTES - b->used;
}

/* The oldest batch, or NULL; it stays valid until released. */
const struct packet_batch *packet_ring_peek(struct packet_ring *);
void packet_ring_release(struct packet_ring *);

/* Bytes of memory a ring takes, to size EAL's heap before it exists. */
uint64_t packet_ring_memory(uint32_t batches);

#endif
