/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows whose interval has ended, put in the order in which their records go
 * out: by the tick at which it ended, by first packet, by key. The collector merges the
 * workers' streams by the same rule, so a file's records come in one order,
 * however many workers made them.
 *
 * Owned by a flow engine; memory for as many flows as the table has, which costs
 * nothing until it is touched.
 */
#ifndef PANOPTES_LCORE_FLOW_ORDER_H
#define PANOPTES_LCORE_FLOW_ORDER_H

#include <stdint.h>

#include "lcore/flow.h"

struct flow_due {
	uint64_t tick;
	uint64_t first_ns; /* of the flow's interval */
	struct flow *flow;
};

struct flow_order {
	struct flow_due *due, *scratch;
	uint32_t count, capacity;
};

/* 0 or -ENOMEM. */
int flow_order_init(struct flow_order *, uint32_t capacity, int socket);
void flow_order_fini(struct flow_order *);

/* There must be room; a flow must not change until the order is emptied (count = 0). */
void flow_order_add(struct flow_order *, struct flow *, uint64_t tick);
void flow_order_sort(struct flow_order *);

#endif
