/* SPDX-License-Identifier: BSD-3-Clause */
/* Periods by the local clock: where they begin, and days when it is set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "export/rotation.h"

#define NS UINT64_C(1000000000)
/* Rules written out, so that no data of time zones is needed. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void
begin(struct rotation *r, const char *zone, uint32_t period_s)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	rotation_init(r, period_s);
}

static void
assert_name(const struct rotation *r, const char *expected)
{
	char name[64];

	assert_int_equal(rotation_name(r, "%Y-%m-%d %H:%M:%S", name, sizeof(name)), 0);
	assert_string_equal(name, expected);
}

static void
never_is_never(void **state)
{
	struct rotation r;

	(void)state;
	begin(&r, "UTC", 0);
	assert_int_equal(r.look_ns, UINT64_MAX);
}

static void
periods_are_cut_at_whole_ones(void **state)
{
	const uint64_t t = 1700000123 * NS; /* 2023-11-14 22:15:23 */
	struct rotation r;

	(void)state;
	begin(&r, "UTC", 300);
	assert_true(rotation_moves(&r, t));
	assert_name(&r, "2023-11-14 22:15:00");
	assert_int_equal(r.look_ns, 1700000400 * NS);
	assert_false(rotation_moves(&r, r.look_ns - 1));
	assert_true(rotation_moves(&r, r.look_ns));
	assert_name(&r, "2023-11-14 22:20:00");
	/* what is earlier stays where time is by now */
	assert_false(rotation_moves(&r, t));
	assert_true(rotation_moves(&r, 1700006400 * NS));
	assert_name(&r, "2023-11-15 00:00:00");
}

static void
days_begin_at_local_midnight(void **state)
{
	struct rotation r;

	(void)state;
	begin(&r, "IST-5:30", 86400);
	assert_true(rotation_moves(&r, 1700000123 * NS)); /* 03:45:23 of the 15th there */
	assert_name(&r, "2023-11-15 00:00:00");
	assert_false(rotation_moves(&r, (1700000123 + 72876) * NS)); /* 23:59:59 */
	assert_true(rotation_moves(&r, (1700000123 + 72877) * NS));
	assert_name(&r, "2023-11-16 00:00:00");
}

/* Every second of a day, as outputs ask: how often a new period began. */
static unsigned
periods_of(struct rotation *r, uint64_t from_s, uint64_t to_s)
{
	unsigned n = 0;

	for (uint64_t s = from_s; s < to_s; s++)
		n += s * NS >= r->look_ns && rotation_moves(r, s * NS);
	return n;
}

static void
clock_set_forward_skips_periods_and_back_makes_one_longer(void **state)
{
	const uint64_t march = 1711839600;   /* 2024-03-31 00:00 CET, 23 hours */
	const uint64_t october = 1729980000; /* 2024-10-27 00:00 CEST, 25 hours */
	struct rotation r;

	(void)state;
	begin(&r, BERLIN, 3600);
	assert_int_equal(periods_of(&r, march, march + 23 * 3600), 23);
	assert_name(&r, "2024-03-31 23:00:00");
	begin(&r, BERLIN, 3600);
	assert_int_equal(periods_of(&r, october, october + 25 * 3600), 24);
	assert_name(&r, "2024-10-27 23:00:00");
	begin(&r, BERLIN, 86400);
	assert_int_equal(periods_of(&r, march, march + 23 * 3600), 1);
	assert_int_equal(periods_of(&r, march + 23 * 3600, march + 23 * 3600 + 1), 1);
	assert_name(&r, "2024-04-01 00:00:00");
	begin(&r, BERLIN, 86400);
	assert_int_equal(periods_of(&r, october, october + 25 * 3600), 1);
	assert_int_equal(periods_of(&r, october + 25 * 3600, october + 25 * 3600 + 1), 1);
	assert_name(&r, "2024-10-28 00:00:00");
}

static void
any_time_has_a_period(void **state)
{
	struct rotation r;
	char name[8];

	(void)state;
	begin(&r, "PST8PDT,M3.2.0,M11.1.0", 60);
	assert_true(rotation_moves(&r, 0));
	assert_name(&r, "1969-12-31 16:00:00");
	(void)rotation_moves(&r, UINT64_MAX);
	assert_int_equal(rotation_name(&r, "%Y-%m-%d", name, sizeof(name)), -ENAMETOOLONG);
	assert_int_equal(rotation_name(&r, "a%Y", name, sizeof(name)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_is_never),
		cmocka_unit_test(periods_are_cut_at_whole_ones),
		cmocka_unit_test(days_begin_at_local_midnight),
		cmocka_unit_test(clock_set_forward_skips_periods_and_back_makes_one_longer),
		cmocka_unit_test(any_time_has_a_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
