/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What building a pipeline and running it share. Internal to probe/pipeline*.c.
 */
#ifndef PANOPTES_PROBE_PIPELINE_INTERNAL_H
#define PANOPTES_PROBE_PIPELINE_INTERNAL_H

#include <semaphore.h>

#include <rte_launch.h>

#include "export/collector.h"
#include "lcore/dispatch.h"
#include "lcore/worker.h"
#include "probe/pipeline.h"
#include "ring/flow_ring.h"
#include "ring/packet_ring.h"

#define JOBS_MAX (PLACEMENT_WORKERS_MAX + INPUTS_MAX + 1)
#define COUNTERS_MAX (PLACEMENT_WORKERS_MAX + INPUTS_MAX + INPUTS_COUNTERS_MAX)

/* One input's way to its workers. */
struct feed {
	struct source *intake;
	struct counters *counters; /* of the core that receives: a dispatcher, or the only worker */
	struct dispatch dispatch;  /* of several workers */
	unsigned first_worker, workers;
};

/* One lcore's work. */
struct job {
	lcore_function_t *run;
	void *arg;
	unsigned lcore;
	int result;
	sem_t *done;
};

struct pipeline {
	struct pipeline_options options;
	struct flow_record_layout layout;
	unsigned workers;
	uint32_t flows_per_worker;
	struct feed *feeds; /* one per input */
	unsigned feed_count, dispatchers;
	struct counters *counters[COUNTERS_MAX]; /* workers', dispatchers', then the inputs' */
	unsigned own_counters, counting_cores;
	struct source_id source_ids[PLACEMENT_WORKERS_MAX]; /* of workers' records */
	struct packet_ring *packet_rings[PLACEMENT_WORKERS_MAX];
	struct flow_ring *flow_rings[PLACEMENT_WORKERS_MAX];
	struct worker worker[PLACEMENT_WORKERS_MAX];
	struct collector *collector;
	bool populates_all; /* tables have all of their memory soon after the start */
	int collector_result;
	unsigned overload_told, overload_ticks; /* the rung of the last line, and until the next */
	sem_t done;
	struct job jobs[JOBS_MAX];
	unsigned job_count;
};

#endif
