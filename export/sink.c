/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What sinks of all kinds share. No state.
 */
#include "export/sink.h"

#include <time.h>

uint64_t
sink_wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
