/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tunnel that a flow came in, in a section of its entry: its ends and header as
 * the first packet in one had them, and each direction's network. They last as long as
 * the flow. Runs on the flow's worker lcore.
 */
#ifndef PANOPTES_LCORE_FLOW_TUNNEL_H
#define PANOPTES_LCORE_FLOW_TUNNEL_H

#include "lcore/dissect/dissect.h"
#include "ring/flow_record.h"

/* Of a packet of this direction that has PACKET_OUTER. */
void flow_tunnel_count(struct flow_tunnel *, const struct packet *, int dir);

/* The flow's source is its destination from now on. */
void flow_tunnel_turn(struct flow_tunnel *);

#endif
