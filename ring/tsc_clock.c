/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A small clock discipline: frequency from the two clocks' own readings, offset
 * worked off over the next second. Main lcore only, but for reading.
 */
#include "ring/tsc_clock.h"

#include <time.h>

#include <rte_cycles.h>

#define SECOND_NS UINT64_C(1000000000)
#define SAMPLE_TRIES 5
#define STEP_NS (SECOND_NS / 10)      /* ahead of us by more: a step */
#define SLEW_MAX (SECOND_NS / 2000)   /* nanoseconds a second: 500 ppm, as the kernel does */
#define SLEW_BACK_MAX (SECOND_NS / 2) /* ... when the system's clock was set back far */
#define MEASURE_NS (SECOND_NS / 20)   /* shorter stretches say nothing of the frequency */
#define SMOOTHING 8
#define TOLERANCE 1000     /* parts of the frequency: what is farther off is a clock that was set */
#define TOLERANCE_FIRST 20 /* ... of what was told, which is rounded to 10 MHz */

static uint64_t
realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

void
tsc_sample_take(struct tsc_sample *best)
{
	const uint64_t hz = rte_get_tsc_hz();
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < SAMPLE_TRIES; i++) {
		const uint64_t before = rte_rdtsc(), ns = realtime_ns(), after = rte_rdtsc();

		if (after - before >= least)
			continue;
		least = after - before;
		*best = (struct tsc_sample){ .tsc = before + least / 2, .realtime_ns = ns };
	}
	best->window_ns = least * SECOND_NS / hz;
}

static void
draw(struct tsc_clock *c, uint64_t tsc, uint64_t ns, uint64_t rate)
{
	const uint32_t version = atomic_load_explicit(&c->version, memory_order_relaxed);

	atomic_store_explicit(&c->version, version + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&c->tsc, tsc, memory_order_relaxed);
	atomic_store_explicit(&c->ns, ns, memory_order_relaxed);
	atomic_store_explicit(&c->rate, rate, memory_order_relaxed);
	atomic_store_explicit(&c->version, version + 2, memory_order_release);
}

void
tsc_clock_init(struct tsc_clock *c, const struct tsc_sample *now, uint64_t hz)
{
	c->frequency = (SECOND_NS << 32) / hz;
	c->last = *now;
	c->error_bound_ns = now->window_ns;
	draw(c, now->tsc, now->realtime_ns, c->frequency);
}

/* A stretch in which the system's clock was set tells nothing; nor does a short one. */
static void
measure_frequency(struct tsc_clock *c, const struct tsc_sample *now)
{
	__extension__ typedef unsigned __int128 wide;
	const uint64_t ticks = now->tsc - c->last.tsc;
	const uint64_t ns = now->realtime_ns - c->last.realtime_ns;
	uint64_t measured, tolerance;

	if (ticks == 0 || now->realtime_ns <= c->last.realtime_ns || ns < MEASURE_NS)
		return;
	measured = (uint64_t)(((wide)ns << 32) / ticks);
	tolerance = c->frequency / (c->measured ? TOLERANCE : TOLERANCE_FIRST);
	if (measured > c->frequency + tolerance || measured < c->frequency - tolerance)
		return;
	if (c->measured)
		c->frequency += (uint64_t)(((int64_t)measured - (int64_t)c->frequency) / SMOOTHING);
	else
		c->frequency = measured;
	c->measured = true;
}

/* The rate at which the error will be gone in a second, within limits. */
static uint64_t
corrected_rate(const struct tsc_clock *c)
{
	const int64_t back =
	        c->error_ns < -(int64_t)STEP_NS ? (int64_t)SLEW_BACK_MAX : (int64_t)SLEW_MAX;
	int64_t slew = c->error_ns;

	if (slew > (int64_t)SLEW_MAX)
		slew = (int64_t)SLEW_MAX;
	if (slew < -back)
		slew = -back;
	return c->frequency +
	       (uint64_t)((int64_t)(c->frequency >> 10) * slew / (int64_t)(SECOND_NS >> 10));
}

void
tsc_clock_discipline(struct tsc_clock *c, const struct tsc_sample *now)
{
	uint64_t ns = tsc_clock_ns(c, now->tsc), off;

	c->error_ns = (int64_t)(now->realtime_ns - ns);
	off = (uint64_t)(c->error_ns < 0 ? -c->error_ns : c->error_ns) + now->window_ns;
	c->error_bound_ns -= c->error_bound_ns / SMOOTHING;
	if (off > c->error_bound_ns)
		c->error_bound_ns = off;
	measure_frequency(c, now);
	if (c->error_ns > (int64_t)STEP_NS) {
		ns = now->realtime_ns;
		c->error_ns = 0;
		c->steps++;
	}
	c->last = *now;
	draw(c, now->tsc, ns, corrected_rate(c));
}
