/* SPDX-License-Identifier: BSD-3-Clause */
/* What records say of a connection, what a cut resets, and that no packet sequence breaks it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lcore/tcp_script.h"

static struct script s;

static int
setup(void **state)
{
	(void)state;
	script_init(&s, 1000, 900000);
	return 0;
}

static void
a_cut_begins_the_counters_anew_and_keeps_the_connection(void **state)
{
	struct flow_tcp_report before, after;

	(void)state;
	RUN(&s, HANDSHAKE,
	    { .dir = 0, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .length = 100, .ms = 20 },
	    { .dir = 0, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .length = 100, .ms = 30 },
	    { .dir = 1, .flags = TCP_ACK, .seq = 1, .ack = 101, .ms = 40, .window = SHUT });
	flow_tcp_report(&s.tcp, &before);
	assert_int_equal(before.status & (TCP_RETRANSMITTED | TCP_WINDOW_SHUT), 0x100 | 0x800);
	assert_int_equal(before.half[0].retransmitted, 1);
	assert_int_equal(before.half[0].bytes, 200);

	flow_tcp_reported(&s.tcp);
	flow_tcp_report(&s.tcp, &after);
	assert_int_equal(after.status, TCP_SAW_SYN | TCP_SAW_SYN_ACK | TCP_ESTABLISHED);
	assert_int_equal(after.state, TCP_STATE_ESTABLISHED);
	assert_int_equal(after.synack_us, before.synack_us);
	assert_int_equal(after.ackdat_us, before.ackdat_us);
	for (int d = 0; d < 2; d++) {
		assert_int_equal(after.half[d].bytes, 0);
		assert_int_equal(after.half[d].retransmitted, 0);
		assert_int_equal(after.half[d].flags, 0);
		assert_int_equal(after.half[d].win_bytes, 0);
		assert_int_equal(after.half[d].seq_base, before.half[d].seq);
		assert_int_equal(after.half[d].seq, before.half[d].seq);
		assert_int_equal(after.half[d].ack, before.half[d].ack);
		assert_int_equal(after.half[d].window, before.half[d].window);
		assert_int_equal(after.half[d].windows, before.half[d].windows);
	}
}

static void
marks_are_told_apart_by_direction(void **state)
{
	struct flow_tcp_report r;

	(void)state;
	memset(&s.tcp, 0, sizeof(s.tcp));
	s.tcp.side[0].status = TCP_OUT_OF_ORDER | TCP_RESET;
	s.tcp.side[1].status = TCP_RETRANSMITTED | TCP_DUPLICATES | TCP_SAW_FIN;
	s.tcp.status = TCP_SAW_FIN | TCP_CONGESTED_DST;
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.status,
	                 0x10000 | 0x1000 | 0x200 | 0x80000 | TCP_SAW_FIN | TCP_CONGESTED_DST);
	assert_int_equal(r.half[0].status, TCP_OUT_OF_ORDER | TCP_RESET);
}

static void
report_overwrites_all_of_it(void **state)
{
	struct flow_tcp_report a, b;

	(void)state;
	RUN(&s, HANDSHAKE);
	memset(&a, 0x00, sizeof(a));
	memset(&b, 0xff, sizeof(b));
	flow_tcp_report(&s.tcp, &a);
	flow_tcp_report(&s.tcp, &b);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void
turning_once_exchanges_the_ends(void **state)
{
	struct flow_tcp_report a, b;

	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN | TCP_ECE | TCP_CWR },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK | TCP_ECE, .ack = 1, .ms = 4 });
	flow_tcp_report(&s.tcp, &a);
	flow_tcp_turn(&s.tcp);
	flow_tcp_report(&s.tcp, &b);
	assert_memory_equal(&a.half[0], &b.half[1], sizeof(a.half[0]));
	assert_memory_equal(&a.half[1], &b.half[0], sizeof(a.half[0]));
	assert_int_equal(a.status & TCP_CONGESTED, TCP_CONGESTED_DST);
	assert_int_equal(b.status & TCP_CONGESTED, TCP_CONGESTED_SRC);
	assert_int_equal(a.options, TCP_OPTION_ECN_SRC);
	assert_int_equal(b.options, TCP_OPTION_ECN_DST);
	assert_int_equal(b.synack_us, a.synack_us);
}

/* What each side says last counts, in every record, and goes with the side. */
static void
largest_segments_are_each_sides(void **state)
{
	const struct segment syn = { .dir = 0, .flags = TCP_SYN };
	const struct segment answer = { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 4 };
	const struct segment ack = { .dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1, .ms = 8 };
	struct flow_tcp_report r;
	struct packet p;

	(void)state;
	p = script_packet(&s, &syn);
	p.tcp.mss = 1460;
	script_feed(&s, &p, 0);
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.mss[0], 1460);
	assert_int_equal(r.mss[1], 0);
	p = script_packet(&s, &answer);
	p.tcp.mss = 1360;
	script_feed(&s, &p, 1);
	flow_tcp_reported(&s.tcp);
	p = script_packet(&s, &ack);
	script_feed(&s, &p, 0);
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.mss[0], 1460);
	assert_int_equal(r.mss[1], 1360);
	flow_tcp_turn(&s.tcp);
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.mss[0], 1360);
	assert_int_equal(r.mss[1], 1460);
}

/* Packets at random, near each other in sequence so that comparisons matter. */
static uint64_t seed;

static uint32_t
random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % n;
}

