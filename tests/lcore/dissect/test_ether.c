/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethernet, tags, LLC and SNAP, label stacks, PPPoE. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q;

/* ether / [tag ...] / IPv4 / UDP: what all of these carry. */
static void
put_udp4(void)
{
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 12);
}

static void
unknown_ethertype_is_a_flow_of_macs(void **state)
{
	(void)state;
	for (int turned = 0; turned < 2; turned++) {
		packet_begin(&b, turned);
		packet_put_ether(&b, 0x88cc);
		packet_put_payload(&b, 50);
		dissect_built(&b, LINK_ETHERNET, turned ? &q : &p);
	}
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x88cc);
	assert_memory_equal(p.key.addr[0], packet_mac_of[0], 6);
	assert_memory_equal(p.key.addr[1], packet_mac_of[1], 6);
	assert_int_equal(p.bytes, 64);
	assert_int_equal(p.flags, PACKET_MAC);
	assert_false(p.reverse);
	assert_same_flow(&p, &q, true);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 14);
}

static void
frame_without_a_link_header_has_no_key(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	for (uint32_t n = 0; n < 14; n++)
		assert_int_equal(dissect_bytes(b.bytes, n, 60, LINK_ETHERNET, &p), DISSECT_SHORT);
	assert_int_equal(dissect_bytes(b.bytes, 14, 60, LINK_ETHERNET, &p), DISSECT_OK);
}

static void
macs_are_told(void **state)
{
	uint8_t dst[6], src[6];
	uint16_t type;

	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	put_udp4();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(packet_mac(&p, dst, src, &type));
	assert_memory_equal(src, packet_mac_of[0], 6);
	assert_memory_equal(dst, packet_mac_of[1], 6);
	assert_int_equal(type, 0x0800);
}

static void
tags_of_every_ethertype_are_walked_through(void **state)
{
	static const uint16_t tpids[] = { 0x8100, 0x88a8, 0x9100 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		packet_begin(&b, false);
		packet_put_ether(&b, tpids[i]);
		packet_put_tag(&b, 0x6064, 0x0800);
		put_udp4();
		dissect_built(&b, LINK_ETHERNET, &p);
		assert_int_equal(p.key.kind, FLOW_IPV4);
		assert_int_equal(p.key.port[p.reverse], 4000);
		assert_int_equal(p.vlan_tci, 0x6064);
		assert_true(p.flags & PACKET_VLAN);
		assert_int_equal(p.encaps, ENCAPS_ETHER | ENCAPS_8021Q);
		dissect_cut_everywhere(&b, LINK_ETHERNET, 18 + 20 + 8);
	}
}

static void
innermost_tag_of_a_stack_is_told(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x88a8);
	packet_put_tag(&b, 100, 0x8100);
	packet_put_tag(&b, 200, 0x0800);
	put_udp4();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.vlan_tci, 200);
	assert_int_equal(p.key.kind, FLOW_IPV4);
}

static void
tag_above_an_unknown_type_leaves_the_outer_ethertype(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x8100);
	packet_put_tag(&b, 7, 0x88cc);
	packet_put_payload(&b, 46);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x8100);
}

/* Tags, each 4 bytes; the walk ends at 64 headers. */
static void
tags_are_followed_to_the_bound_and_no_further(void **state)
{
	(void)state;
	for (unsigned tags = 1; tags < 120; tags++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x8100);
		for (unsigned i = 1; i < tags; i++)
			packet_put_tag(&b, (uint16_t)i, 0x8100);
		packet_put_tag(&b, (uint16_t)tags, 0x0800);
		put_udp4();
		dissect_built(&b, LINK_ETHERNET, &p);
		/* Ethernet, IPv4 and UDP are headers too */
		if (tags <= 61) {
			assert_int_equal(p.key.kind, FLOW_IPV4);
			assert_int_equal(p.key.port[p.reverse], 4000);
			assert_false(p.flags & PACKET_MALFORMED);
		} else {
			assert_true(p.flags & PACKET_MALFORMED);
		}
	}
}

static void
llc_is_a_flow_of_macs_and_saps(void **state)
{
	(void)state;
	for (int turned = 0; turned < 2; turned++) {
		packet_begin(&b, turned);
		packet_put_ether_length(&b);
		packet_put(&b, turned ? "\x06\x42\x03" : "\x42\x06\x03", 3);
		packet_put_payload(&b, 35);
		dissect_built(&b, LINK_ETHERNET, turned ? &q : &p);
	}
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0);
	assert_int_equal(p.key.port[0], 0x06); /* the sender's SAP */
	assert_int_equal(p.key.port[1], 0x42);
	assert_true(p.encaps & ENCAPS_LLC);
	assert_same_flow(&p, &q, true);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 17);
}

