/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Overload and floods: what the engine does without is counted, what it still
 * does is right, and flows that are known stay whole.
 */
#include "tests/lcore/engine_harness.h"

#include "lcore/overload.h"

/* Everything that a packet can have become. */
static uint64_t
accounted(const struct harness *h)
{
	return harness_counter(h, COUNTER_flow_packets) + harness_counter(h, COUNTER_drop_sampled) +
	       harness_counter(h, COUNTER_drop_table);
}

static uint64_t
told_packets(const struct harness *h)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < h->taken; i++)
		n += h->records[i].packets[0] + h->records[i].packets[1];
	return n;
}

/* Everything that is due by then is told of, as the ring takes it; then the end. */
static void
settle(struct harness *h, unsigned ms)
{
	while (flow_engine_advance(h->engine, EPOCH_NS + ms * MS, 0))
		harness_take(h);
	harness_flush(h);
}

/* Packet i of a flow of its own, one of 65536. */
static struct packet
packet_of(unsigned i, unsigned ms)
{
	struct packet p = udp_packet(1, 2, ms, 100);

	p.key.port[0] = (uint16_t)i;
	p.key.port[1] = (uint16_t)(i >> 16 | 0x8000);
	return p;
}

#define KNOWN 100
#define NEW 20000

/* One in 2^k of new flows, always the same ones; those that are known lose nothing. */
static void
new_flows_are_sampled_and_known_ones_are_not(void **state)
{
	unsigned flows_before = NEW;

	(void)state;
	for (unsigned k = 1; k <= 5; k++) {
		uint64_t opened, packets = 0;
		struct harness h;

		harness_open(&h, NULL, 32768, false);
		for (unsigned i = 0; i < KNOWN; i++) {
			const struct packet p = packet_of(100000 + i, 0);

			harness_packet(&h, &p);
			packets++;
		}
		flow_engine_shed(h.engine, OVERLOAD_SAMPLE + k - 1);
		for (unsigned round = 0; round < 2; round++) {
			for (unsigned i = 0; i < NEW; i++) {
				const struct packet p = packet_of(i, 10 + round);

				harness_packet(&h, &p);
				packets++;
			}
			opened = harness_counter(&h, COUNTER_flows_opened) - KNOWN;
			/* five standard deviations of a fair draw */
			assert_true(opened * (1u << k) > NEW * 8 / 10);
			assert_true(opened * (1u << k) < NEW * 12 / 10);
			assert_true(round == 0 || opened == flows_before);
			flows_before = (unsigned)opened;
		}
		for (unsigned i = 0; i < KNOWN; i++) {
			const struct packet p = packet_of(100000 + i, 20);

			harness_packet(&h, &p);
			packets++;
		}
		assert_true(harness_counter(&h, COUNTER_flows_opened) == opened + KNOWN);
		assert_true(accounted(&h) == packets);
		assert_true(harness_counter(&h, COUNTER_flow_packets) ==
		            2 * KNOWN + 2 * harness_counter(&h, COUNTER_flows_opened) - 2 * KNOWN);
		assert_true(harness_counter(&h, COUNTER_shed_bytes) ==
		            100 * harness_counter(&h, COUNTER_drop_sampled));
		settle(&h, 10000);
		assert_true(told_packets(&h) == harness_counter(&h, COUNTER_flow_packets));
		harness_close(&h);
	}
}

static void
with_jitter(struct config *c)
{
	c->jitter = true;
}

/* No gap is made of the packets that were passed over. */
static void
times_between_packets_begin_anew(void **state)
{
	const struct flow_jitter_report *j;
	struct harness h;

	(void)state;
	harness_open(&h, with_jitter, 64, false);
	for (unsigned i = 0; i < 30; i++) {
		const struct packet p = packet_of(1, 10 + i * 10);

		if (i == 10)
			flow_engine_shed(h.engine, OVERLOAD_JITTER);
		if (i == 20)
			flow_engine_shed(h.engine, OVERLOAD_USER);
		harness_packet(&h, &p);
	}
	assert_int_equal(harness_counter(&h, COUNTER_shed_gaps), 10);
	harness_flush(&h);
	assert_int_equal(h.taken, 1);
	j = flow_record_jitter(&h.layout, harness_record(&h, 0));
	/* nine gaps before, nine behind, all of ten milliseconds */
	assert_int_equal(j->active[0].count + j->idle[0].count, 18);
	assert_true(j->active[0].max_us == 10000.0f);
	assert_int_equal(h.records[0].packets[0], 30);
	harness_close(&h);
}

