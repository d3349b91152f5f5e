/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows whose interval has ended, put in the order in which their records go
 * out: by the tick at which it ended, by first packet, by a mark of the key, by the key
 * itself. The collector merges the workers' streams by the same rule, so a file's records
 * come in one order, however many workers made them.
 *
 * Owned by a flow engine; memory for as many flows as the table has, which costs
 * nothing until it is touched.
 */
#ifndef PANOPTES_LCORE_FLOW_ORDER_H
#define PANOPTES_LCORE_FLOW_ORDER_H

#include <stdint.h>

#include "lcore/flow.h"

#define FLOW_ORDER_BITS 26 /* of a mark; a tick has no more than the other 38 */

struct flow_due {
	uint64_t tick_mark; /* the tick, and in the low FLOW_ORDER_BITS the key's mark */
	uint64_t first_ns;  /* of the flow's interval */
	struct flow *flow;
};

static inline uint64_t
flow_due_tick(const struct flow_due *d)
{
	return d->tick_mark >> FLOW_ORDER_BITS;
}

struct flow_order {
	struct flow_due *due, *scratch;
	uint32_t count, capacity;
};

/* Tells nearly all keys apart without a look at them; the same in every run and worker. */
uint32_t flow_order_mark(const struct flow_key *);

/* 0 or -ENOMEM. */
int flow_order_init(struct flow_order *, uint32_t capacity, int socket);
void flow_order_fini(struct flow_order *);

/* There must be room; a flow must not change until the order is emptied (count = 0). */
void flow_order_add(struct flow_order *, struct flow *, uint64_t tick);
void flow_order_sort(struct flow_order *);

#endif
