/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What flow exports bring into an engine: whole records, and sampled packets.
 */
#include "tests/lcore/engine_harness.h"

static void
sample(struct harness *h, const struct packet *p, uint32_t weight)
{
	struct packet_view view = { .time_ns = p->time_ns, .flags = VIEW_SAMPLE };

	view.before_ns = h->clock_ns++;
	if (p->time_ns > h->clock_ns)
		h->clock_ns = p->time_ns;
	view.clock_ns = h->clock_ns;
	flow_engine_sample(h->engine, p, &view, weight);
	harness_take(h);
}

static struct flow_record
imported(uint64_t packets)
{
	struct flow_record r = {
		.kind = FLOW_IPV4,
		.proto = 17,
		.flags = FLOW_RECORD_FIRST | FLOW_RECORD_IMPORTED,
		.cause = CAUSE_STATUS,
		.first_ns = { EPOCH_NS },
		.last_ns = { EPOCH_NS },
		.packets = { packets },
		.bytes = { packets * 100 },
	};

	return r;
}

static void
a_sample_counts_by_its_weight_and_is_no_packet_of_the_source(void **state)
{
	const struct packet there = udp_packet(1, 2, 0, 142), back = udp_packet(2, 1, 1, 60);
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 64, true);
	sample(&h, &there, 100);
	sample(&h, &back, 1);
	sample(&h, &there, 7);
	harness_flush(&h);
	assert_int_equal(h.taken, 1);
	assert_int_equal(h.records[0].packets[0], 107);
	assert_int_equal(h.records[0].bytes[0], 107 * 142);
	assert_int_equal(h.records[0].app_bytes[0], 107 * 100);
	assert_int_equal(h.records[0].packets[1], 1);
	assert_int_equal(harness_counter(&h, COUNTER_import_samples), 3);
	assert_int_equal(harness_counter(&h, COUNTER_flow_packets), 0);
	assert_int_equal(harness_counter(&h, COUNTER_flow_bytes), 0);
	harness_close(&h);
}

static void
the_weight_is_of_its_sample_alone(void **state)
{
	const struct packet sampled = udp_packet(1, 2, 0, 100), packet = udp_packet(3, 4, 1, 100);
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 64, true);
	sample(&h, &sampled, 1000);
	harness_packet(&h, &packet);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(h.records[0].packets[0], 1000);
	assert_int_equal(h.records[1].packets[0], 1);
	assert_int_equal(harness_counter(&h, COUNTER_flow_packets), 1);
	harness_close(&h);
}

static void
no_record_tells_of_more_than_it_has_room_for(void **state)
{
	const uint32_t most = 0x7fffffff / 1000;
	const struct packet p = udp_packet(1, 2, 0, 1000);
	uint64_t packets = 0;
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 64, true);
	sample(&h, &p, most);
	assert_int_equal(harness_counter(&h, COUNTER_import_samples_clamped), 0);
	sample(&h, &p, most + 1);
	assert_int_equal(harness_counter(&h, COUNTER_import_samples_clamped), 1);
	sample(&h, &p, UINT32_MAX);
	assert_int_equal(harness_counter(&h, COUNTER_import_samples_clamped), 2);
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++) {
		packets += h.records[i].packets[0];
		assert_true(h.records[i].bytes[0] <= 0x7fffffff);
		assert_true(h.records[i].bytes[0] == h.records[i].packets[0] * 1000);
		assert_true(h.records[i].first_ns[0] == EPOCH_NS);
	}
	assert_true(packets == 3ull * most);
	harness_close(&h);
}

static void
an_imported_record_keeps_what_it_says_and_its_place(void **state)
{
	const struct packet p = udp_packet(1, 2, 0, 100);
	const struct flow_record r = imported(7);
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 64, true);
	harness_packet(&h, &p);
	flow_engine_import(h.engine, &r);
	harness_take(&h);
	assert_int_equal(h.taken, 1);
	assert_int_equal(h.records[0].packets[0], 7);
	assert_int_equal(h.records[0].flags, r.flags);
	assert_true(h.records[0].report_ns == h.clock_ns);
	assert_true(h.records[0].flow_index == UINT32_MAX);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_true(h.records[1].report_ns >= h.records[0].report_ns);
	assert_int_equal(harness_counter(&h, COUNTER_records_made), 2);
	harness_close(&h);
}

static void
imported_records_that_a_full_ring_refuses_are_counted(void **state)
{
	const struct flow_record r = imported(3);
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 64, false);
	for (unsigned i = 0; i < 2 * RING_SLOTS; i++)
		flow_engine_import(h.engine, &r);
	harness_take(&h);
	assert_true(h.taken < 2 * RING_SLOTS);
	assert_int_equal(harness_counter(&h, COUNTER_records_made), h.taken);
	assert_int_equal(harness_counter(&h, COUNTER_records_lost_ring), 2 * RING_SLOTS - h.taken);
	assert_int_equal(harness_counter(&h, COUNTER_packets_lost_ring),
	                 3 * (2 * RING_SLOTS - h.taken));
	harness_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_counts_by_its_weight_and_is_no_packet_of_the_source),
		cmocka_unit_test(the_weight_is_of_its_sample_alone),
		cmocka_unit_test(no_record_tells_of_more_than_it_has_room_for),
		cmocka_unit_test(an_imported_record_keeps_what_it_says_and_its_place),
		cmocka_unit_test(imported_records_that_a_full_ring_refuses_are_counted),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
