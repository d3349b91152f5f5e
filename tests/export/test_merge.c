/* SPDX-License-Identifier: BSD-3-Clause */
/* Merging rings: order, watermarks, ties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "export/merge.h"
#include "tests/export/fake_flow_ring.h"

#define RINGS 3

struct fixture {
	struct flow_record_layout layout;
	struct flow_ring *ring[RINGS];
	struct merge merge;
};

static void
fixture_open(struct fixture *f, unsigned rings)
{
	flow_record_layout_init(&f->layout, 0, 0, 0);
	for (unsigned i = 0; i < rings; i++)
		f->ring[i] = flow_ring_create("t", 64, &f->layout, 0);
	assert_int_equal(merge_init(&f->merge, f->ring, rings), 0);
}

static void
fixture_close(struct fixture *f)
{
	for (unsigned i = 0; i < f->merge.lanes; i++)
		flow_ring_free(f->ring[i]);
	merge_fini(&f->merge);
}

static void
put(struct fixture *f, unsigned ring, uint64_t report_ns, uint64_t first_ns, uint16_t port)
{
	struct flow_record r;

	memset(&r, 0, sizeof(r));
	r.report_ns = report_ns;
	r.first_ns[0] = first_ns;
	r.src_port = port;
	assert_true(fake_flow_ring_put(f->ring[ring], &r));
}

/* The port of the next record, 0 for none. */
static unsigned
take(struct fixture *f, bool hurry)
{
	unsigned lane, port;
	const struct flow_record *r = merge_next(&f->merge, hurry, &lane);

	if (r == NULL)
		return 0;
	port = r->src_port;
	merge_release(&f->merge, lane);
	return port;
}

static void
merge_orders_by_report_time(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, RINGS);
	put(&f, 0, 10, 1, 1);
	put(&f, 0, 40, 1, 4);
	put(&f, 1, 20, 1, 2);
	put(&f, 1, 50, 1, 5);
	put(&f, 2, 30, 1, 3);
	for (unsigned i = 0; i < RINGS; i++)
		flow_ring_set_clock(f.ring[i], UINT64_MAX);
	for (unsigned want = 1; want <= 5; want++)
		assert_int_equal(take(&f, false), want);
	assert_false(merge_waiting(&f.merge));
	assert_int_equal(take(&f, false), 0);
	assert_true(merge_ended(&f.merge));
	fixture_close(&f);
}

static void
merge_waits_for_the_clock_of_an_empty_ring(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, 2);
	put(&f, 0, 10, 1, 1);
	put(&f, 0, 20, 1, 3);
	assert_int_equal(take(&f, false), 0);
	assert_true(merge_waiting(&f.merge));
	flow_ring_set_clock(f.ring[1], 10); /* may still bring one of time 10 */
	assert_int_equal(take(&f, false), 0);
	flow_ring_set_clock(f.ring[1], 15);
	assert_int_equal(take(&f, false), 1);
	assert_int_equal(take(&f, false), 0);
	put(&f, 1, 15, 1, 2);
	assert_int_equal(take(&f, false), 2);
	assert_int_equal(take(&f, false), 0);
	assert_int_equal(take(&f, true), 3);
	assert_false(merge_ended(&f.merge));
	fixture_close(&f);
}

static void
merge_breaks_ties_by_first_packet_then_key(void **state)
{
	(void)state;
	for (unsigned swap = 0; swap < 2; swap++) {
		struct fixture f;

		fixture_open(&f, 2);
		put(&f, swap, 10, 7, 3);
		put(&f, !swap, 10, 6, 2);
		put(&f, !swap, 10, 7, 4);
		for (unsigned i = 0; i < 2; i++)
			flow_ring_set_clock(f.ring[i], UINT64_MAX);
		for (unsigned want = 2; want <= 4; want++)
			assert_int_equal(take(&f, false), want);
		fixture_close(&f);
	}
}

static void
merge_passes_a_single_ring_through(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, 1);
	put(&f, 0, 30, 1, 1);
	put(&f, 0, 20, 1, 2);
	assert_int_equal(take(&f, false), 1);
	assert_int_equal(take(&f, false), 2);
	assert_int_equal(take(&f, false), 0);
	assert_false(merge_ended(&f.merge));
	flow_ring_set_clock(f.ring[0], UINT64_MAX);
	assert_int_equal(take(&f, false), 0);
	assert_true(merge_ended(&f.merge));
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merge_orders_by_report_time),
		cmocka_unit_test(merge_waits_for_the_clock_of_an_empty_ring),
		cmocka_unit_test(merge_breaks_ties_by_first_packet_then_key),
		cmocka_unit_test(merge_passes_a_single_ring_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
