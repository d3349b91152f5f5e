/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One worker's flows: table, timing wheel, flow models and the way out to its
 * ring. The engine is owned and called by one worker lcore; its memory is taken
 * at creation, on that lcore's NUMA node.
 *
 * A record is a pure function of its flow's own packets: status cuts and idle
 * expiry are decided when the flow's next packet comes, by that packet's time;
 * the wheel only sends out what is pending and frees what is idle. Hence the
 * same records for any burst size and any number of workers.
 */
#ifndef PANOPTES_LCORE_FLOW_ENGINE_H
#define PANOPTES_LCORE_FLOW_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "lcore/dissect/dissect.h"
#include "lcore/view.h"
#include "ring/control.h"
#include "ring/counters.h"
#include "ring/flow_record.h"
#include "ring/flow_ring.h"

struct flow_engine;

struct flow_engine_options {
	const struct config *config;
	const struct flow_record_layout *layout;
	struct flow_ring *ring;
	struct counters *counters;
	const struct control *control; /* lossless waiting ends when it says stop twice over */
	uint32_t flows;                /* entries of this worker's table */
	uint8_t worker;
	bool lossless;     /* reading files: wait for a full ring instead of dropping records, and
	                      give up any flow for a new one */
	int socket;        /* NUMA node, or SOCKET_ID_ANY */
	uint64_t seed;     /* of the keyed hash; random per run */
	struct apps *apps; /* rules that name applications; NULL: none */
};

/* NULL and errno on failure. */
struct flow_engine *flow_engine_create(const struct flow_engine_options *);
void flow_engine_free(struct flow_engine *);

/* Memory for the flows that come next, so that the worker does not wait for it; with 'all', a step
 * further each time until the whole table has it. Once before the worker starts, then ten times a
 * second from one other thread. */
void flow_engine_populate(struct flow_engine *, bool all);
/* Bytes of a table that is full. */
uint64_t flow_engine_memory(const struct flow_engine *);

/* Counts n <= VIEW_BURST dissected packets into their flows, in order. views[i] is what
 * packets[i] came from (VIEW_NOTICE among its flags: only the quoted flow is marked). */
void flow_engine_burst(struct flow_engine *, const struct packet *packets,
                       const struct packet_view *views, unsigned n);

/* Does without what this rung of the ladder says (lcore/overload.h), from the next burst on. Of new
 * flows that are not taken each packet is counted as drop_sampled. */
void flow_engine_shed(struct flow_engine *, unsigned rung);

/* Hands on the record of a flow that an export told of; everything but flow_index, worker and
 * report_ns is there. */
void flow_engine_import(struct flow_engine *, const struct flow_record *);

/* Counts one packet that stands for 'weight' of its kind; its view has VIEW_SAMPLE. */
void flow_engine_sample(struct flow_engine *, const struct packet *, const struct packet_view *,
                        uint32_t weight);

/* Time has advanced to now_ns (never goes back): a bounded step of expiry. Returns whether more
 * is due right now. 'packets': of the last burst; where some came, others wait, and the step is a
 * small one as long as expiry is not late. */
bool flow_engine_advance(struct flow_engine *, uint64_t now_ns, unsigned packets);

/* The end: every flow with unreported packets is reported; the ring's clock is set to
 * UINT64_MAX. */
void flow_engine_flush(struct flow_engine *);

#endif
