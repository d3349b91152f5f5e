/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow table's inside: buckets, and where a hash lives. Private to the files
 * of the table.
 */
#ifndef PANOPTES_LCORE_FLOW_TABLE_INTERNAL_H
#define PANOPTES_LCORE_FLOW_TABLE_INTERNAL_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

#include "lcore/flow_hash.h"
#include "lcore/flow_match.h"
#include "lcore/flow_table.h"

#define BUCKET_SLOTS 10
#define BUCKET_LOAD 6 /* entries a bucket of a full table, on the average */
#define BUCKET_ALL ((1u << BUCKET_SLOTS) - 1)
#define SECOND_MULTIPLIER UINT32_C(0x9e3779b1)

#define CHUNK_SHIFT 14 /* bytes of buckets that become memory at once, as a power of two */

/* An empty slot has signature 0, which no key has. */
struct bucket {
	uint16_t signature[BUCKET_SLOTS];
	uint16_t spilled; /* keys of this home in their second bucket */
	uint16_t chained; /* whether there are keys of this home in its chain */
	uint32_t index[BUCKET_SLOTS];
};
static_assert(sizeof(struct bucket) == 64, "one cache line");
static_assert(offsetof(struct bucket, signature) + 2 * FLOW_MATCH_LANES <= sizeof(struct bucket),
              "the vector compare stays in the line");

struct flow_table {
	struct bucket *buckets;
	uint8_t *entries;
	uint32_t *freed; /* stack of indexes that were in use */
	uint32_t *heads; /* a bucket: first of its chain, index + 1, 0 for none */
	uint32_t *nexts; /* an entry: next in its chain, index + 1 */
	uint64_t *there; /* a bit a chunk of the buckets: whether it has been touched */
	uint32_t bucket_count;
	uint32_t capacity;
	uint32_t entry_size;
	uint32_t line1; /* offset of what a packet touches beside line 0 */
	uint32_t freed_count;
	_Atomic uint32_t fresh; /* the lowest index never used; the worker's, others look */
	uint32_t populated;     /* entries that have memory; whose flow_table_populate() is */
	unsigned index_shift;
	uint64_t index_inverse; /* of the entry size's odd part, modulo 2^64 */
	struct flow_hash_secret secret;
	int socket;
	bool huge;
};

static inline uint32_t
table_fresh(const struct flow_table *table)
{
	return atomic_load_explicit(&table->fresh, memory_order_relaxed);
}

/* Where a hash lives. */
static inline struct bucket *
bucket_home(const struct flow_table *table, uint32_t hash)
{
	return &table->buckets[((uint64_t)hash * table->bucket_count) >> 32];
}

/* Never the home bucket: there are always two. */
static inline struct bucket *
bucket_second(const struct flow_table *table, uint32_t hash, const struct bucket *home)
{
	struct bucket *second = bucket_home(table, hash * SECOND_MULTIPLIER);

	if (unlikely(second == home))
		second = home == table->buckets ? second + 1 : table->buckets;
	return second;
}

static inline uint16_t
bucket_signature(uint32_t hash)
{
	const uint16_t low = (uint16_t)hash;

	return low != 0 ? low : 1;
}

static inline uint32_t
bucket_match(const struct bucket *bucket, uint16_t signature)
{
	return flow_match_signature(bucket->signature, signature) & BUCKET_ALL;
}

static inline unsigned
lowest_bit(uint32_t mask)
{
	return (unsigned)__builtin_ctz(mask);
}

static inline struct flow_entry *
table_entry(const struct flow_table *table, uint32_t index)
{
	return (struct flow_entry *)(table->entries + (size_t)index * table->entry_size);
}

#endif
