/* SPDX-License-Identifier: BSD-3-Clause */
/* Link types by their headers: each carries the same packet, whole and cut everywhere. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p;

static const uint8_t no_address[6];

/* A header, and the IPv4 packet behind it. */
struct kind {
	const char *name;
	uint16_t link_type;
	uint16_t counted; /* bytes of it that count, at its end */
	uint8_t size;
	uint8_t bytes[48];
};

#define SNAP_IPV4 0xaa, 0xaa, 3, 0, 0, 0, 8, 0
#define MAC_DST 2, 0, 0, 0, 0, 9
#define MAC_SRC 2, 0, 0, 0, 0, 5
#define ZEROS_8 0, 0, 0, 0, 0, 0, 0, 0

static const struct kind kinds[] = {
	{ "SLIP", 8, 0, 16, { 0 } },
	{ "SLIP of BSD/OS", 15, 0, 16, { 1, 0x45 } },
	{ "PPP of BSD/OS", 16, 0, 4, { 0xff, 3, 0, 0x21 } },
	{ "PPP of pppd, in", 166, 0, 4, { 0, 3, 0, 0x21 } },
	{ "PPP of pppd, out", 166, 0, 4, { 1, 3, 0, 0x21 } },
	{ "PPP of pppd, plain", 166, 0, 4, { 0xff, 3, 0, 0x21 } },
	{ "PPP with direction", 204, 0, 5, { 1, 0xff, 3, 0, 0x21 } },
	{ "PPP with direction, short", 204, 0, 2, { 0, 0x21 } },
	{ "PPPoE alone", 51, 0, 8, { 0x11, 0, 0, 1, 0, 42, 0, 0x21 } },
	{ "Cisco HDLC with direction", 205, 0, 5, { 1, 0x0f, 0, 8, 0 } },
	{ "frame relay, Cisco", 107, 0, 4, { 0x18, 0x61, 8, 0 } },
	{ "frame relay, NLPID", 107, 0, 4, { 0x18, 0x61, 3, 0xcc } },
	{ "frame relay, padded NLPID", 107, 0, 5, { 0x18, 0x61, 3, 0, 0xcc } },
	{ "frame relay, long address", 107, 0, 6, { 0x18, 0x60, 0, 1, 3, 0xcc } },
	{ "frame relay, SNAP", 107, 0, 10, { 0x18, 0x61, 3, 0, 0x80, 0, 0, 0, 8, 0 } },
	{ "frame relay, PPP", 107, 0, 6, { 0x18, 0x61, 3, 0xcf, 0, 0x21 } },
	{ "frame relay, Ethernet",
	  107,
	  14,
	  24,
	  { 0x18, 0x61, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7, MAC_DST, MAC_SRC, 8, 0 } },
	{ "frame relay with direction", 206, 0, 5, { 1, 0x18, 0x61, 8, 0 } },
	{ "FDDI", 10, 8, 21, { 0x50, MAC_DST, MAC_SRC, SNAP_IPV4 } },
	{ "token ring", 6, 8, 22, { 0x10, 0x40, MAC_DST, MAC_SRC, SNAP_IPV4 } },
	{ "token ring, routed",
	  6,
	  8,
	  26,
	  { 0x10, 0x40, MAC_DST, 0x82, 0, 0, 0, 0, 5, 4, 0, 0, 1, SNAP_IPV4 } },
	{ "ARCNET, RFC 1051", 7, 0, 3, { 5, 9, 240 } },
	{ "ARCNET, RFC 1201", 7, 0, 6, { 5, 9, 212, 0, 0, 1 } },
	{ "ARCNET, exception", 7, 0, 10, { 5, 9, 212, 0xff, 0xff, 0xff, 212, 0, 0, 1 } },
	{ "ARCNET of Linux", 129, 0, 8, { 5, 9, 0, 0, 212, 0, 0, 1 } },
	{ "ARCNET of Linux, RFC 1051", 129, 0, 5, { 5, 9, 0, 0, 240 } },
	{ "ATM, LLC", 11, 8, 8, { SNAP_IPV4 } },
	{ "ATM, circuit of IP", 11, 0, 0, { 0 } },
	{ "ATM, 802.6", 11, 8, 28, { ZEROS_8, ZEROS_8, 0, 0, 0, 0, SNAP_IPV4 } },
	{ "ATM, Ethernet",
	  11,
	  14,
	  24,
	  { 0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0, MAC_DST, MAC_SRC, 8, 0 } },
	{ "ATM, classical IP", 19, 8, 8, { SNAP_IPV4 } },
	{ "SunATM, LLC", 123, 8, 12, { 2, 0, 0, 42, SNAP_IPV4 } },
	{ "SunATM, LAN emulation", 123, 14, 20, { 1, 0, 0, 42, 0, 1, MAC_DST, MAC_SRC, 8, 0 } },
	{ "MPLS", 219, 4, 4, { 0, 1, 1, 64 } },
	{ "DOCSIS", 143, 14, 20, { 0, 0, 0, 64, 0, 0, MAC_DST, MAC_SRC, 8, 0 } },
	{ "DOCSIS, extended",
	  143,
	  14,
	  23,
	  { 1, 3, 0, 64, 0x10, 1, 0, 0, 0, MAC_DST, MAC_SRC, 8, 0 } },
	{ "enc", 109, 0, 12, { 2, 0, 0, 0, 0, 0, 0, 1 } },
	{ "pflog", 117, 0, 48, { 45, 2 } },
	{ "netfilter, little endian",
	  239,
	  0,
	  16,
	  { 2, 0, 0, 1, 7, 0, 10, 0, 'a', 'b', 0, 0, 46, 0, 9, 0 } },
	{ "netfilter, big endian",
	  239,
	  0,
	  16,
	  { 2, 0, 0, 1, 0, 7, 0, 10, 'a', 'b', 0, 0, 0, 46, 0, 9 } },
	{ "IPNET", 226, 0, 24, { 1, 2 } },
	{ "Juniper, Ethernet", 178, 14, 18, { 0x4d, 0x47, 0x43, 1, MAC_DST, MAC_SRC, 8, 0 } },
	{ "Juniper, extended",
	  178,
	  14,
	  23,
	  { 0x4d, 0x47, 0x43, 0x81, 0, 3, 1, 1, 9, MAC_DST, MAC_SRC, 8, 0 } },
	{ "Juniper, no link", 178, 0, 8, { 0x4d, 0x47, 0x43, 2 } },
	{ "Juniper, PPP", 179, 0, 8, { 0x4d, 0x47, 0x43, 0, 0xff, 3, 0, 0x21 } },
	{ "Juniper, frame relay", 180, 0, 8, { 0x4d, 0x47, 0x43, 0, 0x18, 0x61, 3, 0xcc } },
	{ "Juniper, Cisco HDLC", 181, 0, 8, { 0x4d, 0x47, 0x43, 0, 0x0f, 0, 8, 0 } },
	{ "Broadcom tag", 281, 0, 18, { MAC_DST, MAC_SRC, 1, 2, 3, 4, 8, 0 } },
	{ "Broadcom tag ahead", 282, 14, 18, { 1, 2, 3, 4, MAC_DST, MAC_SRC, 8, 0 } },
	{ "DSA", 284, 0, 18, { MAC_DST, MAC_SRC, 0x20, 1, 0x10, 7, 8, 0 } },
	{ "EDSA", 285, 0, 22, { MAC_DST, MAC_SRC, 0xda, 0xda, 0, 0, 0, 1, 0, 7, 8, 0 } },
};

