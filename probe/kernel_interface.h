/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the kernel says of a network interface, to choose how to capture from it.
 * Main lcore only.
 */
#ifndef PANOPTES_PROBE_KERNEL_INTERFACE_H
#define PANOPTES_PROBE_KERNEL_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Receive queues it has; at least 1. */
uint16_t kernel_interface_queues(const char *name);

/* Whether AF_XDP would do and take nobody's traffic away: Ethernet, no address but link-local
 * ones, and the rights for it. 'reason': the answer in words. */
bool kernel_interface_wants_xdp(const char *name, char *reason, size_t reason_size);

/* Its number, which a new one of the same name does not have; 0: there is none of that name.
 * *running: it is up and has a carrier. */
unsigned kernel_interface_find(const char *name, bool *running);

/* What libbpf and libxdp would print goes to the debug level of the log. */
void kernel_interface_quiet(void);

#endif
