/* SPDX-License-Identifier: BSD-3-Clause */
/* IEEE 802.11: what is decoded, what is a flow of its own, and what captures put in front. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

#define LINK_WLAN 105
#define LINK_PRISM 119
#define LINK_RADIOTAP 127
#define LINK_AVS 163
#define LINK_PPI 192
#define LINK_PKTAP 258

#define BEACON 0x80
#define PROBE_REQUEST 0x40
#define AUTHENTICATION 0xb0
#define DATA 0x08
#define DATA_NULL 0x48
#define DATA_QOS 0x88
#define ACK 0xd4
#define RTS 0xb4

#define TO_DS 1
#define FROM_DS 2
#define MORE_FRAGMENTS 4
#define PROTECTED 0x40
#define ORDER 0x80

static const uint8_t addresses[4][6] = {
	{ 2, 0, 0, 0, 0, 0xa1 },
	{ 2, 0, 0, 0, 0, 0xa2 },
	{ 2, 0, 0, 0, 0, 0xa3 },
	{ 2, 0, 0, 0, 0, 0xa4 },
};
static const uint8_t none[6];

static struct packet_builder b;
static struct packet p;

/* A header with 'n' addresses; with three there is a sequence number behind them. */
static void
put_wlan(uint8_t type, uint8_t flags, unsigned n)
{
	packet_put8(&b, type);
	packet_put8(&b, flags);
	packet_put16(&b, 0);
	for (unsigned i = 0; i < n; i++) {
		if (i == 3)
			packet_put16(&b, 0);
		packet_put(&b, addresses[i], 6);
	}
	if (n == 3)
		packet_put16(&b, 0);
}

static void
put_ip(void)
{
	packet_put_snap(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 12);
}

static void
expect_ip(uint16_t link_type, uint32_t uncounted, const uint8_t *src, const uint8_t *dst)
{
	uint8_t told[2][6];
	uint16_t type;

	dissect_built(&b, link_type, &p);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	assert_int_equal(p.l3_at, b.len - 40);
	assert_int_equal(p.bytes, b.len - uncounted);
	assert_int_equal(p.encaps, ENCAPS_WLAN | ENCAPS_LLC);
	assert_true(packet_mac(&p, told[0], told[1], &type));
	assert_memory_equal(told[0], dst, 6);
	assert_memory_equal(told[1], src, 6);
	assert_int_equal(type, 0x0800);
}

static void
expect_wlan(const uint8_t *src, const uint8_t *dst, const uint8_t *bssid)
{
	uint8_t told[2][6];
	uint16_t type;

	dissect_built(&b, LINK_WLAN, &p);
	assert_int_equal(p.key.kind, FLOW_WLAN);
	assert_true(p.flags & PACKET_WLAN);
	assert_memory_equal(p.key.addr[0], src, 6);
	assert_memory_equal(p.key.addr[0] + 6, bssid, 6);
	assert_memory_equal(p.key.addr[1], dst, 6);
	assert_false(p.reverse);
	assert_int_equal(p.bytes, b.len);
	assert_int_equal(p.payload_length, b.len);
	assert_int_equal(p.encaps, ENCAPS_WLAN);
	assert_true(packet_mac(&p, told[0], told[1], &type));
	assert_memory_equal(told[0], dst, 6);
	assert_memory_equal(told[1], src, 6);
}

/* By who is who in each direction: receiver, transmitter and a third, or a fourth. */
static const struct {
	uint8_t flags, count, src, dst, bssid;
} ways[] = {
	{ 0, 3, 1, 0, 2 },
	{ TO_DS, 3, 1, 2, 0 },
	{ FROM_DS, 3, 2, 0, 1 },
	{ TO_DS | FROM_DS, 4, 3, 2, 1 },
};

static void
clear_data_is_of_the_stations_at_its_ends(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		packet_begin(&b, false);
		put_wlan(DATA, ways[i].flags, ways[i].count);
		put_ip();
		expect_ip(LINK_WLAN, 0, addresses[ways[i].src], addresses[ways[i].dst]);
		for (uint32_t n = 0; n < b.len; n++)
			(void)dissect_bytes(b.bytes, n, b.len, LINK_WLAN, &p);
	}
}

