/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole user data of control-plane flows: the store of blocks, and what the engine
 * makes of it.
 */
#include "tests/lcore/engine_harness.h"

#include "lcore/control_data.h"

#define FLOWS 256
#define CHAINS 8
#define PIECES 400

static uint8_t bytes[2 * USER_DATA_MAX];

/* Chains that grow by turns keep what each was given, against copies in plain arrays. */
static void
chains_keep_their_bytes(void **state)
{
	struct control_data *d = control_data_create(4096, -1);
	struct control_chain chains[CHAINS] = { 0 };
	static uint8_t model[CHAINS][PIECES * 300], got[PIECES * 300];
	uint32_t sizes[CHAINS] = { 0 };
	uint32_t random = 1;

	(void)state;
	assert_non_null(d);
	for (unsigned i = 0; i < PIECES; i++) {
		unsigned c, n;

		random = random * 1664525u + 1013904223u;
		c = random >> 24 & (CHAINS - 1);
		n = random >> 8 & 0xff;
		for (unsigned k = 0; k < n; k++)
			model[c][sizes[c] + k] = (uint8_t)(random + k);
		assert_int_equal(control_data_append(d, &chains[c], model[c] + sizes[c], n), n);
		sizes[c] += n;
		if (random % 16 == 0) {
			control_data_release(d, &chains[c]);
			sizes[c] = 0;
		}
	}
	for (unsigned c = 0; c < CHAINS; c++) {
		assert_int_equal(control_data_copy(d, &chains[c], got, sizeof(got)), sizes[c]);
		assert_memory_equal(got, model[c], sizes[c]);
		assert_int_equal(control_data_copy(d, &chains[c], got, 7),
		                 sizes[c] < 7 ? sizes[c] : 7);
	}
	control_data_free(d);
}

static void
a_store_gives_what_it_has_and_takes_it_back(void **state)
{
	struct control_data *d = control_data_create(3, -1);
	struct control_chain a = { 0 }, b = { 0 };

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		assert_int_equal(control_data_append(d, &a, bytes, 100), 100);
		assert_int_equal(control_data_append(d, &b, bytes, 100), 100);
		assert_int_equal(control_data_append(d, &a, bytes, 1000), 152 + 252);
		assert_int_equal(control_data_append(d, &b, bytes, 1000), 152);
		assert_int_equal(control_data_append(d, &a, bytes, 1), 0);
		assert_int_equal(a.size, 504);
		control_data_release(d, &a);
		control_data_release(d, &b);
		assert_int_equal(a.size, 0);
	}
	control_data_free(d);
}

static void
set_control(struct config *c)
{
	c->control_plane = true;
	c->user_data_size = 8;
	c->status_interval_ns = 600000 * MS;
}

static struct packet
payload_packet(uint8_t from, uint8_t to, unsigned ms, unsigned at, unsigned n)
{
	struct packet p = udp_packet(from, to, ms, n + 42);

	for (int d = 0; d < 2; d++) {
		if (p.key.port[d] == 1002)
			p.key.port[d] = 53;
	}
	p.data = bytes;
	p.payload_at = (uint16_t)at;
	p.payload_captured = (uint16_t)n;
	return p;
}

static const struct flow_user_data *
user_of(struct harness *h, unsigned i, int dir)
{
	return flow_record_user(&h->layout, harness_record(h, i), dir);
}

