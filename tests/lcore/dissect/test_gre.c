/* SPDX-License-Identifier: BSD-3-Clause */
/* GRE with everything that may be inside, ERSPAN. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static const struct dissect_options by_number = { .key_tunnel = true };
static const struct dissect_options by_network = { .key_vni = true };
static struct packet_builder b;
static struct packet p;

/* Ethernet / IPv4 / GRE of these flags, its optional fields filled in. */
static void
put_gre(uint16_t flags, uint16_t protocol)
{
	packet_put_ip4(&b, 47);
	packet_put16(&b, flags);
	packet_put16(&b, protocol);
	if (flags & 0xc000)
		packet_put32(&b, 0);
	if (flags & 0x2000)
		packet_put32(&b, 42);
	if (flags & 0x1000)
		packet_put32(&b, 1);
	if (flags & 0x4000) {
		packet_put(&b, "\x08\x00\x00\x04\x0a\0\0\1", 8);
		packet_put32(&b, 0); /* the end of the route */
	}
	if ((flags & 0x0087) == 0x0081)
		packet_put32(&b, 9);
}

static void
begin(uint16_t flags, uint16_t protocol)
{
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	put_gre(flags, protocol);
}

static void
put_inner(void)
{
	packet_put_ip4_full(&b, 17, 0x4321, 0, NULL, 0);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 10);
}

static void
check_inner(void)
{
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.proto, 17);
	assert_int_equal(p.key.port[0], 4000);
	assert_int_equal(p.payload_length, 10);
	assert_int_equal(p.bytes, b.len);
	assert_true(p.encaps & ENCAPS_GRE);
	dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 10);
}

static void
inner_flow_is_reported_whatever_optional_fields_there_are(void **state)
{
	static const uint16_t flags[] = {
		0x0000, 0x8000, 0x2000, 0x1000, 0x3000, 0xb000, 0x4000, 0xf000, 0x3001, 0x3081,
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		begin(flags[i], 0x0800);
		put_inner();
		check_inner();
		assert_int_equal(p.ip_id, 0x4321);
	}
}

static void
ipv6_inside(void **state)
{
	(void)state;
	begin(0, 0x86dd);
	packet_put_ip6(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 10);
	check_inner();
	assert_int_equal(p.key.kind, FLOW_IPV6);
	assert_int_equal(p.flags & (PACKET_IPV4 | PACKET_IPV6), PACKET_IPV6);
}

static void
ethernet_inside(void **state)
{
	(void)state;
	begin(0x2000, 0x6558);
	packet_put_ether(&b, 0x8100);
	packet_put_tag(&b, 5, 0x0800);
	put_inner();
	check_inner();
	assert_int_equal(p.mac_at, 14 + 20 + 8);
	assert_int_equal(p.vlan_tci, 5);
}

static void
ethernet_inside_without_ip_is_a_flow_of_the_inner_macs(void **state)
{
	(void)state;
	begin(0, 0x6558);
	b.turned = true;
	packet_put_ether(&b, 0x88cc);
	packet_put_payload(&b, 46);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x88cc);
	assert_memory_equal(p.key.addr[p.reverse], packet_mac_of[1], 6);
	assert_int_equal(p.flags & (PACKET_IPV4 | PACKET_IPV6), 0);
}

static void
erspan_of_type_two_inside(void **state)
{
	(void)state;
	begin(0x1000, 0x88be);
	packet_put(&b, "\x10\x64\0\0\0\0\0\0", 8);
	packet_put_ether(&b, 0x0800);
	put_inner();
	check_inner();
	assert_true(p.encaps & ENCAPS_ERSPAN2);
}

static void
ppp_inside(void **state)
{
	(void)state;
	begin(0x3001, 0x880b);
	packet_put16(&b, 0xff03);
	packet_put16(&b, 0x0021);
	put_inner();
	check_inner();
	assert_true(p.encaps & ENCAPS_PPP);
}

static void
labels_inside(void **state)
{
	(void)state;
	begin(0, 0x8847);
	packet_put_label(&b, 12, true);
	put_inner();
	check_inner();
}

static void
unknown_content_leaves_the_outer_flow(void **state)
{
	static const uint16_t protocols[] = { 0x1234, 0x88be, 0x880b };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		begin(0, protocols[i]);
		packet_put_payload(&b, 30);
		dissect_built(&b, LINK_ETHERNET, &p);
		assert_int_equal(p.key.kind, FLOW_IPV4);
		assert_int_equal(p.key.proto, 47);
		assert_key_address(&p, 0, 0);
	}
}

static void
unknown_version_and_endless_route_leave_the_outer_flow(void **state)
{
	(void)state;
	begin(0x0002, 0x0800);
	put_inner();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.proto, 47);

	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 47);
	packet_put32(&b, 0x40000800);
	packet_put32(&b, 0);
	for (unsigned i = 0; i < 40; i++)
		packet_put32(&b, 0x08000000);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.proto, 47);
}

static void
ipv6_carries_it_as_well(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x86dd);
	packet_put_ip6(&b, 47);
	packet_put32(&b, 0x20000800);
	packet_put32(&b, 42);
	put_inner();
	check_inner();
	assert_int_equal(p.key.kind, FLOW_IPV4);
	dissect_keyed(&b, &by_number, &p);
	assert_int_equal(p.key.label, 42);
}

