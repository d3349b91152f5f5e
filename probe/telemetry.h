/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters for who asks, through DPDK's telemetry socket (dpdk-telemetry.py,
 * panoptes top):
 *
 *	/panoptes/ledger	every counter, summed over cores, and the outputs' totals
 *	/panoptes/workers	packets, flows and the ring of each worker
 *	/panoptes/flows		flows in tables, and their room
 *	/panoptes/outputs	what came of records at each output
 *	/panoptes/clients	... and at clients
 *	/panoptes/ports		what each port received and lost
 *	/panoptes/lag		how late records are: a histogram in milliseconds
 *	/panoptes/clock		source and error of packet times
 *	/panoptes/apps		flows of each application, the most first
 *	/panoptes/rules		how often each rule matched, those with an alert first
 *
 * Answers are made on EAL's telemetry thread out of what other threads count.
 */
#ifndef PANOPTES_PROBE_TELEMETRY_H
#define PANOPTES_PROBE_TELEMETRY_H

#include "config/config.h"
#include "export/collector.h"
#include "lcore/apps/apps.h"
#include "probe/inputs.h"
#include "ring/counters.h"
#include "ring/flow_ring.h"

/* What answers are made of; it all outlives telemetry_stop(). */
struct telemetry_view {
	const struct counters *const *counters; /* the workers' come first */
	unsigned counting_cores, workers;
	uint32_t flows_per_worker;
	struct flow_ring *const *rings; /* a worker's */
	const struct config *config;
	const struct inputs *inputs;
	const struct collector *collector;
	const struct apps *apps; /* NULL: applications are not looked for */
};

/* Registers the commands, once in a process's life, and answers from now on. */
void telemetry_start(const struct telemetry_view *);

/* No answer is being made any more when it returns; commands answer with nothing then. */
void telemetry_stop(void);

#endif