static void
control_flows_keep_all_and_others_their_first(void **state)
{
	struct harness h;

	(void)state;
	harness_open(&h, set_control, FLOWS, true);
	for (unsigned i = 0; i < 20; i++) {
		const struct packet ask = payload_packet(1, 2, i, i * 1000, 1000);
		const struct packet answer = payload_packet(2, 1, i, i * 500, 500);
		const struct packet other = payload_packet(3, 4, i, i * 100, 100);

		harness_packet(&h, &ask);
		harness_packet(&h, &answer);
		harness_packet(&h, &other);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(user_of(&h, 0, 0)->len, 20000);
	assert_memory_equal(user_of(&h, 0, 0)->bytes, bytes, 20000);
	assert_int_equal(user_of(&h, 0, 1)->len, 10000);
	assert_memory_equal(user_of(&h, 0, 1)->bytes, bytes, 10000);
	assert_int_equal(user_of(&h, 1, 0)->len, 8);
	assert_int_equal(user_of(&h, 1, 1)->len, 0);
	assert_int_equal(harness_counter(&h, COUNTER_control_cut), 0);
	harness_close(&h);
}

/* What a record has no room for goes into the next one: nothing is left out. */
static void
a_record_is_cut_before_its_data_would_be(void **state)
{
	struct harness h;
	unsigned at = 0;

	(void)state;
	harness_open(&h, set_control, FLOWS, true);
	for (unsigned i = 0; i < 65; i++) {
		const struct packet p = payload_packet(1, 2, i, 0, i == 64 ? 0 : 1000);

		harness_packet(&h, &p);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	for (unsigned i = 0; i < h.taken; i++) {
		assert_int_equal(user_of(&h, i, 0)->len, 32000);
		assert_int_equal(h.records[i].packets[0], i == 0 ? 32 : 33);
		at += user_of(&h, i, 0)->len;
	}
	assert_int_equal(at, 64000);
	assert_int_equal(harness_counter(&h, COUNTER_flows_opened), 1);
	assert_int_equal(harness_counter(&h, COUNTER_control_cut), 0);
	harness_close(&h);
}

static void
a_packet_beyond_a_record_is_counted(void **state)
{
	struct harness h;
	const struct packet p = payload_packet(1, 2, 0, 0, USER_DATA_MAX + 1);

	(void)state;
	harness_open(&h, set_control, FLOWS, true);
	harness_packet(&h, &p);
	harness_packet(&h, &p);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(user_of(&h, 1, 0)->len, USER_DATA_MAX);
	assert_int_equal(harness_counter(&h, COUNTER_control_cut), 2);
	harness_close(&h);
}

/* Far more flows with data, one after another, than the store has room for at once. */
static void
records_give_their_blocks_back(void **state)
{
	struct harness h;

	(void)state;
	harness_open(&h, set_control, FLOWS, true);
	for (unsigned i = 0; i < 20000; i++) {
		const struct packet p =
		        payload_packet((uint8_t)(3 + i % 250), 2, i / 8, 0, USER_DATA_MAX);

		harness_packet(&h, &p);
		h.taken = 0;
	}
	harness_flush(&h);
	assert_int_equal(harness_counter(&h, COUNTER_control_cut), 0);
	harness_close(&h);
}

static void
what_is_control_plane(void **state)
{
	static const struct {
		uint8_t kind, proto;
		uint16_t ethertype, port;
		unsigned kept;
	} rows[] = {
		{ FLOW_IPV4, 17, 0, 53, 40 },       { FLOW_IPV6, 17, 0, 123, 40 },
		{ FLOW_IPV4, 6, 0, 6633, 40 },      { FLOW_IPV4, 6, 0, 123, 8 },
		{ FLOW_IPV4, 89, 0, 0, 40 },        { FLOW_IPV4, 47, 0, 0, 8 },
		{ FLOW_ARP, 0, 0x806, 0, 40 },      { FLOW_ETHER, 0, 0x88cc, 0, 40 },
		{ FLOW_WLAN, 0, 0, 0, 8 },          { FLOW_IPV4, 89, FLOW_KEY_FRAGMENT, 0, 8 },
		{ FLOW_MATRIX_L2, 0, 0x806, 0, 8 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = payload_packet(1, 3, 0, 0, 40);
		struct harness h;

		harness_open(&h, set_control, FLOWS, true);
		p.key.kind = rows[i].kind;
		p.key.proto = rows[i].proto;
		p.key.ethertype = rows[i].ethertype;
		p.key.port[i % 2] = rows[i].port;
		harness_packet(&h, &p);
		harness_flush(&h);
		assert_int_equal(h.taken, 1);
		if (user_of(&h, 0, 0)->len != rows[i].kept)
			print_error("row %u\n", i);
		assert_int_equal(user_of(&h, 0, 0)->len, rows[i].kept);
		harness_close(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_keep_their_bytes),
		cmocka_unit_test(a_store_gives_what_it_has_and_takes_it_back),
		cmocka_unit_test(control_flows_keep_all_and_others_their_first),
		cmocka_unit_test(a_record_is_cut_before_its_data_would_be),
		cmocka_unit_test(a_packet_beyond_a_record_is_counted),
		cmocka_unit_test(records_give_their_blocks_back),
		cmocka_unit_test(what_is_control_plane),
	};

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
