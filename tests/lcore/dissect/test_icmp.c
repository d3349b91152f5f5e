/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP and ICMPv6: exchanges, errors and what they quote. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q, inner;

static void
begin(bool v6, bool turned)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, v6 ? 0x86dd : 0x0800);
	if (v6)
		packet_put_ip6(&b, 58);
	else
		packet_put_ip4(&b, 1);
}

static void
build(bool v6, bool turned, uint8_t type, uint8_t code, uint32_t rest)
{
	begin(v6, turned);
	packet_put_icmp(&b, type, code, rest);
	packet_put_payload(&b, 24);
	dissect_built(&b, LINK_ETHERNET, &p);
}

static void
reply_has_the_key_of_its_request(void **state)
{
	static const struct {
		uint8_t request, reply;
		bool v6;
	} pairs[] = {
		{ 8, 0, false },    { 13, 14, false },  { 15, 16, false },  { 17, 18, false },
		{ 128, 129, true }, { 133, 134, true }, { 135, 136, true }, { 130, 131, true },
		{ 130, 132, true }, { 144, 145, true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		build(pairs[i].v6, false, pairs[i].request, 0, 0x00070009);
		assert_true(p.flags & PACKET_REQUEST);
		assert_int_equal(p.key.id, pairs[i].request << 8);
		q = p;
		build(pairs[i].v6, true, pairs[i].reply, 0, 0x00070009);
		assert_true(p.flags & PACKET_REPLY);
		assert_same_flow(&p, &q, true);
		dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + (pairs[i].v6 ? 40 : 20) + 8);
	}
}

static void
reply_alone_is_keyed_from_its_asker(void **state)
{
	(void)state;
	build(false, false, 0, 0, 0x00070009);
	assert_true(p.reverse);
	assert_key_address(&p, 0, 1); /* who received it had asked */
	assert_key_address(&p, 1, 0);
}

static void
echoes_are_told_apart_by_identifier_and_sequence(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		build(v6, false, v6 ? 128 : 8, 0, 0x00070009);
		assert_int_equal(p.key.port[0], 7);
		assert_int_equal(p.key.port[1], 9);
		assert_int_equal(p.icmp.id, 7);
		assert_int_equal(p.icmp.seq, 9);
		q = p;
		build(v6, false, v6 ? 128 : 8, 0, 0x0007000a);
		assert_other_flow(&p, &q);
		build(v6, false, v6 ? 128 : 8, 0, 0x00080009);
		assert_other_flow(&p, &q);
		build(v6, true, v6 ? 129 : 0, 0, 0x00070009);
		assert_same_flow(&p, &q, true);
	}
}

static void
payload_begins_with_the_icmp_header(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		build(v6, false, v6 ? 128 : 8, 0, 1);
		assert_int_equal(p.payload_at, p.l4_at);
		assert_int_equal(p.payload_length, 32);
	}
}

static void
questions_of_both_ends_are_flows_of_their_own(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		build(v6, false, v6 ? 128 : 8, 0, 0x00070009);
		q = p;
		build(v6, true, v6 ? 128 : 8, 0, 0x00070009);
		assert_other_flow(&p, &q);
	}
}

/* The flow that will be quoted: TCP from end 0 to end 1, dissected into 'inner'. */
static void
dissect_inner(bool v6, uint8_t proto)
{
	packet_begin(&b, false);
	packet_put_ether(&b, v6 ? 0x86dd : 0x0800);
	if (v6)
		packet_put_ip6(&b, proto);
	else
		packet_put_ip4(&b, proto);
	if (proto == 6)
		packet_put_tcp(&b, 40000, 443, 2, NULL, 0);
	else
		packet_put_udp(&b, 40000, 443);
	packet_put_payload(&b, 30);
	dissect_built(&b, LINK_ETHERNET, &inner);
}

/* An error from end 1 that quotes 'quoted' bytes of what end 0 had sent. */
static void
put_error(bool v6, uint8_t type, uint8_t code, uint8_t proto, uint32_t quoted)
{
	static uint8_t sent[200];
	uint32_t len;

	dissect_inner(v6, proto);
	len = b.len - 14 < quoted ? b.len - 14 : quoted;
	memcpy(sent, b.bytes + 14, len);
	begin(v6, true);
	packet_put_icmp(&b, type, code, 0x0a0b0c0d);
	packet_put(&b, sent, len);
	dissect_built(&b, LINK_ETHERNET, &p);
}

static void
check_error(bool v6, uint8_t type, uint8_t proto, uint32_t quoted)
{
	put_error(v6, type, 1, proto, quoted);
	assert_true(p.flags & PACKET_QUOTE);
	assert_memory_equal(&p.quote, &inner.key, sizeof(inner.key));
	assert_int_equal(p.quote_reverse, inner.reverse);
	assert_int_equal(p.icmp.quote_at, 14 + (v6 ? 40 : 20) + 8);
}

/* Eight bytes behind the quoted IP header are all that is sure; four have the ports. */
static void
error_tells_the_flow_it_quotes(void **state)
{
	static const uint8_t types[2][5] = { { 3, 4, 5, 11, 12 }, { 1, 2, 3, 4, 4 } };

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		const bool v6 = i & 1;
		const uint8_t type = types[v6][i / 4], proto = i & 2 ? 6 : 17;

		check_error(v6, type, proto, 1000);
		check_error(v6, type, proto, (v6 ? 40 : 20) + 8);
		check_error(v6, type, proto, (v6 ? 40 : 20) + 4);
		put_error(v6, type, 1, proto, (v6 ? 40 : 20) + 3);
		assert_false(p.flags & PACKET_QUOTE);
	}
}