static void
virtual_subnet_is_in_the_key(void **state)
{
	(void)state;
	begin(0x2000, 0x6558);
	packet_put_ether(&b, 0x0800);
	put_inner();
	dissect_keyed(&b, &by_network, &p);
	assert_int_equal(p.key.label, 42 >> 8);
	assert_int_equal(p.key.vlan, FLOW_KEY_IN_TUNNEL);
}

static void
erspan_of_type_one_has_no_header(void **state)
{
	(void)state;
	begin(0, 0x88be);
	packet_put_ether(&b, 0x0800);
	put_inner();
	check_inner();
}

static void
erspan_of_type_three_with_and_without_subheader(void **state)
{
	(void)state;
	for (unsigned sub = 0; sub < 2; sub++) {
		begin(0x1000, 0x22eb);
		packet_put16(&b, 0x2000);
		packet_put16(&b, 77);
		packet_put32(&b, 0);
		packet_put32(&b, sub);
		if (sub)
			packet_put_payload(&b, 8);
		packet_put_ether(&b, 0x0800);
		put_inner();
		check_inner();
		assert_true(p.encaps & ENCAPS_ERSPAN2);
		dissect_keyed(&b, &by_number, &p);
		assert_int_equal(p.key.label, 77);
	}
}

static void
it_can_be_left_closed(void **state)
{
	static const struct dissect_options outer = { .tunnels = TUNNELS_OUTER };

	(void)state;
	begin(0, 0x0800);
	put_inner();
	dissect_keyed(&b, &outer, &p);
	assert_int_equal(p.key.proto, 47);
	assert_false(p.encaps & ENCAPS_GRE);
	assert_false(p.flags & PACKET_TUNNEL);
}

static void
gre_within_gre_is_followed_to_the_bound(void **state)
{
	(void)state;
	for (unsigned n = 25; n < 36; n++) {
		begin(0, 0x0800);
		for (unsigned i = 1; i < n; i++)
			put_gre(0, 0x0800);
		put_inner();
		dissect_built(&b, LINK_ETHERNET, &p);
		/* Ethernet, then two headers a level, then IPv4 and UDP: 64 */
		assert_int_equal(p.key.port[0], 2 * n + 3 <= 64 ? 4000 : 0);
		assert_int_equal(p.flags & PACKET_MALFORMED,
		                 2 * n + 3 <= 64 ? 0 : PACKET_MALFORMED);
	}
}

/* What is inside a later fragment can't be told. */
static void
later_fragment_is_left_closed(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4_full(&b, 47, 7, 100, NULL, 0);
	packet_put32(&b, 0x0800);
	put_inner();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.proto, 47);
	assert_int_equal(p.key.ethertype, FLOW_KEY_FRAGMENT);
}

/* RFC 2637: without a sequence number there is no payload; what follows pads the frame. */
static void
an_acknowledgement_of_pptp_carries_nothing(void **state)
{
	(void)state;
	for (unsigned padding = 0; padding < 20; padding++) {
		begin(0x2081, 0x880b);
		packet_seal(&b);
		packet_put_payload(&b, padding);
		assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p),
		                 DISSECT_OK);
		assert_int_equal(p.key.proto, 47);
		assert_int_equal(p.flags & (PACKET_MALFORMED | PACKET_TUNNEL), 0);
	}
}

/* The datagram ends within the header that the flags announce; padding fills it up. */
static void
a_header_beyond_the_datagram_is_malformed(void **state)
{
	(void)state;
	begin(0, 0x0800);
	packet_seal(&b);
	b.bytes[14 + 20] = 0x20; /* a key */
	put_inner();
	assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_int_equal(p.key.proto, 47);
	assert_true(p.flags & PACKET_MALFORMED);
	assert_false(p.flags & PACKET_TUNNEL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inner_flow_is_reported_whatever_optional_fields_there_are),
		cmocka_unit_test(ipv6_inside),
		cmocka_unit_test(ethernet_inside),
		cmocka_unit_test(ethernet_inside_without_ip_is_a_flow_of_the_inner_macs),
		cmocka_unit_test(erspan_of_type_two_inside),
		cmocka_unit_test(ppp_inside),
		cmocka_unit_test(labels_inside),
		cmocka_unit_test(unknown_content_leaves_the_outer_flow),
		cmocka_unit_test(unknown_version_and_endless_route_leave_the_outer_flow),
		cmocka_unit_test(ipv6_carries_it_as_well),
		cmocka_unit_test(virtual_subnet_is_in_the_key),
		cmocka_unit_test(erspan_of_type_one_has_no_header),
		cmocka_unit_test(erspan_of_type_three_with_and_without_subheader),
		cmocka_unit_test(it_can_be_left_closed),
		cmocka_unit_test(gre_within_gre_is_followed_to_the_bound),
		cmocka_unit_test(later_fragment_is_left_closed),
		cmocka_unit_test(an_acknowledgement_of_pptp_carries_nothing),
		cmocka_unit_test(a_header_beyond_the_datagram_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
