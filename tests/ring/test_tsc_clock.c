/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clock against a system clock of our own making: it follows a frequency that
 * was told wrongly, steps forward, never goes back, and comes together again with
 * one that was set back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "ring/tsc_clock.h"

#define S UINT64_C(1000000000)
#define START_NS (UINT64_C(1700000000) * S)
#define HZ UINT64_C(2100000000)

static struct tsc_clock timepiece;
static uint64_t latest_ns;

/* The moment 'ms' after the start, on a counter that really runs at 'hz'. */
static struct tsc_sample
sample(uint64_t ms, uint64_t hz, int64_t offset_ns)
{
	return (struct tsc_sample){
		.tsc = 12345678 + ms * (hz / 1000),
		.realtime_ns = START_NS + ms * 1000000 + (uint64_t)offset_ns,
		.window_ns = 50,
	};
}

/* From one moment to another, in tenths of a second; time must not go back. */
static void
run(uint64_t from_ms, uint64_t to_ms, uint64_t hz, int64_t offset_ns)
{
	for (uint64_t ms = from_ms; ms <= to_ms; ms += 100) {
		const struct tsc_sample now = sample(ms, hz, offset_ns);
		const uint64_t before_ns = tsc_clock_ns(&timepiece, now.tsc);

		assert_true(before_ns >= latest_ns);
		tsc_clock_discipline(&timepiece, &now);
		latest_ns = tsc_clock_ns(&timepiece, now.tsc);
		assert_true(latest_ns >= before_ns);
	}
}

static int
start(void **state)
{
	const struct tsc_sample now = sample(0, HZ, 0);

	(void)state;
	timepiece = (struct tsc_clock){ 0 };
	tsc_clock_init(&timepiece, &now, HZ);
	latest_ns = START_NS;
	return 0;
}

static void
a_line_is_followed_between_two_looks(void **state)
{
	(void)state;
	assert_int_equal(tsc_clock_ns(&timepiece, 12345678), START_NS);
	assert_int_equal(tsc_clock_ns(&timepiece, 1), START_NS);
	/* 2^32 has no exact part of it: half a nanosecond a second */
	assert_in_range(tsc_clock_ns(&timepiece, 12345678 + HZ), START_NS + S - 2, START_NS + S);
	assert_in_range(tsc_clock_ns(&timepiece, 12345678 + 3600 * HZ), START_NS + 3600 * S - 3600,
	                START_NS + 3600 * S);
}

static void
a_frequency_that_was_told_wrongly_is_learnt(void **state)
{
	const uint64_t true_hz = HZ - HZ / 500; /* as far as rounding to 10 MHz goes */

	(void)state;
	run(100, 20000, true_hz, 0);
	assert_true(timepiece.error_ns > -100 && timepiece.error_ns < 100);
	assert_true(timepiece.error_bound_ns < 1000);
	assert_int_equal(timepiece.steps, 0);
}

static void
a_system_clock_that_was_set_ahead_is_stepped_to(void **state)
{
	(void)state;
	run(100, 1000, HZ, 0);
	run(1100, 1100, HZ, (int64_t)(60 * S));
	assert_int_equal(timepiece.steps, 1);
	assert_int_equal(latest_ns, START_NS + 60 * S + 1100 * 1000000);
	run(1200, 3000, HZ, (int64_t)(60 * S));
	assert_int_equal(timepiece.steps, 1);
	assert_true(timepiece.error_ns > -100 && timepiece.error_ns < 100);
}

static void
a_system_clock_that_was_set_back_is_waited_for(void **state)
{
	(void)state;
	run(100, 1000, HZ, 0);
	run(1100, 2000, HZ, -(int64_t)(2 * S));
	assert_true(timepiece.error_ns < -(int64_t)S);
	assert_true(timepiece.error_bound_ns > S);
	run(2100, 20000, HZ, -(int64_t)(2 * S));
	assert_true(timepiece.error_ns > -(int64_t)(S / 10));
	assert_int_equal(timepiece.steps, 0);
}

static void *
redraw(void *arg)
{
	(void)arg;
	run(100, 2000000, HZ, 0);
	return NULL;
}

/* A torn line would give times far off. */
static void
a_reader_never_sees_half_a_line(void **state)
{
	pthread_t writer;
	uint64_t reads = 0;

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, redraw, NULL), 0);
	for (uint64_t ms = 0; ms < 2000000; ms += 10, reads++) {
		const uint64_t ns = tsc_clock_ns(&timepiece, sample(2000000, HZ, 0).tsc);

		assert_in_range(ns, START_NS + 2000 * S - S, START_NS + 2000 * S + S);
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_true(reads > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_is_followed_between_two_looks, start),
		cmocka_unit_test_setup(a_frequency_that_was_told_wrongly_is_learnt, start),
		cmocka_unit_test_setup(a_system_clock_that_was_set_ahead_is_stepped_to, start),
		cmocka_unit_test_setup(a_system_clock_that_was_set_back_is_waited_for, start),
		cmocka_unit_test_setup(a_reader_never_sees_half_a_line, start),
	};

	return cmocka_run_group_tests_name("tsc_clock", tests, NULL, NULL);
}