static void
with_user_data(struct config *c)
{
	c->user_data_size = 16;
}

static void
user_data_is_not_kept(void **state)
{
	static const uint8_t text[8] = "abcdefg";
	struct harness h;

	(void)state;
	harness_open(&h, with_user_data, 64, false);
	for (unsigned i = 0; i < 2; i++) {
		struct packet p = packet_of(i, 10 + i);

		p.data = text;
		p.payload_captured = sizeof(text);
		p.payload_length = sizeof(text);
		if (i == 1)
			flow_engine_shed(h.engine, OVERLOAD_USER);
		harness_packet(&h, &p);
	}
	assert_int_equal(harness_counter(&h, COUNTER_shed_packets), 1);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(flow_record_user(&h.layout, harness_record(&h, 0), 0)->len, 8);
	assert_int_equal(flow_record_user(&h.layout, harness_record(&h, 1), 0)->len, 0);
	harness_close(&h);
}

/* A busy flow's intervals become one record, of a minute at most; one that fell silent is told of
 * in time. */
static void
interim_records_are_merged(void **state)
{
	uint64_t longest_ns = 0;
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 64, false);
	flow_engine_shed(h.engine, OVERLOAD_MERGE);
	for (unsigned ms = 0; ms <= 200000; ms += 500) {
		const struct packet busy = packet_of(1, ms), silent = packet_of(2, ms);

		if (ms == 0)
			harness_packet(&h, &silent);
		harness_advance(&h, ms);
		harness_packet(&h, &busy);
		if (ms == 6000)
			assert_int_equal(h.taken, 1); /* the silent one's */
	}
	assert_int_equal(h.taken, 1 + 3);
	assert_true(harness_counter(&h, COUNTER_records_merged) >= 30);
	for (unsigned i = 1; i < h.taken; i++) {
		const uint64_t ns = h.records[i].last_ns[0] - h.records[i].first_ns[0];

		longest_ns = ns > longest_ns ? ns : longest_ns;
	}
	assert_true(longest_ns >= 55000 * MS && longest_ns <= 66000 * MS);
	harness_flush(&h);
	assert_int_equal(told_packets(&h), 402);
	harness_close(&h);
}

static void
with_short_idle_time(struct config *c)
{
	c->ip_timeout_s = 1;
}

/* What is over is told of, however lately it was busy. */
static void
a_flow_that_is_over_does_not_wait(void **state)
{
	struct harness h;

	(void)state;
	harness_open(&h, with_short_idle_time, 64, false);
	flow_engine_shed(h.engine, OVERLOAD_MERGE);
	for (unsigned ms = 0; ms <= 1000; ms += 100) {
		const struct packet p = packet_of(1, ms);

		harness_packet(&h, &p);
	}
	for (unsigned ms = 1000; ms <= 2300; ms += 50)
		harness_advance(&h, ms);
	assert_int_equal(h.taken, 1);
	assert_int_equal(h.records[0].packets[0], 11);
	harness_flush(&h);
	harness_close(&h);
}

/* Samples that an export brought were not received as packets: they have a counter of their own. */
static void
samples_that_are_not_taken_are_counted_apart(void **state)
{
	struct packet_view v = { .flags = VIEW_SAMPLE };
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 1024, false);
	flow_engine_shed(h.engine, OVERLOAD_TOP);
	for (unsigned i = 0; i < 500; i++) {
		const struct packet p = packet_of(i, 10);

		v.clock_ns = v.time_ns = p.time_ns;
		flow_engine_sample(h.engine, &p, &v, 100);
	}
	assert_int_equal(harness_counter(&h, COUNTER_drop_sampled), 0);
	assert_true(harness_counter(&h, COUNTER_import_samples_refused) > 450);
	assert_int_equal(harness_counter(&h, COUNTER_import_samples_refused) +
	                         harness_counter(&h, COUNTER_import_samples),
	                 500);
	assert_int_equal(harness_counter(&h, COUNTER_import_samples),
	                 harness_counter(&h, COUNTER_flows_opened));
	harness_flush(&h);
	harness_close(&h);
}

