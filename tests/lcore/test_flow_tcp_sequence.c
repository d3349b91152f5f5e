/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequence accounting: loss, order, windows, bytes, and what an interval was spent with. */
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
	script_init(&s, 1000, 2000000000);
	return 0;
}

static int
setup_wrap(void **state)
{
	(void)state;
	script_init(&s, UINT32_MAX - 1500, UINT32_MAX - 20);
	return 0;
}

/* Payload of the source from 'at' on, and an acknowledgement by the destination. */
/* clang-format off */
#define DATA(at, size, t)                                                                       \
	{ .dir = 0, .flags = TCP_ACK, .seq = (at), .ack = 1, .length = (size), .ms = (t) }
#define ACK(upto, t) { .dir = 1, .flags = TCP_ACK, .seq = 1, .ack = (upto), .ms = (t) }
/* clang-format on */

static int32_t
gap(int dir)
{
	const struct flow_tcp_side *d = &s.tcp.side[dir];

	return (int32_t)(d->seq - d->seq_base - d->bytes);
}

static void
clean_transfer_has_no_marks(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 1000, 20), DATA(1001, 1000, 21), ACK(2001, 22));
	assert_int_equal(s.tcp.side[0].bytes, 2000);
	assert_int_equal(s.tcp.side[0].seq, 1000 + 2001);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
	assert_int_equal(s.tcp.side[0].status & (TCP_RETRANSMITTED | TCP_OUT_OF_ORDER), 0);
	assert_int_equal(s.tcp.side[0].in_flight, 0);
	assert_int_equal(s.tcp.side[0].windows, 1);
	assert_int_equal(gap(0), 1); /* the SYN */
}

static void
segment_sent_twice_is_one_retransmission(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 1000, 20), DATA(1, 1000, 220), ACK(1001, 222));
	assert_int_equal(s.tcp.side[0].retransmitted, 1);
	assert_int_equal(s.tcp.side[0].status & TCP_RETRANSMITTED, TCP_RETRANSMITTED);
	assert_int_equal(s.tcp.side[0].bytes, 2000);
	assert_int_equal(s.tcp.side[0].seq, 1000 + 1001);
	assert_int_equal(s.tcp.side[1].retransmitted, 0);
}

static void
segment_below_what_was_acknowledged_is_retransmitted(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 500, 20), ACK(501, 21), DATA(1, 500, 22));
	assert_int_equal(s.tcp.side[0].retransmitted, 1);
	assert_int_equal(s.tcp.side[0].seq, 1000 + 501);
}

static void
segment_from_long_ago_is_not(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 1000, 20), ACK(1001, 21), DATA(1001, 1000, 22), ACK(2001, 23),
	    DATA(1, 10, 24));
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
}

static void
lower_identification_is_out_of_order(void **state)
{
	/* The network swapped two segments: the later one has the earlier identification. */
	(void)state;
	RUN(&s, HANDSHAKE,
	    { .dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1, .length = 100, .ms = 20, .ip_id = 7 },
	    { .dir = 0,
	      .flags = TCP_ACK,
	      .seq = 201,
	      .ack = 1,
	      .length = 100,
	      .ms = 21,
	      .ip_id = 9 },
	    { .dir = 0,
	      .flags = TCP_ACK,
	      .seq = 101,
	      .ack = 1,
	      .length = 100,
	      .ms = 22,
	      .ip_id = 8 });
	assert_int_equal(s.tcp.side[0].status & TCP_OUT_OF_ORDER, TCP_OUT_OF_ORDER);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
	assert_int_equal(s.tcp.side[0].seq, 1000 + 301);
	assert_int_equal(gap(0), 1);
}

static void
segment_that_fills_a_hole_is_out_of_order(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 100, 20), DATA(301, 100, 21), DATA(201, 100, 22));
	assert_int_equal(s.tcp.side[0].status & TCP_OUT_OF_ORDER, TCP_OUT_OF_ORDER);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
}

static void
bytes_never_seen_are_a_gap(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 100, 20), DATA(501, 100, 21), ACK(601, 22));
	assert_int_equal(gap(0), 401);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
}

