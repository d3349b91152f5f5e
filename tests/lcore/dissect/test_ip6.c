/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6: header, extension headers, fragments, jumbograms. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q;

static void
begin(uint8_t next, bool turned)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, 0x86dd);
	packet_put_ip6(&b, next);
}

static void
put_udp(void)
{
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 12);
}

static void
facts_are_told(void **state)
{
	(void)state;
	begin(17, false);
	put_udp();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.kind, FLOW_IPV6);
	assert_int_equal(p.key.proto, 17);
	assert_int_equal(p.ttl, 63);
	assert_int_equal(p.tos, 0x20);
	assert_int_equal(p.ip_id, 0);
	assert_int_equal(p.payload_length, 12);
	assert_int_equal(p.payload_at, 14 + 48);
	assert_key_address(&p, 0, 0);
	assert_key_address(&p, 1, 1);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 48);
}

static void
any_other_protocol_is_a_flow_of_addresses(void **state)
{
	(void)state;
	for (int turned = 0; turned < 2; turned++) {
		begin(89, turned);
		packet_put_payload(&b, 40);
		dissect_built(&b, LINK_ETHERNET, turned ? &q : &p);
	}
	assert_int_equal(p.key.proto, 89);
	assert_int_equal(p.payload_length, 40);
	assert_same_flow(&p, &q, true);
}

static void
extension_headers_are_walked_through(void **state)
{
	static const uint8_t types[] = { 0, 43, 60 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		for (uint8_t units = 0; units < 3; units++) {
			begin(types[i], false);
			packet_put_ip6_extension(&b, 17, units);
			put_udp();
			dissect_built(&b, LINK_ETHERNET, &p);
			assert_int_equal(p.key.proto, 17);
			assert_int_equal(p.key.port[0], 4000);
			assert_int_equal(p.payload_length, 12);
			dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 48 + 8u * (units + 1u));
		}
	}
}

static void
all_kinds_in_one_packet_lead_to_the_ports(void **state)
{
	(void)state;
	begin(0, false);
	packet_put_ip6_extension(&b, 60, 0);
	packet_put_ip6_extension(&b, 43, 1);
	packet_put_ip6_extension(&b, 51, 2);
	packet_put_ah(&b, 60, 12);
	packet_put_ip6_extension(&b, 17, 0);
	put_udp();
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.port[0], 4000);
	assert_true(p.encaps & ENCAPS_AH);
	assert_int_equal(p.payload_length, 12);
	dissect_cut_everywhere(&b, LINK_ETHERNET, b.len - 12);
}

static void
chain_is_followed_to_the_bound_and_no_further(void **state)
{
	(void)state;
	for (unsigned n = 100; n < 150; n++) {
		begin(60, false);
		for (unsigned i = 1; i < n; i++)
			packet_put_ip6_extension(&b, 60, 0);
		packet_put_ip6_extension(&b, 17, 0);
		put_udp();
		dissect_built(&b, LINK_ETHERNET, &p);
		if (n < 128) {
			assert_int_equal(p.key.port[0], 4000);
			assert_false(p.flags & PACKET_MALFORMED);
		} else {
			assert_int_equal(p.key.port[0], 0);
			assert_true(p.flags & PACKET_MALFORMED);
		}
	}
}

static void
chain_that_runs_out_of_the_datagram_is_malformed(void **state)
{
	(void)state;
	begin(60, false);
	packet_put_ip6_extension(&b, 60, 0);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_MALFORMED);
	assert_int_equal(p.key.kind, FLOW_IPV6);
	assert_key_address(&p, 0, 0);
}

static void
no_next_header_is_a_flow_of_addresses(void **state)
{
	(void)state;
	begin(59, false);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_int_equal(p.key.proto, 59);
	assert_false(p.flags & PACKET_MALFORMED);
}

static void
put_fragment(uint32_t id, uint16_t offset, bool more, bool turned)
{
	begin(44, turned);
	packet_put_ip6_fragment(&b, 17, id, offset, more);
	if (offset == 0)
		packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 24);
	dissect_built(&b, LINK_ETHERNET, &p);
}

static void
first_fragment_has_ports_and_tells_the_key_of_the_later(void **state)
{
	struct flow_key later;
	bool reverse;

	(void)state;
	for (int turned = 0; turned < 2; turned++) {
		put_fragment(0x12345678, 0, true, turned);
		assert_true(p.flags & PACKET_FRAGMENT);
		assert_int_equal(p.key.port[0], 4000);
		q = p;
		q.data = b.bytes;
		assert_true(packet_fragment_key(&q, &later, &reverse));

		put_fragment(0x12345678, 32, false, turned);
		assert_true(p.flags & PACKET_FRAGMENT_LATER);
		assert_int_equal(p.fragment_offset, 32);
		assert_int_equal(p.payload_length, 24);
		assert_int_equal(p.key.id, 0x5678);
		assert_int_equal(p.key.port[0], 0x1234);
		assert_memory_equal(&p.key, &later, sizeof(later));
		assert_int_equal(p.reverse, reverse);
		dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 48);
	}
}

/* RFC 6946: a fragment header round a whole datagram. */
static void
atomic_fragment_is_no_fragment(void **state)
{
	(void)state;
	put_fragment(1, 0, false, false);
	assert_int_equal(p.flags & PACKET_FRAGMENT, 0);
	assert_int_equal(p.key.port[0], 4000);
}

static void
jumbogram_has_its_length_in_an_option(void **state)
{
	(void)state;
	begin(0, false);
	packet_put16(&b, 0x1100);
	packet_put(&b, "\xc2\x04\0\x01\x11\x70", 6); /* 70000 */
	put_udp();
	packet_seal(&b);
	memset(b.bytes + 18, 0, 2);
	assert_int_equal(dissect_bytes(b.bytes, b.len, 14 + 40 + 70000, LINK_ETHERNET, &p),
	                 DISSECT_OK);
	assert_int_equal(p.payload_length, 70000 - 8 - 8);
	assert_int_equal(p.payload_captured, 12);
	assert_false(p.flags & PACKET_MALFORMED);
}

static void
version_that_contradicts_the_ethertype_is_malformed(void **state)
{
	(void)state;
	begin(17, false);
	put_udp();
	b.bytes[14] = 0x52;
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_MALFORMED);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x86dd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_told),
		cmocka_unit_test(any_other_protocol_is_a_flow_of_addresses),
		cmocka_unit_test(extension_headers_are_walked_through),
		cmocka_unit_test(all_kinds_in_one_packet_lead_to_the_ports),
		cmocka_unit_test(chain_is_followed_to_the_bound_and_no_further),
		cmocka_unit_test(chain_that_runs_out_of_the_datagram_is_malformed),
		cmocka_unit_test(no_next_header_is_a_flow_of_addresses),
		cmocka_unit_test(first_fragment_has_ports_and_tells_the_key_of_the_later),
		cmocka_unit_test(atomic_fragment_is_no_fragment),
		cmocka_unit_test(jumbogram_has_its_length_in_an_option),
		cmocka_unit_test(version_that_contradicts_the_ethertype_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
