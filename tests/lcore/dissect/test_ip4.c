/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4: header, options, lengths, fragments. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q;

static void
put_options(const void *options, uint8_t size)
{
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4_full(&b, 17, 0x1234, 0, options, size);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 12);
	dissect_built(&b, LINK_ETHERNET, &p);
}

static void
facts_are_told(void **state)
{
	(void)state;
	put_options(NULL, 0);
	assert_int_equal(p.ttl, 63);
	assert_int_equal(p.tos, 0x20);
	assert_int_equal(p.ip_id, 0x1234);
	assert_int_equal(p.l3_at, 14);
	assert_int_equal(p.l4_at, 34);
	assert_int_equal(p.payload_at, 42);
	assert_int_equal(p.payload_length, 12);
	assert_int_equal(p.payload_captured, 12);
	assert_true(p.flags & PACKET_IPV4);
	assert_key_address(&p, 0, 0);
	assert_key_address(&p, 1, 1);
}

static void
any_other_protocol_is_a_flow_of_addresses(void **state)
{
	(void)state;
	for (int turned = 0; turned < 2; turned++) {
		packet_begin(&b, turned);
		packet_put_ether(&b, 0x0800);
		packet_put_ip4(&b, 89);
		packet_put_payload(&b, 40);
		dissect_built(&b, LINK_ETHERNET, turned ? &q : &p);
	}
	assert_int_equal(p.key.proto, 89);
	assert_int_equal(p.key.port[0] | p.key.port[1], 0);
	assert_int_equal(p.payload_length, 40);
	assert_same_flow(&p, &q, true);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 34);
}

static void
options_are_noted_by_kind(void **state)
{
	static const struct {
		uint8_t bytes[4], bit;
	} cases[] = {
		{ { 7, 3, 4, 0 }, 0x01 },   { { 68, 4, 5, 0 }, 0x02 },  { { 130, 3, 0, 0 }, 0x04 },
		{ { 131, 3, 4, 0 }, 0x08 }, { { 136, 4, 0, 0 }, 0x10 }, { { 137, 3, 4, 0 }, 0x20 },
		{ { 148, 4, 0, 0 }, 0x40 }, { { 1, 1, 1, 0 }, 0 },      { { 99, 4, 0, 0 }, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_options(cases[i].bytes, 4);
		assert_int_equal(p.ip_options, cases[i].bit);
		assert_int_equal(p.key.port[0], 4000);
		dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 24 + 8);
	}
	put_options("\x01\x94\x04\x00\x00\x07\x03\x04", 8);
	assert_int_equal(p.ip_options, 0x41);
}

static void
options_that_lie_about_their_length_end_the_list(void **state)
{
	(void)state;
	put_options("\x94\x00\x07\x03", 4);
	assert_int_equal(p.ip_options, 0x40);
	put_options("\x94\x01\x07\x03", 4);
	assert_int_equal(p.ip_options, 0x40);
	put_options("\x94\xff\x07\x03", 4);
	assert_int_equal(p.ip_options, 0x40);
	put_options("\x01\x01\x01\x07", 4);
	assert_int_equal(p.ip_options, 0x01);
	assert_int_equal(p.key.port[0], 4000);
}

static void
all_forty_bytes_of_options_are_read(void **state)
{
	uint8_t options[40];

	(void)state;
	memset(options, 1, sizeof(options));
	memcpy(options + 36, "\x94\x04\0\0", 4);
	put_options(options, 40);
	assert_int_equal(p.ip_options, 0x40);
	assert_int_equal(p.l4_at, 14 + 60);
	assert_int_equal(p.key.port[0], 4000);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 60 + 8);
}

static void
ethernet_padding_is_no_payload(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 2);
	packet_seal(&b);
	packet_put_payload(&b, 16);
	assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_int_equal(p.payload_length, 2);
	assert_int_equal(p.payload_captured, 2);
	assert_int_equal(p.bytes, 60);
}

/* What the capture cut off is told by the IP length. */
static void
payload_length_goes_by_the_header(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 1000);
	packet_seal(&b);
	assert_int_equal(dissect_bytes(b.bytes, 60, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_int_equal(p.payload_length, 1000);
	assert_int_equal(p.payload_captured, 60 - 42);
	assert_int_equal(p.bytes, b.len);
	assert_false(p.flags & (PACKET_TRUNCATED | PACKET_MALFORMED));
}

static void
total_length_of_zero_means_the_frame(void **state)
{
	(void)state;
	put_options(NULL, 0);
	memset(b.bytes + 16, 0, 2);
	assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_int_equal(p.key.port[0], 4000);
	assert_int_equal(p.payload_length, 12);
	assert_false(p.flags & PACKET_MALFORMED);
}

static void
headers_that_contradict_themselves_are_malformed_and_have_a_flow(void **state)
{
	static const struct {
		uint8_t at, value;
		uint8_t kind; /* of the flow that remains */
	} cases[] = {
		{ 14, 0x44, FLOW_IPV4 }, /* header too short */
		{ 14, 0x40, FLOW_IPV4 }, /* none */
		{ 14, 0x4f, FLOW_IPV4 }, /* longer than the datagram */
		{ 17, 19, FLOW_ETHER },  /* datagram shorter than a header */
		{ 16, 0x40, FLOW_IPV4 }, /* longer than the frame */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_options(NULL, 0);
		b.bytes[cases[i].at] = cases[i].value;
		assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p),
		                 DISSECT_OK);
		assert_true(p.flags & PACKET_MALFORMED);
		assert_int_equal(p.key.kind, cases[i].kind);
	}
}

