/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow exports that a worker meets in its packets: the way from a packet to the
 * decoders of lcore/import, and from there to the flow engine's ring. Owned and
 * called by one worker lcore.
 */
#ifndef PANOPTES_LCORE_FLOW_IMPORT_H
#define PANOPTES_LCORE_FLOW_IMPORT_H

#include "lcore/dissect/dissect.h"
#include "lcore/flow_engine.h"
#include "lcore/view.h"
#include "ring/counters.h"

struct flow_import;

/* Engine and counters must outlive it. NULL without memory. */
struct flow_import *flow_import_create(struct flow_engine *, struct counters *,
                                       const struct dissect_options *);
void flow_import_free(struct flow_import *);

/* A packet that was counted in its flow: what its payload exports, if its view says that it may. */
void flow_import_packet(struct flow_import *, const struct packet *, const struct packet_view *);

#endif
