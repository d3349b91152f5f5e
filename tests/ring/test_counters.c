/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ring/counters.h"

static void
every_counter_has_a_name_of_its_own_and_a_help_text(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNTER_COUNT; i++) {
		assert_non_null(counter_name((enum counter)i));
		assert_true(strlen(counter_help((enum counter)i)) > 5);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(counter_name((enum counter)i),
			                        counter_name((enum counter)k));
	}
	assert_null(counter_name(COUNTER_COUNT));
	assert_null(counter_help(COUNTER_COUNT));
	assert_string_equal(counter_name(COUNTER_rx_packets), "rx_packets");
}

static void
sums_run_over_cores(void **state)
{
	static struct counters a, b;
	uint64_t sum[COUNTER_COUNT] = { 0 };

	(void)state;
	counter_add(&a, COUNTER_filtered, 3);
	counter_add(&a, COUNTER_filtered, 4);
	counter_add(&b, COUNTER_filtered, UINT64_C(1) << 40);
	counter_add(&b, COUNTER_rx_bytes, 9);
	counters_sum(sum, &a);
	counters_sum(sum, &b);
	assert_true(sum[COUNTER_filtered] == (UINT64_C(1) << 40) + 7);
	assert_true(sum[COUNTER_rx_bytes] == 9);
	assert_true(sum[COUNTER_rx_packets] == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_counter_has_a_name_of_its_own_and_a_help_text),
		cmocka_unit_test(sums_run_over_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