static void
sequence_wraps_without_loss_and_keeps_its_base(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 1000, 20), DATA(1001, 1000, 21), ACK(2001, 22),
	    { .dir = 1, .flags = TCP_ACK, .seq = 1, .ack = 2001, .length = 100, .ms = 23 },
	    { .dir = 0, .flags = TCP_ACK, .seq = 2001, .ack = 101, .ms = 24 });
	assert_int_equal(s.tcp.side[0].seq_base, UINT32_MAX - 1500);
	assert_int_equal(s.tcp.side[1].seq_base, UINT32_MAX - 20);
	assert_int_equal(s.tcp.side[0].seq, 500);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
	assert_int_equal(s.tcp.side[0].status & TCP_OUT_OF_ORDER, 0);
	assert_int_equal(gap(0), 1);
	assert_int_equal(gap(1), 1);
	assert_int_equal(s.tcp.side[1].in_flight, 0);
}

static void
retransmission_across_the_wrap_is_found(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 1400, 20), DATA(1401, 1000, 21), DATA(1401, 1000, 300));
	assert_int_equal(s.tcp.side[0].retransmitted, 1);
}

static void
first_sequence_number_may_be_zero(void **state)
{
	(void)state;
	script_init(&s, 0, 0);
	RUN(&s, HANDSHAKE, DATA(1, 100, 20), ACK(101, 21));
	assert_int_equal(s.tcp.synack_us, 10000);
	assert_int_equal(s.tcp.ackdat_us, 2000);
	assert_int_equal(s.tcp.side[0].seq_base, 0);
	assert_int_equal(s.tcp.side[0].seq, 101);
	assert_int_equal(s.tcp.side[0].windows, 1);
}

static void
zero_window_is_marked_and_ends_an_idle_interval(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 1000, 20),
	    { .dir = 1, .flags = TCP_ACK, .seq = 1, .ack = 1001, .ms = 21, .window = SHUT });
	assert_int_equal(s.tcp.side[1].status & TCP_WINDOW_SHUT, TCP_WINDOW_SHUT);
	assert_int_equal(s.tcp.side[1].window, 1000); /* the last open one */
	assert_int_equal(s.verdict, FLOW_TCP_IDLE);
	assert_int_equal(s.tcp.side[0].status & TCP_WINDOW_SHUT, 0);
}

static void
reset_and_fin_may_have_no_window(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE,
	    { .dir = 1, .flags = TCP_RST | TCP_ACK, .seq = 1, .ack = 1, .ms = 21, .window = SHUT });
	assert_int_equal(s.tcp.side[1].status & TCP_WINDOW_SHUT, 0);
}

static void
keep_alive_is_no_loss(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 100, 20), ACK(101, 21), DATA(100, 1, 20000), ACK(101, 20001),
	    DATA(100, 0, 40000), ACK(101, 40001));
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
	assert_int_equal(s.tcp.side[0].bytes, 100);
	assert_int_equal(s.tcp.side[0].status & (TCP_RETRANSMITTED | TCP_OUT_OF_ORDER), 0);
}

static void
probe_of_a_shut_window_sent_again_is_loss(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 100, 20),
	    { .dir = 1, .flags = TCP_ACK, .seq = 1, .ack = 101, .ms = 21, .window = SHUT },
	    DATA(101, 1, 5000), DATA(101, 1, 10000));
	assert_int_equal(s.tcp.side[0].retransmitted, 1);
}

static void
payload_in_a_burst_is_active_else_idle(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE);
	assert_int_equal(s.idle[0], 1); /* a bare acknowledgement */
	RUN(&s, DATA(1, 100, 20));
	assert_int_equal(s.verdict, FLOW_TCP_IDLE); /* the first of a burst */
	RUN(&s, DATA(101, 100, 21));
	assert_int_equal(s.verdict, FLOW_TCP_ACTIVE);
	RUN(&s, DATA(201, 100, 22), ACK(301, 23));
	assert_int_equal(s.verdict, FLOW_TCP_IDLE);
	RUN(&s, DATA(301, 100, 24));
	assert_int_equal(s.verdict, FLOW_TCP_IDLE); /* nothing was in flight */
	assert_int_equal(s.active[0], 2);
}

static void
retransmission_ends_an_idle_interval(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 100, 20), DATA(1, 100, 300));
	assert_int_equal(s.verdict, FLOW_TCP_IDLE);
}

static void
partial_acknowledgement_leaves_the_rest_in_flight(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 100, 20), DATA(101, 100, 21), ACK(101, 22));
	assert_int_equal(s.tcp.side[0].in_flight, 100);
	assert_int_equal(s.tcp.side[0].windows, 1);
}

