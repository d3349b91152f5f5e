/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a connection: opening, closing, reset, reuse, and what each end did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lcore/tcp_script.h"

#define ISN_A 1000000u
#define ISN_B 7000000u

static struct script s;

static int
setup(void **state)
{
	(void)state;
	script_init(&s, ISN_A, ISN_B);
	return 0;
}

static void
handshake_is_timed_and_established(void **state)
{
	struct flow_tcp_report r;

	(void)state;
	RUN(&s, HANDSHAKE);
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.status, TCP_SAW_SYN | TCP_SAW_SYN_ACK | TCP_ESTABLISHED);
	assert_int_equal(r.state, TCP_STATE_ESTABLISHED);
	assert_int_equal(r.synack_us, 10000);
	assert_int_equal(r.ackdat_us, 2000);
	assert_int_equal(r.initial, 0);
	assert_int_equal(r.half[0].seq_base, ISN_A);
	assert_int_equal(r.half[1].seq_base, ISN_B);
	assert_int_equal(r.half[0].flags, TCP_SYN | TCP_ACK);
	assert_int_equal(r.half[0].retransmitted + r.half[1].retransmitted, 0);
}

static void
first_packet_alone_is_an_initial_report(void **state)
{
	struct flow_tcp_report r;

	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN });
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.initial, 1);
	assert_int_equal(r.status, TCP_SAW_SYN);
	assert_int_equal(r.state, TCP_STATE_SYN_SENT);
	assert_int_equal(r.half[0].window, 1000);
	assert_int_equal(r.half[0].last_ns, SCRIPT_EPOCH_NS);
	assert_int_equal(r.half[1].last_ns, 0);
}

static void
synack_counts_from_the_last_syn(void **state)
{
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .ms = 0 }, { .dir = 0, .flags = TCP_SYN, .ms = 1000 },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 1030 });
	assert_int_equal(s.tcp.synack_us, 30000);
	assert_int_equal(s.tcp.side[0].retransmitted, 1);
}

static void
repeated_syn_ack_is_retransmitted(void **state)
{
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN }, { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1 },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 3000 },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 9000 });
	assert_int_equal(s.tcp.side[1].retransmitted, 2);
	assert_int_equal(s.tcp.state, TCP_STATE_SYN_RECEIVED);
}

static void
simultaneous_open_is_no_loss_and_keeps_both_bases(void **state)
{
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .ms = 0 }, { .dir = 1, .flags = TCP_SYN, .ms = 1 },
	    { .dir = 0, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 2 },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 3 },
	    { .dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1, .ms = 4 });
	assert_int_equal(s.tcp.state, TCP_STATE_ESTABLISHED);
	assert_int_equal(s.tcp.side[0].seq_base, ISN_A);
	assert_int_equal(s.tcp.side[1].seq_base, ISN_B);
	assert_int_equal(s.tcp.side[1].status & TCP_RETRANSMITTED, TCP_RETRANSMITTED);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
	assert_int_equal(s.reopened, 0);
}

static void
split_handshake_is_established(void **state)
{
	/* The server answers with ACK, then a SYN of its own (four-way handshake). */
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .ms = 0 }, { .dir = 1, .flags = TCP_SYN, .ms = 1 },
	    { .dir = 0, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 2 },
	    { .dir = 1, .flags = TCP_ACK, .seq = 1, .ack = 1, .ms = 3 });
	assert_int_equal(s.tcp.state, TCP_STATE_ESTABLISHED);
	assert_int_equal(s.tcp.side[1].seq_base, ISN_B);
	assert_int_equal(s.tcp.side[0].retransmitted + s.tcp.side[1].retransmitted, 0);
}

static void
late_syn_corrects_the_base(void **state)
{
	/* Reordered: SYN+ACK, then the initiator's ACK, then its SYN. */
	(void)state;
	RUN(&s, { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1 },
	    { .dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1 }, { .dir = 0, .flags = TCP_SYN });
	assert_int_equal(s.tcp.side[0].seq_base, ISN_B);
	assert_int_equal(s.tcp.side[1].seq_base, ISN_A);
	assert_int_equal(s.tcp.side[1].retransmitted, 0);
	assert_int_equal(s.tcp.state, TCP_STATE_ESTABLISHED);
}

