/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Giving rights up: -g, then -u, once everything that needs them is open.
 */
#ifndef PANOPTES_PROBE_PRIVILEGES_H
#define PANOPTES_PROBE_PRIVILEGES_H

#include <stddef.h>

/* NULL: leave it. Names or numbers. 0, or a negative errno with one line in 'error'; -EINVAL: there
 * is no such user or group. */
int privileges_drop(const char *user, const char *group, char *error, size_t error_size);

#endif