/* A tag inside a frame is not counted, what is around it is. */
static uint32_t
counted_of(const struct kind *k)
{
	if (k->link_type == 281 || k->link_type == 284 || k->link_type == 285)
		return 14;
	return k->counted;
}

static void
put_udp(void)
{
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 12);
}

static void
each_carries_ip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *k = &kinds[i];

		packet_begin(&b, false);
		packet_put(&b, k->bytes, k->size);
		put_udp();
		dissect_built(&b, k->link_type, &p);
		if (p.key.kind != FLOW_IPV4 || p.l3_at != k->size || p.bytes != 40 + counted_of(k))
			fail_msg("%s: kind %u, IP at %u, %u bytes", k->name, p.key.kind, p.l3_at,
			         p.bytes);
		assert_int_equal(p.key.port[p.reverse], 4000);
		assert_int_equal(p.payload_length, 12);
		assert_int_equal(p.flags & (PACKET_TRUNCATED | PACKET_MALFORMED), 0);
	}
}

static void
each_is_cut_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		packet_begin(&b, false);
		packet_put(&b, kinds[i].bytes, kinds[i].size);
		put_udp();
		packet_seal(&b);
		for (uint32_t n = 0; n < b.len; n++)
			(void)dissect_bytes(b.bytes, n, b.len, kinds[i].link_type, &p);
	}
}

/* What is not known inside is a flow, of the addresses if there are any. */
static void
each_carries_what_is_not_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (unsigned byte = 0; byte < kinds[i].size; byte++) {
			packet_begin(&b, false);
			packet_put(&b, kinds[i].bytes, kinds[i].size);
			b.bytes[byte] = (uint8_t)(b.bytes[byte] ^ 0x5a);
			put_udp();
			packet_seal(&b);
			(void)dissect_bytes(b.bytes, b.len, b.len, kinds[i].link_type, &p);
		}
	}
}

