/* SPDX-License-Identifier: BSD-3-Clause */
/* Link types other than Ethernet: their headers are not counted. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

enum {
	LINK_NULL = 0,
	LINK_PPP = 9,
	LINK_RAW = 12,
	LINK_PPP_SERIAL = 50,
	LINK_RAW_FILE = 101,
	LINK_C_HDLC = 104,
	LINK_LOOP = 108,
	LINK_COOKED = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_COOKED2 = 276,
};

static struct packet_builder b;
static struct packet p;

static void
put_udp(bool v6)
{
	if (v6)
		packet_put_ip6(&b, 17);
	else
		packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 12);
}

/* The packet has been put behind a link header of this size. */
static void
check_ip(uint16_t link_type, uint32_t size, bool v6)
{
	dissect_built(&b, link_type, &p);
	assert_int_equal(p.key.kind, v6 ? FLOW_IPV6 : FLOW_IPV4);
	assert_int_equal(p.key.port[p.reverse], 4000);
	assert_int_equal(p.bytes, b.len - size);
	assert_int_equal(p.l3_at, size);
	assert_int_equal(p.payload_length, 12);
	dissect_cut_everywhere(&b, link_type, size + (v6 ? 40 : 20) + 8);
}

static void
raw_ip_of_both_versions(void **state)
{
	static const uint16_t types[] = { LINK_RAW, 14, LINK_RAW_FILE };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		packet_begin(&b, false);
		put_udp(i & 1);
		check_ip(types[i / 2], 0, i & 1);
	}
	packet_begin(&b, false);
	put_udp(false);
	check_ip(LINK_IPV4, 0, false);
	packet_begin(&b, false);
	put_udp(true);
	check_ip(LINK_IPV6, 0, true);
}

static void
loopback_in_both_byte_orders_and_all_families(void **state)
{
	static const uint8_t inet6[] = { 10, 24, 28, 30 };

	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		packet_begin(&b, false);
		packet_put32(&b, big ? 2 : 0x02000000);
		put_udp(false);
		check_ip(LINK_NULL, 4, false);
		for (unsigned i = 0; i < sizeof(inet6); i++) {
			packet_begin(&b, false);
			packet_put32(&b, big ? inet6[i] : (uint32_t)inet6[i] << 24);
			put_udp(true);
			check_ip(big ? LINK_LOOP : LINK_NULL, 4, true);
		}
	}
}

static void
loopback_of_an_unknown_family_is_a_flow_without_addresses(void **state)
{
	static const uint8_t zeros[16];

	(void)state;
	packet_begin(&b, false);
	packet_put32(&b, 7);
	packet_put_payload(&b, 30);
	dissect_built(&b, LINK_LOOP, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 7);
	assert_memory_equal(p.key.addr[0], zeros, 16);
	assert_int_equal(p.bytes, 30);
}

static void
put_cooked(uint16_t packet_type, uint16_t protocol)
{
	packet_put16(&b, packet_type);
	packet_put16(&b, 1);
	packet_put16(&b, 6);
	packet_put(&b, packet_mac_of[0], 6);
	packet_put16(&b, 0);
	packet_put16(&b, protocol);
}

static void
put_cooked2(uint8_t packet_type, uint16_t protocol)
{
	packet_put16(&b, protocol);
	packet_put16(&b, 0);
	packet_put32(&b, 3); /* interface */
	packet_put16(&b, 1);
	packet_put8(&b, packet_type);
	packet_put8(&b, 6);
	packet_put(&b, packet_mac_of[0], 6);
	packet_put16(&b, 0);
}

static void
cooked_of_both_versions_carries_ip(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		packet_begin(&b, false);
		put_cooked(0, v6 ? 0x86dd : 0x0800);
		put_udp(v6);
		check_ip(LINK_COOKED, 16, v6);
		packet_begin(&b, false);
		put_cooked2(0, v6 ? 0x86dd : 0x0800);
		put_udp(v6);
		check_ip(LINK_COOKED2, 20, v6);
	}
}

