/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whom a full table gives up: of those that live near a hash, the one whose turn
 * in the wheel comes first. A few entries are looked at, never all.
 */
#include "lcore/flow_table_internal.h"

#define CHAIN_SAMPLE 8 /* entries of a chain, and of a full table, that may become the victim */

/* Whichever of the two has its turn earlier; ticks wrap. One that is not armed comes last. */
static struct flow_entry *
victim_earlier(struct flow_entry *best, struct flow_entry *entry)
{
	if (best == NULL || best->timer_prev == FLOW_INDEX_NONE)
		return entry;
	if (entry->timer_prev == FLOW_INDEX_NONE)
		return best;
	return (int32_t)(entry->timer_tick - best->timer_tick) < 0 ? entry : best;
}

static struct flow_entry *
victim_of_bucket(const struct flow_table *table, const struct bucket *bucket,
                 struct flow_entry *best)
{
	uint32_t used = ~bucket_match(bucket, 0) & BUCKET_ALL;

	for (; used != 0; used &= used - 1)
		best = victim_earlier(best, table_entry(table, bucket->index[lowest_bit(used)]));
	return best;
}

static struct flow_entry *
victim_of_chain(const struct flow_table *table, const struct bucket *home, struct flow_entry *best)
{
	uint32_t link = table->heads[home - table->buckets];

	for (unsigned i = 0; link != 0 && i < CHAIN_SAMPLE; i++) {
		best = victim_earlier(best, table_entry(table, link - 1));
		link = table->nexts[link - 1];
	}
	return best;
}

/* Every index is in use: take a few that the hash picks. */
static struct flow_entry *
victim_of_all(const struct flow_table *table, uint32_t hash)
{
	uint32_t index = (uint32_t)(((uint64_t)hash * table->capacity) >> 32);
	struct flow_entry *best = NULL;

	for (unsigned i = 0; i < CHAIN_SAMPLE; i++) {
		best = victim_earlier(best, table_entry(table, index));
		if (++index == table->capacity)
			index = 0;
	}
	return best;
}

struct flow_entry *
flow_table_victim(const struct flow_table *table, uint32_t hash)
{
	const struct bucket *home = bucket_home(table, hash);
	struct flow_entry *best;

	best = victim_of_bucket(table, home, NULL);
	best = victim_of_bucket(table, bucket_second(table, hash, home), best);
	if (home->chained != 0)
		best = victim_of_chain(table, home, best);
	if (best == NULL && flow_table_count(table) == table->capacity)
		best = victim_of_all(table, hash);
	return best;
}