/* Live, a table full of conversations takes no new flow at their cost; its packets are counted. */
static void
a_flood_finds_no_room_among_conversations(void **state)
{
	uint64_t packets = 0;
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 64, false);
	for (unsigned i = 0; i < 64; i++) {
		const struct packet there = udp_packet((uint8_t)(10 + i), 9, 1, 90);
		const struct packet back = udp_packet(9, (uint8_t)(10 + i), 2, 90);

		harness_packet(&h, &there);
		harness_packet(&h, &back);
		packets += 2;
	}
	for (unsigned i = 0; i < 5000; i++) {
		const struct packet p = packet_of(i, 10 + i / 10);

		harness_packet(&h, &p);
		packets++;
	}
	assert_int_equal(harness_counter(&h, COUNTER_flows_evicted), 0);
	assert_int_equal(harness_counter(&h, COUNTER_drop_table), 5000);
	assert_true(harness_counter(&h, COUNTER_shed_bytes) == 500000);
	assert_true(accounted(&h) == packets);
	/* they fall silent: by and by there is room */
	for (unsigned i = 0; i < 5000; i++) {
		const struct packet p = packet_of(i, 12000 + i / 10);

		harness_packet(&h, &p);
		packets++;
	}
	assert_true(harness_counter(&h, COUNTER_flows_evicted) > 4000);
	assert_true(accounted(&h) == packets);
	harness_flush(&h);
	assert_true(told_packets(&h) == harness_counter(&h, COUNTER_flow_packets));
	harness_close(&h);
}

static bool
is_connection(const struct flow_record *r)
{
	return r->proto == 6 && (r->who.ip.src[3] == 40 || r->who.ip.dst[3] == 40);
}

/* SYNs from forged addresses, each of them answered, a hundred times the table: no connection that
 * was made before goes, however long it says nothing. */
static void
answered_syns_push_no_connection_out(void **state)
{
	unsigned given_up = 0;
	uint64_t packets = 0;
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 256, false);
	for (uint8_t c = 0; c < 30; c++) {
		const struct packet handshake[] = {
			tcp_packet((uint8_t)(10 + c), 40, 1, TCP_SYN, 1, 0),
			tcp_packet(40, (uint8_t)(10 + c), 2, TCP_SYN | TCP_ACK, 1, 2),
			tcp_packet((uint8_t)(10 + c), 40, 3, TCP_ACK, 2, 2),
		};

		for (unsigned i = 0; i < 3; i++)
			harness_packet(&h, &handshake[i]);
		packets += 3;
	}
	for (unsigned i = 0; i < 25600; i++) {
		struct packet syn = tcp_packet(1, 2, 10 + i, TCP_SYN, 1, 0);
		struct packet answer = tcp_packet(2, 1, 10 + i, TCP_SYN | TCP_ACK, 1, 2);

		syn.key.port[0] = answer.key.port[0] = (uint16_t)i;
		harness_packet(&h, &syn);
		harness_packet(&h, &answer);
		packets += 2;
	}
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++)
		given_up += h.records[i].cause == CAUSE_TIMEOUT && is_connection(&h.records[i]);
	assert_true(harness_counter(&h, COUNTER_flows_evicted) > 20000);
	assert_int_equal(given_up, 0);
	assert_true(accounted(&h) == packets);
	assert_true(told_packets(&h) == harness_counter(&h, COUNTER_flow_packets));
	harness_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_flows_are_sampled_and_known_ones_are_not),
		cmocka_unit_test(times_between_packets_begin_anew),
		cmocka_unit_test(user_data_is_not_kept),
		cmocka_unit_test(interim_records_are_merged),
		cmocka_unit_test(a_flow_that_is_over_does_not_wait),
		cmocka_unit_test(samples_that_are_not_taken_are_counted_apart),
		cmocka_unit_test(a_flood_finds_no_room_among_conversations),
		cmocka_unit_test(answered_syns_push_no_connection_out),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