static void
port_unreachable_is_keyed_by_what_it_quotes(void **state)
{
	(void)state;
	put_error(false, 3, 3, 17, 100);
	assert_int_equal(p.key.id, 3 << 8 | 3);
	assert_int_equal(p.key.port[0], 443);
	assert_int_equal(p.key.ethertype, FLOW_KEY_QUOTED + 17);
	assert_key_address(&p, 0, 1); /* the sender of the error */
	put_error(false, 3, 2, 17, 100);
	assert_int_equal(p.key.port[0], 17);
	put_error(false, 3, 1, 17, 100);
	assert_int_equal(p.key.port[0], packet_ip4_of[1][0] << 8 | packet_ip4_of[1][1]);
	assert_int_equal(p.key.port[1], packet_ip4_of[1][2] << 8 | packet_ip4_of[1][3]);
}

static void
redirect_tells_the_gateway(void **state)
{
	(void)state;
	put_error(false, 5, 1, 17, 100);
	assert_memory_equal(p.icmp.gateway, "\x0a\x0b\x0c\x0d", 4);
	put_error(false, 5, 3, 17, 100);
	assert_int_equal(p.key.ethertype, FLOW_KEY_QUOTED + 0x20);
}

static void
errors_are_survived_cut_anywhere(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		put_error(v6, v6 ? 1 : 3, v6 ? 4 : 3, 17, 100);
		for (uint32_t n = 14; n <= b.len; n++) {
			assert_int_equal(dissect_bytes(b.bytes, n, b.len, LINK_ETHERNET, &p),
			                 DISSECT_OK);
			assert_int_equal(dissect_bytes(b.bytes, n, n, LINK_ETHERNET, &p),
			                 DISSECT_OK);
		}
	}
}

/* An error does not quote errors, but a hostile packet may nest what it likes. */
static void
quote_within_a_quote_is_not_followed(void **state)
{
	(void)state;
	begin(false, false);
	for (unsigned i = 0; i < 20; i++) {
		packet_put_icmp(&b, 3, 3, 0);
		packet_put_ip4(&b, 1);
	}
	packet_put_icmp(&b, 8, 0, 1);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_false(p.flags & PACKET_QUOTE);
	assert_int_equal(p.icmp.quote_at, 14 + 20 + 8);
	for (uint32_t n = 14; n <= b.len; n++)
		assert_int_equal(dissect_bytes(b.bytes, n, b.len, LINK_ETHERNET, &p), DISSECT_OK);
}

static void
quoted_echo_is_told(void **state)
{
	(void)state;
	build(false, false, 8, 0, 0x00070009);
	inner = p;
	begin(false, true);
	packet_put_icmp(&b, 11, 0, 0);
	packet_put_ip4_full(&b, 1, 1, 0, NULL, 0);
	/* what is quoted had come from the other end */
	memcpy(b.bytes + b.len - 8, packet_ip4_of[0], 4);
	memcpy(b.bytes + b.len - 4, packet_ip4_of[1], 4);
	packet_put_icmp(&b, 8, 0, 0x00070009);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_QUOTE);
	assert_memory_equal(&p.quote, &inner.key, sizeof(inner.key));
}

/* RFC 4861, 4.6.3: behind an option with the target's link-layer address. */
static void
redirect_of_icmpv6_quotes_in_an_option(void **state)
{
	(void)state;
	dissect_inner(true, 17);
	begin(true, true);
	packet_put_icmp(&b, 137, 0, 0);
	packet_put(&b, packet_ip6_of[0], 16);
	packet_put(&b, packet_ip6_of[1], 16);
	packet_put(&b, "\x02\x01\x02\0\0\0\0\x0a", 8);
	packet_put(&b, "\x04\x08\0\0\0\0\0\0", 8);
	b.turned = false;
	packet_put_ip6(&b, 17);
	packet_put_udp(&b, 40000, 443);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_QUOTE);
	assert_memory_equal(&p.quote, &inner.key, sizeof(inner.key));
	for (uint32_t n = 14; n <= b.len; n++)
		assert_int_equal(dissect_bytes(b.bytes, n, b.len, LINK_ETHERNET, &p), DISSECT_OK);
}

static void
every_type_and_code_has_a_flow(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256 * 4; i++) {
		build(i >= 512, false, (uint8_t)i, i & 256 ? 1 : 0, 0x00010002);
		assert_int_equal(p.key.kind, i >= 512 ? FLOW_IPV6 : FLOW_IPV4);
		assert_true(p.flags & PACKET_ICMP);
		assert_int_equal(p.icmp.type, (uint8_t)i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reply_has_the_key_of_its_request),
		cmocka_unit_test(reply_alone_is_keyed_from_its_asker),
		cmocka_unit_test(echoes_are_told_apart_by_identifier_and_sequence),
		cmocka_unit_test(payload_begins_with_the_icmp_header),
		cmocka_unit_test(questions_of_both_ends_are_flows_of_their_own),
		cmocka_unit_test(error_tells_the_flow_it_quotes),
		cmocka_unit_test(port_unreachable_is_keyed_by_what_it_quotes),
		cmocka_unit_test(redirect_tells_the_gateway),
		cmocka_unit_test(errors_are_survived_cut_anywhere),
		cmocka_unit_test(quote_within_a_quote_is_not_followed),
		cmocka_unit_test(quoted_echo_is_told),
		cmocka_unit_test(redirect_of_icmpv6_quotes_in_an_option),
		cmocka_unit_test(every_type_and_code_has_a_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
