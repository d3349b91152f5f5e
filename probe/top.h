/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * panoptes top: what a running probe does, a screen a second, from its telemetry
 * socket. A program of its own in the same binary: no EAL, one thread.
 */
#ifndef PANOPTES_PROBE_TOP_H
#define PANOPTES_PROBE_TOP_H

#include <stdio.h>

#include <jansson.h>

/* "top" and its options: --name, --interval, --once. Returns the exit status. */
int top_main(int argc, char *argv[]);

/* Answers of one moment; NULL where there was none. */
struct top_sample {
	double time_s; /* of a clock that does not jump */
	json_t *ledger, *workers, *flows, *outputs, *clients, *ports, *lag, *clock;
};

/* One screen; rates are since 'before', which may be empty. */
void top_print(FILE *, const char *name, const struct top_sample *before,
               const struct top_sample *now);

#endif
