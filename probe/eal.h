/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK's environment, derived from the configuration: the operator need not
 * know its flags. Main lcore only.
 */
#ifndef PANOPTES_PROBE_EAL_H
#define PANOPTES_PROBE_EAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct eal_plan {
	unsigned lcores;       /* how many, the main lcore included: ids 0 .. lcores-1 */
	const char *cpus;      /* where they may run, as in "0-3,8" */
	uint64_t memory_bytes; /* what rings and tables will take from EAL */
	bool huge;             /* huge pages */
	const char *extra;     /* --eal: more arguments, or NULL */
};

/* 0, or a negative errno with one line in 'error'. */
int eal_start(const struct eal_plan *, char *error, size_t error_size);
void eal_stop(void);

#endif