static void
cooked_receiver_says_what_the_kernel_knew(void **state)
{
	static const uint8_t made_up[5][6] = {
		[0] = { 0, 0, 0, 0, 0, 1 }, [1] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		[2] = { 1, 0, 0, 0, 0, 0 }, [3] = { 0, 0, 0, 0, 0, 1 },
		[4] = { 0, 0, 0, 0, 0, 0 },
	};
	uint8_t dst[6], src[6];
	uint16_t type;

	(void)state;
	for (uint8_t i = 0; i < 10; i++) {
		packet_begin(&b, false);
		if (i < 5)
			put_cooked(i, 0x0800);
		else
			put_cooked2(i - 5, 0x0800);
		put_udp(false);
		dissect_built(&b, i < 5 ? LINK_COOKED : LINK_COOKED2, &p);
		assert_true(packet_mac(&p, dst, src, &type));
		assert_memory_equal(src, packet_mac_of[0], 6);
		assert_memory_equal(dst, made_up[i % 5], 6);
		assert_int_equal(type, 0x0800);
	}
}

static void
cooked_of_an_unknown_protocol_is_a_flow_of_macs(void **state)
{
	(void)state;
	packet_begin(&b, false);
	put_cooked(1, 0x88cc);
	packet_put_payload(&b, 30);
	dissect_built(&b, LINK_COOKED, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x88cc);
	assert_memory_equal(p.key.addr[p.reverse], packet_mac_of[0], 6);
}

static void
ppp_with_and_without_address_and_control(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		packet_begin(&b, false);
		packet_put16(&b, 0xff03);
		packet_put16(&b, v6 ? 0x0057 : 0x0021);
		put_udp(v6);
		check_ip(LINK_PPP, 4, v6);
		packet_begin(&b, false);
		packet_put16(&b, v6 ? 0x0057 : 0x0021);
		put_udp(v6);
		check_ip(LINK_PPP, 2, v6);
	}
	packet_begin(&b, false);
	packet_put16(&b, 0xff03);
	packet_put16(&b, 0x0021);
	put_udp(false);
	check_ip(LINK_PPP_SERIAL, 4, false);
}

static void
ppp_protocol_may_be_one_byte(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put8(&b, 0x21);
	put_udp(false);
	check_ip(LINK_PPP, 1, false);
}

static void
ppp_carries_labels(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put16(&b, 0xff03);
	packet_put16(&b, 0x0281);
	packet_put_label(&b, 99, true);
	put_udp(false);
	dissect_built(&b, LINK_PPP, &p);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	assert_int_equal(p.mpls_label >> 12, 99);
}

static void
cisco_hdlc_carries_ip_and_its_own(void **state)
{
	(void)state;
	for (unsigned serial = 0; serial < 2; serial++) {
		packet_begin(&b, false);
		packet_put16(&b, 0x0f00);
		packet_put16(&b, 0x0800);
		put_udp(false);
		check_ip(serial ? LINK_PPP_SERIAL : LINK_C_HDLC, 4, false);
	}
	packet_begin(&b, false);
	packet_put16(&b, 0x8f00);
	packet_put16(&b, 0x8035);
	packet_put_payload(&b, 18);
	dissect_built(&b, LINK_C_HDLC, &p);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x8035);
}

static void
link_types_that_nobody_reads_are_refused(void **state)
{
	static const int others[] = { 2, 5, 147, 189, 195, 201, 230, 242, 283, -1, 65535 };
	uint8_t bytes[64] = { 0x45 };

	(void)state;
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(dissect_link_supported(others[i]));
	assert_true(dissect_link_supported(LINK_COOKED2));
	assert_int_equal(dissect_bytes(bytes, 64, 64, 195, &p), DISSECT_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_ip_of_both_versions),
		cmocka_unit_test(loopback_in_both_byte_orders_and_all_families),
		cmocka_unit_test(loopback_of_an_unknown_family_is_a_flow_without_addresses),
		cmocka_unit_test(cooked_of_both_versions_carries_ip),
		cmocka_unit_test(cooked_receiver_says_what_the_kernel_knew),
		cmocka_unit_test(cooked_of_an_unknown_protocol_is_a_flow_of_macs),
		cmocka_unit_test(ppp_with_and_without_address_and_control),
		cmocka_unit_test(ppp_protocol_may_be_one_byte),
		cmocka_unit_test(ppp_carries_labels),
		cmocka_unit_test(cisco_hdlc_carries_ip_and_its_own),
		cmocka_unit_test(link_types_that_nobody_reads_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