static void
midstream_is_established_without_handshake(void **state)
{
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_ACK | TCP_PSH, .seq = 100, .ack = 500, .length = 50 },
	    { .dir = 1, .flags = TCP_ACK, .seq = 500, .ack = 150, .length = 20 });
	assert_int_equal(s.tcp.status, TCP_ESTABLISHED);
	assert_int_equal(s.tcp.side[0].seq_base, ISN_A + 99);
	assert_int_equal(s.tcp.side[0].seq, ISN_A + 150);
	assert_int_equal(s.tcp.side[0].ack, ISN_B + 499);
	assert_int_equal(s.tcp.side[0].bytes, 50);
	assert_int_equal(s.tcp.side[1].bytes, 20);
	assert_int_equal(s.tcp.side[1].seq, ISN_B + 520);
}

static void
one_way_traffic_has_no_loss(void **state)
{
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1, .length = 100, .ms = 0 },
	    { .dir = 0, .flags = TCP_ACK, .seq = 101, .ack = 1, .length = 100, .ms = 1 },
	    { .dir = 0, .flags = TCP_ACK, .seq = 101, .ack = 1, .length = 100, .ms = 2 });
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
	assert_int_equal(s.tcp.side[0].bytes, 100); /* what came before the other side was seen */
	assert_int_equal(s.idle[0], 2);
}

/* clang-format off */
#define DATA                                                                                \
	{ .dir = 0, .flags = TCP_PSH | TCP_ACK, .seq = 1, .ack = 1, .length = 10, .ms = 15 }, \
	{ .dir = 1, .flags = TCP_PSH | TCP_ACK, .seq = 1, .ack = 11, .length = 20, .ms = 16 }
#define CLOSE                                                                   \
	{ .dir = 0, .flags = TCP_FIN | TCP_ACK, .seq = 11, .ack = 21, .ms = 20 }, \
	{ .dir = 1, .flags = TCP_FIN | TCP_ACK, .seq = 21, .ack = 12, .ms = 21 }, \
	{ .dir = 0, .flags = TCP_ACK, .seq = 12, .ack = 22, .ms = 22 }
/* clang-format on */

static void
half_close_waits_for_the_other_end(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA,
	    { .dir = 0, .flags = TCP_FIN | TCP_ACK, .seq = 11, .ack = 21, .ms = 20 });
	assert_int_equal(s.tcp.state, TCP_STATE_FIN_WAIT_1);
	assert_int_equal(s.tcp.side[0].status & TCP_FIN_ACKED, 0);
	RUN(&s, { .dir = 1, .flags = TCP_ACK, .seq = 21, .ack = 12, .ms = 21 });
	assert_int_equal(s.tcp.state, TCP_STATE_FIN_WAIT_2);
	assert_int_equal(s.tcp.side[0].status & TCP_FIN_ACKED, TCP_FIN_ACKED);
	assert_int_equal(s.tcp.side[1].status & TCP_SAW_FIN, 0);
	assert_false(flow_tcp_closed(&s.tcp));
}

static void
close_both_ways_is_closed(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA, CLOSE);
	assert_int_equal(s.tcp.status, TCP_SAW_SYN | TCP_SAW_SYN_ACK | TCP_ESTABLISHED |
	                                       TCP_SAW_FIN | TCP_FIN_ACKED);
	assert_int_equal(s.tcp.side[0].status & TCP_FIN_ACKED, TCP_FIN_ACKED);
	assert_int_equal(s.tcp.side[1].status & TCP_FIN_ACKED, TCP_FIN_ACKED);
	assert_true(flow_tcp_closed(&s.tcp));
}

