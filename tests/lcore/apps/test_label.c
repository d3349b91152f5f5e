/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/apps/reading_harness.h"

#include "lcore/apps/label.h"

static void
expect(const struct label *l, const char *text)
{
	assert_int_equal(l->len, strlen(text));
	assert_memory_equal(l->text, text, l->len);
}

static void
items_are_joined_by_semicolons(void **state)
{
	struct label l = { 0 };

	(void)state;
	assert_true(label_add(&l, "app", "tls", 3));
	assert_true(label_add_number(&l, "n", 0));
	assert_true(label_add_number(&l, "m", UINT32_MAX));
	expect(&l, "app=tls;n=0;m=4294967295");
	assert_false(l.cut);
}

static void
what_would_end_a_value_is_escaped(void **state)
{
	struct label l = { 0 };

	(void)state;
	assert_true(label_add(&l, "a", ";=\"%, \x00\x1f\x7f\x80\xff", 11));
	expect(&l, "a=%3B%3D%22%25%2C%20%00%1F%7F%80%FF");
}

static void
every_other_printable_byte_stands_for_itself(void **state)
{
	(void)state;
	for (unsigned c = 0x21; c < 0x7f; c++) {
		const uint8_t byte = (uint8_t)c;
		struct label l = { 0 };

		assert_true(label_add(&l, "k", &byte, 1));
		assert_int_equal(l.len, strchr(";=\"%,", (int)c) != NULL ? 5 : 3);
	}
}

static void
a_long_value_is_cut_at_a_whole_character(void **state)
{
	char value[LABEL_VALUE_MAX + 1];
	struct label l = { 0 };

	(void)state;
	memset(value, 'x', sizeof(value));
	assert_true(label_add(&l, "k", value, LABEL_VALUE_MAX));
	assert_int_equal(l.len, 2 + LABEL_VALUE_MAX);
	assert_int_equal(l.text[l.len - 1], 'x');
	l.len = 0;
	assert_true(label_add(&l, "k", value, LABEL_VALUE_MAX + 1));
	assert_int_equal(l.len, 2 + LABEL_VALUE_MAX);
	assert_memory_equal(l.text + l.len - 4, "x%..", 4);
	/* 124 characters, then one of three: no half of it before the mark */
	l.len = 0;
	value[124] = ' ';
	assert_true(label_add(&l, "k", value, LABEL_VALUE_MAX + 1));
	assert_int_equal(l.len, 2 + 124 + 3);
	assert_memory_equal(l.text + l.len - 4, "x%..", 4);
}

static void
what_has_no_room_is_left_out_in_whole(void **state)
{
	char value[LABEL_VALUE_MAX];
	struct label l = { 0 };

	(void)state;
	memset(value, 'x', sizeof(value));
	assert_true(label_add(&l, "a", value, 118)); /* 120 */
	assert_false(label_add(&l, "b", value, 118));
	assert_true(l.cut);
	assert_int_equal(l.len, 120);
	assert_true(label_add(&l, "c", value, 117)); /* exactly what is left */
	assert_int_equal(l.len, LABEL_MAX);
	assert_false(label_add(&l, "", "", 0));
	assert_int_equal(l.len, LABEL_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_joined_by_semicolons),
		cmocka_unit_test(what_would_end_a_value_is_escaped),
		cmocka_unit_test(every_other_printable_byte_stands_for_itself),
		cmocka_unit_test(a_long_value_is_cut_at_a_whole_character),
		cmocka_unit_test(what_has_no_room_is_left_out_in_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
