/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time of live packets: the CPU's time stamp counter, turned into
 * nanoseconds since the epoch by a line that the main lcore draws anew several
 * times a second, so that it follows the system's clock. Read once a burst,
 * without a system call.
 *
 * It never goes back. The system's clock runs ahead by more than a tenth of a
 * second: it is stepped to; it falls behind: this one slows down until they meet.
 *
 * Thread-safety
 *	ns				any lcore
 *	init, discipline, state		the main lcore
 * A reader sees a whole line or tries again (a sequence lock); the writer never waits.
 */
#ifndef PANOPTES_RING_TSC_CLOCK_H
#define PANOPTES_RING_TSC_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One reading of both clocks at what is nearly the same moment. */
struct tsc_sample {
	uint64_t tsc;
	uint64_t realtime_ns; /* CLOCK_REALTIME */
	uint64_t window_ns;   /* the two were read within this time */
};

struct tsc_clock {
	/* the line: ns + (ticks since tsc) * rate / 2^32 */
	_Alignas(64) _Atomic uint32_t version; /* odd while it is drawn */
	_Atomic uint64_t tsc, ns;
	_Atomic uint64_t rate; /* nanoseconds a tick, times 2^32 */

	/* the main lcore's */
	_Alignas(64) struct tsc_sample last;
	uint64_t frequency; /* nanoseconds a tick, times 2^32, as measured: rate without corrections
	                     */
	bool measured;
	/* for any thread to look at */
	_Atomic int64_t error_ns; /* system's clock less ours, when they were compared last */
	_Atomic uint64_t error_bound_ns; /* the largest of late, and the window of reading */
	_Atomic uint64_t steps;          /* how often it was stepped */
};

static inline uint64_t
tsc_clock_extrapolate(uint64_t ns, uint64_t ticks, uint64_t rate)
{
	__extension__ typedef unsigned __int128 wide;

	return ns + (uint64_t)(((wide)ticks * rate) >> 32);
}

/* A whole line. */
struct tsc_line {
	uint64_t tsc, ns, rate;
};

static inline struct tsc_line
tsc_clock_line(const struct tsc_clock *c)
{
	struct tsc_line line;
	uint32_t version;

	do {
		version = atomic_load_explicit(&c->version, memory_order_acquire);
		line.tsc = atomic_load_explicit(&c->tsc, memory_order_relaxed);
		line.ns = atomic_load_explicit(&c->ns, memory_order_relaxed);
		line.rate = atomic_load_explicit(&c->rate, memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
	} while ((version & 1) != 0 ||
	         version != atomic_load_explicit(&c->version, memory_order_relaxed));
	return line;
}

/* Nanoseconds since the epoch at a reading of the counter; before the line's start: its start. */
static inline uint64_t
tsc_clock_ns(const struct tsc_clock *c, uint64_t tsc)
{
	const struct tsc_line l = tsc_clock_line(c);

	return tsc > l.tsc ? tsc_clock_extrapolate(l.ns, tsc - l.tsc, l.rate) : l.ns;
}

/* ... of a reading that may be older than the line: it is followed backwards, so that two readings
 * around a new line may change places. */
static inline uint64_t
tsc_clock_ns_around(const struct tsc_clock *c, uint64_t tsc)
{
	const struct tsc_line l = tsc_clock_line(c);
	uint64_t back;

	if (tsc >= l.tsc)
		return tsc_clock_extrapolate(l.ns, tsc - l.tsc, l.rate);
	back = tsc_clock_extrapolate(0, l.tsc - tsc, l.rate);
	return back < l.ns ? l.ns - back : 0;
}

/* Reads both clocks, the closest of a few tries. */
void tsc_sample_take(struct tsc_sample *);

/* 'hz': ticks a second, roughly; what is right is measured. */
void tsc_clock_init(struct tsc_clock *, const struct tsc_sample *, uint64_t hz);

/* Compares with the system's clock and draws the line on from where it is. To be called every
 * tenth of a second or so, at least every minute. */
void tsc_clock_discipline(struct tsc_clock *, const struct tsc_sample *);

#endif