static void
protected_data_is_a_flow_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		packet_begin(&b, false);
		put_wlan(DATA_QOS, (uint8_t)(ways[i].flags | PROTECTED), ways[i].count);
		packet_put16(&b, 0);
		put_ip();
		expect_wlan(addresses[ways[i].src], addresses[ways[i].dst],
		            addresses[ways[i].bssid]);
	}
}

static void
headers_grow_by_qos_and_high_throughput_control(void **state)
{
	(void)state;
	packet_begin(&b, false);
	put_wlan(DATA_QOS, TO_DS, 3);
	packet_put16(&b, 0x0600);
	put_ip();
	expect_ip(LINK_WLAN, 0, addresses[1], addresses[2]);

	packet_begin(&b, false);
	put_wlan(DATA_QOS, TO_DS | FROM_DS | ORDER, 4);
	packet_put16(&b, 0x0600);
	packet_put32(&b, 0x01020304);
	put_ip();
	expect_ip(LINK_WLAN, 0, addresses[3], addresses[2]);
}

static void
of_an_aggregate_the_first_frame_counts(void **state)
{
	(void)state;
	packet_begin(&b, false);
	put_wlan(DATA_QOS, FROM_DS, 3);
	packet_put16(&b, 0x8000);
	packet_put(&b, addresses[3], 6);
	packet_put(&b, addresses[1], 6);
	packet_put16(&b, 48);
	put_ip();
	expect_ip(LINK_WLAN, 0, addresses[1], addresses[3]);
	for (uint32_t n = 0; n < b.len; n++)
		(void)dissect_bytes(b.bytes, n, b.len, LINK_WLAN, &p);
}

static void
a_mesh_header_is_passed_where_there_is_one(void **state)
{
	(void)state;
	for (uint8_t extensions = 0; extensions < 3; extensions++) {
		packet_begin(&b, false);
		put_wlan(DATA_QOS, TO_DS | FROM_DS, 4);
		packet_put16(&b, 0x0001);
		packet_put8(&b, extensions);
		packet_put8(&b, 31);
		packet_put32(&b, 7);
		for (unsigned i = 0; i < extensions; i++)
			packet_put(&b, addresses[i], 6);
		put_ip();
		expect_ip(LINK_WLAN, 0, addresses[3], addresses[2]);
	}
	packet_begin(&b, false);
	put_wlan(DATA_QOS, TO_DS, 3);
	packet_put16(&b, 0x0001); /* no mesh: part of a duration */
	put_ip();
	expect_ip(LINK_WLAN, 0, addresses[1], addresses[2]);
}

static void
data_without_data_and_later_fragments_are_flows_of_their_own(void **state)
{
	(void)state;
	packet_begin(&b, false);
	put_wlan(DATA_NULL, TO_DS, 3);
	expect_wlan(addresses[1], addresses[2], addresses[0]);

	packet_begin(&b, false);
	put_wlan(DATA, TO_DS, 3);
	b.bytes[22] = 0x11; /* fragment 1 */
	put_ip();
	expect_wlan(addresses[1], addresses[2], addresses[0]);
}

/* IP says how long the whole is: that the frame is shorter contradicts nothing then. */
static void
the_first_fragment_of_a_frame_has_ip(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		for (unsigned more = 0; more < 2; more++) {
			packet_begin(&b, false);
			put_wlan(DATA, TO_DS | (more ? MORE_FRAGMENTS : 0), 3);
			packet_put_snap(&b, v6 ? 0x86dd : 0x0800);
			if (v6)
				packet_put_ip6(&b, 17);
			else
				packet_put_ip4(&b, 17);
			packet_put_udp(&b, 4000, 5000);
			packet_put_payload(&b, 1000);
			packet_seal(&b);
			b.len -= 900;
			assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_WLAN, &p),
			                 DISSECT_OK);
			assert_int_equal(p.key.port[0], 4000);
			assert_int_equal(p.payload_length, 1000);
			assert_int_equal((p.flags & PACKET_MALFORMED) != 0, !more);
		}
	}
}

