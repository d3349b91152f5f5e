/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a tick lasts is measured, not asked for: drivers don't tell.
 */
#include "probe/port_clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <rte_ethdev.h>

#define SECOND_NS UINT64_C(1000000000)
#define MEASURE_NS 50000000
#define SAMPLE_TRIES 5

static uint64_t
realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

/* Both clocks, the closest of a few tries: a reading goes over the bus. */
static bool
take_sample(uint16_t port, struct tsc_sample *best)
{
	*best = (struct tsc_sample){ .window_ns = UINT64_MAX };
	for (unsigned i = 0; i < SAMPLE_TRIES; i++) {
		const uint64_t before = realtime_ns();
		uint64_t ticks, window;

		if (rte_eth_read_clock(port, &ticks) < 0)
			return false;
		window = realtime_ns() - before;
		if (window < best->window_ns)
			*best = (struct tsc_sample){ ticks, before + window / 2, window };
	}
	return true;
}

void
port_clock_begin(uint16_t port, struct port_stamp *s)
{
	const struct timespec wait = { .tv_nsec = MEASURE_NS };
	struct tsc_sample first, now;
	__extension__ typedef unsigned __int128 wide;

	if (!take_sample(port, &first))
		return;
	nanosleep(&wait, NULL);
	if (!take_sample(port, &now) || now.tsc <= first.tsc ||
	    now.realtime_ns <= first.realtime_ns)
		return;
	tsc_clock_init(&s->clock, &now,
	               (uint64_t)((wide)(now.tsc - first.tsc) * SECOND_NS /
	                          (now.realtime_ns - first.realtime_ns)));
	s->has_clock = true;
}

void
port_clock_tick(uint16_t port, struct port_stamp *s)
{
	struct tsc_sample now;

	if (s->has_clock && take_sample(port, &now))
		tsc_clock_discipline(&s->clock, &now);
}

const char *
port_clock_name(const struct port_stamp *s)
{
	if (s == NULL)
		return "tsc";
	return s->has_clock ? "port-clock" : "port-stamp";
}
