/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

/* Bits of the TCP_PERF DSR. */
#define MSS 0x00100000
#define WINDOW_SCALE 0x00200000
#define SACK_PERMITTED 0x00400000
#define SACK 0x00800000
#define ECHO 0x01000000
#define ECHO_REPLY 0x02000000
#define TIMESTAMP 0x04000000
#define CC 0x08000000
#define CC_NEW 0x10000000
#define CC_ECHO 0x20000000

static struct packet_builder b;
static struct packet p, q;

static void
build(bool v6, bool turned, const void *options, uint8_t size)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, v6 ? 0x86dd : 0x0800);
	if (v6)
		packet_put_ip6(&b, 6);
	else
		packet_put_ip4(&b, 6);
	packet_put_tcp(&b, 40000, 443, 0x18, options, size);
	packet_put_payload(&b, 20);
	dissect_built(&b, LINK_ETHERNET, &p);
}

static void
both_directions_are_one_flow(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		build(v6, false, NULL, 0);
		q = p;
		build(v6, true, NULL, 0);
		assert_int_equal(p.key.port[0], 40000);
		assert_int_equal(p.key.port[1], 443);
		assert_key_address(&p, 0, 0);
		assert_false(q.reverse);
		assert_same_flow(&p, &q, true);
		dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 20);
	}
}

static void
facts_are_told(void **state)
{
	(void)state;
	build(false, false, NULL, 0);
	assert_true(p.flags & PACKET_TCP);
	assert_int_equal(p.tcp.seq, 0x11223344);
	assert_int_equal(p.tcp.ack, 0x55667788);
	assert_int_equal(p.tcp.flags, 0x18);
	assert_int_equal(p.tcp.window, 8192);
	assert_int_equal(p.tcp.urgent, 5);
	assert_int_equal(p.tcp.header_length, 20);
	assert_int_equal(p.tcp.options, 0);
	assert_int_equal(p.payload_length, 20);
	assert_int_equal(p.payload_at, 54);
}

/* One address: the ports alone order the key. */
static void
flow_of_an_address_with_itself_is_ordered_by_port(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		const uint32_t at = 14 + (v6 ? 8 : 12), size = v6 ? 16 : 4;

		for (int turned = 0; turned < 2; turned++) {
			build(v6, turned, NULL, 0);
			memset(b.bytes + at, 7, 2 * size);
			assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p),
			                 DISSECT_OK);
			if (!turned)
				q = p;
		}
		assert_int_equal(p.key.port[0], 443);
		assert_same_flow(&p, &q, true);
	}
}

static void
options_are_noted_by_kind(void **state)
{
	static const struct {
		uint8_t bytes[12];
		uint8_t size;
		uint32_t bits;
	} cases[] = {
		{ { 2, 4, 5, 0xb4 }, 4, MSS },
		{ { 1, 3, 3, 7 }, 4, WINDOW_SCALE },
		{ { 1, 1, 4, 2 }, 4, SACK_PERMITTED },
		{ { 1, 1, 5, 10 }, 12, SACK },
		{ { 6, 6, 0, 0, 0, 0, 1, 1 }, 8, ECHO },
		{ { 7, 6, 0, 0, 0, 0, 1, 1 }, 8, ECHO_REPLY },
		{ { 1, 1, 8, 10 }, 12, TIMESTAMP },
		{ { 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1 }, 12, TIMESTAMP },
		{ { 11, 6, 0, 0, 0, 0, 1, 1 }, 8, CC },
		{ { 12, 6, 0, 0, 0, 0, 1, 1 }, 8, CC_NEW },
		{ { 13, 6, 0, 0, 0, 0, 1, 1 }, 8, CC_ECHO },
		{ { 254, 4, 0, 0 }, 4, 0 },
		{ { 2, 4, 5, 0xb4, 4, 2, 3, 3, 7, 0, 2, 4 },
		  12,
		  MSS | SACK_PERMITTED | WINDOW_SCALE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		build(i & 1, false, cases[i].bytes, cases[i].size);
		assert_int_equal(p.tcp.options, cases[i].bits);
		assert_int_equal(p.tcp.bad_options, 0);
		assert_int_equal(p.payload_length, 20);
		dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 20);
	}
}

static void
values_of_options_are_told(void **state)
{
	(void)state;
	build(false, false, "\x02\x04\x05\xb4\x01\x03\x03\x07", 8);
	assert_int_equal(p.tcp.mss, 1460);
	assert_int_equal(p.tcp.has_window_shift, 1);
	assert_int_equal(p.tcp.window_shift, 7);
	build(false, false, "\x02\x03\x05\x03\x02\x01\x01\x01", 8); /* too short for values */
	assert_int_equal(p.tcp.mss, 0);
	assert_int_equal(p.tcp.has_window_shift, 0);
	assert_int_equal(p.tcp.options, MSS | WINDOW_SCALE);
}

static void
options_that_lie_about_their_length_are_bad(void **state)
{
	static const char *const cases[] = {
		"\x02\x00\x05\xb4",
		"\x02\x01\x05\xb4",
		"\x02\x05\x05\xb4",
		"\x01\x01\x01\x02",
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		build(false, false, cases[i], 4);
		assert_int_equal(p.tcp.bad_options, 1);
		assert_true(p.flags & PACKET_TCP);
		assert_int_equal(p.payload_length, 20);
	}
}

static void
header_longer_or_shorter_than_can_be_is_malformed(void **state)
{
	(void)state;
	for (unsigned offset = 0; offset < 16; offset++) {
		build(false, false, NULL, 0);
		b.bytes[34 + 12] = (uint8_t)(offset << 4);
		assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p),
		                 DISSECT_OK);
		/* there are 40 bytes */
		if (offset < 5 || offset > 10) {
			assert_true(p.flags & PACKET_MALFORMED);
			assert_int_equal(p.payload_length, 0);
		} else {
			assert_false(p.flags & PACKET_MALFORMED);
			assert_int_equal(p.payload_length, 40 - offset * 4);
		}
		assert_int_equal(p.key.port[0], 40000);
	}
}

static void
header_that_does_not_fit_the_datagram_has_no_ports(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 6);
	packet_put_payload(&b, 19);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_MALFORMED);
	assert_false(p.flags & PACKET_TCP);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	assert_int_equal(p.key.proto, 6);
	assert_int_equal(p.key.port[0] | p.key.port[1], 0);
}

static void
ports_are_known_though_the_capture_ends_behind_them(void **state)
{
	(void)state;
	build(false, false, NULL, 0);
	q = p;
	assert_int_equal(dissect_bytes(b.bytes, 14 + 20 + 4, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_false(p.flags & PACKET_TCP);
	assert_true(p.flags & PACKET_TRUNCATED);
	assert_same_flow(&p, &q, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_one_flow),
		cmocka_unit_test(facts_are_told),
		cmocka_unit_test(flow_of_an_address_with_itself_is_ordered_by_port),
		cmocka_unit_test(options_are_noted_by_kind),
		cmocka_unit_test(values_of_options_are_told),
		cmocka_unit_test(options_that_lie_about_their_length_are_bad),
		cmocka_unit_test(header_longer_or_shorter_than_can_be_is_malformed),
		cmocka_unit_test(header_that_does_not_fit_the_datagram_has_no_ports),
		cmocka_unit_test(ports_are_known_though_the_capture_ends_behind_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
