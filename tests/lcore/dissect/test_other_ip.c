/* SPDX-License-Identifier: BSD-3-Clause */
/* AH, ESP, IGMP, and protocols that begin with two ports. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q;

static void
begin(bool v6, uint8_t proto, bool turned)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, v6 ? 0x86dd : 0x0800);
	if (v6)
		packet_put_ip6(&b, proto);
	else
		packet_put_ip4(&b, proto);
}

/* Its length field is believed, not taken for the usual 12 bytes. */
static void
ah_of_any_length_is_walked_through(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		for (uint8_t icv = 4; icv <= 64; icv = (uint8_t)(icv + 4)) {
			begin(v6, 51, false);
			packet_put_ah(&b, 17, icv);
			packet_put_udp(&b, 4000, 5000);
			packet_put_payload(&b, 10);
			dissect_built(&b, LINK_ETHERNET, &p);
			assert_int_equal(p.key.proto, 17);
			assert_int_equal(p.key.port[0], 4000);
			assert_true(p.encaps & ENCAPS_AH);
			assert_int_equal(p.payload_length, 10);
			dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 10);
		}
	}
}

static void
ah_longer_than_the_datagram_is_malformed(void **state)
{
	(void)state;
	begin(false, 51, false);
	packet_put_ah(&b, 17, 12);
	b.bytes[35] = 200;
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_MALFORMED);
	assert_int_equal(p.key.proto, 51);
}

static void
ah_within_ah_is_followed_to_the_bound(void **state)
{
	(void)state;
	for (unsigned n = 55; n < 70; n++) {
		begin(false, 51, false);
		for (unsigned i = 1; i < n; i++)
			packet_put_ah(&b, 51, 4);
		packet_put_ah(&b, 17, 4);
		packet_put_udp(&b, 4000, 5000);
		dissect_built(&b, LINK_ETHERNET, &p);
		/* Ethernet, IPv4 and UDP are headers too */
		assert_int_equal(p.key.port[0], n <= 61 ? 4000 : 0);
		assert_int_equal(p.flags & PACKET_MALFORMED, n <= 61 ? 0 : PACKET_MALFORMED);
	}
}

static void
esp_is_a_flow_a_direction_and_spi(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		for (unsigned i = 0; i < 3; i++) {
			begin(v6, 50, i == 1);
			packet_put32(&b, i == 2 ? 0x0badcafe : 0x12345678);
			packet_put32(&b, 77);
			packet_put_payload(&b, 40);
			dissect_built(&b, LINK_ETHERNET, &p);
			assert_true(p.flags & PACKET_ESP);
			assert_int_equal(p.esp.seq, 77);
			assert_key_address(&p, 0, i == 1);
			assert_false(p.reverse);
			if (i == 0) {
				q = p;
				assert_int_equal(p.esp.spi, 0x12345678);
				assert_int_equal(p.key.port[0], 0x1234);
				assert_int_equal(p.key.port[1], 0x5678);
			} else {
				assert_other_flow(&p, &q);
			}
		}
		dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 40);
	}
}

static void
igmp_is_a_flow_of_sender_and_group(void **state)
{
	static const uint8_t group[4] = { 224, 1, 2, 3 };

	(void)state;
	begin(false, 2, true);
	packet_put_icmp(&b, 0x16, 0, 0xe0010203);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_key_address(&p, 0, 1);
	assert_memory_equal(p.key.addr[1], group, 4);
	assert_int_equal(p.key.id, 0x1600);
	assert_int_equal(p.key.port[1], 0x1234); /* IP identification */
	dissect_cut_everywhere(&b, LINK_ETHERNET, b.len);
}

static void
general_query_of_igmp_names_no_group(void **state)
{
	(void)state;
	begin(false, 2, false);
	packet_put_icmp(&b, 0x11, 100, 0);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_key_address(&p, 0, 0);
	assert_key_address(&p, 1, 1);
	assert_int_equal(p.key.id, 0x1164);
}

static void
sctp_dccp_and_udp_lite_have_ports(void **state)
{
	static const uint8_t protos[] = { 33, 132, 136 };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		for (int turned = 0; turned < 2; turned++) {
			begin(i & 1, protos[i / 2], turned);
			packet_put16(&b, turned ? 5000 : 4000);
			packet_put16(&b, turned ? 4000 : 5000);
			packet_put_payload(&b, 20);
			dissect_built(&b, LINK_ETHERNET, turned ? &q : &p);
		}
		assert_int_equal(p.key.proto, protos[i / 2]);
		assert_int_equal(p.key.port[0], 4000);
		assert_int_equal(p.key.port[1], 5000);
		assert_int_equal(p.payload_length, 24);
		assert_same_flow(&p, &q, true);
		dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 20);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ah_of_any_length_is_walked_through),
		cmocka_unit_test(ah_longer_than_the_datagram_is_malformed),
		cmocka_unit_test(ah_within_ah_is_followed_to_the_bound),
		cmocka_unit_test(esp_is_a_flow_a_direction_and_spi),
		cmocka_unit_test(igmp_is_a_flow_of_sender_and_group),
		cmocka_unit_test(general_query_of_igmp_names_no_group),
		cmocka_unit_test(sctp_dccp_and_udp_lite_have_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
