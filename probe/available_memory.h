/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much memory the process may still take: what the machine has left, and what
 * its control group does (cgroup v2), the group's parents included. Main lcore, at
 * the start.
 */
#ifndef PANOPTES_PROBE_AVAILABLE_MEMORY_H
#define PANOPTES_PROBE_AVAILABLE_MEMORY_H

#include <stdint.h>

/* Bytes; 0 when the kernel does not tell. 'root' as in probe/machine.h. */
uint64_t available_memory(const char *root);

#endif
