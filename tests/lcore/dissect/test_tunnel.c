/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels: closed as argus leaves them, or looked into when asked; and what only
 * looks like one is left alone.
 */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

#include "lcore/dissect/walk.h"

static const struct dissect_options inner = { .tunnels = TUNNELS_INNER };
static const struct dissect_options by_number = { .tunnels = TUNNELS_INNER, .key_tunnel = true };
static const struct dissect_options by_network = { .tunnels = TUNNELS_INNER, .key_vni = true };
static const struct dissect_options as_argus = { .tunnels = TUNNELS_ARGUS };
static struct packet_builder b;
static struct packet p;

static void
begin_udp(uint16_t sport, uint16_t dport)
{
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, sport, dport);
}

static void
begin_ip(uint8_t proto)
{
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, proto);
}

/* The inside: TCP between 7000 and 8000. */
static void
put_ip4(void)
{
	packet_put_ip4(&b, 6);
	packet_put_tcp(&b, 7000, 8000, 0x10, NULL, 0);
	packet_put_payload(&b, 30);
}

static void
put_ip6(void)
{
	packet_put_ip6(&b, 6);
	packet_put_tcp(&b, 7000, 8000, 0x10, NULL, 0);
	packet_put_payload(&b, 30);
}

static void
put_frame(void)
{
	packet_put_ether(&b, 0x8100);
	packet_put_tag(&b, 33, 0x0800);
	put_ip4();
}

/* Looked into it is the inner flow, for argus the carrier's; at any length it is sound. */
static void
check(enum tunnel_kind kind, uint32_t id, uint8_t carrier)
{
	dissect_keyed(&b, &inner, &p);
	assert_int_equal(p.key.proto, 6);
	assert_int_equal(p.key.port[0], 7000);
	assert_int_equal(p.key.port[1], 8000);
	assert_int_equal(p.payload_length, 30);
	assert_int_equal(p.bytes, b.len);
	assert_true(p.flags & PACKET_TCP);
	assert_true(p.flags & PACKET_TUNNEL);
	assert_false(p.flags & (PACKET_UDP | PACKET_MALFORMED | PACKET_TRUNCATED));
	dissect_keyed(&b, &by_number, &p);
	assert_int_equal(p.key.label, id);
	assert_int_equal(p.key.vlan, FLOW_KEY_IN_TUNNEL);
	dissect_keyed(&b, &by_network, &p);
	assert_int_equal(p.key.vlan,
	                 kind == TUNNEL_VXLAN || kind == TUNNEL_GENEVE ? FLOW_KEY_IN_TUNNEL : 0);
	dissect_keyed(&b, &as_argus, &p);
	assert_int_equal(p.key.proto, carrier);
	assert_false(p.flags & PACKET_TUNNEL);
	for (uint32_t n = 0; n <= b.len; n++)
		dissect_bytes(b.bytes, n, b.len, LINK_ETHERNET, &p);
}

/* Looked into or not it is UDP, and nothing is wrong with it. */
static void
check_closed(void)
{
	dissect_keyed(&b, &inner, &p);
	assert_int_equal(p.key.proto, 17);
	assert_true(p.flags & PACKET_UDP);
	assert_false(p.flags & (PACKET_TUNNEL | PACKET_MALFORMED | PACKET_TRUNCATED));
	dissect_built(&b, LINK_ETHERNET, &p);
}

static void
ip_in_ip(void **state)
{
	(void)state;
	begin_ip(4);
	put_ip4();
	check(TUNNEL_IP, 0, 4);
	dissect_keyed(&b, &inner, &p);
	assert_true(p.encaps & ENCAPS_IPIP);

	begin_ip(41);
	put_ip6();
	check(TUNNEL_IP, 0, 41);
	dissect_keyed(&b, &inner, &p);
	assert_true(p.encaps & ENCAPS_IPV6);
	assert_int_equal(p.key.kind, FLOW_IPV6);

	for (unsigned i = 0; i < 2; i++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x86dd);
		packet_put_ip6(&b, i == 0 ? 4 : 41);
		if (i == 0)
			put_ip4();
		else
			put_ip6();
		check(TUNNEL_IP, 0, i == 0 ? 4 : 41);
	}
}