static void
control_frames_have_the_addresses_that_they_carry(void **state)
{
	(void)state;
	packet_begin(&b, false);
	put_wlan(ACK, 0, 1);
	packet_put32(&b, 0xdeadbeef); /* check sequence: not an address */
	packet_put32(&b, 0xdeadbeef);
	expect_wlan(none, addresses[0], none);

	packet_begin(&b, false);
	put_wlan(RTS, 0, 2);
	packet_put32(&b, 0xdeadbeef);
	packet_put32(&b, 0xdeadbeef);
	expect_wlan(addresses[1], addresses[0], none);
}

static void
put_element(uint8_t id, const char *value)
{
	packet_put8(&b, id);
	packet_put8(&b, (uint8_t)strlen(value));
	packet_put(&b, value, strlen(value));
}

static void
management_frames_have_the_name_wherever_it_is(void **state)
{
	static const struct {
		uint8_t type;
		uint8_t fixed;
	} cases[] = { { 0x00, 4 }, { 0x10, 6 },  { 0x20, 10 }, { 0x30, 6 },
		      { 0x40, 0 }, { 0x50, 12 }, { 0x80, 12 } };
	struct packet other;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned behind = 0; behind < 2; behind++) {
			packet_begin(&b, false);
			put_wlan(cases[i].type, 0, 3);
			packet_put_payload(&b, cases[i].fixed);
			if (behind)
				put_element(1, "\x82\x84");
			put_element(0, "coffee house");
			expect_wlan(addresses[1], addresses[0], addresses[2]);
			assert_int_equal(p.wlan.name_size, 12);
			assert_memory_equal(b.bytes + p.wlan.name_at, "coffee house", 12);
		}
		other = p;
		b.len -= 1;
		b.bytes[b.len - 12] = 11;
		dissect_built(&b, LINK_WLAN, &p);
		assert_int_equal(p.wlan.name_size, 11);
		assert_other_flow(&p, &other);
	}
}

static void
names_that_are_absent_too_long_or_cut_are_none(void **state)
{
	static const char long_name[] = "thirty-three bytes are one too ma";

	(void)state;
	packet_begin(&b, false);
	put_wlan(AUTHENTICATION, 0, 3);
	put_element(0, "not an element here");
	expect_wlan(addresses[1], addresses[0], addresses[2]);
	assert_int_equal(p.wlan.name_size, 0);

	packet_begin(&b, false);
	put_wlan(PROBE_REQUEST, 0, 3);
	put_element(0, long_name);
	expect_wlan(addresses[1], addresses[0], addresses[2]);
	assert_int_equal(p.wlan.name_size, 0);

	packet_begin(&b, false);
	put_wlan(PROBE_REQUEST, 0, 3);
	put_element(0, "coffee house");
	for (uint32_t n = 10; n < b.len; n++) {
		assert_int_equal(dissect_bytes(b.bytes, n, b.len, LINK_WLAN, &p), DISSECT_OK);
		assert_int_equal(p.key.kind, FLOW_WLAN);
		assert_int_equal(p.wlan.name_size, 0);
		assert_true(p.flags & PACKET_TRUNCATED);
	}
	assert_int_equal(dissect_bytes(b.bytes, 9, b.len, LINK_WLAN, &p), DISSECT_SHORT);

	packet_begin(&b, false);
	put_wlan(BEACON, PROTECTED, 3);
	packet_put_payload(&b, 12);
	put_element(0, "scrambled");
	expect_wlan(addresses[1], addresses[0], addresses[2]);
	assert_int_equal(p.wlan.name_size, 0);
}

