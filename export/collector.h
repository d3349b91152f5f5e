/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collector: drains every worker's ring in time order, gives each flow its
 * sequence number, encodes records as argus FARs and hands the bytes to the
 * outputs; writes MARs at start, on their interval and at the end.
 *
 * It runs on one lcore of its own and owns the outputs and its sequence arrays.
 */
#ifndef PANOPTES_EXPORT_COLLECTOR_H
#define PANOPTES_EXPORT_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "export/lag.h"
#include "export/server/server.h"
#include "ring/control.h"
#include "ring/counters.h"
#include "ring/flow_record.h"
#include "ring/flow_ring.h"

struct collector;

struct collector_options {
	const struct config *config;
	const struct flow_record_layout *layout;
	struct flow_ring *const *rings; /* one per worker */
	const struct counters *const
	        *worker_counters; /* every counting core: workers and dispatcher */
	unsigned workers;
	unsigned counting_cores;
	uint32_t flows_per_worker;
	const struct source_id *source_ids; /* per worker: its records'; SOURCE_ID_NONE or NULL: the
	                                       probe's */
	bool live;    /* record times are the clock's: how late they are is counted */
	bool settles; /* control_settle() will be called once all that was lost is counted: the last
	                 MARs wait for it */
	uint8_t interface_type;  /* of STATUS MARs: libpcap's number of the first interface's link
	                            type; 0: none, or one that is too large for a MAR */
	struct control *control; /* told to stop when an output fails for good */
};

/* Opens the outputs and writes their start MARs. NULL on failure; 'error' then holds one line. */
struct collector *collector_create(const struct collector_options *, char *error,
                                   size_t error_size);

/* Until every ring's clock says the end and all are empty: then writes the stop MARs and closes
 * the outputs. 0, or a negative errno when records were lost to a failing output. 'arg' is the
 * collector (an lcore function). */
int collector_run(void *arg);

/* What it counted. */
struct collector_totals {
	uint64_t records_received; /* taken from the rings */
	uint64_t records_encoded;
	uint64_t outputs;
	uint64_t records_written;  /* summed over outputs */
	uint64_t records_filtered; /* summed over outputs: their record filters refused them */
	uint64_t records_lost;     /* summed over outputs */
	uint64_t records_spooled;  /* summed over outputs: kept for the next run */
	uint64_t records_replayed; /* kept by an earlier run, written by this one */
	uint64_t bytes_written;
	struct server_totals clients; /* that came in */
	uint64_t clients_served;      /* that get records now */
};
/* What came of one output so far. */
struct collector_output {
	uint64_t records_written, records_filtered, records_lost;
	uint64_t bytes_written;
	uint64_t failed; /* 1: it ended with an error and loses all that comes */
};
/* For the ledger; valid after collector_run has returned. */
void collector_totals(const struct collector *, struct collector_totals *);
/* The same from another thread while it runs, as it was less than a second ago. */
void collector_totals_live(const struct collector *, struct collector_totals *);
/* Likewise, of the output that is 'index'-th in the configuration. */
void collector_output_live(const struct collector *, unsigned index, struct collector_output *);
/* How late records were; any thread may read it. */
const struct lag *collector_lag(const struct collector *);
/* One line about the first output failure, or NULL. */
const char *collector_problem(const struct collector *);
/* One line about records that are kept for the next run, or NULL. */
const char *collector_notice(const struct collector *);

void collector_free(struct collector *);

#endif
