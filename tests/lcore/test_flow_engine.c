/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When records are made: intervals, idle times, causes.
 */
#include "lcore/flow_timer.h"
#include "tests/lcore/engine_harness.h"

#define FLOWS 256

static void
one_flow_is_one_record_with_both_directions(void **state)
{
	struct harness h;
	const struct packet there = udp_packet(1, 2, 10, 100), back = udp_packet(2, 1, 30, 60);

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &there);
	harness_packet(&h, &back);
	assert_int_equal(h.taken, 0);
	harness_flush(&h);
	assert_int_equal(h.taken, 1);
	assert_memory_equal(h.records[0].who.ip.src, there.key.addr[0], 16);
	assert_memory_equal(h.records[0].who.ip.dst, there.key.addr[1], 16);
	assert_int_equal(h.records[0].src_port, 1001);
	assert_int_equal(h.records[0].dst_port, 1002);
	assert_int_equal(h.records[0].cause, CAUSE_START);
	assert_int_equal(h.records[0].flags & FLOW_RECORD_FIRST, FLOW_RECORD_FIRST);
	assert_true(h.records[0].first_ns[0] == there.time_ns);
	assert_true(h.records[0].last_ns[1] == back.time_ns);
	assert_int_equal(h.records[0].packets[0], 1);
	assert_int_equal(h.records[0].bytes[0], 100);
	assert_int_equal(h.records[0].app_bytes[0], 58);
	assert_int_equal(h.records[0].bytes[1], 60);
	harness_close(&h);
}

static void
the_higher_address_may_be_the_source(void **state)
{
	struct harness h;
	const struct packet there = udp_packet(9, 2, 0, 100), back = udp_packet(2, 9, 1, 60);

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &there);
	harness_packet(&h, &back);
	harness_flush(&h);
	assert_int_equal(h.records[0].who.ip.src[3], 9);
	assert_int_equal(h.records[0].src_port, 1009);
	assert_int_equal(h.records[0].bytes[0], 100);
	assert_int_equal(h.records[0].bytes[1], 60);
	harness_close(&h);
}

/* A packet at exactly the interval's end belongs to the next; causes follow. */
static void
the_interval_ends_with_the_packet_at_its_end(void **state)
{
	static const unsigned at[] = { 0, 4999, 5000, 9999, 10001 };
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	for (unsigned i = 0; i < 5; i++) {
		const struct packet p = udp_packet(1, 2, at[i], 100);

		harness_packet(&h, &p);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 3);
	assert_int_equal(h.records[0].packets[0], 2);
	assert_int_equal(h.records[1].packets[0], 2);
	assert_int_equal(h.records[2].packets[0], 1);
	assert_int_equal(h.records[0].cause, CAUSE_START);
	assert_int_equal(h.records[1].cause, CAUSE_STATUS);
	assert_int_equal(h.records[2].cause, CAUSE_STATUS);
	assert_int_equal(h.records[1].flags & FLOW_RECORD_FIRST, 0);
	assert_int_equal(h.records[0].flow_index, h.records[2].flow_index);
	harness_close(&h);
}

/* The wheel reports what is pending, within a tick of its end. */
static void
a_silent_flow_is_reported_when_its_interval_is_over(void **state)
{
	struct harness h;
	const struct packet p = udp_packet(1, 2, 0, 100);

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &p);
	harness_advance(&h, 4990);
	assert_int_equal(h.taken, 0);
	harness_advance(&h, 5150);
	assert_int_equal(h.taken, 1);
	assert_true(h.records[0].report_ns >= p.time_ns + 5000 * MS);
	assert_true(h.records[0].report_ns <= p.time_ns + 5068 * MS);
	harness_flush(&h);
	assert_int_equal(h.taken, 1);
	harness_close(&h);
}

/* A flow that the wheel looks at for an older reason, when its interval is over and the tick is
 * not, waits for the others of that tick. */
