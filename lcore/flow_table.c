/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a key may be: in its home bucket, which the hash's high bits choose; if
 * that was full, in a second bucket, chosen by the hash multiplied; if that was
 * full too, in the home bucket's chain, a list of entry indexes beside the
 * buckets. The home bucket counts what it has in its second bucket and says
 * whether it has a chain, so neither is looked at without cause: invariant that
 * insert and remove keep. Buckets are laid out for six entries on the average
 * when all are taken, and ten fit; so few keys live elsewhere, at any load.
 *
 * All zero is an empty table: nothing is initialised, and what is not used is
 * not touched. Entries are handed out from the lowest index up, freed ones first.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_prefetch.h>

#include "lcore/flow_table_internal.h"
#include "lcore/memory.h"
#include "lcore/view.h"

#define FREE_AHEAD 4 /* inserts by which a freed entry is prefetched */

/* An exact division by the entry size, as its odd part has an inverse modulo 2^64. */
static inline uint32_t
table_index(const struct flow_table *table, const struct flow_entry *entry)
{
	const uint64_t offset = (uint64_t)((const uint8_t *)entry - table->entries);

	return (uint32_t)((offset >> table->index_shift) * table->index_inverse);
}

static inline void
entry_prefetch(const struct flow_table *table, const struct flow_entry *entry)
{
	rte_prefetch0(entry);
	rte_prefetch0((const uint8_t *)entry + table->line1);
}

static size_t
buckets_size(const struct flow_table *table)
{
	return (size_t)table->bucket_count * sizeof(struct bucket);
}

/* Plain memory costs nothing until it is touched. Touched by reading, as a lookup does first, it
 * would be touched twice, and the second time every core of the process would have to be told. So
 * a chunk's first visitor makes it memory; no more once all of them have been visited. */
static void
chunk_populate(const struct flow_table *table, const struct bucket *bucket)
{
	const size_t at = (size_t)((const char *)bucket - (const char *)table->buckets);
	uint64_t *word = &table->there[at >> CHUNK_SHIFT >> 6];
	const uint64_t bit = UINT64_C(1) << (at >> CHUNK_SHIFT & 63);
	const size_t from = at >> CHUNK_SHIFT << CHUNK_SHIFT;

	if (likely(*word & bit))
		return;
	*word |= bit;
	if (!table->huge)
		memory_populate((char *)table->buckets + from,
		                RTE_MIN((size_t)1 << CHUNK_SHIFT, buckets_size(table) - from));
}

static void
table_set_divisor(struct flow_table *table, uint32_t entry_size)
{
	const unsigned shift = lowest_bit(entry_size);
	const uint64_t odd = entry_size >> shift;
	uint64_t inverse = odd; /* right in 3 bits; each step of Newton's doubles them */

	for (int i = 0; i < 5; i++)
		inverse *= 2 - odd * inverse;
	table->index_shift = shift;
	table->index_inverse = inverse;
}

static size_t
entries_size(const struct flow_table *table)
{
	return (size_t)table->capacity * table->entry_size;
}

static size_t
there_size(const struct flow_table *table)
{
	return ((buckets_size(table) >> CHUNK_SHIFT >> 6) + 1) * sizeof(table->there[0]);
}

static size_t
indexes_size(uint32_t count)
{
	return (size_t)count * sizeof(uint32_t);
}

static bool
options_valid(const struct flow_table_options *options)
{
	return options->capacity != 0 && options->capacity <= FLOW_TABLE_CAPACITY_MAX &&
	       options->entry_size >= sizeof(struct flow_entry) && options->entry_size % 64 == 0;
}

