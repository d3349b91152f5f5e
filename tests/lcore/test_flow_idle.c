/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Idle times that the operator chose: they end a flow within its status interval,
 * each protocol's by its own setting.
 */
#include "tests/lcore/engine_harness.h"

#define FLOWS 256

/* Times of their own for all, the status interval longer than any. */
static void
set_times(struct config *c)
{
	c->status_interval_ns = 600000 * MS;
	c->ip_timeout_s = 7;
	c->tcp_timeout_s = 11;
	c->icmp_timeout_s = 13;
	c->igmp_timeout_s = 17;
	c->frag_timeout_s = 19;
	c->arp_timeout_s = 23;
	c->other_timeout_s = 29;
}

static const struct idle_case {
	const char *name;
	uint8_t kind, proto;
	uint16_t ethertype;
	unsigned idle_s;
} cases[] = {
	{ "udp", FLOW_IPV4, 17, 0, 7 },
	{ "udp over IPv6", FLOW_IPV6, 17, 0, 7 },
	{ "esp", FLOW_IPV6, 50, 0, 7 },
	{ "matrix of addresses", FLOW_MATRIX_L3_IPV4, 0, 0, 7 },
	{ "tcp", FLOW_IPV4, 6, 0, 11 },
	{ "icmp", FLOW_IPV4, 1, 0, 13 },
	{ "icmpv6", FLOW_IPV6, 58, 0, 13 },
	{ "igmp", FLOW_IPV4, 2, 0, 17 },
	{ "fragments", FLOW_IPV4, 17, FLOW_KEY_FRAGMENT, 19 },
	{ "arp", FLOW_ARP, 0, 0x806, 23 },
	{ "rarp", FLOW_RARP, 0, 0x8035, 23 },
	{ "ethernet", FLOW_ETHER, 0, 0x88cc, 29 },
};

static struct packet
packet_of(const struct idle_case *c, unsigned ms)
{
	struct packet p = udp_packet(1, 2, ms, 100);

	p.key.kind = c->kind;
	p.key.proto = c->proto;
	p.key.ethertype = c->ethertype;
	return p;
}

/* Three packets: the second just within the idle time, the third as far behind the second. With
 * nothing else in the capture, which moves no clock. */
static void
each_protocol_has_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const struct idle_case *c = &cases[i / 2];
		const unsigned over = i % 2, gap = c->idle_s * 1000 - !over;
		struct harness h;

		print_message("%s, gaps of %u ms\n", c->name, gap);
		harness_open(&h, set_times, FLOWS, true);
		for (unsigned k = 0; k < 3; k++) {
			const struct packet p = packet_of(c, k * gap);

			harness_packet(&h, &p);
		}
		harness_flush(&h);
		assert_int_equal(h.taken, over ? 3 : 1);
		assert_int_equal(harness_counter(&h, COUNTER_flows_opened), h.taken);
		for (unsigned k = 0; k < h.taken; k++) {
			assert_int_equal(h.records[k].cause, CAUSE_START);
			assert_true(h.records[k].flags & FLOW_RECORD_FIRST);
			assert_int_equal(h.records[k].packets[0], over ? 1 : 3);
			assert_true(h.records[k].first_ns[0] == EPOCH_NS + k * gap * MS);
		}
		harness_close(&h);
	}
}

/* A flow that ended in silence is told of then, not when its status interval is over. */
static void
records_go_out_when_the_idle_time_is_over(void **state)
{
	struct harness h;
	const struct packet a = udp_packet(1, 2, 0, 100), b = udp_packet(2, 1, 3000, 100);

	(void)state;
	harness_open(&h, set_times, FLOWS, true);
	harness_packet(&h, &a);
	harness_packet(&h, &b);
	harness_advance(&h, 9900);
	assert_int_equal(h.taken, 0);
	harness_advance(&h, 10200);
	assert_int_equal(h.taken, 1);
	assert_int_equal(h.records[0].packets[1], 1);
	assert_true(h.records[0].last_ns[1] == b.time_ns);
	harness_advance(&h, 10400);
	assert_int_equal(harness_counter(&h, COUNTER_flows_closed), 1);
	harness_flush(&h);
	assert_int_equal(h.taken, 1);
	harness_close(&h);
}

static void
short_interval(struct config *c)
{
	set_times(c);
	c->status_interval_ns = 1000 * MS;
}

/* Beyond the status interval silence counts from the last packet too, reported as it is by then. */
static void
silence_begins_with_the_last_packet(void **state)
{
	(void)state;
	for (unsigned over = 0; over < 2; over++) {
		struct harness h;
		const struct packet a = udp_packet(1, 2, 0, 100), b = udp_packet(1, 2, 900, 100);
		const struct packet c = udp_packet(2, 1, 900 + 6999 + over, 100);

		harness_open(&h, short_interval, FLOWS, true);
		harness_packet(&h, &a);
		harness_packet(&h, &b);
		harness_advance(&h, 900 + 6950);
		assert_int_equal(h.taken, 1);
		harness_packet(&h, &c);
		harness_flush(&h);
		assert_int_equal(h.taken, 2);
		assert_int_equal(h.records[1].cause, over ? CAUSE_START : CAUSE_STATUS);
		assert_memory_equal(h.records[1].who.ip.src, over ? c.key.addr[1] : a.key.addr[0],
		                    4);
		assert_true(h.records[1].first_ns[!over] == c.time_ns);
		assert_true(h.records[1].first_ns[over] == 0);
		assert_true(h.records[1].last_ns[over] == 0);
		harness_close(&h);
	}
}

static void
written_out(struct config *c)
{
	c->status_interval_ns = 600000 * MS;
	c->ip_timeout_s = 30;
	c->tcp_timeout_s = 0;
}

/* argus's own times, written out or 0, are argus's: they begin behind the status interval. */
static void
defaults_begin_behind_the_interval(void **state)
{
	struct harness h;

	(void)state;
	harness_open(&h, written_out, FLOWS, true);
	for (unsigned k = 0; k < 3; k++) {
		const struct packet p = udp_packet(1, 2, k * 200000, 100);
		const struct packet t = tcp_packet(3, 4, k * 200000, TCP_ACK, 1, 1);

		harness_packet(&h, &p);
		harness_packet(&h, &t);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	harness_close(&h);
}

static void
days(struct config *c)
{
	c->status_interval_ns = 0;
	c->ip_timeout_s = 31536000;
}

static void
a_year_is_no_less(void **state)
{
	struct harness h;
	const struct packet a = udp_packet(1, 2, 0, 100);
	struct packet b = a;

	(void)state;
	harness_open(&h, days, FLOWS, true);
	harness_packet(&h, &a);
	b.time_ns += 31535999 * (1000 * MS);
	harness_packet(&h, &b);
	b.time_ns += 31536000 * (1000 * MS);
	harness_packet(&h, &b);
	harness_flush(&h);
	assert_int_equal(h.taken, 3);
	assert_int_equal(harness_counter(&h, COUNTER_flows_opened), 2);
	harness_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_protocol_has_its_own),
		cmocka_unit_test(records_go_out_when_the_idle_time_is_over),
		cmocka_unit_test(silence_begins_with_the_last_packet),
		cmocka_unit_test(defaults_begin_behind_the_interval),
		cmocka_unit_test(a_year_is_no_less),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
