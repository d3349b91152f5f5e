/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which lcores there are, what each does, and where memory goes. Decided once,
 * before EAL starts.
 */
#ifndef PANOPTES_PROBE_PLACEMENT_H
#define PANOPTES_PROBE_PLACEMENT_H

#include <stdbool.h>

#include "config/config.h"
#include "lcore/dispatch.h"

#define PLACEMENT_WORKERS_MAX DISPATCH_WORKERS_MAX
#define PLACEMENT_NONE (~0u)

struct placement {
	unsigned workers;
	unsigned collector_lcore;
	unsigned dispatch_lcore; /* PLACEMENT_NONE: a single worker owns the source */
	unsigned worker_lcore[PLACEMENT_WORKERS_MAX];
	unsigned lcores; /* all, the main lcore (0) included */
	int socket;      /* NUMA node of the memory, or -1: any */
	char cpus[512];  /* the CPUs this process may use, as in "0-3,8" */
};

void placement_init(struct placement *, const struct config *);

#endif