struct flow_table *
flow_table_create(const struct flow_table_options *options)
{
	const bool huge = options->huge;
	const int socket = options->socket;
	struct flow_table *table;

	if (!options_valid(options)) {
		rte_errno = EINVAL;
		return NULL;
	}
	table = memory_alloc(sizeof(*table), huge, socket, MEMORY_SPARSE);
	if (table == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	table->capacity = options->capacity;
	table->bucket_count = RTE_MAX(2u, options->capacity / BUCKET_LOAD + 1);
	table->entry_size = options->entry_size;
	table->line1 = options->entry_size > 64 ? 64 : 0;
	table->socket = socket;
	table->huge = huge;
	table_set_divisor(table, options->entry_size);
	flow_hash_secret_init(&table->secret, options->seed);

	table->buckets = memory_alloc(buckets_size(table), huge, socket, MEMORY_SPARSE);
	table->heads = memory_alloc(indexes_size(table->bucket_count), huge, socket, MEMORY_SPARSE);
	table->nexts = memory_alloc(indexes_size(table->capacity), huge, socket, MEMORY_SPARSE);
	table->freed = memory_alloc(indexes_size(table->capacity), huge, socket, MEMORY_SPARSE);
	table->entries = memory_alloc(entries_size(table), huge, socket, MEMORY_DENSE);
	table->there = memory_alloc(there_size(table), huge, socket, MEMORY_SPARSE);
	if (table->there == NULL || table->buckets == NULL || table->heads == NULL ||
	    table->nexts == NULL || table->freed == NULL || table->entries == NULL) {
		flow_table_free(table);
		rte_errno = ENOMEM;
		return NULL;
	}
	return table;
}

void
flow_table_free(struct flow_table *table)
{
	if (table == NULL)
		return;
	memory_free(table->there, there_size(table), table->huge);
	memory_free(table->entries, entries_size(table), table->huge);
	memory_free(table->freed, indexes_size(table->capacity), table->huge);
	memory_free(table->nexts, indexes_size(table->capacity), table->huge);
	memory_free(table->heads, indexes_size(table->bucket_count), table->huge);
	memory_free(table->buckets, buckets_size(table), table->huge);
	memory_free(table, sizeof(*table), table->huge);
}

void
flow_table_hash_burst(const struct flow_table *table, const struct flow_key *const keys[],
                      uint32_t hashes[], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct bucket *home;

		hashes[i] = flow_hash(&table->secret, keys[i]);
		home = bucket_home(table, hashes[i]);
		chunk_populate(table, home);
		rte_prefetch0(home);
	}
}

uint32_t
flow_table_hash(const struct flow_table *table, const struct flow_key *key)
{
	return flow_hash(&table->secret, key);
}

static inline struct flow_entry *
bucket_find(const struct flow_table *table, const struct bucket *bucket, const struct flow_key *key,
            uint32_t hash)
{
	uint32_t match = bucket_match(bucket, bucket_signature(hash));

	for (; match != 0; match &= match - 1) {
		struct flow_entry *entry = table_entry(table, bucket->index[lowest_bit(match)]);

		if (likely(flow_match_key(&entry->key, key)))
			return entry;
	}
	return NULL;
}

static struct flow_entry *
chain_find(const struct flow_table *table, const struct bucket *home, const struct flow_key *key,
           uint32_t hash)
{
	uint32_t link = table->heads[home - table->buckets];

	while (link != 0) {
		struct flow_entry *entry = table_entry(table, link - 1);

		if (entry->hash == hash && flow_match_key(&entry->key, key))
			return entry;
		link = table->nexts[link - 1];
	}
	return NULL;
}

struct flow_entry *
flow_table_lookup(const struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	const struct bucket *home = bucket_home(table, hash);
	struct flow_entry *entry = bucket_find(table, home, key, hash);

	if (entry == NULL && unlikely(home->spilled != 0))
		entry = bucket_find(table, bucket_second(table, hash, home), key, hash);
	if (entry == NULL && unlikely(home->chained != 0))
		entry = chain_find(table, home, key, hash);
	return entry;
}

/* The first entry whose signature fits, on its way into the cache; or NULL. */
static inline struct flow_entry *
bucket_candidate(const struct flow_table *table, const struct bucket *bucket, uint32_t hash)
{
	const uint32_t match = bucket_match(bucket, bucket_signature(hash));
	struct flow_entry *entry;

	if (match == 0)
		return NULL;
	entry = table_entry(table, bucket->index[lowest_bit(match)]);
	entry_prefetch(table, entry);
	return entry;
}

/* Three passes, so that the misses of a pass overlap: candidates of the home buckets; for those
 * without, of the second ones; the keys. A candidate with another key is rare: looked up anew. */
void
flow_table_lookup_burst(const struct flow_table *table, const struct flow_key *const keys[],
                        const uint32_t hashes[], struct flow_entry *entries[], unsigned n)
{
	uint8_t elsewhere[VIEW_BURST];
	unsigned elsewhere_count = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct bucket *home = bucket_home(table, hashes[i]);

		entries[i] = bucket_candidate(table, home, hashes[i]);
		if (unlikely(entries[i] == NULL && (home->spilled | home->chained) != 0)) {
			rte_prefetch0(bucket_second(table, hashes[i], home));
			elsewhere[elsewhere_count++] = (uint8_t)i;
		}
	}
	for (unsigned j = 0; j < elsewhere_count; j++) {
		const unsigned i = elsewhere[j];
		const struct bucket *home = bucket_home(table, hashes[i]);

		entries[i] =
		        bucket_candidate(table, bucket_second(table, hashes[i], home), hashes[i]);
		if (entries[i] == NULL && home->chained != 0)
			entries[i] = chain_find(table, home, keys[i], hashes[i]);
	}
	for (unsigned i = 0; i < n; i++)
		if (entries[i] != NULL && unlikely(!flow_match_key(&entries[i]->key, keys[i])))
			entries[i] = flow_table_lookup(table, keys[i], hashes[i]);
}

