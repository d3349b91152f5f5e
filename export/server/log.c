/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What clients do is theirs to decide, so that what is told of it has a limit.
 */
#include <stdarg.h>
#include <stdio.h>

#include "export/server/internal.h"
#include "ring/log.h"

#define LINES_PER_SECOND 20
#define NS_PER_S UINT64_C(1000000000)

void
server_log(struct server *s, const char *format, ...)
{
	char line[512];
	va_list args;

	if (s->options.quiet)
		return;
	if (s->now_ns / NS_PER_S != s->log_second) {
		s->log_second = s->now_ns / NS_PER_S;
		s->log_lines = 0;
		if (s->log_dropped != 0) {
			log_line(LOG_LEVEL_NOTICE, "%u more lines about clients left out",
			         s->log_dropped);
		}
		s->log_dropped = 0;
	}
	if (s->log_lines++ >= LINES_PER_SECOND) {
		s->log_dropped++;
		return;
	}
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log_line(LOG_LEVEL_NOTICE, "%s", line);
}
