/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trial of a symmetric key finds what is wrong with one that isn't.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probe/doctor_internal.h"
#include "probe/port_rss.h"

#define TUPLES 20000

static void
both_directions_meet_whatever_the_tuple(void **state)
{
	static const unsigned queues[] = { 1, 2, 3, 7, 16, 64 };
	uint8_t key[PORT_RSS_KEY_MAX];
	struct rss_trial t;

	(void)state;
	port_rss_key(key, sizeof(key));
	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		doctor_rss_try(key, queues[i], TUPLES, 1 + i, &t);
		assert_int_equal(t.tuples, TUPLES);
		assert_int_equal(t.apart, 0);
		assert_true(t.fewest > TUPLES / queues[i] / 3);
		assert_true(t.most < 2 * TUPLES / queues[i]);
	}
}

/* Of a key that isn't symmetric, all but one in 'queues' tuples are torn apart. */
static void
a_key_that_is_not_symmetric_is_found_out(void **state)
{
	uint8_t key[PORT_RSS_KEY_MAX];
	struct rss_trial t;

	(void)state;
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 37 + 11);
	doctor_rss_try(key, 16, TUPLES, 5, &t);
	assert_true(t.apart > TUPLES / 2);
	port_rss_key(key, sizeof(key));
	key[3] ^= 1; /* one bit is enough */
	doctor_rss_try(key, 16, TUPLES, 5, &t);
	assert_true(t.apart > 0);
}

static void
a_key_of_zeros_spreads_nothing(void **state)
{
	uint8_t key[PORT_RSS_KEY_MAX] = { 0 };
	struct rss_trial t;

	(void)state;
	doctor_rss_try(key, 16, TUPLES, 5, &t);
	assert_int_equal(t.fewest, 0);
	assert_int_equal(t.most, TUPLES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_meet_whatever_the_tuple),
		cmocka_unit_test(a_key_that_is_not_symmetric_is_found_out),
		cmocka_unit_test(a_key_of_zeros_spreads_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
