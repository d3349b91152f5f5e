/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cores' parts, wired: sources -> (dispatchers ->) workers -> collector. Built
 * in that order, started in the reverse, so that nobody sends to one who is not
 * there. Main lcore only; it owns everything here.
 */
#ifndef PANOPTES_PROBE_PIPELINE_H
#define PANOPTES_PROBE_PIPELINE_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "probe/inputs.h"
#include "probe/ledger.h"
#include "probe/placement.h"
#include "ring/control.h"

struct apps;
struct pipeline;

struct pipeline_options {
	const struct config *config;
	const struct placement *placement;
	struct control *control;
	struct inputs *inputs; /* their sources become the pipeline's, also when creating fails */
	bool imports;          /* a source yields flow exports */
	const char *filter;    /* an expression that compiles, or NULL */
	struct apps *apps;     /* rules that name applications, or NULL; outlives the pipeline */
};

/* Bytes that a pipeline will take from EAL's memory. */
uint64_t pipeline_memory(const struct config *, const struct placement *);

/* NULL on failure, with one line in 'error'. */
struct pipeline *pipeline_create(const struct pipeline_options *, char *error, size_t error_size);
void pipeline_free(struct pipeline *);

/* Starts all lcores and waits until they have ended by themselves. */
int pipeline_run(struct pipeline *);

/* After the run: what failed, one line each; NULL: nothing. */
const char *pipeline_source_problem(const struct pipeline *, int *error);
const char *pipeline_output_problem(const struct pipeline *);
/* What the outputs have to say that is no failure; NULL: nothing. */
const char *pipeline_output_notice(const struct pipeline *);
void pipeline_ledger(const struct pipeline *, struct ledger *);

#endif
