/* SPDX-License-Identifier: BSD-3-Clause */
/* Keystrokes: what is counted, and the limits of each rule from both sides. */
#include "tests/lcore/engine_harness.h"

#include "lcore/flow_keystroke.h"

struct session {
	struct keystroke_rules rules;
	struct flow_keystroke keys;
	uint64_t now_us;
	uint32_t client, server; /* sequence numbers */
};

static void
session_open(struct session *s)
{
	struct config c;

	memset(s, 0, sizeof(*s));
	config_init(&c);
	keystroke_rules_init(&s->rules, &c);
	config_fini(&c);
	flow_keystroke_open(&s->keys, &s->rules);
	s->now_us = EPOCH_NS / 1000;
}

static void
segment(struct session *s, int dir, uint32_t size)
{
	struct packet p =
	        tcp_packet((uint8_t)(1 + dir), (uint8_t)(2 - dir), 0, TCP_ACK,
	                   dir == 0 ? s->client : s->server, dir == 0 ? s->server : s->client);

	p.time_ns = s->now_us * 1000;
	p.payload_length = size;
	if (dir == 0)
		s->client += size;
	else
		s->server += size;
	flow_keystroke_update(&s->keys, &s->rules, &p, dir);
}

static void
skip_first(struct session *s)
{
	for (unsigned i = 1; i < KEYSTROKE_PACKETS_MIN; i++)
		segment(s, 0, 0);
}

/* One key after a pause, its echo after a while, and the client's acknowledgement. */
static void
stroke(struct session *s, uint32_t size, uint32_t echo, uint32_t pause_us, uint32_t echo_us)
{
	s->now_us += pause_us;
	segment(s, 0, size);
	s->now_us += echo_us;
	segment(s, 1, echo);
	segment(s, 0, 0);
}

static void
strokes_with_echoes_are_counted(void **state)
{
	struct session s;

	(void)state;
	session_open(&s);
	skip_first(&s);
	assert_false(flow_keystroke_counts(&s.keys));
	for (unsigned i = 0; i < 10; i++)
		stroke(&s, 48, 48, 200000, 1000);
	assert_true(flow_keystroke_counts(&s.keys));
	assert_int_equal(s.keys.strokes, 10); /* the first was tentative, until the second */
}

static void
a_first_stroke_alone_is_tentative(void **state)
{
	struct session s;

	(void)state;
	session_open(&s);
	skip_first(&s);
	stroke(&s, 48, 48, 200000, 1000);
	assert_int_equal(s.keys.strokes, 0);
	for (unsigned i = 0; i < 20; i++)
		segment(&s, 1, 1400);
	stroke(&s, 48, 48, 200000, 1000);
	assert_int_equal(s.keys.strokes, 0);
	stroke(&s, 48, 48, 200000, 1000);
	assert_int_equal(s.keys.strokes, 2);
}

/* Each rule holds at its limit, and not beyond. */
static void
rules_hold_at_their_limits(void **state)
{
	static const struct {
		uint32_t size, echo, pause_us, echo_us;
		int strokes;
	} rows[] = {
		{ 48, 48, 200000, 0, 6 },     { 47, 48, 200000, 0, 5 },
		{ 128, 48, 200000, 0, 6 },    { 129, 48, 200000, 0, 5 },
		{ 48, 24, 200000, 0, 6 },     { 48, 23, 200000, 0, 5 },
		{ 48, 256, 200000, 0, 6 },    { 48, 257, 200000, 0, 5 },
		{ 48, 48, 50000, 0, 6 },      { 48, 48, 49999, 0, 5 },
		{ 48, 48, 100000, 12000, 6 }, { 48, 48, 100000, 13000, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session s;

		session_open(&s);
		skip_first(&s);
		for (unsigned n = 0; n < 5; n++)
			stroke(&s, 48, 48, 200000, 0);
		assert_int_equal(s.keys.strokes, 5);
		stroke(&s, rows[i].size, rows[i].echo, rows[i].pause_us, rows[i].echo_us);
		assert_int_equal(s.keys.strokes, rows[i].strokes);
	}
}

static void
an_echo_comes_within_few_packets(void **state)
{
	for (unsigned between = 0; between < 5; between++) {
		struct session s;

		(void)state;
		session_open(&s);
		skip_first(&s);
		for (unsigned n = 0; n < 5; n++)
			stroke(&s, 48, 48, 200000, 0);
		s.now_us += 200000;
		segment(&s, 0, 48);
		for (unsigned i = 0; i < between; i++)
			segment(&s, 1, 0);
		segment(&s, 1, 48);
		assert_int_equal(s.keys.strokes, between + 1 <= s.rules.echo_gap_max ? 6 : 5);
	}
}

static void
ssh_is_of_whole_words(void **state)
{
	struct session s;

	(void)state;
	session_open(&s);
	s.rules.ssh = true;
	skip_first(&s);
	for (unsigned n = 0; n < 5; n++)
		stroke(&s, 48, 48, 200000, 0);
	assert_true(flow_keystroke_counts(&s.keys));
	segment(&s, 1, 49);
	assert_false(flow_keystroke_counts(&s.keys));
}

/* Nothing follows the rules; nothing is counted, and nothing breaks. */
static void
any_sequence_is_legal(void **state)
{
	uint32_t random = 1;
	struct session s;

	(void)state;
	session_open(&s);
	for (unsigned i = 0; i < 200000; i++) {
		random = random * 1664525 + 1013904223;
		s.now_us += (random >> 8 & 0xffff) - 0x4000; /* also back */
		if (random >> 28 == 0)
			s.client = random;
		segment(&s, (int)(random >> 27 & 1), random >> 5 & 0xff);
	}
	assert_true(s.keys.strokes >= 0 && s.keys.strokes < 1000);
	s.keys.packets = INT32_MAX;
	segment(&s, 0, 48);
	assert_int_equal(s.keys.packets, INT32_MAX);
}

static void
ask_for_keystrokes(struct config *c)
{
	c->keystroke = true;
}

static void
records_have_those_of_their_interval(void **state)
{
	struct harness h;
	uint32_t seq[2] = { 1, 1 };

	(void)state;
	harness_open(&h, ask_for_keystrokes, 256, true);
	for (unsigned i = 0; i < 80; i++) {
		struct packet key = tcp_packet(1, 2, i * 100, TCP_ACK, seq[0], seq[1]);
		struct packet echo = tcp_packet(2, 1, i * 100 + 1, TCP_ACK, seq[1], seq[0] += 48);

		key.payload_length = 48;
		echo.payload_length = 48;
		seq[1] += 48;
		harness_packet(&h, &key);
		harness_packet(&h, &echo);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(h.records[i].flags & FLOW_RECORD_BEHAVIOR);
		assert_int_equal(h.records[i].strokes[1], 0);
	}
	assert_int_equal(h.records[0].strokes[0], 50 - KEYSTROKE_PACKETS_MIN / 2);
	assert_int_equal(h.records[1].strokes[0], 30);
	harness_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strokes_with_echoes_are_counted),
		cmocka_unit_test(a_first_stroke_alone_is_tentative),
		cmocka_unit_test(rules_hold_at_their_limits),
		cmocka_unit_test(an_echo_comes_within_few_packets),
		cmocka_unit_test(ssh_is_of_whole_words),
		cmocka_unit_test(any_sequence_is_legal),
		cmocka_unit_test(records_have_those_of_their_interval),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
