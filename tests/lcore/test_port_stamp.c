/* SPDX-License-Identifier: BSD-3-Clause */
/* Stamps of every kind of port become the time of day; those that can't be right are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include "lcore/port_stamp.h"
#include "tests/ring/eal_setup.h"

#define NOW UINT64_C(1790000000123456789)
#define SECOND UINT64_C(1000000000)

static uint64_t
stamped(const struct port_stamp *s, uint64_t stamp)
{
	struct rte_mbuf m = { .ol_flags = s->flag };

	*RTE_MBUF_DYNFIELD(&m, (size_t)s->offset, rte_mbuf_timestamp_t *) = stamp;
	return port_stamp_ns(s, &m, NOW);
}

static void
nanoseconds_and_microseconds_are_told_apart(void **state)
{
	struct port_stamp s = { .wanted = true };
	struct rte_mbuf bare = { .ol_flags = 0 };

	(void)state;
	assert_int_equal(port_stamp_init(&s), 0);
	assert_true(stamped(&s, NOW - 5) == NOW - 5);
	assert_true(stamped(&s, (NOW - 5000) / 1000) == (NOW - 5000) / 1000 * 1000);
	assert_true(port_stamp_ns(&s, &bare, NOW) == 0);
}

static void
only_the_last_second_is_believed(void **state)
{
	struct port_stamp s = { .wanted = true };

	(void)state;
	assert_int_equal(port_stamp_init(&s), 0);
	assert_true(stamped(&s, NOW - SECOND) == NOW - SECOND);
	assert_true(stamped(&s, NOW - SECOND - 1) == 0);
	assert_true(stamped(&s, NOW + PORT_STAMP_LATE_NS) == NOW + PORT_STAMP_LATE_NS);
	assert_true(stamped(&s, NOW + PORT_STAMP_LATE_NS + 1) == 0);
	assert_true(stamped(&s, 0) == 0);
	assert_true(stamped(&s, UINT64_MAX) == 0);
	assert_true(stamped(&s, NOW + 37 * SECOND) == 0); /* TAI */
}

/* 156.25 MHz from a start of its own, as NICs have it. */
static void
a_clock_of_its_own_is_followed(void **state)
{
	const uint64_t hz = 156250000, ticks = 123456789;
	const struct tsc_sample start = { .tsc = ticks, .realtime_ns = NOW - SECOND / 10 };
	struct port_stamp s = { .wanted = true, .has_clock = true };

	(void)state;
	assert_int_equal(port_stamp_init(&s), 0);
	tsc_clock_init(&s.clock, &start, hz);
	assert_in_range(stamped(&s, ticks + hz / 20), NOW - SECOND / 20 - 1, NOW - SECOND / 20 + 1);
	/* a packet from before the clock was compared last */
	assert_in_range(stamped(&s, ticks - hz / 20), NOW - SECOND * 3 / 20 - 1,
	                NOW - SECOND * 3 / 20 + 1);
	assert_true(stamped(&s, ticks + hz) == 0);
	assert_true(stamped(&s, NOW) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nanoseconds_and_microseconds_are_told_apart),
		cmocka_unit_test(only_the_last_second_is_believed),
		cmocka_unit_test(a_clock_of_its_own_is_followed),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