/* Flags lie behind the time, if there is one, and behind all words of bits. */
static void
radiotap_tells_of_padding_and_check_sequences(void **state)
{
	static const struct {
		uint8_t size, bytes[32];
	} headers[] = {
		{ 8, { 0, 0, 8, 0, 0, 0, 0, 0 } },
		{ 9, { 0, 0, 9, 0, 2, 0, 0, 0, 0x20 } },
		{ 17, { 0, 0, 17, 0, 3, 0, 0, 0, [16] = 0x20 } },
		{ 25, { 0, 0, 25, 0, 3, 0, 0, 0x80, 0, 0, 0, 0, [24] = 0x20 } },
		{ 8, { 0, 0, 8, 0, 3, 0, 0, 0x80 } }, /* says more than it has */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const bool padded = i >= 1 && i <= 3;

		packet_begin(&b, false);
		packet_put(&b, headers[i].bytes, headers[i].size);
		put_wlan(DATA_QOS, TO_DS, 3);
		packet_put16(&b, 0);
		if (padded)
			packet_put16(&b, 0);
		put_ip();
		expect_ip(LINK_RADIOTAP, headers[i].size, addresses[1], addresses[2]);
	}
	packet_begin(&b, false);
	packet_put(&b, (uint8_t[]){ 0, 0, 9, 0, 2, 0, 0, 0, 0x10 }, 9);
	put_wlan(PROBE_REQUEST, 0, 3);
	packet_put32(&b, 0x00020102); /* a check sequence that looks like a name */
	dissect_built(&b, LINK_RADIOTAP, &p);
	assert_int_equal(p.wlan.name_size, 0);
	assert_int_equal(p.bytes, 28);
}

static void
other_headers_are_passed_too(void **state)
{
	static const uint8_t zeros[144];

	(void)state;
	packet_begin(&b, false);
	packet_put(&b, zeros, 144);
	put_wlan(DATA, TO_DS, 3);
	put_ip();
	expect_ip(LINK_PRISM, 144, addresses[1], addresses[2]);

	for (unsigned as_prism = 0; as_prism < 2; as_prism++) {
		packet_begin(&b, false);
		packet_put32(&b, 0x80211001);
		packet_put32(&b, 64);
		packet_put(&b, zeros, 56);
		put_wlan(DATA, TO_DS, 3);
		put_ip();
		expect_ip(as_prism ? LINK_PRISM : LINK_AVS, 64, addresses[1], addresses[2]);
	}

	packet_begin(&b, false);
	packet_put(&b, (uint8_t[]){ 0, 0, 12, 0, 105, 0, 0, 0, 9, 9, 9, 9 }, 12);
	put_wlan(DATA, TO_DS, 3);
	put_ip();
	expect_ip(LINK_PPI, 12, addresses[1], addresses[2]);

	packet_begin(&b, false);
	packet_put(&b, (uint8_t[]){ 108, 0, 0, 0, 1, 0, 0, 0, 105, 0, 0, 0 }, 12);
	packet_put(&b, zeros, 96);
	put_wlan(DATA, TO_DS, 3);
	put_ip();
	expect_ip(LINK_PKTAP, 108, addresses[1], addresses[2]);
}

static void
headers_inside_of_headers_end_somewhere(void **state)
{
	(void)state;
	packet_begin(&b, false);
	for (unsigned i = 0; i < 40; i++)
		packet_put(&b, (uint8_t[]){ 0, 0, 8, 0, 192, 0, 0, 0 }, 8);
	dissect_built(&b, LINK_PPI, &p);
	assert_true(p.flags & PACKET_MALFORMED);

	packet_begin(&b, false); /* a link type that nobody reads */
	packet_put(&b, (uint8_t[]){ 0, 0, 8, 0, 189, 0, 0, 0 }, 8);
	packet_put_payload(&b, 40);
	dissect_built(&b, LINK_PPI, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.bytes, 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clear_data_is_of_the_stations_at_its_ends),
		cmocka_unit_test(protected_data_is_a_flow_of_its_own),
		cmocka_unit_test(headers_grow_by_qos_and_high_throughput_control),
		cmocka_unit_test(of_an_aggregate_the_first_frame_counts),
		cmocka_unit_test(a_mesh_header_is_passed_where_there_is_one),
		cmocka_unit_test(data_without_data_and_later_fragments_are_flows_of_their_own),
		cmocka_unit_test(the_first_fragment_of_a_frame_has_ip),
		cmocka_unit_test(control_frames_have_the_addresses_that_they_carry),
		cmocka_unit_test(management_frames_have_the_name_wherever_it_is),
		cmocka_unit_test(names_that_are_absent_too_long_or_cut_are_none),
		cmocka_unit_test(radiotap_tells_of_padding_and_check_sequences),
		cmocka_unit_test(other_headers_are_passed_too),
		cmocka_unit_test(headers_inside_of_headers_end_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
