/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "ring/flow_ring.h"
#include "tests/ring/eal_setup.h"

#define SLOTS 64

static void
records_come_out_as_they_went_in_and_in_order(void **state)
{
	struct flow_record_layout layout;
	struct flow_ring *r;

	(void)state;
	flow_record_layout_init(&layout, 1, 48, 16);
	r = flow_ring_create("order", SLOTS, &layout, -1);
	assert_non_null(r);
	for (uint64_t round = 0; round < 1000; round++) {
		const unsigned n = 1 + (unsigned)(round % (SLOTS - 1));

		for (unsigned i = 0; i < n; i++) {
			struct flow_record *rec = flow_ring_reserve(r);

			assert_non_null(rec);
			memset(rec, (int)(i & 0xff), layout.size);
			rec->report_ns = round << 32 | i;
			flow_ring_commit(r);
		}
		flow_ring_flush(r);
		for (unsigned i = 0; i < n; i++) {
			const struct flow_record *rec = flow_ring_peek(r);

			assert_non_null(rec);
			assert_true(rec->report_ns == (round << 32 | i));
			assert_int_equal(((const uint8_t *)rec)[layout.size - 1], i & 0xff);
			assert_ptr_equal(flow_ring_peek(r), rec);
			flow_ring_release(r);
		}
		assert_null(flow_ring_peek(r));
	}
	flow_ring_free(r);
}

static void
a_full_ring_refuses_and_what_was_committed_is_visible(void **state)
{
	struct flow_record_layout layout;
	struct flow_ring *r;
	unsigned n = 0;

	(void)state;
	flow_record_layout_init(&layout, 0, 0, 0);
	r = flow_ring_create("full", SLOTS, &layout, -1);
	assert_non_null(r);
	for (struct flow_record *rec; (rec = flow_ring_reserve(r)) != NULL; n++) {
		assert_in_range(n, 0, SLOTS - 2);
		rec->flow_index = n;
		flow_ring_commit(r);
	}
	assert_int_equal(n, SLOTS - 1);
	for (unsigned i = 0; i < n; i++) {
		const struct flow_record *rec = flow_ring_peek(r);

		assert_non_null(rec);
		assert_int_equal(rec->flow_index, i);
		flow_ring_release(r);
	}
	assert_null(flow_ring_peek(r));
	assert_non_null(flow_ring_reserve(r));
	flow_ring_free(r);
}

static void
nothing_is_visible_before_flush_and_an_abandoned_slot_is_reused(void **state)
{
	struct flow_record_layout layout;
	struct flow_ring *r;
	struct flow_record *rec;

	(void)state;
	flow_record_layout_init(&layout, 0, 0, 0);
	r = flow_ring_create("flush", SLOTS, &layout, -1);
	assert_non_null(r);
	rec = flow_ring_reserve(r);
	assert_non_null(rec);
	assert_ptr_equal(flow_ring_reserve(r), rec);
	rec->flow_index = 7;
	flow_ring_commit(r);
	assert_null(flow_ring_peek(r));
	flow_ring_flush(r);
	flow_ring_flush(r);
	assert_non_null(flow_ring_peek(r));
	assert_int_equal(flow_ring_peek(r)->flow_index, 7);
	flow_ring_release(r);
	assert_null(flow_ring_peek(r));
	flow_ring_free(r);
}

static void
the_clock_tells_what_the_worker_promised(void **state)
{
	struct flow_record_layout layout;
	struct flow_ring *r;

	(void)state;
	flow_record_layout_init(&layout, 0, 0, 0);
	r = flow_ring_create("clock", SLOTS, &layout, -1);
	assert_non_null(r);
	assert_true(flow_ring_clock(r) == 0);
	flow_ring_set_clock(r, 12345);
	assert_true(flow_ring_clock(r) == 12345);
	flow_ring_set_clock(r, UINT64_MAX);
	assert_true(flow_ring_clock(r) == UINT64_MAX);
	flow_ring_free(r);
}

#define STRESS_RECORDS 300000u

static uint64_t
stamp(uint64_t i)
{
	return i * UINT64_C(0x9e3779b97f4a7c15);
}

static void *
stress_producer(void *arg)
{
	struct flow_ring *r = arg;

	for (uint64_t i = 1; i <= STRESS_RECORDS; i++) {
		struct flow_record *rec;

		while ((rec = flow_ring_reserve(r)) == NULL)
			sched_yield();
		rec->report_ns = i;
		rec->packets[0] = stamp(i);
		rec->net_report.tcp.half[1].last_ns = stamp(i);
		flow_ring_commit(r);
		if (i % 7 == 0) {
			flow_ring_flush(r);
			flow_ring_set_clock(r, i);
		}
	}
	flow_ring_flush(r);
	flow_ring_set_clock(r, UINT64_MAX);
	return NULL;
}

static void
two_threads_lose_and_tear_nothing(void **state)
{
	struct flow_record_layout layout;
	struct flow_ring *r;
	pthread_t producer;
	uint64_t seen = 0;

	(void)state;
	flow_record_layout_init(&layout, 1, 0, 0);
	r = flow_ring_create("stress", SLOTS, &layout, -1);
	assert_non_null(r);
	assert_int_equal(pthread_create(&producer, NULL, stress_producer, r), 0);
	for (;;) {
		const uint64_t clock = flow_ring_clock(r);
		const struct flow_record *rec = flow_ring_peek(r);

		if (rec == NULL) {
			if (clock == UINT64_MAX)
				break;
			/* every record up to the clock must have been visible */
			assert_true(seen >= clock);
			sched_yield();
			continue;
		}
		seen++;
		assert_true(rec->report_ns == seen);
		assert_true(rec->packets[0] == stamp(seen));
		assert_true(rec->net_report.tcp.half[1].last_ns == stamp(seen));
		flow_ring_release(r);
	}
	assert_true(seen == STRESS_RECORDS);
	assert_int_equal(pthread_join(producer, NULL), 0);
	flow_ring_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_as_they_went_in_and_in_order),
		cmocka_unit_test(a_full_ring_refuses_and_what_was_committed_is_visible),
		cmocka_unit_test(nothing_is_visible_before_flush_and_an_abandoned_slot_is_reused),
		cmocka_unit_test(the_clock_tells_what_the_worker_promised),
		cmocka_unit_test(two_threads_lose_and_tear_nothing),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