/* Behind a segment routing header with two segments. */
static void
segment_routing(void **state)
{
	static const uint8_t next[] = { 4, 41, 143 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x86dd);
		packet_put_ip6(&b, 43);
		packet_put8(&b, next[i]);
		packet_put8(&b, 4);
		packet_put16(&b, 0x0401);
		packet_put32(&b, 0x01000000);
		packet_put_payload(&b, 32);
		if (i == 0)
			put_ip4();
		else if (i == 1)
			put_ip6();
		else
			put_frame();
		check(i == 2 ? TUNNEL_ETHERIP : TUNNEL_IP, 0, next[i]);
	}
}

static void
ethernet_in_ip(void **state)
{
	(void)state;
	begin_ip(97);
	packet_put16(&b, 0x3000);
	put_frame();
	check(TUNNEL_ETHERIP, 0, 97);
}

static void
labels_in_ip_and_udp(void **state)
{
	(void)state;
	begin_ip(137);
	packet_put_label(&b, 99, true);
	put_ip4();
	check(TUNNEL_MPLS, 0, 137);
	begin_udp(50000, 6635);
	packet_put_label(&b, 99, false);
	packet_put_label(&b, 100, true);
	put_ip4();
	check(TUNNEL_MPLS, 0, 17);
	dissect_keyed(&b, &inner, &p);
	assert_int_equal(p.mpls_label >> 12, 99);
}

static void
vxlan_and_its_extensions(void **state)
{
	static const uint16_t ports[] = { 4789, 8472 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin_udp(50000, ports[i]);
		packet_put32(&b, i == 0 ? 0x08000000 : 0x88000010); /* with a group policy */
		packet_put32(&b, 0xabcdef00);
		put_frame();
		check(TUNNEL_VXLAN, 0xabcdef, 17);
		dissect_keyed(&b, &inner, &p);
		assert_int_equal(p.vlan_tci, 33);
	}
	for (unsigned next = 1; next <= 3; next++) {
		begin_udp(50000, 4790);
		packet_put32(&b, 0x0c000000 | next);
		packet_put32(&b, 0x00000100);
		if (next == 1)
			put_ip4();
		else if (next == 2)
			put_ip6();
		else
			put_frame();
		check(TUNNEL_VXLAN, 1, 17);
	}
}

static void
service_header_in_vxlan(void **state)
{
	(void)state;
	begin_udp(50000, 4790);
	packet_put32(&b, 0x0c000004);
	packet_put32(&b, 0x00000100);
	packet_put32(&b, 0x0fc20201);
	packet_put32(&b, 0x00000aff);
	put_ip4();
	check(TUNNEL_VXLAN, 1, 17);
}

static void
geneve_with_options(void **state)
{
	(void)state;
	for (unsigned words = 0; words < 64; words += 21) {
		begin_udp(50000, 6081);
		packet_put16(&b, (uint16_t)(words << 8));
		packet_put16(&b, 0x6558);
		packet_put32(&b, 0x12345600);
		packet_put_payload(&b, words * 4);
		put_frame();
		check(TUNNEL_GENEVE, 0x123456, 17);
	}
	begin_udp(50000, 6081);
	packet_put32(&b, 0x000086dd);
	packet_put32(&b, 0x12345600);
	put_ip6();
	check(TUNNEL_GENEVE, 0x123456, 17);
}

static void
gtp_with_extension_headers(void **state)
{
	(void)state;
	begin_udp(2152, 2152);
	packet_put32(&b, 0x30ff0000);
	packet_put32(&b, 0xdeadbeef);
	put_ip4();
	check(TUNNEL_GTP, 0xdeadbeef, 17);

	begin_udp(2152, 2152);
	packet_put32(&b, 0x32ff0000); /* a sequence number */
	packet_put32(&b, 5);
	packet_put32(&b, 0x00010000);
	put_ip6();
	check(TUNNEL_GTP, 5, 17);

	begin_udp(2152, 2152);
	packet_put32(&b, 0x34ff0000);
	packet_put32(&b, 5);
	packet_put32(&b, 0x00000085); /* PDU session container */
	packet_put32(&b, 0x010009c0); /* then PDCP number */
	packet_put32(&b, 0x01000100);
	put_ip4();
	check(TUNNEL_GTP, 5, 17);
}

