/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker's flow table: key -> entry, for a single writer. Buckets of one cache
 * line hold short signatures that one vector instruction compares, and 32-bit
 * entry indexes; entries are of a size fixed at creation and begin with struct
 * flow_entry (one cache line). A keyed hash with a per-run seed keeps attackers
 * from building collisions. Never resized; full buckets spill into a second
 * choice and an overflow chain, so an insert fails only when all entries are
 * taken: the caller then evicts the victim that the table names.
 *
 * Memory: taken at creation on the given NUMA node, freed at the end; what was
 * never touched costs no memory without huge pages.
 */
#ifndef PANOPTES_LCORE_FLOW_TABLE_H
#define PANOPTES_LCORE_FLOW_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/flow_key.h"

#define FLOW_INDEX_NONE UINT32_MAX
#define FLOW_TABLE_CAPACITY_MAX (UINT32_C(1) << 30)

/* Line 0 of every flow. The timer's fields are the wheel's; an insert sets them to "not armed". */
struct flow_entry {
	struct flow_key key;
	uint32_t hash;       /* of the key; the table's */
	uint32_t timer_next; /* links by entry index; FLOW_INDEX_NONE ends the list */
	uint32_t timer_prev; /* the entry itself when first in its slot, FLOW_INDEX_NONE when
	                        unarmed */
	uint32_t timer_tick; /* at which it is looked at next; low 32 bits, so it wraps */
};
static_assert(sizeof(struct flow_entry) == 64, "one cache line");

struct flow_table;

struct flow_table_options {
	uint32_t capacity;   /* entries, 1 to FLOW_TABLE_CAPACITY_MAX */
	uint32_t entry_size; /* bytes, a multiple of 64, >= sizeof(struct flow_entry) */
	uint64_t seed;
	bool huge;  /* from EAL memory (huge pages), else plain lazily touched memory */
	int socket; /* NUMA node, or SOCKET_ID_ANY */
};

/* NULL with rte_errno EINVAL or ENOMEM. */
struct flow_table *flow_table_create(const struct flow_table_options *);
void flow_table_free(struct flow_table *);

/* Entries below this index have memory when this returns, in place of being given it when they are
 * first written; with huge pages all have. The first call comes before the worker starts, further
 * ones, and the second question, from one thread beside it. */
void flow_table_populate(struct flow_table *, uint32_t end);
uint32_t flow_table_populated(const struct flow_table *);
/* Entries that have ever been in use: those with the lowest indexes. Any thread. */
uint32_t flow_table_touched(const struct flow_table *);
/* Bytes that it has when all of it is in use. */
uint64_t flow_table_memory(const struct flow_table *);

/* hashes[i] of keys[i], n at a time, and a prefetch of their buckets. Bursts of 64 pay: the
 * misses of one burst overlap. */
void flow_table_hash_burst(const struct flow_table *, const struct flow_key *const keys[],
                           uint32_t hashes[], unsigned n);
/* entries[i] = the entry of keys[i], or NULL; line 0 of those found is in the cache and line 1 on
 * its way. n <= VIEW_BURST. An entry stays valid until it is removed. The table is not changed:
 * of a new key that is there twice both are NULL, so look again before the second insert. */
void flow_table_lookup_burst(const struct flow_table *, const struct flow_key *const keys[],
                             const uint32_t hashes[], struct flow_entry *entries[], unsigned n);
struct flow_entry *flow_table_lookup(const struct flow_table *, const struct flow_key *,
                                     uint32_t hash);
uint32_t flow_table_hash(const struct flow_table *, const struct flow_key *);

/* A fresh entry with key and hash set and all behind line 0 undefined; the key must not be in
 * the table. NULL when every entry is taken. */
struct flow_entry *flow_table_insert(struct flow_table *, const struct flow_key *, uint32_t hash);
/* The entry must be in the table and not armed. Its memory is handed out again by a later insert.
 */
void flow_table_remove(struct flow_table *, struct flow_entry *);
/* The entry with the earliest timer_tick near where 'hash' lives: whom to evict. Of a full table
 * never NULL; else NULL when nothing lives there. */
struct flow_entry *flow_table_victim(const struct flow_table *, uint32_t hash);

uint32_t flow_table_index(const struct flow_table *, const struct flow_entry *);
struct flow_entry *flow_table_entry(const struct flow_table *, uint32_t index);
/* The bucket of a hash, and lines 0 and 1 of an entry, on their way into the cache. */
void flow_table_prefetch_bucket(const struct flow_table *, uint32_t hash);
void flow_table_prefetch(const struct flow_table *, uint32_t index);
uint32_t flow_table_count(const struct flow_table *);
uint32_t flow_table_capacity(const struct flow_table *);

#endif
