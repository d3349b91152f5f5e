/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The readers of /sys and /proc: what they read, and that nothing there hurts them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probe/machine.h"
#include "tests/probe/fake_machine.h"

static struct fake_machine m;

static int
setup(void **state)
{
	(void)state;
	fake_machine_init(&m);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fake_machine_fini(&m);
	return 0;
}

static void
text_is_the_first_line_cut_to_fit(void **state)
{
	char text[8];

	(void)state;
	fake_file(&m, "/sys/a", "one\ntwo\n");
	assert_int_equal(machine_text(m.root, text, sizeof(text), "/sys/%s", "a"), 0);
	assert_string_equal(text, "one");
	fake_file(&m, "/sys/a", "no end");
	assert_int_equal(machine_text(m.root, text, sizeof(text), "/sys/a"), 0);
	assert_string_equal(text, "no end");
	fake_file(&m, "/sys/a", "1234567890");
	assert_int_equal(machine_text(m.root, text, sizeof(text), "/sys/a"), 0);
	assert_string_equal(text, "1234567");
	fake_file(&m, "/sys/a", "");
	assert_int_equal(machine_text(m.root, text, sizeof(text), "/sys/a"), 0);
	assert_string_equal(text, "");
}

static void
what_is_not_there_is_an_error_and_empty(void **state)
{
	char text[8] = "kept";
	uint64_t n = 7;

	(void)state;
	fake_folder(&m, "/sys");
	assert_int_equal(machine_text(m.root, text, sizeof(text), "/sys/a"), -ENOENT);
	assert_string_equal(text, "");
	assert_true(machine_text(m.root, text, sizeof(text), "/sys") < 0);
	assert_int_equal(machine_number(m.root, &n, "/sys/a"), -ENOENT);
	assert_int_equal(n, 0);
	assert_int_equal(machine_link(m.root, text, sizeof(text), "/sys/a"), -ENOENT);
	assert_int_equal(machine_field(m.root, "a", text, sizeof(text), "/sys/a"), -ENOENT);
	assert_false(machine_access(m.root, F_OK, "/sys/a"));
	assert_true(machine_access(m.root, F_OK, "/sys"));
}

static void
an_endless_file_ends(void **state)
{
	char text[8];

	(void)state;
	fake_link(&m, "/sys/zero", "/dev/zero");
	assert_int_equal(machine_text(m.root, text, sizeof(text), "/sys/zero"), 0);
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

static void
a_number_is_decimal_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t n;
	} cases[] = {
		{ "0\n", 0, 0 },
		{ "1024\n", 0, 1024 },
		{ "18446744073709551615\n", 0, UINT64_MAX },
		{ "18446744073709551616\n", -EINVAL, 0 },
		{ "-1\n", -EINVAL, 0 },
		{ "12 pages\n", -EINVAL, 0 },
		{ " 5\n", -EINVAL, 0 },
		{ "\n", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "999999999999999999999999999999999999999999", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t n = 5;

		fake_file(&m, "/sys/n", cases[i].text);
		assert_int_equal(machine_number(m.root, &n, "/sys/n"), cases[i].rc);
		assert_true(n == cases[i].n);
	}
}

static void
a_link_is_told_by_its_last_part(void **state)
{
	char text[8];

	(void)state;
	fake_link(&m, "/sys/driver", "../../drivers/ixgbe");
	assert_int_equal(machine_link(m.root, text, sizeof(text), "/sys/driver"), 0);
	assert_string_equal(text, "ixgbe");
	fake_link(&m, "/sys/plain", "e1000");
	assert_int_equal(machine_link(m.root, text, sizeof(text), "/sys/plain"), 0);
	assert_string_equal(text, "e1000");
	fake_link(&m, "/sys/long", "a/name-of-many-characters");
	assert_int_equal(machine_link(m.root, text, sizeof(text), "/sys/long"), -ENAMETOOLONG);
}

static void
a_field_is_found_by_its_whole_name(void **state)
{
	char text[16];

	(void)state;
	fake_file(&m, "/proc/x",
	          "flagship: 1\nflags\t\t: fpu sse \t\nempty:\nflags: later\nno colon\n");
	assert_int_equal(machine_field(m.root, "flags", text, sizeof(text), "/proc/x"), 0);
	assert_string_equal(text, "fpu sse");
	assert_int_equal(machine_field(m.root, "empty", text, sizeof(text), "/proc/x"), 0);
	assert_string_equal(text, "");
	assert_int_equal(machine_field(m.root, "flag", text, sizeof(text), "/proc/x"), -ENOENT);
	assert_int_equal(machine_field(m.root, "no", text, sizeof(text), "/proc/x"), -ENOENT);
}

static void
names_add(void *arg, const char *name)
{
	strcat(strcat(arg, name), " "); /* NOLINT */
}

static void
entries_come_in_the_order_of_their_numbers(void **state)
{
	char names[64] = "";

	(void)state;
	fake_folder(&m, "/sys/node10");
	fake_folder(&m, "/sys/node9");
	fake_folder(&m, "/sys/.hidden");
	assert_int_equal(machine_each(m.root, names_add, names, "/sys"), 2);
	assert_string_equal(names, "node9 node10 ");
	assert_int_equal(machine_each(m.root, names_add, names, "/proc"), -ENOENT);
}

static void
a_word_is_a_whole_one(void **state)
{
	(void)state;
	assert_true(machine_has_word("sse sse4_2\tavx", "sse4_2"));
	assert_true(machine_has_word("sse sse4_2\tavx", "avx"));
	assert_false(machine_has_word("sse4_2x", "sse4_2"));
	assert_false(machine_has_word("sse4", "sse4_2"));
	assert_false(machine_has_word("", "sse4_2"));
	assert_false(machine_has_word("  ", "sse4_2"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_is_the_first_line_cut_to_fit),
		TEST(what_is_not_there_is_an_error_and_empty),
		TEST(an_endless_file_ends),
		TEST(a_number_is_decimal_and_nothing_else),
		TEST(a_link_is_told_by_its_last_part),
		TEST(a_field_is_found_by_its_whole_name),
		TEST(entries_come_in_the_order_of_their_numbers),
		TEST(a_word_is_a_whole_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