static void
gtp_that_is_none(void **state)
{
	static const uint32_t starts[] = {
		0x30010000, /* echo request */
		0x20ff0000, /* GTP' */
		0x48ff0000, /* version 2 */
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		begin_udp(2152, 2152);
		packet_put32(&b, starts[i]);
		packet_put32(&b, 5);
		put_ip4();
		check_closed();
	}
	begin_udp(2152, 2152);
	packet_put32(&b, 0x34ff0000);
	packet_put32(&b, 5);
	packet_put32(&b, 0x00000085);
	packet_put32(&b, 0x00000000); /* an extension header of no length */
	put_ip4();
	check_closed();
}

static void
l2tp_of_version_two(void **state)
{
	static const uint16_t flags[] = { 0x0002, 0x4002, 0x0802, 0x4a02 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		begin_udp(1701, 1701);
		packet_put16(&b, flags[i]);
		if (flags[i] & 0x4000)
			packet_put_length(&b, b.len - 2);
		packet_put32(&b, 0x00070009);
		if (flags[i] & 0x0800)
			packet_put32(&b, 1);
		if (flags[i] & 0x0200) {
			packet_put16(&b, 3);
			packet_put_payload(&b, 3);
		}
		packet_put32(&b, 0xff030021);
		put_ip4();
		check(TUNNEL_L2TP, 0x00070009, 17);
	}
	begin_udp(1701, 1701);
	packet_put32(&b, 0xc802000c); /* control */
	packet_put_payload(&b, 20);
	check_closed();
}

static void
l2tp_of_version_three(void **state)
{
	(void)state;
	for (unsigned cookie = 0; cookie <= 8; cookie += 4) {
		begin_udp(1701, 1701);
		packet_put32(&b, 0x00030000);
		packet_put32(&b, 4711);
		packet_put_payload(&b, cookie);
		put_frame();
		check(TUNNEL_L2TP, 4711, 17);

		begin_ip(115);
		packet_put32(&b, 4711);
		packet_put_payload(&b, cookie);
		packet_put32(&b, 0); /* sublayer */
		put_frame();
		check(TUNNEL_L2TP, 4711, 115);
	}
}

static void
put_teredo_ip6(void)
{
	const uint32_t at = b.len;

	put_ip6();
	packet_seal(&b);
	memcpy(b.bytes + at + 8, "\x20\x01\0\0", 4);
}

static void
teredo_on_any_port(void **state)
{
	(void)state;
	begin_udp(51000, 3544);
	put_teredo_ip6();
	check(TUNNEL_TEREDO, 0, 17);
	dissect_keyed(&b, &inner, &p);
	assert_true(p.encaps & ENCAPS_TEREDO);

	begin_udp(51000, 52000);
	packet_put32(&b, 0x00010000); /* authentication */
	packet_put_payload(&b, 9);
	packet_put_payload(&b, 0);
	packet_put32(&b, 0x00001234); /* origin */
	packet_put32(&b, 0x7f000001);
	put_teredo_ip6();
	check(TUNNEL_TEREDO, 0, 17);

	/* not of its prefix, or longer than it says */
	begin_udp(51000, 52000);
	put_ip6();
	check_closed();
	begin_udp(51000, 52000);
	put_teredo_ip6();
	b.bytes[14 + 20 + 8 + 5]--;
	b.lengths = 0;
	check_closed();
}

static void
whatever_else_uses_their_ports_is_udp(void **state)
{
	static const uint16_t ports[] = { 1701, 2152, 4754, 4789, 8472, 4790, 6081, 6635 };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		if (ports[i] == 6635 || ports[i] == 4754)
			continue;
		begin_udp(50000, ports[i]);
		packet_put32(&b, 0xffffffff);
		packet_put32(&b, 0xffffffff);
		packet_put_payload(&b, 40);
		check_closed();
	}
}

/* A short frame is padded; a tunnel's inside ends with its carrier. */
static void
padding_is_nobodys_payload(void **state)
{
	(void)state;
	begin_ip(4);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 1, 2);
	packet_seal(&b);
	b.lengths = 0;
	packet_put_payload(&b, 18);
	dissect_keyed(&b, &inner, &p);
	assert_int_equal(p.payload_length, 0);
	assert_int_equal(p.payload_captured, 0);
}

