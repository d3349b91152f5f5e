/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running in the background: -d. The process that the operator started waits
 * until the one in the background is up, or takes over its exit status: whoever
 * starts a daemon is told at the terminal why it does not run.
 *
 * Main lcore only, and begun before there is any other thread.
 */
#ifndef PANOPTES_PROBE_DAEMON_H
#define PANOPTES_PROBE_DAEMON_H

#include <stddef.h>

/* Goes on in a child process, in a session of its own; the parent does not return. 0, or a negative
 * errno with one line in 'error' when there can be no child. */
int daemon_begin(char *error, size_t error_size);

/* All is open: the parent ends with status 0, standard streams are closed, lines go to syslog.
 * Without daemon_begin: nothing. */
void daemon_ready(void);

#endif