static void
snap_carries_ip(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether_length(&b);
	packet_put_snap(&b, 0x0800);
	put_udp4();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	assert_int_equal(p.encaps, ENCAPS_ETHER | ENCAPS_LLC);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 22 + 28);
}

static void
snap_of_another_organisation_is_an_llc_flow(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether_length(&b);
	packet_put(&b, "\xaa\xaa\x03\x00\x00\x0c\x20\x00", 8); /* CDP */
	packet_put_payload(&b, 40);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.port[0], 0xaa);
	assert_int_equal(p.key.port[1], 0xaa);
}

static void
raw_ipx_is_an_llc_flow(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether_length(&b);
	packet_put(&b, "\xff\xff\x00\x22", 4);
	packet_put_payload(&b, 40);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.port[0], 0xff);
}

static void
labels_are_walked_through_and_the_first_is_told(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x8847);
	packet_put_label(&b, 1000, false);
	packet_put_label(&b, 2000, false);
	packet_put_label(&b, 3000, true);
	put_udp4();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	assert_int_equal(p.mpls_label >> 12, 1000);
	assert_int_equal(p.encaps, ENCAPS_ETHER | ENCAPS_MPLS);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 12 + 28);
}

static void
label_stack_carries_ipv6(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x8847);
	packet_put_label(&b, 1000, true);
	packet_put_ip6(&b, 17);
	packet_put_udp(&b, 1, 2);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_IPV6);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 4 + 48);
}

static void
pseudo_wire_carries_ethernet(void **state)
{
	(void)state;
	for (int control_word = 0; control_word < 2; control_word++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x8847);
		packet_put_label(&b, 16, true);
		if (control_word)
			packet_put32(&b, 0);
		packet_put_ether(&b, 0x0800);
		put_udp4();
		dissect_built(&b, LINK_ETHERNET, &p);
		assert_int_equal(p.key.kind, FLOW_IPV4);
		assert_int_equal(p.key.port[p.reverse], 4000);
		assert_int_equal(p.mac_at, control_word ? 22 : 18);
	}
}

static void
label_stack_without_end_is_malformed(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x8847);
	for (unsigned i = 0; i < 40; i++)
		packet_put_label(&b, 16 + i, false);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_MALFORMED);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x8847);
}

static void
pppoe_carries_ip_of_both_versions(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x8864);
	packet_put_pppoe(&b, 0x0021);
	put_udp4();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	assert_int_equal(p.encaps, ENCAPS_ETHER | ENCAPS_PPP);
	assert_int_equal(p.bytes, b.len);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 22 + 28);

	packet_begin(&b, false);
	packet_put_ether(&b, 0x8864);
	packet_put_pppoe(&b, 0x0057);
	packet_put_ip6(&b, 17);
	packet_put_udp(&b, 1, 2);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_IPV6);
}

static void
pppoe_discovery_and_lcp_are_flows_of_macs(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x8863);
	packet_put(&b, "\x11\x09\0\0\0\x04\x01\x01\0\0", 10);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x8863);

	packet_begin(&b, false);
	packet_put_ether(&b, 0x8864);
	packet_put_pppoe(&b, 0xc021);
	packet_put_payload(&b, 20);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x8864);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_ethertype_is_a_flow_of_macs),
		cmocka_unit_test(frame_without_a_link_header_has_no_key),
		cmocka_unit_test(macs_are_told),
		cmocka_unit_test(tags_of_every_ethertype_are_walked_through),
		cmocka_unit_test(innermost_tag_of_a_stack_is_told),
		cmocka_unit_test(tag_above_an_unknown_type_leaves_the_outer_ethertype),
		cmocka_unit_test(tags_are_followed_to_the_bound_and_no_further),
		cmocka_unit_test(llc_is_a_flow_of_macs_and_saps),
		cmocka_unit_test(snap_carries_ip),
		cmocka_unit_test(snap_of_another_organisation_is_an_llc_flow),
		cmocka_unit_test(raw_ipx_is_an_llc_flow),
		cmocka_unit_test(labels_are_walked_through_and_the_first_is_told),
		cmocka_unit_test(label_stack_carries_ipv6),
		cmocka_unit_test(pseudo_wire_carries_ethernet),
		cmocka_unit_test(label_stack_without_end_is_malformed),
		cmocka_unit_test(pppoe_carries_ip_of_both_versions),
		cmocka_unit_test(pppoe_discovery_and_lcp_are_flows_of_macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