/* Its first fragment has the inner headers, and is no damaged packet. */
static void
fragmented_carrier(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4_full(&b, 4, 99, 0x2000, NULL, 0);
	put_ip4();
	packet_seal(&b);
	b.len -= 20; /* that is in the next one */
	b.lengths = 1;
	dissect_keyed(&b, &inner, &p);
	assert_int_equal(p.key.port[0], 7000);
	assert_int_equal(p.payload_length, 30);
	assert_false(p.flags & (PACKET_MALFORMED | PACKET_FRAGMENT));
}

static void
tunnels_in_tunnels(void **state)
{
	(void)state;
	begin_udp(50000, 4789);
	packet_put32(&b, 0x08000000);
	packet_put32(&b, 0x00000500);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 2152, 2152);
	packet_put32(&b, 0x30ff0000);
	packet_put32(&b, 77);
	put_ip4();
	dissect_keyed(&b, &by_number, &p);
	assert_int_equal(p.key.port[0], 7000);
	assert_int_equal(p.key.label, 77);
}

/* The same inner flow in two networks is two flows when the key says so. */
static void
numbers_are_keys(void **state)
{
	const struct dissect_options vni = { .tunnels = TUNNELS_INNER, .key_vni = true };
	const struct dissect_options any = { .tunnels = TUNNELS_INNER, .key_tunnel = true };
	struct packet two[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin_udp(50000, 4789);
		packet_put32(&b, 0x08000000);
		packet_put32(&b, 0x100U << i);
		put_frame();
		dissect_keyed(&b, &inner, &two[i]);
	}
	assert_same_flow(&two[0], &two[1], false);
	for (unsigned i = 0; i < 2; i++) {
		begin_udp(50000, 4789);
		packet_put32(&b, 0x08000000);
		packet_put32(&b, 0x100U << i);
		put_frame();
		dissect_keyed(&b, &vni, &two[i]);
	}
	assert_other_flow(&two[0], &two[1]);
	for (unsigned i = 0; i < 2; i++) {
		begin_udp(2152, 2152);
		packet_put32(&b, 0x30ff0000);
		packet_put32(&b, i == 0 ? 0 : 0xffffffff);
		put_ip4();
		dissect_keyed(&b, &vni, &two[i]);
	}
	assert_same_flow(&two[0], &two[1], false);
	for (unsigned i = 0; i < 2; i++) {
		begin_udp(2152, 2152);
		packet_put32(&b, 0x30ff0000);
		packet_put32(&b, i == 0 ? 0 : 0xffffffff);
		put_ip4();
		dissect_keyed(&b, &any, &two[i]);
	}
	assert_other_flow(&two[0], &two[1]);
}

/* The fast path leaves to the walk what may be a tunnel, and nothing else. */
static void
fast_path_knows_when_to_step_aside(void **state)
{
	struct packet_view v = { .link_type = LINK_ETHERNET };

	(void)state;
	begin_udp(50000, 4789);
	packet_put_payload(&b, 20);
	packet_seal(&b);
	v.data = b.bytes;
	v.captured = v.length = b.len;
	assert_true(dissect_fast(&v, false, &p));
	assert_false(dissect_fast(&v, true, &p));
	begin_udp(50000, 5000);
	packet_put_payload(&b, 20);
	packet_seal(&b);
	v.captured = v.length = b.len;
	assert_true(dissect_fast(&v, true, &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ip_in_ip),
		cmocka_unit_test(segment_routing),
		cmocka_unit_test(ethernet_in_ip),
		cmocka_unit_test(labels_in_ip_and_udp),
		cmocka_unit_test(vxlan_and_its_extensions),
		cmocka_unit_test(service_header_in_vxlan),
		cmocka_unit_test(geneve_with_options),
		cmocka_unit_test(gtp_with_extension_headers),
		cmocka_unit_test(gtp_that_is_none),
		cmocka_unit_test(l2tp_of_version_two),
		cmocka_unit_test(l2tp_of_version_three),
		cmocka_unit_test(teredo_on_any_port),
		cmocka_unit_test(whatever_else_uses_their_ports_is_udp),
		cmocka_unit_test(padding_is_nobodys_payload),
		cmocka_unit_test(fragmented_carrier),
		cmocka_unit_test(tunnels_in_tunnels),
		cmocka_unit_test(numbers_are_keys),
		cmocka_unit_test(fast_path_knows_when_to_step_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
