/* SPDX-License-Identifier: BSD-3-Clause */
/* What is told of the tunnel around a packet. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static const struct dissect_options inner = { .tunnels = TUNNELS_INNER };
static struct packet_builder b;
static struct packet p;
static struct flow_tunnel t;

static void
begin(bool ipv6, uint8_t proto)
{
	packet_begin(&b, false);
	packet_put_ether(&b, ipv6 ? 0x86dd : 0x0800);
	if (ipv6)
		packet_put_ip6(&b, proto);
	else
		packet_put_ip4(&b, proto);
}

static void
put_inside(void)
{
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 7000, 8000);
	packet_put_payload(&b, 10);
}

/* Wherever the packet is cut, what is told is read from what is there. */
static void
told(enum flow_tunnel_kind kind)
{
	for (uint32_t n = 0; n <= b.len; n++) {
		dissect_bytes(b.bytes, n, b.len, LINK_ETHERNET, &p);
		(void)packet_outer(&p, &t);
	}
	dissect_keyed(&b, &inner, &p);
	assert_int_equal(packet_outer(&p, &t), kind != FLOW_TUNNEL_NONE);
	assert_int_equal(t.kind, kind);
}

static void
gre_with_its_ends(void **state)
{
	(void)state;
	for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
		const uint32_t ip_at = 14;

		begin(ipv6, 47);
		packet_put16(&b, 0x2000);
		packet_put16(&b, 0x0800);
		packet_put32(&b, 42);
		put_inside();
		told(FLOW_TUNNEL_GRE);
		assert_int_equal(t.flags, 0x2000);
		assert_int_equal(t.protocol, 0x0800);
		assert_int_equal(t.ipv6, ipv6);
		assert_false(t.udp);
		for (size_t i = 0; i < 2; i++)
			assert_memory_equal(t.addr[i],
			                    b.bytes + ip_at + (ipv6 ? 8 + 16 * i : 12 + 4 * i),
			                    ipv6 ? 16 : 4);
	}
}

static void
networks_and_ports_of_those_in_udp(void **state)
{
	(void)state;
	begin(false, 17);
	packet_put_udp(&b, 50000, 4789);
	packet_put32(&b, 0x08000000);
	packet_put32(&b, 0xabcdef00);
	packet_put_ether(&b, 0x0800);
	put_inside();
	told(FLOW_TUNNEL_VXLAN);
	assert_int_equal(t.vni[0], 0xabcdef);
	assert_int_equal(t.vni_seen, 1);
	assert_int_equal(t.port[0], 50000);
	assert_int_equal(t.port[1], 4789);

	begin(true, 0);
	packet_put_ip6_extension(&b, 17, 0);
	packet_put_udp(&b, 50000, 6081);
	packet_put16(&b, 0x0140);
	packet_put16(&b, 0x6558);
	packet_put32(&b, 0x12345600);
	packet_put32(&b, 0); /* an option */
	packet_put_ether(&b, 0x0800);
	put_inside();
	told(FLOW_TUNNEL_GENEVE);
	assert_int_equal(t.flags, 0x0140);
	assert_int_equal(t.protocol, 0x6558);
	assert_int_equal(t.vni[0], 0x123456);
	assert_true(t.ipv6 && t.udp);
	assert_int_equal(t.port[1], 6081);
	assert_memory_equal(t.addr[0], b.bytes + 14 + 8, 16);
}

/* VXLAN in GRE is VXLAN between the ends of its own UDP. */
static void
the_innermost_of_several(void **state)
{
	(void)state;
	begin(true, 47);
	packet_put16(&b, 0);
	packet_put16(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 50000, 4789);
	packet_put32(&b, 0x08000000);
	packet_put32(&b, 0x00000700);
	packet_put_ether(&b, 0x0800);
	put_inside();
	told(FLOW_TUNNEL_VXLAN);
	assert_int_equal(t.vni[0], 7);
	assert_false(t.ipv6);
	assert_memory_equal(t.addr[0], b.bytes + 14 + 40 + 4 + 12, 4);
}

static void
no_other_tunnel_and_no_endless_header(void **state)
{
	(void)state;
	begin(false, 4);
	put_inside();
	told(FLOW_TUNNEL_NONE);
	begin(false, 17);
	packet_put_udp(&b, 7000, 8000);
	packet_put_payload(&b, 10);
	told(FLOW_TUNNEL_NONE);
	/* 40 bytes of IPv6 and 512 of an extension */
	begin(true, 0);
	packet_put_ip6_extension(&b, 47, 63);
	packet_put16(&b, 0);
	packet_put16(&b, 0x0800);
	put_inside();
	told(FLOW_TUNNEL_NONE);
	assert_true(p.flags & PACKET_TUNNEL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gre_with_its_ends),
		cmocka_unit_test(networks_and_ports_of_those_in_udp),
		cmocka_unit_test(the_innermost_of_several),
		cmocka_unit_test(no_other_tunnel_and_no_endless_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
