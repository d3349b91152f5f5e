/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * User data of flows: the first bytes of each direction in a section of the entry
 * (-U), and of control-plane flows all of them in blocks of the worker's (-C). Runs on
 * the flow's worker lcore.
 */
#ifndef PANOPTES_LCORE_FLOW_USER_H
#define PANOPTES_LCORE_FLOW_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/control_data.h"
#include "lcore/dissect/dissect.h"
#include "lcore/flow.h"

/* Of a flow with FLOW_CONTROL. */
struct flow_control {
	struct control_chain chain[2];
};

/* The flow is new: whether it is of the control plane, and no data. */
void flow_user_start(const struct flow_layout *, struct flow *);

/* Adds a packet's payload. */
void flow_user_count(const struct flow_layout *, struct flow *, const struct packet *, int dir);

/* Whether a record has no room for the packet's payload beside what is there: only of control-plane
 * flows, whose data must be whole. */
bool flow_user_is_full(const struct flow_layout *, struct flow *, const struct packet *, int dir);

/* Into a record's section, which has room for 'max' bytes. */
void flow_user_report(const struct flow_layout *, struct flow *, int dir, struct flow_user_data *to,
                      uint32_t max);

/* After a record. */
void flow_user_reset(const struct flow_layout *, struct flow *);

#endif
