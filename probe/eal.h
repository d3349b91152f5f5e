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
#include <stdio.h>

#include "config/interface.h"

struct eal_plan {
	const char *lcores;    /* EAL's --lcores */
	uint64_t memory_bytes; /* what rings, tables and packet buffers will take from EAL */
	bool huge;             /* huge pages */
	const struct interface_list *live; /* PCI devices among them are let in; NULL: none */
	const char *name;  /* of this probe among those that run: telemetry; NULL: none */
	const char *extra; /* --eal: more arguments, or NULL */
};

/* Bytes in huge pages that are free now. */
uint64_t eal_huge_free(void);

/* The arguments, a line each, to the operator. */
void eal_print(const struct eal_plan *, FILE *);

/* 0, or a negative errno with one line in 'error'. */
int eal_start(const struct eal_plan *, char *error, size_t error_size);
void eal_stop(void);

#endif
