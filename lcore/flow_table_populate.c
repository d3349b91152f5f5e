/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory for flows before they come: a page that is written for the first time
 * costs the worker the time of a hundred packets, and of thousands if it is a
 * large one. The main lcore runs ahead of the worker instead; how far the worker
 * is, it reads, and nothing else of the worker's.
 */
#include <string.h>

#include <unistd.h>

#include "lcore/flow_table_internal.h"
#include "lcore/memory.h"

static void
populate(void *array, size_t from, size_t to)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	from &= ~(page - 1);
	memory_populate((uint8_t *)array + from, to - from);
}

/* The buckets are written all over from the first packets on. */
static void
populate_buckets(struct flow_table *table)
{
	const size_t bytes = (size_t)table->bucket_count * sizeof(struct bucket);

	populate(table->buckets, 0, bytes);
	memset(table->there, 0xff, ((bytes >> CHUNK_SHIFT >> 6) + 1) * sizeof(table->there[0]));
}

void
flow_table_populate(struct flow_table *table, uint32_t end)
{
	const uint32_t from = table->populated;

	end = end < table->capacity ? end : table->capacity;
	if (table->huge || end <= from)
		return;
	if (from == 0)
		populate_buckets(table);
	populate(table->entries, (size_t)from * table->entry_size, (size_t)end * table->entry_size);
	populate(table->nexts, from * sizeof(uint32_t), end * sizeof(uint32_t));
	populate(table->freed, from * sizeof(uint32_t), end * sizeof(uint32_t));
	table->populated = end;
}

uint32_t
flow_table_populated(const struct flow_table *table)
{
	return table->huge ? table->capacity : table->populated;
}

uint32_t
flow_table_touched(const struct flow_table *table)
{
	return table_fresh(table);
}

uint64_t
flow_table_memory(const struct flow_table *table)
{
	return (uint64_t)table->capacity * (table->entry_size + 2 * sizeof(uint32_t)) +
	       table->bucket_count * (sizeof(struct bucket) + sizeof(uint32_t));
}
