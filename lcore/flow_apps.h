/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the flow engine to the matcher of applications: which packets of a burst are
 * looked at, and when. They wait in a queue of a burst's length while flows are counted,
 * and are matched one after the other, so that the patterns stay in the caches. One
 * worker lcore owns a queue.
 */
#ifndef PANOPTES_LCORE_FLOW_APPS_H
#define PANOPTES_LCORE_FLOW_APPS_H

#include "lcore/apps/apps.h"
#include "lcore/dissect/dissect.h"
#include "lcore/flow.h"
#include "ring/counters.h"

struct apps_queue;

/* NULL: no memory. The layout must stay. */
struct apps_queue *apps_queue_create(const struct flow_layout *, struct apps *, unsigned worker,
                                     uint32_t flows, struct counters *, int socket);
void apps_queue_free(struct apps_queue *);

/* A burst begins, or time goes on without one: rules that were loaded are taken up. */
void flow_apps_begin(struct apps_queue *);

/* The run is over. */
void flow_apps_end(struct apps_queue *);

/* The flow is new. */
void flow_apps_open(struct apps_queue *, struct flow *);
/* The flow ends; nothing is to be done for a link. */
void flow_apps_close(struct apps_queue *, struct flow *);

/* A packet of a flow with FLOW_LOOK_SRC or _DST, by its direction; 'index' is the flow's entry. The
 * packet stays until flow_apps_flush(). */
void flow_apps_count(struct apps_queue *, struct flow *, uint32_t index, const struct packet *,
                     int dir);

/* Matches what waits: before anything is made of a flow, and at the end of a burst. */
void flow_apps_flush(struct apps_queue *);

/* The record's label. */
void flow_apps_report(const struct apps_queue *, struct flow *, const struct flow_record_layout *,
                      struct flow_record *);

#endif
