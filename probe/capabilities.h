/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rights that are kept when -u gives all others up: what it takes to open an
 * interface again that went away, and to leave one as it was found
 * (capabilities(7)). A thread has rights of its own; those that keep some are the
 * main core and the lcores. Main lcore only, while no lcore runs anything.
 */
#ifndef PANOPTES_PROBE_CAPABILITIES_H
#define PANOPTES_PROBE_CAPABILITIES_H

#include <stdint.h>

/* A set of capabilities: bit CAP_... of <linux/capability.h>. */
typedef uint64_t capabilities;

/* Before the user changes: what the process has will still be permitted afterwards. 0, or a
 * negative errno. */
int capabilities_hold(void);

/* After it: everything goes but these, as far as they were there. 0, or a negative errno. */
int capabilities_reduce(capabilities keep);

#endif
