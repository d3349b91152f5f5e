/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which lcores there are, what each does, on which CPUs, and where memory goes.
 * Decided once, before EAL starts.
 */
#ifndef PANOPTES_PROBE_PLACEMENT_H
#define PANOPTES_PROBE_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "config/interface.h"
#include "lcore/dispatch.h"

#define PLACEMENT_WORKERS_MAX DISPATCH_WORKERS_MAX
#define PLACEMENT_LCORES_SIZE 2048

struct placement {
	unsigned workers;
	unsigned collector_lcore;
	unsigned dispatch_lcore[INTERFACES_MAX]; /* one per group of interfaces, or of files */
	unsigned dispatchers;
	unsigned worker_lcore[PLACEMENT_WORKERS_MAX];
	unsigned lcores;                       /* all, the main lcore (0) included */
	unsigned cpus;                         /* that the process may use */
	bool live;                             /* time is the clock's */
	bool pinned;                           /* each worker has a CPU to itself */
	bool poll;                             /* busy cores never sleep */
	int socket;                            /* NUMA node of the memory, or -1: any */
	char lcores_at[PLACEMENT_LCORES_SIZE]; /* EAL's --lcores */
};

/* 'live': what is captured from, or NULL. 0; -EINVAL with one line in 'error': the CPUs that were
 * asked for are not there. */
int placement_init(struct placement *, const struct config *, const struct interface_list *live,
                   char *error, size_t error_size);

#endif
