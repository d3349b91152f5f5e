/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "ring/packet_ring.h"
#include "tests/ring/eal_setup.h"

static void
a_batch_is_kept_until_published_and_until_released(void **state)
{
	struct packet_ring *r = packet_ring_create("keep", 4, -1);
	struct packet_batch *b;

	(void)state;
	assert_non_null(r);
	assert_null(packet_ring_peek(r));
	b = packet_ring_reserve(r);
	assert_non_null(b);
	assert_int_equal(b->count, 0);
	assert_ptr_equal(packet_ring_reserve(r), b);
	assert_null(packet_ring_peek(r));
	b->now_ns = 42;
	packet_ring_publish(r);
	assert_non_null(packet_ring_peek(r));
	assert_true(packet_ring_peek(r)->now_ns == 42);
	packet_ring_release(r);
	assert_null(packet_ring_peek(r));
	packet_ring_free(r);
}

static void
a_full_ring_refuses(void **state)
{
	struct packet_ring *r = packet_ring_create("full", 4, -1);

	(void)state;
	assert_non_null(r);
	for (int i = 0; i < 3; i++) {
		assert_non_null(packet_ring_reserve(r));
		packet_ring_publish(r);
	}
	assert_null(packet_ring_reserve(r));
	assert_non_null(packet_ring_peek(r));
	packet_ring_release(r);
	assert_non_null(packet_ring_reserve(r));
	packet_ring_free(r);
}

static void
a_batch_takes_its_bytes_to_the_last_and_not_one_more(void **state)
{
	static struct packet_batch b;

	(void)state;
	assert_true(packet_batch_fits(&b, PACKET_BATCH_BYTES));
	assert_false(packet_batch_fits(&b, PACKET_BATCH_BYTES + 1));
	b.used = PACKET_BATCH_BYTES - 10;
	assert_true(packet_batch_fits(&b, 10));
	assert_false(packet_batch_fits(&b, 11));
	b.count = PACKET_BATCH_MAX;
	assert_false(packet_batch_fits(&b, 0));
}

#define STRESS_BATCHES 50000u

static void *
stress_producer(void *arg)
{
	struct packet_ring *r = arg;

	for (uint64_t i = 1; i <= STRESS_BATCHES; i++) {
		struct packet_batch *b;

		while ((b = packet_ring_reserve(r)) == NULL)
			sched_yield();
		b->now_ns = i;
		b->used = (uint32_t)(i % 300);
		memset(b->bytes, (int)(i & 0xff), b->used);
		b->end = i == STRESS_BATCHES;
		packet_ring_publish(r);
	}
	return NULL;
}

static void
two_threads_lose_and_tear_nothing(void **state)
{
	struct packet_ring *r = packet_ring_create("stress", 4, -1);
	pthread_t producer;
	uint64_t seen = 0;

	(void)state;
	assert_non_null(r);
	assert_int_equal(pthread_create(&producer, NULL, stress_producer, r), 0);
	for (bool end = false; !end;) {
		const struct packet_batch *b = packet_ring_peek(r);

		if (b == NULL) {
			sched_yield();
			continue;
		}
		seen++;
		assert_true(b->now_ns == seen);
		assert_int_equal(b->used, seen % 300);
		for (uint32_t k = 0; k < b->used; k++)
			assert_int_equal(b->bytes[k], seen & 0xff);
		end = b->end;
		packet_ring_release(r);
	}
	assert_true(seen == STRESS_BATCHES);
	assert_int_equal(pthread_join(producer, NULL), 0);
	packet_ring_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_is_kept_until_published_and_until_released),
		cmocka_unit_test(a_full_ring_refuses),
		cmocka_unit_test(a_batch_takes_its_bytes_to_the_last_and_not_one_more),
		cmocka_unit_test(two_threads_lose_and_tear_nothing),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
