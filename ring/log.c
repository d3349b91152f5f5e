/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines are put together on the caller's stack.
 */
#include "ring/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 512

static _Atomic int threshold = LOG_LEVEL_NOTICE;
static _Atomic bool to_syslog;

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

void
log_open_syslog(void)
{
	tzset(); /* its file may be out of reach later */
	openlog("panoptes", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
log_to_syslog(void)
{
	atomic_store_explicit(&to_syslog, true, memory_order_release);
}

static int
priority(enum log_level level)
{
	static const int of[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_DEBUG };

	return of[level];
}

void
log_line(enum log_level level, const char *format, ...)
{
	static const char prefix[] = "panoptes: ";
	char line[LINE_SIZE];
	size_t n = sizeof(prefix) - 1;
	va_list list;
	int rc;

	if ((int)level > atomic_load_explicit(&threshold, memory_order_relaxed))
		return;
	snprintf(line, sizeof(line), "%s", prefix);
	va_start(list, format);
	rc = vsnprintf(line + n, sizeof(line) - n, format, list);
	va_end(list);
	if (rc < 0)
		return;
	n += (size_t)rc;
	if (n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	if (atomic_load_explicit(&to_syslog, memory_order_acquire)) {
		line[n] = '\0';
		syslog(priority(level), "%s", line + sizeof(prefix) - 1);
		return;
	}
	line[n++] = '\n';
	(void)!write(STDERR_FILENO, line, n);
}
