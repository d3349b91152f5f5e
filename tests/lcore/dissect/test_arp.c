/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q;

/* Between the two ends; a question does not know the target's hardware address. */
static void
put_arp(uint16_t ethertype, uint16_t op, bool turned)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, ethertype);
	packet_put(&b, "\0\1\x08\0\x06\x04", 6);
	packet_put16(&b, op);
	packet_put(&b, packet_mac_of[turned], 6);
	packet_put(&b, packet_ip4_of[turned], 4);
	packet_put(&b, turned ? (const void *)packet_mac_of[0] : "\0\0\0\0\0\0", 6);
	packet_put(&b, packet_ip4_of[!turned], 4);
}

static void
answer_has_the_key_of_its_question(void **state)
{
	static const uint16_t questions[] = { 1, 8 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		put_arp(0x0806, questions[i], false);
		dissect_built(&b, LINK_ETHERNET, &p);
		put_arp(0x0806, questions[i] + 1, true);
		dissect_built(&b, LINK_ETHERNET, &q);
		assert_int_equal(p.key.kind, FLOW_ARP);
		assert_int_equal(p.key.ethertype, 0x0806);
		assert_int_equal(p.key.port[0], questions[i]);
		assert_memory_equal(p.key.addr[0], packet_ip4_of[0], 4);
		assert_memory_equal(p.key.addr[0] + 4, packet_mac_of[0], 6);
		assert_memory_equal(p.key.addr[1], packet_ip4_of[1], 4);
		assert_true((p.flags & PACKET_REQUEST) && !p.reverse);
		assert_true((q.flags & PACKET_REPLY) && q.reverse);
		assert_same_flow(&p, &q, true);
	}
}

static void
facts_are_told(void **state)
{
	(void)state;
	put_arp(0x0806, 2, true);
	dissect_built(&b, LINK_ETHERNET, &p);
	assert_true(p.flags & PACKET_ARP);
	assert_int_equal(p.arp.op, 2);
	assert_int_equal(p.arp.hardware, 1);
	assert_int_equal(p.arp.protocol, 0x0800);
	assert_memory_equal(p.arp.sender_mac, packet_mac_of[1], 6);
	assert_memory_equal(p.arp.target_mac, packet_mac_of[0], 6);
	assert_memory_equal(p.arp.sender_ip, packet_ip4_of[1], 4);
	assert_memory_equal(p.arp.target_ip, packet_ip4_of[0], 4);
}

static void
questions_of_others_are_other_flows(void **state)
{
	(void)state;
	put_arp(0x0806, 1, false);
	dissect_built(&b, LINK_ETHERNET, &p);
	put_arp(0x0806, 1, true);
	dissect_built(&b, LINK_ETHERNET, &q);
	assert_other_flow(&p, &q);
}

static void
cut_arp_is_a_flow_of_macs(void **state)
{
	(void)state;
	put_arp(0x0806, 1, false);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 28);
	assert_int_equal(dissect_bytes(b.bytes, 30, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x0806);
}

/* Asker and answerer of RARP name the subject by its hardware address. */
static void
rarp_answer_has_the_key_of_its_question(void **state)
{
	(void)state;
	for (unsigned answer = 0; answer < 2; answer++) {
		packet_begin(&b, answer);
		packet_put_ether(&b, 0x8035);
		packet_put(&b, "\0\1\x08\0\x06\x04", 6);
		packet_put16(&b, answer ? 4 : 3);
		packet_put(&b, packet_mac_of[answer], 6);
		packet_put(&b, answer ? (const void *)packet_ip4_of[1] : "\0\0\0\0", 4);
		packet_put(&b, packet_mac_of[0], 6);
		packet_put(&b, answer ? (const void *)packet_ip4_of[0] : "\0\0\0\0", 4);
		dissect_built(&b, LINK_ETHERNET, answer ? &q : &p);
	}
	assert_int_equal(p.key.kind, FLOW_RARP);
	assert_memory_equal(p.key.addr[0], packet_mac_of[0], 6);
	assert_same_flow(&p, &q, true);
	dissect_cut_everywhere(&b, LINK_ETHERNET, 14 + 28);
}

static void
hardware_address_of_any_length_is_survived(void **state)
{
	(void)state;
	for (unsigned size = 0; size < 256; size++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x0806);
		packet_put(&b, "\0\x06\x08\0", 4);
		packet_put8(&b, (uint8_t)size);
		packet_put8(&b, 4);
		packet_put16(&b, 1);
		packet_put_payload(&b, size);
		packet_put(&b, packet_ip4_of[0], 4);
		packet_put_payload(&b, size);
		packet_put(&b, packet_ip4_of[1], 4);
		dissect_built(&b, LINK_ETHERNET, &p);
		assert_int_equal(p.key.kind, FLOW_ARP);
		assert_int_equal(p.arp.hardware_len, size);
		assert_memory_equal(p.key.addr[1], packet_ip4_of[1], 4);
		if (size % 64 == 13)
			dissect_cut_everywhere(&b, LINK_ETHERNET, b.len);
	}
}

static void
other_protocol_addresses_leave_a_flow_of_macs(void **state)
{
	(void)state;
	for (unsigned n = 5; n <= 255; n += 125) { /* the header's own size goes by it */
		put_arp(0x0806, 1, false);
		b.bytes[14 + 5] = (uint8_t)n;
		packet_put_payload(&b, 2 * (n - 4));
		dissect_built(&b, LINK_ETHERNET, &p);
		assert_int_equal(p.key.kind, FLOW_ETHER);
		assert_int_equal(p.key.ethertype, 0x0806);
		assert_false(p.flags & PACKET_MALFORMED);
		b.len--;
		dissect_built(&b, LINK_ETHERNET, &p);
		assert_int_equal(p.key.kind, FLOW_ETHER);
		assert_true(p.flags & PACKET_MALFORMED);
	}
}

static void
unknown_operation_is_a_flow_of_its_own(void **state)
{
	(void)state;
	put_arp(0x0806, 1, false);
	dissect_built(&b, LINK_ETHERNET, &p);
	put_arp(0x0806, 25, false);
	dissect_built(&b, LINK_ETHERNET, &q);
	assert_int_equal(q.key.kind, FLOW_ARP);
	assert_int_equal(q.key.port[0], 25);
	assert_false(q.flags & (PACKET_REQUEST | PACKET_REPLY));
	assert_other_flow(&p, &q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_has_the_key_of_its_question),
		cmocka_unit_test(facts_are_told),
		cmocka_unit_test(questions_of_others_are_other_flows),
		cmocka_unit_test(cut_arp_is_a_flow_of_macs),
		cmocka_unit_test(rarp_answer_has_the_key_of_its_question),
		cmocka_unit_test(hardware_address_of_any_length_is_survived),
		cmocka_unit_test(other_protocol_addresses_leave_a_flow_of_macs),
		cmocka_unit_test(unknown_operation_is_a_flow_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