static struct packet
random_packet(uint64_t now_ns)
{
	static const uint8_t usual[] = { TCP_SYN,           TCP_SYN | TCP_ACK, TCP_ACK,
		                         TCP_ACK | TCP_PSH, TCP_FIN | TCP_ACK, TCP_RST,
		                         TCP_RST | TCP_ACK };
	static const uint32_t base[] = { 0, UINT32_MAX, 0x7ffffff0, 0x80000000 };
	struct packet p;

	memset(&p, 0, sizeof(p));
	p.flags = PACKET_TCP | (random_below(2) ? PACKET_IPV4 : PACKET_IPV6);
	p.time_ns = now_ns;
	p.ip_id = (uint16_t)random_below(65536);
	p.payload_length = random_below(3) ? random_below(1500) : 0;
	if (random_below(1000) == 0)
		p.payload_length = UINT32_MAX - random_below(3);
	p.tcp.flags =
	        random_below(8) ? usual[random_below(sizeof(usual))] : (uint8_t)random_below(256);
	p.tcp.seq = base[random_below(4)] + random_below(5000);
	p.tcp.ack = base[random_below(4)] + random_below(5000);
	p.tcp.window = (uint16_t)(random_below(4) ? random_below(65536) : 0);
	p.tcp.options = random_below(16) << 20;
	p.tcp.mss = (uint16_t)(random_below(4) ? 0 : random_below(65536));
	p.tcp.has_window_shift = random_below(10) == 0;
	p.tcp.window_shift = (uint8_t)random_below(256);
	return p;
}

static bool
state_is_known(uint8_t state)
{
	switch (state) {
	case TCP_STATE_LISTEN:
	case TCP_STATE_SYN_SENT:
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_CLOSING:
	case TCP_STATE_FIN_WAIT_2:
		return true;
	default:
		return false;
	}
}

static void
check_invariants(const struct flow_tcp *t, uint32_t verdict, unsigned packets)
{
	const uint32_t sides =
	        TCP_RETRANSMITTED | TCP_WINDOW_SHUT | TCP_RESET | TCP_OUT_OF_ORDER | TCP_DUPLICATES;
	struct flow_tcp_report r;

	flow_tcp_report(t, &r);
	assert_true(state_is_known(r.state));
	assert_int_equal(r.status & ~(0xffff | TCP_OUT_OF_ORDER | TCP_DUPLICATES), 0);
	assert_true(verdict == 0 || !(verdict & FLOW_TCP_ACTIVE) != !(verdict & FLOW_TCP_IDLE));
	assert_true(!(verdict & FLOW_TCP_TURN) || (verdict & FLOW_TCP_REOPEN));
	for (int d = 0; d < 2; d++) {
		const struct flow_tcp_half *h = &r.half[d];

		assert_true(h->window_shift <= 14);
		assert_true(h->retransmitted <= 2 * packets);
		assert_int_equal(h->retransmitted != 0, (h->status & TCP_RETRANSMITTED) != 0);
		/* A side's mark is the flow's, and the other way round. */
		assert_int_equal(h->status & sides & (0x55500u << d),
		                 r.status & sides & (0x55500u << d));
		assert_true(h->last_ns != 0 || h->bytes == 0);
	}
}

static void
any_sequence_of_packets_keeps_the_invariants(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 3000; run++) {
		uint64_t now_ns = SCRIPT_EPOCH_NS;
		unsigned packets = 0;
		struct flow_tcp t;
		struct packet p;

		seed = 0x9e3779b97f4a7c15u + run;
		p = random_packet(now_ns);
		flow_tcp_open(&t, &p);
		check_invariants(&t, 0, 1);
		for (unsigned i = 0; i < 200; i++) {
			struct flow_tcp once, twice;
			uint32_t verdict;

			/* Clocks may step back. */
			now_ns += random_below(2000000);
			now_ns -= random_below(20) ? 0 : 1000000;
			p = random_packet(now_ns);
			verdict = flow_tcp_update(&t, &p, (int)random_below(2), random_below(2));
			packets++;
			check_invariants(&t, verdict, packets);
			if (verdict & FLOW_TCP_REOPEN) {
				flow_tcp_open(&t, &p);
				packets = 1;
			}

			once = t;
			flow_tcp_turn(&once);
			twice = once;
			flow_tcp_turn(&twice);
			assert_memory_equal(&twice, &t, sizeof(t));
			if (random_below(30) == 0) {
				flow_tcp_reported(&t);
				packets = 0;
			}
		}
	}
}

/* The machine knows no absolute directions: a turned flow fed from the other side is the same. */
static void
a_turned_flow_behaves_the_same(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 500; run++) {
		struct flow_tcp a, b;
		struct packet p;

		seed = 77 + run;
		p = random_packet(SCRIPT_EPOCH_NS);
		flow_tcp_open(&a, &p);
		b = a;
		flow_tcp_turn(&b);
		for (unsigned i = 0; i < 50; i++) {
			const int dir = (int)random_below(2);
			struct flow_tcp turned;
			uint32_t va, vb;

			p = random_packet(SCRIPT_EPOCH_NS + i * 1000000u);
			va = flow_tcp_update(&a, &p, dir, 0);
			vb = flow_tcp_update(&b, &p, dir ^ 1, 0);
			assert_int_equal(va & ~FLOW_TCP_TURN, vb & ~FLOW_TCP_TURN);
			if (va & FLOW_TCP_REOPEN)
				break;
			turned = b;
			flow_tcp_turn(&turned);
			assert_memory_equal(&turned, &a, sizeof(a));
		}
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(a_cut_begins_the_counters_anew_and_keeps_the_connection),
		TEST(marks_are_told_apart_by_direction),
		TEST(report_overwrites_all_of_it),
		TEST(turning_once_exchanges_the_ends),
		TEST(largest_segments_are_each_sides),
		TEST(any_sequence_of_packets_keeps_the_invariants),
		TEST(a_turned_flow_behaves_the_same),
	};

	return cmocka_run_group_tests_name("flow_tcp_report", tests, NULL, NULL);
}
