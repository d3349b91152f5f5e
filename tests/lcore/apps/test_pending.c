/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/apps/reading_harness.h"

#include "lcore/apps/pending.h"

static void
pieces_of_any_order_become_one(void **state)
{
	struct pending *p = pending_create(1, 0);
	uint32_t slot = 0;
	const uint8_t *at;

	(void)state;
	assert_false(pending_held(p, slot));
	assert_false(pending_take(p, &slot));
	assert_true(pending_held(p, slot));
	assert_int_equal(pending_bytes(p, slot, &at), 0);
	assert_int_equal(pending_add(p, slot, 6, "ghi", 3), 0);
	assert_int_equal(pending_add(p, slot, 2, "cd", 2), 0);
	assert_int_equal(pending_bytes(p, slot, &at), 0);
	assert_int_equal(pending_add(p, slot, 0, "abc", 3), 0);
	assert_int_equal(pending_bytes(p, slot, &at), 4);
	assert_int_equal(pending_add(p, slot, 3, "defg", 4), 0);
	assert_int_equal(pending_bytes(p, slot, &at), 9);
	assert_memory_equal(at, "abcdefghi", 9);
	assert_true(pending_release(p, &slot));
	assert_int_equal(slot, 0);
	assert_false(pending_release(p, &slot));
	pending_free(p);
}

static void
what_lies_beyond_the_end_is_left_out(void **state)
{
	static uint8_t big[2 * PENDING_SIZE];
	struct pending *p = pending_create(1, 0);
	uint32_t slot = 0;
	const uint8_t *at;

	(void)state;
	(void)pending_take(p, &slot);
	assert_int_equal(pending_add(p, slot, PENDING_SIZE, "x", 1), 0);
	assert_int_equal(pending_add(p, slot, UINT64_MAX, "x", 1), 0);
	assert_int_equal(pending_add(p, slot, PENDING_SIZE - 1, big, sizeof(big)), 0);
	assert_int_equal(pending_bytes(p, slot, &at), 0);
	assert_int_equal(pending_add(p, slot, 0, big, sizeof(big)), 0);
	assert_int_equal(pending_bytes(p, slot, &at), PENDING_SIZE);
	pending_free(p);
}

static void
pieces_with_gaps_have_an_end(void **state)
{
	struct pending *p = pending_create(1, 0);
	uint32_t slot = 0;
	const uint8_t *at;

	(void)state;
	(void)pending_take(p, &slot);
	for (unsigned i = 0; i < PENDING_PIECES; i++)
		assert_int_equal(pending_add(p, slot, 2 * i + 1, "x", 1), 0);
	assert_int_equal(pending_add(p, slot, 1000, "x", 1), -1);
	for (unsigned i = 0; i < PENDING_PIECES; i++)
		assert_int_equal(pending_add(p, slot, 2 * i, "y", 1), 0);
	assert_int_equal(pending_bytes(p, slot, &at), 2 * PENDING_PIECES);
	assert_memory_equal(at, "yxyxyx", 6);
	assert_int_equal(pending_add(p, slot, 1000, "x", 1), 0);
	pending_free(p);
}

static void
the_oldest_message_makes_room_and_its_flow_finds_out(void **state)
{
	struct pending *p = pending_create(2, 0);
	uint32_t a = 0, b = 0, c = 0, d = 0;

	(void)state;
	assert_false(pending_take(p, &a));
	assert_false(pending_take(p, &b));
	assert_true(pending_take(p, &c));
	assert_false(pending_held(p, a));
	assert_true(pending_held(p, b));
	assert_true(pending_held(p, c));
	assert_false(pending_release(p, &a));
	assert_true(pending_held(p, c));
	assert_true(pending_release(p, &b));
	assert_false(pending_take(p, &d));
	assert_true(pending_held(p, c));
	assert_true(pending_held(p, d));
	pending_free(p);
}

static void
a_slot_is_new_to_who_takes_it(void **state)
{
	struct pending *p = pending_create(1, 0);
	uint32_t slot = 0;
	const uint8_t *at;

	(void)state;
	(void)pending_take(p, &slot);
	pending_note(p, slot)->seq = 7;
	(void)pending_add(p, slot, 0, "x", 1);
	assert_false(pending_take(p, &slot)); /* gives up its own */
	assert_int_equal(pending_note(p, slot)->seq, 0);
	assert_int_equal(pending_bytes(p, slot, &at), 0);
	pending_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_any_order_become_one),
		cmocka_unit_test(what_lies_beyond_the_end_is_left_out),
		cmocka_unit_test(pieces_with_gaps_have_an_end),
		cmocka_unit_test(the_oldest_message_makes_room_and_its_flow_finds_out),
		cmocka_unit_test(a_slot_is_new_to_who_takes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