static void
records_of_a_tick_go_out_together(void **state)
{
	struct packet late = udp_packet(1, 2, 0, 100), early = udp_packet(3, 4, 0, 100);
	const uint64_t tick = EPOCH_NS - EPOCH_NS % FLOW_TIMER_TICK_NS + 1000 * FLOW_TIMER_TICK_NS;
	const uint64_t end_ns = tick + 40 * MS; /* of the later flow's interval */
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	late.time_ns = end_ns - 80 * MS - 35000 * MS; /* idle until 80 ms before */
	harness_packet(&h, &late);
	early.time_ns = end_ns - 10 * MS - 5000 * MS;
	harness_packet(&h, &early);
	late.time_ns = end_ns - 5000 * MS;
	harness_packet(&h, &late);
	assert_int_equal(h.taken, 1);
	(void)flow_engine_advance(h.engine, end_ns + 5 * MS, 0);
	harness_take(&h);
	(void)flow_engine_advance(h.engine, end_ns + 1000 * MS, 0);
	harness_take(&h);
	assert_int_equal(h.taken, 3);
	assert_true(h.records[1].first_ns[0] == early.time_ns);
	assert_true(h.records[2].first_ns[0] == late.time_ns);
	harness_close(&h);
}

struct idle_case {
	const char *name;
	uint8_t kind, proto;
	uint16_t ethertype;
	unsigned idle_s;
};

static const struct idle_case idle_cases[] = {
	{ "udp", FLOW_IPV4, 17, 0, 30 },         { "tcp", FLOW_IPV4, 6, 0, 60 },
	{ "icmp", FLOW_IPV4, 1, 0, 5 },          { "icmpv6", FLOW_IPV6, 58, 0, 5 },
	{ "igmp", FLOW_IPV4, 2, 0, 30 },         { "gre", FLOW_IPV4, 47, 0, 30 },
	{ "fragment", FLOW_IPV4, 17, 1, 5 },     { "arp", FLOW_ARP, 0, 0x806, 5 },
	{ "ethernet", FLOW_ETHER, 0, 2048, 30 },
};

/* Other traffic lets time pass; just before the idle time is over the flow goes on, then it is
 * another one. */
static void
a_flow_is_forgotten_after_interval_and_idle_time(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * sizeof(idle_cases) / sizeof(idle_cases[0]); i++) {
		const struct idle_case *c = &idle_cases[i / 2];
		const unsigned end = 5000 + c->idle_s * 1000;
		const unsigned gap = i % 2 ? end + 100 : end - 100;
		struct packet p = udp_packet(1, 2, 0, 100);
		struct harness h;

		print_message("%s after %u ms\n", c->name, gap);
		harness_open(&h, NULL, FLOWS, true);
		p.key.kind = c->kind;
		p.key.proto = c->proto;
		p.key.ethertype = c->ethertype;
		harness_packet(&h, &p);
		harness_advance(&h, gap);
		p.time_ns += gap * MS;
		harness_packet(&h, &p);
		harness_flush(&h);
		assert_int_equal(h.taken, 2);
		assert_int_equal(h.records[1].cause, i % 2 ? CAUSE_START : CAUSE_STATUS);
		assert_int_equal(h.records[1].flags & FLOW_RECORD_FIRST,
		                 i % 2 ? FLOW_RECORD_FIRST : 0);
		assert_int_equal(harness_counter(&h, COUNTER_flows_opened), 1 + i % 2);
		assert_int_equal(harness_counter(&h, COUNTER_flows_closed), 1 + i % 2);
		harness_close(&h);
	}
}

/* While nothing at all comes no time passes: the next packet still finds its flow. */
static void
a_flow_outlives_a_silence_of_everything(void **state)
{
	struct harness h;
	const struct packet a = udp_packet(1, 2, 0, 100), b = udp_packet(1, 2, 3600000, 100);

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &a);
	harness_packet(&h, &b);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(h.records[1].cause, CAUSE_STATUS);
	assert_int_equal(harness_counter(&h, COUNTER_flows_opened), 1);
	harness_close(&h);
}

static void
interval_none(struct config *c)
{
	c->status_interval_ns = 0;
}