static void
reset_names_who_sent_it(void **state)
{
	struct flow_tcp_report r;

	(void)state;
	RUN(&s, HANDSHAKE, { .dir = 1, .flags = TCP_RST, .seq = 1, .ms = 30 });
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.status & TCP_RESET, 0x2000);
	assert_int_equal(r.state, TCP_STATE_CLOSING);
	assert_true(flow_tcp_closed(&s.tcp));
}

static void
refused_connection_may_be_tried_again(void **state)
{
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .ms = 0 },
	    { .dir = 1, .flags = TCP_RST | TCP_ACK, .ack = 1, .ms = 1 },
	    { .dir = 0, .flags = TCP_SYN, .ms = 500 });
	assert_int_equal(s.reopened, 0);
	assert_int_equal(s.tcp.side[0].retransmitted, 1);
	assert_int_equal(s.tcp.state, TCP_STATE_SYN_SENT);
}

static void
reset_first_then_syn_reopens(void **state)
{
	struct flow_tcp_report r;

	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_RST, .seq = 9 }, { .dir = 1, .flags = TCP_ACK, .ack = 3 });
	flow_tcp_report(&s.tcp, &r);
	assert_int_equal(r.initial, 1);
	assert_int_equal(r.status, 0x1000);
	assert_int_equal(r.state, TCP_STATE_LISTEN);
	RUN(&s, { .dir = 0, .flags = TCP_SYN });
	assert_int_equal(s.reopened, 1);
	assert_int_equal(s.tcp.state, TCP_STATE_SYN_SENT);
}

static void
reuse_after_reset_reopens(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, { .dir = 0, .flags = TCP_RST, .seq = 1, .ms = 30 });
	s.isn[0] += 50000;
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .ms = 40 });
	assert_int_equal(s.verdict, FLOW_TCP_ACTIVE | FLOW_TCP_REOPEN);
	assert_int_equal(s.tcp.status, TCP_SAW_SYN);
	assert_int_equal(s.tcp.side[0].seq_base, ISN_A + 50000);
	assert_int_equal(s.tcp.side[1].last_ns, 0);
}

static void
reuse_by_the_other_end_turns(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, { .dir = 0, .flags = TCP_RST, .seq = 1, .ms = 30 });
	s.isn[1] += 99;
	RUN(&s, { .dir = 1, .flags = TCP_SYN, .ms = 40 });
	assert_int_equal(s.verdict, FLOW_TCP_ACTIVE | FLOW_TCP_REOPEN | FLOW_TCP_TURN);
	assert_int_equal(s.tcp.side[0].seq_base, ISN_B + 99);
	RUN(&s, { .dir = 0, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 41 });
	assert_int_equal(s.tcp.synack_us, 1000);
}

static void
reuse_after_half_close_reopens(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, { .dir = 0, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1, .ms = 20 },
	    { .dir = 0, .flags = TCP_SYN, .seq = 70000, .ms = 25 });
	assert_int_equal(s.reopened, 1);
}

static void
reuse_after_close_reopens_but_an_old_syn_does_not(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA, CLOSE, { .dir = 0, .flags = TCP_SYN, .ms = 23 });
	assert_int_equal(s.reopened, 0);
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .seq = 90000, .ms = 24 });
	assert_int_equal(s.reopened, 1);
	assert_int_equal(s.tcp.status, TCP_SAW_SYN);
}

static void
ecn_handshake_is_timed_and_marked(void **state)
{
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN | TCP_ECE | TCP_CWR, .ms = 0 },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK | TCP_ECE, .ack = 1, .ms = 5 },
	    { .dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1, .ms = 6 });
	assert_int_equal(s.tcp.synack_us, 5000);
	assert_int_equal(s.tcp.ackdat_us, 1000);
	assert_int_equal(s.tcp.options, TCP_OPTION_ECN_SRC);
	assert_int_equal(s.tcp.status & TCP_SAW_SYN_ACK, TCP_SAW_SYN_ACK);
	RUN(&s, { .dir = 0, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 1, .ms = 7 });
	assert_int_equal(s.tcp.status & TCP_CONGESTED_SRC, TCP_CONGESTED_SRC);
}

