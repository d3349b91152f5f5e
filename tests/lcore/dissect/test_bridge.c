/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames in frames and the tags of switches: the innermost frame keys the flow. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p;

static void
begin(uint16_t type)
{
	packet_begin(&b, false);
	packet_put(&b, "\x02\x11\x11\x11\x11\x11\x02\x22\x22\x22\x22\x22", 12);
	packet_put16(&b, type);
}

static void
put_ip(void)
{
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 20);
}

/* Keyed by the datagram, whatever was before it, and the MAC addresses are the innermost. */
static void
check(bool inner_macs)
{
	uint8_t dst[6], src[6];
	uint16_t type;

	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	assert_int_equal(p.key.port[0], 4000);
	assert_int_equal(p.bytes, b.len);
	assert_false(p.flags & (PACKET_TUNNEL | PACKET_MALFORMED));
	assert_true(packet_mac(&p, dst, src, &type));
	assert_int_equal(memcmp(src, packet_mac_of[0], 6) == 0, inner_macs);
	dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 20);
}

static void
backbone_bridge(void **state)
{
	(void)state;
	begin(0x88e7);
	packet_put32(&b, 0x00012345);
	packet_put_ether(&b, 0x0800);
	put_ip();
	check(true);

	/* behind a backbone's tag, with one of the customer's */
	begin(0x88a8);
	packet_put16(&b, 7);
	packet_put16(&b, 0x88e7);
	packet_put32(&b, 0x00012345);
	packet_put_ether(&b, 0x8100);
	packet_put_tag(&b, 9, 0x0800);
	put_ip();
	check(true);
	assert_int_equal(p.vlan_tci, 9);
}

static void
fabric_path(void **state)
{
	(void)state;
	begin(0x8903);
	packet_put16(&b, 0x0060);
	packet_put_ether(&b, 0x0800);
	put_ip();
	check(true);
}

static void
trill_with_and_without_options(void **state)
{
	(void)state;
	for (unsigned words = 0; words < 3; words++) {
		begin(0x22f3);
		packet_put16(&b, (uint16_t)(words << 6 | 5));
		packet_put32(&b, 0x00010002);
		packet_put_payload(&b, words * 4);
		packet_put_ether(&b, 0x0800);
		put_ip();
		check(true);
	}
	begin(0x22f3);
	packet_put16(&b, 0x4005); /* version 1 */
	packet_put32(&b, 0x00010002);
	packet_put_ether(&b, 0x0800);
	put_ip();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.ethertype, 0x22f3);
}

static void
isl(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put(&b, "\x01\x00\x0c\x00\x00\x00\x02\x22\x22\x22\x22\x22", 12);
	packet_put16(&b, 100);
	packet_put(&b, "\xaa\xaa\x03\x02\x22\x22\x00\x14\x00\x00\x00\x00", 12);
	packet_put_ether(&b, 0x0800);
	put_ip();
	check(true);
	assert_true(p.encaps & ENCAPS_ISL);
}

static void
service_header(void **state)
{
	(void)state;
	for (unsigned next = 1; next <= 3; next++) {
		if (next == 2)
			continue;
		begin(0x894f);
		packet_put32(&b, 0x0fc20200u | next); /* two words */
		packet_put32(&b, 0x00000aff);
		if (next == 3)
			packet_put_ether(&b, 0x0800);
		put_ip();
		check(next == 3);
	}
	begin(0x894f);
	packet_put32(&b, 0x0fc10201); /* shorter than itself */
	packet_put32(&b, 0);
	put_ip();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_MALFORMED);
}

static void
tags_that_are_no_vlan(void **state)
{
	static const struct {
		uint16_t type, size;
	} tags[] = { { 0x8909, 6 }, { 0x8926, 4 }, { 0x893f, 6 } };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		begin(tags[i].type);
		packet_put16(&b, 0x0101); /* a security tag's version and length */
		packet_put_payload(&b, tags[i].size - 2u);
		packet_put16(&b, 0x0800);
		put_ip();
		check(false);

		begin(tags[i].type);
		packet_put16(&b, 0x0101);
		packet_put_payload(&b, tags[i].size - 2u);
		packet_put16(&b, 0x8100);
		packet_put_tag(&b, 12, 0x0800);
		put_ip();
		check(false);
		assert_int_equal(p.vlan_tci, 12);
	}
}

static void
what_carries_no_ip_is_a_flow_of_the_inner_frame(void **state)
{
	(void)state;
	begin(0x8903);
	packet_put16(&b, 0x0060);
	packet_put_ether(&b, 0x88cc);
	packet_put_payload(&b, 30);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x88cc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backbone_bridge),
		cmocka_unit_test(fabric_path),
		cmocka_unit_test(trill_with_and_without_options),
		cmocka_unit_test(isl),
		cmocka_unit_test(service_header),
		cmocka_unit_test(tags_that_are_no_vlan),
		cmocka_unit_test(what_carries_no_ip_is_a_flow_of_the_inner_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