static void
put_fragment(uint16_t id, uint16_t fragment, bool turned)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4_full(&b, 17, id, fragment, NULL, 0);
	if ((fragment & 0x1fff) == 0)
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
		put_fragment(0x77, 0x2000, turned);
		assert_int_equal(
		        p.flags & (PACKET_FRAGMENT | PACKET_FRAGMENT_LATER | PACKET_FRAGMENT_MORE),
		        PACKET_FRAGMENT | PACKET_FRAGMENT_MORE);
		assert_int_equal(p.key.port[0], 4000);
		q = p;
		q.data = b.bytes;
		assert_true(packet_fragment_key(&q, &later, &reverse));

		put_fragment(0x77, 4, turned);
		assert_true(p.flags & PACKET_FRAGMENT_LATER);
		assert_int_equal(p.fragment_offset, 32);
		assert_int_equal(p.payload_length, 24);
		assert_int_equal(p.key.ethertype, FLOW_KEY_FRAGMENT);
		assert_memory_equal(&p.key, &later, sizeof(later));
		assert_int_equal(p.reverse, reverse);
		dissect_cut_everywhere(&b, LINK_ETHERNET, 34);
	}
}

static void
fragments_of_other_datagrams_have_other_keys(void **state)
{
	(void)state;
	put_fragment(1, 4, false);
	q = p;
	put_fragment(2, 4, false);
	assert_other_flow(&p, &q);
}

static void
whole_datagram_tells_no_fragment_key(void **state)
{
	struct flow_key key;
	bool reverse;

	(void)state;
	put_fragment(1, 0x4000, false);
	assert_int_equal(p.flags & PACKET_FRAGMENT, 0);
	assert_false(packet_fragment_key(&p, &key, &reverse));
}

/* IP in IP is left closed: the outer flow. */
static void
tunnels_are_left_closed(void **state)
{
	static const uint8_t protos[] = { 4, 41 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x0800);
		packet_put_ip4(&b, protos[i]);
		if (i == 0)
			packet_put_ip4(&b, 17);
		else
			packet_put_ip6(&b, 17);
		packet_put_udp(&b, 1, 2);
		dissect_built(&b, LINK_ETHERNET, &p);
		assert_int_equal(p.key.kind, FLOW_IPV4);
		assert_int_equal(p.key.proto, protos[i]);
		assert_int_equal(p.key.port[0], 0);
	}
}

/* Headers end with the datagram, though the frame goes on. */
static void
padding_is_no_header(void **state)
{
	static const uint8_t protos[] = { 1, 2, 6, 17, 33, 50, 132, 136 };

	(void)state;
	for (unsigned i = 0; i < sizeof(protos); i++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x0800);
		packet_put_ip4(&b, protos[i]);
		packet_seal(&b);
		packet_put_payload(&b, 26);
		assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p),
		                 DISSECT_OK);
		assert_int_equal(p.key.proto, protos[i]);
		assert_int_equal(p.key.port[0] | p.key.id, 0);
		assert_int_equal(p.flags & (PACKET_TCP | PACKET_UDP | PACKET_ICMP | PACKET_ESP), 0);
		assert_true(p.flags & PACKET_MALFORMED);
	}
}

/* The rest of its TCP header is in the next one; ports so apart are not believed, as in argus. */
static void
a_tiny_first_fragment_contradicts_nothing(void **state)
{
	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4_full(&b, 6, 0x77, 0x2000, NULL, 0);
	packet_put32(&b, 4000u << 16 | 5000u);
	packet_put32(&b, 1);
	packet_seal(&b);
	packet_put_payload(&b, 18); /* of the frame */
	assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_int_equal(p.key.port[0] | p.key.port[1], 0);
	assert_int_equal(p.flags & (PACKET_TCP | PACKET_MALFORMED | PACKET_TRUNCATED), 0);
	assert_true(p.flags & PACKET_FRAGMENT_MORE);
	assert_int_equal(p.payload_length, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_told),
		cmocka_unit_test(any_other_protocol_is_a_flow_of_addresses),
		cmocka_unit_test(options_are_noted_by_kind),
		cmocka_unit_test(options_that_lie_about_their_length_end_the_list),
		cmocka_unit_test(all_forty_bytes_of_options_are_read),
		cmocka_unit_test(ethernet_padding_is_no_payload),
		cmocka_unit_test(payload_length_goes_by_the_header),
		cmocka_unit_test(total_length_of_zero_means_the_frame),
		cmocka_unit_test(headers_that_contradict_themselves_are_malformed_and_have_a_flow),
		cmocka_unit_test(first_fragment_has_ports_and_tells_the_key_of_the_later),
		cmocka_unit_test(fragments_of_other_datagrams_have_other_keys),
		cmocka_unit_test(whole_datagram_tells_no_fragment_key),
		cmocka_unit_test(tunnels_are_left_closed),
		cmocka_unit_test(padding_is_no_header),
		cmocka_unit_test(a_tiny_first_fragment_contradicts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