static void
duplicates_are_told_from_retransmissions_when_asked(void **state)
{
	const struct segment once = {
		.dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1, .length = 100, .ms = 20, .ip_id = 77
	};

	(void)state;
	s.options = FLOW_TCP_TRACK_DUPLICATES;
	RUN(&s, HANDSHAKE, once, once);
	assert_int_equal(s.tcp.side[0].status & TCP_DUPLICATES, TCP_DUPLICATES);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);

	script_init(&s, 1000, 2000000000);
	RUN(&s, HANDSHAKE, once, once);
	assert_int_equal(s.tcp.side[0].status & TCP_DUPLICATES, 0);
	assert_int_equal(s.tcp.side[0].retransmitted, 1);
}

static void
payload_in_the_syn_counts(void **state)
{
	/* TCP fast open: the SYN carries data, SYN+ACK acknowledges it. */
	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .length = 64, .ms = 0 },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 65, .ms = 9 },
	    { .dir = 0, .flags = TCP_ACK, .seq = 65, .ack = 1, .ms = 10 });
	assert_int_equal(s.tcp.side[0].bytes, 64);
	assert_int_equal(s.tcp.side[0].retransmitted, 0);
	assert_int_equal(s.tcp.state, TCP_STATE_ESTABLISHED);
}

static void
refusal_without_sequence_number_gives_no_base(void **state)
{
	struct packet p;

	(void)state;
	RUN(&s, { .dir = 0, .flags = TCP_SYN });
	p = script_packet(&s,
	                  &(struct segment){
	                          .dir = 1, .flags = TCP_RST | TCP_ACK, .ack = 1, .window = SHUT });
	p.tcp.seq = 0;
	script_feed(&s, &p, 1);
	assert_int_equal(s.tcp.side[1].seq_base, 0);
	RUN(&s, { .dir = 0, .flags = TCP_SYN, .ms = 500 },
	    { .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 501 });
	assert_int_equal(s.tcp.side[1].seq_base, 2000000000);
}

static void
data_after_fin_is_marked(void **state)
{
	(void)state;
	RUN(&s, HANDSHAKE, DATA(1, 100, 20),
	    { .dir = 0, .flags = TCP_FIN | TCP_ACK, .seq = 201, .ack = 1, .ms = 21 },
	    DATA(101, 100, 22));
	assert_int_equal(s.tcp.side[0].status & TCP_OUT_OF_ORDER, TCP_OUT_OF_ORDER);
}

static void
ipv6_has_no_identification_to_go_back(void **state)
{
	struct packet p;

	(void)state;
	RUN(&s, HANDSHAKE);
	for (unsigned i = 0; i < 3; i++) {
		p = script_packet(&s, &(struct segment)DATA(1 + 100 * i, 100, 20 + i));
		p.flags = PACKET_IPV6 | PACKET_TCP;
		p.ip_id = (uint16_t)(900 - i);
		script_feed(&s, &p, 0);
	}
	assert_int_equal(s.tcp.side[0].status & TCP_OUT_OF_ORDER, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
#define TEST_WRAP(f) cmocka_unit_test_setup(f, setup_wrap)
	const struct CMUnitTest tests[] = {
		TEST(clean_transfer_has_no_marks),
		TEST(segment_sent_twice_is_one_retransmission),
		TEST(segment_below_what_was_acknowledged_is_retransmitted),
		TEST(segment_from_long_ago_is_not),
		TEST(lower_identification_is_out_of_order),
		TEST(segment_that_fills_a_hole_is_out_of_order),
		TEST(bytes_never_seen_are_a_gap),
		TEST_WRAP(sequence_wraps_without_loss_and_keeps_its_base),
		TEST_WRAP(retransmission_across_the_wrap_is_found),
		TEST(first_sequence_number_may_be_zero),
		TEST(zero_window_is_marked_and_ends_an_idle_interval),
		TEST(reset_and_fin_may_have_no_window),
		TEST(keep_alive_is_no_loss),
		TEST(probe_of_a_shut_window_sent_again_is_loss),
		TEST(payload_in_a_burst_is_active_else_idle),
		TEST(retransmission_ends_an_idle_interval),
		TEST(partial_acknowledgement_leaves_the_rest_in_flight),
		TEST(duplicates_are_told_from_retransmissions_when_asked),
		TEST(payload_in_the_syn_counts),
		TEST(refusal_without_sequence_number_gives_no_base),
		TEST(data_after_fin_is_marked),
		TEST(ipv6_has_no_identification_to_go_back),
	};

	return cmocka_run_group_tests_name("flow_tcp_sequence", tests, NULL, NULL);
}