void
flow_table_prefetch_bucket(const struct flow_table *table, uint32_t hash)
{
	rte_prefetch0(bucket_home(table, hash));
}

void
flow_table_prefetch(const struct flow_table *table, uint32_t index)
{
	entry_prefetch(table, table_entry(table, index));
}

/* An index that is not in use; there must be one. */
static inline uint32_t
index_take(struct flow_table *table)
{
	if (table->freed_count == 0) {
		const uint32_t index = table_fresh(table);

		atomic_store_explicit(&table->fresh, index + 1, memory_order_relaxed);
		return index;
	}
	if (table->freed_count > FREE_AHEAD)
		flow_table_prefetch(table, table->freed[table->freed_count - 1 - FREE_AHEAD]);
	return table->freed[--table->freed_count];
}

static inline bool
bucket_put(struct bucket *bucket, uint32_t hash, uint32_t index)
{
	const uint32_t empty = bucket_match(bucket, 0);
	unsigned slot;

	if (empty == 0)
		return false;
	slot = lowest_bit(empty);
	bucket->signature[slot] = bucket_signature(hash);
	bucket->index[slot] = index;
	return true;
}

static void
chain_put(struct flow_table *table, struct bucket *home, uint32_t index)
{
	uint32_t *head = &table->heads[home - table->buckets];

	table->nexts[index] = *head;
	*head = index + 1;
	home->chained = 1;
}

struct flow_entry *
flow_table_insert(struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	struct bucket *home = bucket_home(table, hash);
	struct flow_entry *entry;
	uint32_t index;

	if (unlikely(flow_table_count(table) == table->capacity))
		return NULL;
	index = index_take(table);
	if (unlikely(!bucket_put(home, hash, index))) {
		if (bucket_put(bucket_second(table, hash, home), hash, index))
			home->spilled++;
		else
			chain_put(table, home, index);
	}
	entry = table_entry(table, index);
	entry->key = *key;
	entry->hash = hash;
	entry->timer_next = FLOW_INDEX_NONE;
	entry->timer_prev = FLOW_INDEX_NONE;
	entry->timer_tick = 0;
	return entry;
}

static inline bool
bucket_drop(struct bucket *bucket, uint32_t hash, uint32_t index)
{
	uint32_t match = bucket_match(bucket, bucket_signature(hash));

	for (; match != 0; match &= match - 1) {
		const unsigned slot = lowest_bit(match);

		if (bucket->index[slot] == index) {
			bucket->signature[slot] = 0;
			return true;
		}
	}
	return false;
}

static void
chain_drop(struct flow_table *table, struct bucket *home, uint32_t index)
{
	uint32_t *head = &table->heads[home - table->buckets];
	uint32_t *link = head;

	while (*link != index + 1)
		link = &table->nexts[*link - 1];
	*link = table->nexts[index];
	home->chained = *head != 0;
}

/* The home bucket has room again: the first of its chain moves in. */
static void
chain_settle(struct flow_table *table, struct bucket *home)
{
	uint32_t *head = &table->heads[home - table->buckets];
	const uint32_t index = *head - 1;

	bucket_put(home, table_entry(table, index)->hash, index);
	*head = table->nexts[index];
	home->chained = *head != 0;
}

void
flow_table_remove(struct flow_table *table, struct flow_entry *entry)
{
	struct bucket *home = bucket_home(table, entry->hash);
	const uint32_t index = table_index(table, entry);

	if (likely(bucket_drop(home, entry->hash, index))) {
		if (unlikely(home->chained != 0))
			chain_settle(table, home);
	} else if (home->spilled != 0 &&
	           bucket_drop(bucket_second(table, entry->hash, home), entry->hash, index)) {
		home->spilled--;
	} else {
		chain_drop(table, home, index);
	}
	table->freed[table->freed_count++] = index;
}

uint32_t
flow_table_index(const struct flow_table *table, const struct flow_entry *entry)
{
	return table_index(table, entry);
}

struct flow_entry *
flow_table_entry(const struct flow_table *table, uint32_t index)
{
	return table_entry(table, index);
}

uint32_t
flow_table_count(const struct flow_table *table)
{
	return table_fresh(table) - table->freed_count;
}

uint32_t
flow_table_capacity(const struct flow_table *table)
{
	return table->capacity;
}
