/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the operator is told while the probe runs: one line each, on standard
 * error, at or above a level. Any thread may call it; a line is one write, so
 * lines don't mix. Never on the path of a packet: it makes a system call.
 */
#ifndef PANOPTES_RING_LOG_H
#define PANOPTES_RING_LOG_H

enum log_level {
	LOG_LEVEL_ERROR = 0,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_DEBUG,
};

/* Opens the way to syslog, facility daemon: before a chroot, if there is one. */
void log_open_syslog(void);
/* From now on lines go there instead. */
void log_to_syslog(void);

/* Lines beyond this level are dropped. A signal handler may call it. At first it is
 * LOG_LEVEL_NOTICE. */
void log_set_level(enum log_level);

/* A line without its end; cut at 512 bytes. */
void log_line(enum log_level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
