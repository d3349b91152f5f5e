/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker lcore: source -> dissector -> flow engine -> flow ring, in bursts,
 * until its source ends.
 */
#ifndef PANOPTES_LCORE_WORKER_H
#define PANOPTES_LCORE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/dissect.h"
#include "lcore/flow_engine.h"
#include "lcore/flow_import.h"
#include "lcore/overload.h"
#include "lcore/source.h"
#include "ring/counters.h"
#include "ring/flow_ring.h"

/* Written by the main lcore before the start; the worker's own while it runs. */
struct worker {
	struct source *source;
	struct flow_engine *engine;
	struct flow_import *import; /* NULL: no source yields flow exports */
	struct flow_ring *ring;
	struct counters *counters;
	struct dissect_options dissect[2]; /* of packets, of VIEW_INNER */
	unsigned burst;                    /* 1..VIEW_BURST */
	bool poll;                         /* never sleeps: it has a CPU to itself */
	bool sheds;                        /* under overload: live, and wanted */
	struct overload overload;
	/* who counts what was lost on the way here: missed_*, drop_dispatch */
	const struct counters *const *losses;
	unsigned loss_count;
	int result; /* of the source: 0 (its end) or a negative errno */
};

/* An lcore function; 'arg' is the worker. Returns worker->result. */
int worker_run(void *arg);

#endif