static void
interval_0_is_a_record_a_packet(void **state)
{
	struct harness h;

	(void)state;
	harness_open(&h, interval_none, FLOWS, true);
	for (unsigned i = 0; i < 10; i++) {
		const struct packet p = udp_packet(1, 2, i / 2, 100);

		harness_packet(&h, &p);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(h.records[i].packets[0], 1);
	harness_close(&h);
}

static void
a_record_is_cut_before_2_to_the_31_bytes(void **state)
{
	struct harness h;
	uint64_t bytes = 0;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	for (unsigned i = 0; i < 5; i++) {
		const struct packet p = udp_packet(1, 2, i, 1000000000);

		harness_packet(&h, &p);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 3);
	for (unsigned i = 0; i < h.taken; i++) {
		assert_true(h.records[i].bytes[0] < 1ull << 31);
		bytes += h.records[i].bytes[0];
	}
	assert_true(bytes == 5000000000ull);
	harness_close(&h);
}

static void
start_records(struct config *c)
{
	c->start_records = true;
}

static void
start_records_come_with_the_first_packet(void **state)
{
	struct harness h;
	const struct packet a = udp_packet(1, 2, 0, 100), b = udp_packet(1, 2, 1, 100);

	(void)state;
	harness_open(&h, start_records, FLOWS, true);
	harness_packet(&h, &a);
	assert_int_equal(h.taken, 1);
	assert_int_equal(h.records[0].cause, CAUSE_START);
	harness_packet(&h, &b);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(h.records[1].cause, CAUSE_STATUS);
	assert_int_equal(h.records[1].packets[0], 1);
	harness_close(&h);
}

/* RST, then a new SYN: STOP and START, of one flow if the same side opens it, else of two. */
static void
tuple_used_again(unsigned by)
{
	struct harness h;
	const struct packet p[] = {
		tcp_packet(1, 2, 0, TCP_SYN, 100, 0),
		tcp_packet(2, 1, 1, TCP_SYN | TCP_ACK, 500, 101),
		tcp_packet(1, 2, 2, TCP_ACK, 101, 501),
		tcp_packet(2, 1, 3, TCP_RST, 501, 0),
		by ? tcp_packet(2, 1, 4, TCP_SYN, 9000, 0) : tcp_packet(1, 2, 4, TCP_SYN, 9000, 0),
	};

	harness_open(&h, NULL, FLOWS, true);
	harness_burst(&h, p, 5, 0);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(h.records[0].cause, CAUSE_STOP);
	assert_int_equal(h.records[0].flags & FLOW_RECORD_FIRST, FLOW_RECORD_FIRST);
	assert_int_equal(h.records[0].packets[0] + h.records[0].packets[1], 4);
	assert_int_equal(h.records[1].cause, CAUSE_START);
	assert_int_equal(h.records[1].flags & FLOW_RECORD_FIRST, by ? FLOW_RECORD_FIRST : 0);
	assert_int_equal(h.records[1].who.ip.src[3], by ? 2 : 1);
	assert_int_equal(h.records[1].packets[0], 1);
	assert_int_equal(h.records[1].packets[1], 0);
	assert_int_equal(harness_counter(&h, COUNTER_flows_opened), 1 + by);
	assert_int_equal(harness_counter(&h, COUNTER_flows_closed), 1 + by);
	harness_close(&h);
}

static void
a_tuple_used_again_is_stopped_and_started(void **state)
{
	(void)state;
	tuple_used_again(0);
	tuple_used_again(1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_flow_is_one_record_with_both_directions),
		cmocka_unit_test(the_higher_address_may_be_the_source),
		cmocka_unit_test(the_interval_ends_with_the_packet_at_its_end),
		cmocka_unit_test(a_silent_flow_is_reported_when_its_interval_is_over),
		cmocka_unit_test(records_of_a_tick_go_out_together),
		cmocka_unit_test(a_flow_is_forgotten_after_interval_and_idle_time),
		cmocka_unit_test(a_flow_outlives_a_silence_of_everything),
		cmocka_unit_test(interval_0_is_a_record_a_packet),
		cmocka_unit_test(a_record_is_cut_before_2_to_the_31_bytes),
		cmocka_unit_test(start_records_come_with_the_first_packet),
		cmocka_unit_test(a_tuple_used_again_is_stopped_and_started),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
