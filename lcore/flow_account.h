/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a packet does to its flow: times, counters, header facts, and the models
 * of protocols that have one. No table, no timer, no ring: the engine decides
 * which flow, and when a record is due. Runs on the flow's worker lcore.
 */
#ifndef PANOPTES_LCORE_FLOW_ACCOUNT_H
#define PANOPTES_LCORE_FLOW_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/dissect.h"
#include "lcore/flow.h"

/* A new flow by its first packet, which is not counted yet; everything behind line 0 is set. */
void flow_start(const struct flow_layout *, struct flow *, const struct packet *);

/* 0: the packet is the source's, 1: the destination's. */
static inline int
flow_direction(const struct flow *f, const struct packet *p)
{
	return (int)((unsigned)p->reverse ^ flow_source(f));
}

/* Whether the packet begins a new connection on the flow's TCP tuple. If so nothing was counted;
 * else the TCP machine has seen it, and *active says which kind of gap it ends. For flows and
 * packets of other protocols it is false, and active. */
bool flow_tcp_packet(const struct flow_layout *, struct flow *, const struct packet *, int dir,
                     bool *active, bool *turn);

/* Counts the packet. 'active': the kind of the gap between packets that it ends. */
void flow_count(const struct flow_layout *, struct flow *, const struct packet *, int dir,
                bool active);

/* After a record: what speaks of an interval starts anew. */
void flow_reset(const struct flow_layout *, struct flow *);

/* Source and destination change places. Nothing may be pending. */
void flow_turn(const struct flow_layout *, struct flow *);

/* The packet is an ICMP error and spoke of this flow: the record that is pending tells so, and ends
 * with it. */
void flow_mark(struct flow *, const struct packet *);
/* The icmp DSR's qualifier for an error of this type, IPv4's; 0: it tells nothing of a flow. */
uint8_t flow_mark_kind(uint8_t type);

#endif
