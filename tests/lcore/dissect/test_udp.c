/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q;

static void
build(bool v6, bool turned, uint16_t sport, uint16_t dport, uint16_t first)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, v6 ? 0x86dd : 0x0800);
	if (v6)
		packet_put_ip6(&b, 17);
	else
		packet_put_ip4(&b, 17);
	packet_put_udp(&b, sport, dport);
	packet_put16(&b, first);
	packet_put_payload(&b, 18);
	dissect_built(&b, LINK_ETHERNET, &p);
}

static void
both_directions_are_one_flow(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		build(v6, false, 4000, 5000, 0);
		q = p;
		build(v6, true, 4000, 5000, 0);
		assert_true(p.flags & PACKET_UDP);
		assert_int_equal(p.key.port[0], 4000);
		assert_int_equal(p.key.port[1], 5000);
		assert_int_equal(p.payload_length, 20);
		assert_same_flow(&p, &q, true);
		dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 20);
	}
}

static void
dns_transactions_are_flows_of_their_own(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		build(v6, false, 4000, 53, 0x1111);
		q = p;
		build(v6, true, 4000, 53, 0x1111);
		assert_int_equal(p.key.id, 0x1111);
		assert_same_flow(&p, &q, true);
		build(v6, false, 4000, 53, 0x2222);
		assert_other_flow(&p, &q);
		build(v6, false, 53, 53, 0x3333);
		assert_int_equal(p.key.id, 0x3333);
	}
}

static void
other_ports_have_no_transactions(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		build(v6, false, 4000, 54, 0x1111);
		assert_int_equal(p.key.id, 0);
	}
}

static void
dns_without_room_for_a_transaction_has_none(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 53);
	packet_seal(&b);
	packet_put_payload(&b, 18); /* Ethernet padding */
	assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_int_equal(p.key.id, 0);
	assert_int_equal(p.key.port[1], 53);
	assert_int_equal(p.payload_length, 0);
}

static void
impossible_length_is_malformed_but_the_flow_stands(void **state)
{
	(void)state;
	for (uint8_t length = 0; length < 10; length++) {
		build(false, false, 4000, 5000, 0);
		b.bytes[38] = 0;
		b.bytes[39] = length;
		assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p),
		                 DISSECT_OK);
		assert_int_equal(!(p.flags & PACKET_MALFORMED), length == 0 || length >= 8);
		assert_int_equal(p.key.port[0], 4000);
	}
}

static void
datagram_too_short_for_a_header_has_no_ports(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_payload(&b, 7);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_MALFORMED);
	assert_false(p.flags & PACKET_UDP);
	assert_int_equal(p.key.proto, 17);
	assert_int_equal(p.key.port[0] | p.key.port[1], 0);
}

/* Jumbo captures: offsets are of 16 bits, the payload goes on behind. */
static void
capture_beyond_16_bits_is_read_as_far_as_offsets_go(void **state)
{
	static uint8_t bytes[100000];

	(void)state;
	build(false, false, 4000, 5000, 0);
	memcpy(bytes, b.bytes, b.len);
	memset(bytes + 16, 0, 2); /* segmentation offload: the frame tells the length */
	assert_int_equal(dissect_bytes(bytes, sizeof(bytes), sizeof(bytes), LINK_ETHERNET, &p),
	                 DISSECT_OK);
	assert_int_equal(p.payload_length, sizeof(bytes) - 42);
	assert_int_equal(p.payload_captured, UINT16_MAX - 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_one_flow),
		cmocka_unit_test(dns_transactions_are_flows_of_their_own),
		cmocka_unit_test(other_ports_have_no_transactions),
		cmocka_unit_test(dns_without_room_for_a_transaction_has_none),
		cmocka_unit_test(impossible_length_is_malformed_but_the_flow_stands),
		cmocka_unit_test(datagram_too_short_for_a_header_has_no_ports),
		cmocka_unit_test(capture_beyond_16_bits_is_read_as_far_as_offsets_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