static void
addresses_are_told_where_a_link_has_them(void **state)
{
	static const uint8_t mac_dst[] = { MAC_DST }, mac_src[] = { MAC_SRC };
	static const uint8_t station_dst[6] = { [5] = 9 }, station_src[6] = { [5] = 5 };
	uint8_t dst[6], src[6];
	uint16_t type;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const bool arcnet = kinds[i].link_type == 7 || kinds[i].link_type == 129;

		packet_begin(&b, false);
		packet_put(&b, kinds[i].bytes, kinds[i].size);
		put_udp();
		dissect_built(&b, kinds[i].link_type, &p);
		if (!packet_mac(&p, dst, src, &type))
			continue;
		assert_memory_equal(dst, arcnet ? station_dst : mac_dst, 6);
		assert_memory_equal(src, arcnet ? station_src : mac_src, 6);
		assert_int_equal(type, 0x0800);
	}
}

static void
rings_key_llc_by_addresses(void **state)
{
	static const uint8_t stp[] = { 0x50, MAC_DST, MAC_SRC, 0x42, 0x42, 3, 0, 0 };
	static const uint8_t beacon[] = { 0xc2, MAC_DST, MAC_SRC, 1, 2, 3 };
	static const uint8_t mac_src[] = { MAC_SRC };

	(void)state;
	assert_int_equal(dissect_bytes(stp, sizeof(stp), sizeof(stp), 10, &p), DISSECT_OK);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.port[0], 0x42);
	assert_memory_equal(p.key.addr[p.reverse], mac_src, 6);
	assert_int_equal(dissect_bytes(beacon, sizeof(beacon), sizeof(beacon), 10, &p), DISSECT_OK);
	assert_int_equal(p.key.ethertype, 0);
	assert_memory_equal(p.key.addr[p.reverse], mac_src, 6);
}

static void
later_arcnet_fragments_have_no_ip(void **state)
{
	static const uint8_t header[] = { 5, 9, 212, 2, 0, 1 };

	(void)state;
	packet_begin(&b, false);
	packet_put(&b, header, sizeof(header));
	put_udp();
	dissect_built(&b, 7, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x0800);
}

static void
a_dsa_tag_says_the_vlan(void **state)
{
	static const uint8_t header[] = { MAC_DST, MAC_SRC, 0x20, 1, 0x70, 7, 8, 0 };

	(void)state;
	packet_begin(&b, false);
	packet_put(&b, header, sizeof(header));
	put_udp();
	dissect_built(&b, 284, &p);
	assert_true(p.flags & PACKET_VLAN);
	assert_int_equal(p.vlan_tci, 0x6007);
}

static void
encrypted_docsis_is_a_flow_of_addresses(void **state)
{
	static const uint8_t header[] = { 1, 4, 0, 64,      0x34,    1,    0x80,
		                          0, 0, 0, MAC_DST, MAC_SRC, 0x45, 0 };

	(void)state;
	packet_begin(&b, false);
	packet_put(&b, header, sizeof(header));
	put_udp();
	dissect_built(&b, 143, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0);
	assert_memory_not_equal(p.key.addr[0], no_address, 6);
}

static void
headers_that_make_no_sense_are_malformed(void **state)
{
	static const struct {
		uint16_t link_type;
		uint8_t bytes[20];
	} cases[] = {
		{ 178, { 1, 2, 3, 4 } },
		{ 117, { 4, 2 } },
		{ 239, { 2, 0, 0, 1, 0, 0, 9, 0 } },
		{ 239, { 2, 7, 0, 1, 8, 0, 9, 0 } },
		{ 107, { 0x18, 0x60, 2, 4 } },
		{ 6, { 0x10, 0x40, MAC_DST, 0x82, 0, 0, 0, 0, 5, 1, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(dissect_bytes(cases[i].bytes, 20, 20, cases[i].link_type, &p),
		                 DISSECT_OK);
		assert_true(p.flags & PACKET_MALFORMED);
		assert_int_equal(p.key.kind, FLOW_ETHER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_carries_ip),
		cmocka_unit_test(each_is_cut_everywhere),
		cmocka_unit_test(each_carries_what_is_not_known),
		cmocka_unit_test(addresses_are_told_where_a_link_has_them),
		cmocka_unit_test(rings_key_llc_by_addresses),
		cmocka_unit_test(later_arcnet_fragments_have_no_ip),
		cmocka_unit_test(a_dsa_tag_says_the_vlan),
		cmocka_unit_test(encrypted_docsis_is_a_flow_of_addresses),
		cmocka_unit_test(headers_that_make_no_sense_are_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
