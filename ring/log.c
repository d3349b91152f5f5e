/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines are put together on the caller's stack.
 */
#include "ring/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_SIZE 512

static _Atomic int threshold = LOG_LEVEL_NOTICE;

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
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
	if (n > sizeof(line) - 1)
		n = sizeof(line) - 1;
	line[n++] = '\n';
	(void)!write(STDERR_FILENO, line, n);
}