static void
ece_without_negotiation_is_no_congestion(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, { .dir = 0, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 1, .ms = 20 });
	assert_int_equal(s.tcp.status & TCP_CONGESTED, 0);
}

static void
ecn_syn_reopens_too(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, { .dir = 0, .flags = TCP_RST, .seq = 1, .ms = 30 },
	    { .dir = 0, .flags = TCP_SYN | TCP_ECE | TCP_CWR, .seq = 40000, .ms = 31 });
	assert_int_equal(s.reopened, 1);
	assert_int_equal(s.tcp.options, TCP_OPTION_ECN_SRC);
}

static void
options_and_window_scale_are_kept_per_side(void **state)
{
	struct packet p;

	(void)state;
	p = script_packet(&s, &(struct segment){ .flags = TCP_SYN });
	p.tcp.options = 0x300000;
	p.tcp.has_window_shift = 1;
	p.tcp.window_shift = 7;
	script_feed(&s, &p, 0);
	p = script_packet(&s, &(struct segment){ .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1 });
	p.tcp.options = 0x400000;
	p.tcp.has_window_shift = 1;
	p.tcp.window_shift = 200; /* RFC 7323: not above 14 */
	script_feed(&s, &p, 1);
	assert_int_equal(s.tcp.options, 0x700000);
	assert_int_equal(s.tcp.side[0].window_shift, 7);
	assert_int_equal(s.tcp.side[1].window_shift, 14);
}

static void
flags_that_no_stack_sends_first_are_reported(void **state)
{
	static const uint8_t odd[] = { 0, TCP_SYN | TCP_FIN, TCP_FIN | TCP_PSH | TCP_URG,
		                       0x3f & ~TCP_RST };

	(void)state;
	for (unsigned i = 0; i < sizeof(odd); i++) {
		script_init(&s, ISN_A, ISN_B);
		RUN(&s, { .dir = 0, .flags = odd[i], .seq = 5, .ack = 6 });
		assert_int_equal(s.tcp.state, TCP_STATE_CLOSING);
		assert_int_equal(s.tcp.status, TCP_ESTABLISHED);
		assert_int_equal(s.tcp.side[0].flags, odd[i]);
	}
}

static void
handshake_time_is_cut_to_microseconds(void **state)
{
	struct packet p;

	(void)state;
	p = script_packet(&s, &(struct segment){ .flags = TCP_SYN });
	p.time_ns += 1900;
	script_feed(&s, &p, 0);
	p = script_packet(&s, &(struct segment){ .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1 });
	p.time_ns += 3000;
	script_feed(&s, &p, 1);
	assert_int_equal(s.tcp.synack_us, 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(handshake_is_timed_and_established),
		TEST(first_packet_alone_is_an_initial_report),
		TEST(synack_counts_from_the_last_syn),
		TEST(repeated_syn_ack_is_retransmitted),
		TEST(simultaneous_open_is_no_loss_and_keeps_both_bases),
		TEST(split_handshake_is_established),
		TEST(late_syn_corrects_the_base),
		TEST(midstream_is_established_without_handshake),
		TEST(one_way_traffic_has_no_loss),
		TEST(half_close_waits_for_the_other_end),
		TEST(close_both_ways_is_closed),
		TEST(reset_names_who_sent_it),
		TEST(refused_connection_may_be_tried_again),
		TEST(reset_first_then_syn_reopens),
		TEST(reuse_after_reset_reopens),
		TEST(reuse_by_the_other_end_turns),
		TEST(reuse_after_half_close_reopens),
		TEST(reuse_after_close_reopens_but_an_old_syn_does_not),
		TEST(ecn_handshake_is_timed_and_marked),
		TEST(ece_without_negotiation_is_no_congestion),
		TEST(ecn_syn_reopens_too),
		TEST(options_and_window_scale_are_kept_per_side),
		TEST(flags_that_no_stack_sends_first_are_reported),
		TEST(handshake_time_is_cut_to_microseconds),
	};

	return cmocka_run_group_tests_name("flow_tcp", tests, NULL, NULL);
}
