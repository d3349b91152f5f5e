/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder: what makes a worker climb, how far, and when it comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "lcore/overload.h"

#define LOOK OVERLOAD_LOOK_NS
#define SECOND UINT64_C(1000000000)

static const struct overload_signs calm = { 1, 4096, 10, 1000, 0, false };
static const struct overload_signs full_input = { 2048, 4096, 10, 1000, 0, true };
static const struct overload_signs full_ring = { 1, 4096, 500, 1000, 0, false };
static const struct overload_signs between = { 1000, 4096, 10, 1000, 0, false };

/* 'looks' of the same kind; the clock goes on. */
static void
look(struct overload *o, uint64_t *now_ns, const struct overload_signs *s, uint64_t looks)
{
	for (uint64_t i = 0; i < looks; i++)
		(void)overload_judge(o, *now_ns += LOOK, s);
}

static void
one_look_is_no_overload(void **state)
{
	uint64_t now_ns = SECOND;
	struct overload o;

	(void)state;
	overload_init(&o, UINT32_MAX);
	for (unsigned i = 0; i < 1000; i++) {
		look(&o, &now_ns, &full_input, 1);
		look(&o, &now_ns, &calm, 1);
		look(&o, &now_ns, &full_ring, 1);
		look(&o, &now_ns, &between, 1);
	}
	assert_int_equal(o.rung, OVERLOAD_NONE);
}

static void
each_rung_gets_two_looks_and_the_top_is_the_end(void **state)
{
	const struct overload_signs *const signs[] = { &full_input, &full_ring };

	(void)state;
	for (unsigned s = 0; s < 2; s++) {
		uint64_t now_ns = SECOND;
		struct overload o;

		overload_init(&o, UINT32_MAX);
		for (unsigned rung = 1; rung <= OVERLOAD_TOP; rung++) {
			look(&o, &now_ns, signs[s], 1);
			assert_int_equal(o.rung, rung - 1);
			assert_true(overload_judge(&o, now_ns += LOOK, signs[s]));
			assert_int_equal(o.rung, rung);
		}
		look(&o, &now_ns, signs[s], 100);
		assert_int_equal(o.rung, OVERLOAD_TOP);
	}
}

static void
rungs_that_save_nothing_are_passed_both_ways(void **state)
{
	uint64_t now_ns = SECOND;
	struct overload o;

	(void)state;
	overload_init(&o, 1u << OVERLOAD_JITTER);
	look(&o, &now_ns, &full_ring, 2);
	assert_int_equal(o.rung, OVERLOAD_JITTER);
	look(&o, &now_ns, &full_ring, 2);
	assert_int_equal(o.rung, OVERLOAD_MERGE);
	look(&o, &now_ns, &calm, 501);
	assert_int_equal(o.rung, OVERLOAD_JITTER);
	look(&o, &now_ns, &calm, 501);
	assert_int_equal(o.rung, OVERLOAD_NONE);
}

/* Losses are told now and then: one is enough, if the worker had no time to spare by then. */
static void
losses_count_for_those_who_were_busy(void **state)
{
	struct overload_signs s = calm;
	uint64_t now_ns = SECOND;
	struct overload o;

	(void)state;
	overload_init(&o, UINT32_MAX);
	s.lost = 5;
	look(&o, &now_ns, &s, 3);
	assert_int_equal(o.rung, OVERLOAD_NONE);
	s.busy = true;
	look(&o, &now_ns, &s, 3);
	assert_int_equal(o.rung, OVERLOAD_NONE);
	s.busy = false;
	s.lost = 6;
	look(&o, &now_ns, &s, 3);
	assert_int_equal(o.rung, OVERLOAD_PAYLOAD);
	now_ns += 10 * SECOND;
	look(&o, &now_ns, &s, 1);
	s.lost = 7;
	look(&o, &now_ns, &s, 1);
	assert_int_equal(o.rung, OVERLOAD_NONE);
}

static void
what_is_unknown_is_no_sign(void **state)
{
	const struct overload_signs s = { 0, 0, 0, 0, 0, true };
	uint64_t now_ns = SECOND;
	struct overload o;

	(void)state;
	overload_init(&o, UINT32_MAX);
	look(&o, &now_ns, &s, 100);
	assert_int_equal(o.rung, OVERLOAD_NONE);
}

/* A load that the rung below can't bear: the steps down become rare, not the losses frequent. */
static void
steps_down_that_come_too_early_become_rare(void **state)
{
	uint64_t now_ns = SECOND;
	unsigned steps[2] = { 0, 0 };
	struct overload o;

	(void)state;
	overload_init(&o, 0);
	look(&o, &now_ns, &full_input, 4);
	assert_int_equal(o.rung, OVERLOAD_SAMPLE);
	for (unsigned half = 0; half < 2; half++) {
		for (unsigned ms = 0; ms < 60000; ms++) {
			const unsigned before = o.rung;

			look(&o, &now_ns, o.rung >= OVERLOAD_SAMPLE ? &calm : &full_input, 1);
			steps[half] += o.rung < before;
		}
	}
	assert_true(steps[0] >= 5 && steps[0] <= 8);
	assert_true(steps[1] >= 1 && steps[1] <= 2);
	/* and when the load is gone the worker comes back, and forgets */
	look(&o, &now_ns, &calm, 70000);
	assert_int_equal(o.rung, OVERLOAD_NONE);
	look(&o, &now_ns, &full_input, 2);
	look(&o, &now_ns, &calm, 501);
	assert_int_equal(o.rung, OVERLOAD_NONE);
}

static void
each_rung_has_its_words(void **state)
{
	char a[80], b[80];

	(void)state;
	for (unsigned rung = 1; rung <= OVERLOAD_TOP; rung++)
		assert_string_not_equal(overload_words(rung, a, sizeof(a)),
		                        overload_words(rung - 1, b, sizeof(b)));
	assert_string_equal(overload_words(OVERLOAD_SAMPLE, a, sizeof(a)),
	                    "of new flows one in 2 is taken");
	assert_string_equal(overload_words(OVERLOAD_TOP, a, sizeof(a)),
	                    "of new flows one in 1024 is taken");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_look_is_no_overload),
		cmocka_unit_test(each_rung_gets_two_looks_and_the_top_is_the_end),
		cmocka_unit_test(rungs_that_save_nothing_are_passed_both_ways),
		cmocka_unit_test(losses_count_for_those_who_were_busy),
		cmocka_unit_test(what_is_unknown_is_no_sign),
		cmocka_unit_test(steps_down_that_come_too_early_become_rare),
		cmocka_unit_test(each_rung_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
