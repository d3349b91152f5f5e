/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>

#include "config/value.h"
#include "tests/config/loaded.h"

static void
bool_is_yes_or_no_in_any_case(void **state)
{
	static const char *const others[] = { "",     "y",  "yess", "ye",  "1",
		                              "true", "on", " yes", "yes " };
	bool b = false;

	(void)state;
	assert_int_equal(value_bool("yes", &b), 0);
	assert_true(b);
	assert_int_equal(value_bool("NO", &b), 0);
	assert_false(b);
	assert_int_equal(value_bool("Yes", &b), 0);
	assert_true(b);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(value_bool(others[i], &b), -EINVAL);
	assert_true(b);
}

static void
count_takes_all_or_nothing(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t n;
	} rows[] = {
		{ "0", 0, 0 },
		{ "007", 0, 7 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "3G", 0, UINT64_C(3000000000) },
		{ "4K", 0, 4000 },
		{ "1M", 0, 1000000 },
		{ "18446744073709551K", 0, UINT64_C(18446744073709551000) },
		{ "18446744073709552K", -ERANGE, 0 },
		{ "18446744074G", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1k", -EINVAL, 0 },
		{ "1KK", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1.0", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t n = 12345;

		assert_int_equal(value_count(rows[i].text, &n), rows[i].rc);
		assert_true(n == (rows[i].rc == 0 ? rows[i].n : 12345));
	}
}

static void
interval_keeps_each_nanosecond(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t ns;
	} rows[] = {
		{ "5", 0, UINT64_C(5000000000) },
		{ "0.7", 0, 700000000 },
		{ "0.9", 0, 900000000 },
		{ "1.7", 0, 1700000000 },
		{ ".5", 0, 500000000 },
		{ "5.", 0, UINT64_C(5000000000) },
		{ "0.000001", 0, 1000 },
		{ "0.000000001", 0, 1 },
		{ "18446744073.709551615", 0, UINT64_MAX },
		{ "18446744073.709551616", -ERANGE, 0 },
		{ "0.0000000001", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "1.5.5", -EINVAL, 0 },
		{ "1,5", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "5s", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
		{ "nan", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t ns = 12345;

		assert_int_equal(value_interval(rows[i].text, &ns), rows[i].rc);
		assert_true(ns == (rows[i].rc == 0 ? rows[i].ns : 12345));
	}
}

static void
decimal_is_the_nearest_double(void **state)
{
	static const char *const wrong[] = { "", ".", "1.2.3", "-1", "1e5", "nan", "0x1p3", " 1" };
	double d = 0;

	(void)state;
	assert_int_equal(value_decimal(".892", &d), 0);
	assert_true(d == 0.892);
	assert_int_equal(value_decimal("1.122", &d), 0);
	assert_true(d == 1.122);
	assert_int_equal(value_decimal("100", &d), 0);
	assert_true(d == 100);
	assert_int_equal(value_decimal("123456789012345", &d), 0);
	assert_int_equal(value_decimal("1234567890123456", &d), -ERANGE);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(value_decimal(wrong[i], &d), -EINVAL);
	assert_true(d == 123456789012345);
}

static void
range_is_one_number_or_two(void **state)
{
	static const char *const wrong[] = { "", "-", "5-", "-5", "5-x", "x", "5-6-7", "5 - 6" };
	uint64_t a = 9, b = 9;

	(void)state;
	assert_int_equal(value_range("5", &a, &b), 0);
	assert_true(a == 0 && b == 5);
	assert_int_equal(value_range("5-10", &a, &b), 0);
	assert_true(a == 5 && b == 10);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(value_range(wrong[i], &a, &b), -EINVAL);
	assert_int_equal(value_range("99999999999999999999-1", &a, &b), -ERANGE);
	assert_int_equal(value_range("1-99999999999999999999", &a, &b), -ERANGE);
	assert_true(a == 5 && b == 10);
}

static void
shown_is_short_and_printable(void **state)
{
	char out[8];

	(void)state;
	assert_string_equal(value_shown("abc", out, sizeof(out)), "abc");
	assert_string_equal(value_shown("a\nb\x1b\xff", out, sizeof(out)), "a?b??");
	assert_string_equal(value_shown("1234567", out, sizeof(out)), "1234567");
	assert_string_equal(value_shown("12345678", out, sizeof(out)), "1234...");
}

static void
periods_divide_a_day_or_are_days(void **state)
{
	static const struct {
		const char *text;
		uint32_t s;
	} good[] = {
		{ "0", 0 },      { "1s", 1 },      { "30s", 30 },   { "5m", 300 },
		{ "90m", 5400 }, { "24h", 86400 }, { "1d", 86400 }, { "366d", 366 * 86400 },
	};
	static const char *const bad[] = { "",     "5",    "m",   "0s",  "-1m",
		                           "7m",   "5h",   "5M",  "1w",  "5m ",
		                           "367d", "1.5h", "25h", "5ms", "99999999999999999999d" };
	uint32_t s;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(value_period(good[i].text, &s), 0);
		assert_int_equal(s, good[i].s);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_period(bad[i], &s), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods_divide_a_day_or_are_days),
		cmocka_unit_test(bool_is_yes_or_no_in_any_case),
		cmocka_unit_test(count_takes_all_or_nothing),
		cmocka_unit_test(interval_keeps_each_nanosecond),
		cmocka_unit_test(decimal_is_the_nearest_double),
		cmocka_unit_test(range_is_one_number_or_two),
		cmocka_unit_test(shown_is_short_and_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
