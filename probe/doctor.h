/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --doctor: whether this machine is fit for live capture. One line a check, with
 * its verdict: ok; warning: it works, but worse than it could; FAILED: it doesn't
 * work. The latter two say what to do. Main lcore only; starts DPDK's environment
 * itself and ends it again. Ports are started for a moment; nothing else is changed.
 */
#ifndef PANOPTES_PROBE_DOCTOR_H
#define PANOPTES_PROBE_DOCTOR_H

#include <stdio.h>

#include "config/config.h"

/*
 * 'root': NULL, or a directory that holds the /sys, /proc and /dev of another machine;
 * then what only this machine could answer (ports, its clock, mapping pages) is left
 * out. 0: nothing FAILED, else 1.
 */
int doctor_run(const struct config *, const char *root, FILE *out);

#endif
