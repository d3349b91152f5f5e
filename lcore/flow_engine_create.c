/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's memory: made by the main lcore before the worker starts, given back
 * when it has ended.
 */
#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "lcore/flow_engine_internal.h"
#include "lcore/flow_user.h"

#define AHEAD_MIN 65536u          /* flows that have memory before they come */
#define CONTROL_BLOCKS (1u << 18) /* of 256 bytes: 64 MiB that -C fills as it needs */

static void
engine_configure(struct flow_engine *e, const struct config *c)
{
	flow_layout_init(&e->layout, c);
	flow_idle_init(&e->idle, c);
	e->fragment_ns = e->idle.fragment.seconds * NS_PER_S;
	e->unidirectional = c->unidirectional;
	e->start_records = c->start_records;
	e->special = c->start_records;
}

struct flow_engine *
flow_engine_create(const struct flow_engine_options *o)
{
	struct flow_engine *e = calloc(1, sizeof(*e));
	struct flow_table_options table = {
		.capacity = o->flows,
		.seed = o->seed,
		.huge = o->config->huge == HUGE_YES,
		.socket = o->socket,
	};

	if (e == NULL)
		return NULL;
	engine_configure(e, o->config);
	e->record_layout = *o->layout;
	e->ring = o->ring;
	e->counters = o->counters;
	e->worker = o->worker;
	e->lossless = o->lossless;
	table.entry_size = e->layout.entry_size;
	if (e->layout.control_at != 0) {
		e->layout.control.counters = o->counters;
		e->layout.control.data = control_data_create(CONTROL_BLOCKS, o->socket);
	}
	if (e->layout.control_at == 0 || e->layout.control.data != NULL)
		e->table = flow_table_create(&table);
	if (e->table != NULL)
		e->timer = flow_timer_create(e->table, o->socket);
	if (e->timer != NULL && o->apps != NULL)
		e->apps = apps_queue_create(&e->layout, o->apps, o->worker, o->flows, o->counters,
		                            o->socket);
	if (e->timer != NULL && (o->apps == NULL || e->apps != NULL) &&
	    flow_order_init(&e->order, o->flows, o->socket) == 0)
		return e;
	flow_engine_free(e);
	errno = ENOMEM;
	return NULL;
}

/* In steps: who else has work to do on that lcore does not wait for all of it. */
void
flow_engine_populate(struct flow_engine *e, bool all)
{
	const uint32_t capacity = flow_table_capacity(e->table);
	const uint32_t touched = flow_table_touched(e->table);
	const uint32_t populated = flow_table_populated(e->table);
	const uint32_t ahead = RTE_MAX(capacity / 8, AHEAD_MIN);
	uint32_t end = capacity - touched > ahead ? touched + ahead : capacity;

	if (all && end < populated + capacity / 32)
		end = populated + capacity / 32;
	else if (end != capacity && end - populated < ahead / 4)
		return;
	flow_table_populate(e->table, end);
	if (flow_table_populated(e->table) > populated)
		flow_timer_populate(e->timer, populated, flow_table_populated(e->table));
}

uint64_t
flow_engine_memory(const struct flow_engine *e)
{
	return flow_table_memory(e->table);
}

void
flow_engine_free(struct flow_engine *e)
{
	if (e == NULL)
		return;
	if (e->order.due != NULL)
		flow_order_fini(&e->order);
	if (e->timer != NULL)
		flow_timer_free(e->timer);
	if (e->table != NULL)
		flow_table_free(e->table);
	control_data_free(e->layout.control.data);
	apps_queue_free(e->apps);
	free(e);
}
