/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dispatcher lcore: one source, many workers. Packets go by the symmetric
 * hash of their address pair, so that both directions of a flow, and its
 * fragments, meet on one worker; an ICMP error is also shown to the worker of
 * the flow it quotes. Every worker gets every advance of the clock, with packets
 * or without.
 */
#ifndef PANOPTES_LCORE_DISPATCH_H
#define PANOPTES_LCORE_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/dissect.h"
#include "lcore/source.h"
#include "ring/counters.h"
#include "ring/packet_ring.h"

#define DISPATCH_WORKERS_MAX 64

/* Written by the main lcore before the start; the dispatcher's own while it runs. */
struct dispatch {
	struct source *source;
	struct packet_ring *rings[DISPATCH_WORKERS_MAX]; /* one per worker */
	unsigned workers;
	struct counters *counters;
	struct dissect_options dissect[2]; /* as the workers' */
	unsigned burst;                    /* 1..VIEW_BURST */
	bool lossless; /* reading files: wait for a full ring instead of dropping packets */
	bool poll;     /* never sleeps: it has a CPU to itself */
	int result;    /* of the source: 0 (its end) or a negative errno */
	uint64_t now_ns;
	uint64_t published_ns; /* the clock that all workers were told last */
};

/* An lcore function; 'arg' is the dispatcher. Returns dispatch->result. */
int dispatch_run(void *arg);

#endif
