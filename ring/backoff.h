/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a loop waits when it found nothing to do: first a pause, then a yield,
 * then sleeps that grow with the wait, so that lcores may outnumber cores and an
 * idle one costs next to nothing. Plain C; the struct is the waiting core's own.
 */
#ifndef PANOPTES_RING_BACKOFF_H
#define PANOPTES_RING_BACKOFF_H

#include <sched.h>
#include <time.h>

#define BACKOFF_PAUSES 32
#define BACKOFF_YIELDS 16
#define BACKOFF_SLEEP_NS 200000
#define BACKOFF_SLEEPS 8  /* of one length; then they are twice as long */
#define BACKOFF_DOUBLES 2 /* ... so often: 0.8 ms at the most */

struct backoff {
	unsigned idle; /* waits since the last work */
};

static inline void
backoff_reset(struct backoff *b)
{
	b->idle = 0;
}

/* For a core that has nothing else to do. */
static inline void
backoff_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static inline void
backoff_wait(struct backoff *b)
{
	struct timespec nap = { .tv_nsec = BACKOFF_SLEEP_NS };
	unsigned sleeps;

	if (b->idle < BACKOFF_PAUSES) {
		b->idle++;
		backoff_pause();
	} else if (b->idle < BACKOFF_PAUSES + BACKOFF_YIELDS) {
		b->idle++;
		sched_yield();
	} else {
		sleeps = b->idle - BACKOFF_PAUSES - BACKOFF_YIELDS;
		nap.tv_nsec <<= sleeps / BACKOFF_SLEEPS;
		if (sleeps < BACKOFF_SLEEPS * BACKOFF_DOUBLES)
			b->idle++;
		nanosleep(&nap, NULL);
	}
}

#endif
