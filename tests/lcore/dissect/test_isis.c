/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

static struct packet_builder b;
static struct packet p, q;

/* A PDU of this type and header size, its own header 1, 2, 3 ... */
static void
build(uint8_t type, uint8_t size, bool turned)
{
	packet_begin(&b, turned);
	packet_put_ether_length(&b);
	packet_put(&b, "\xfe\xfe\x03\x83", 4);
	packet_put8(&b, size);
	packet_put(&b, "\x01\0", 2);
	packet_put8(&b, type);
	packet_put(&b, "\x01\0\0", 3);
	packet_put_payload(&b, size - 8u);
	packet_put_payload(&b, 20);
	packet_seal(&b);
	dissect_built(&b, LINK_ETHERNET, &p);
}

static const struct {
	uint8_t type, size;
} pdus[] = {
	{ 15, 27 }, { 16, 27 }, { 18, 27 }, { 20, 27 },
	{ 24, 33 }, { 25, 33 }, { 26, 17 }, { 27, 17 },
};

static void
pdus_have_flows_of_their_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(pdus) / sizeof(pdus[0]); i++) {
		build(pdus[i].type, pdus[i].size, false);
		assert_int_equal(p.key.kind, FLOW_ISIS);
		assert_int_equal(p.key.port[0], pdus[i].type);
		assert_true(p.flags & PACKET_ISIS);
		assert_int_equal(p.isis.pdu_type, pdus[i].type);
		assert_memory_equal(p.key.addr[0], packet_mac_of[0], 6);
		assert_memory_equal(p.key.addr[1], packet_mac_of[1], 6);
		dissect_cut_everywhere(&b, LINK_ETHERNET, 17u + pdus[i].size);
	}
}

static void
link_state_pdu_is_keyed_by_its_checksum(void **state)
{
	(void)state;
	build(18, 27, false);
	assert_int_equal(p.isis.checksum, 17 << 8 | 18);
	assert_int_equal(p.key.id, 17 << 8 | 18);
	q = p;
	b.bytes[17 + 8 + 17]++;
	assert_int_equal(dissect_bytes(b.bytes, b.len, b.len, LINK_ETHERNET, &p), DISSECT_OK);
	assert_other_flow(&p, &q);
}

static void
directions_are_flows_of_their_own(void **state)
{
	(void)state;
	build(18, 27, false);
	q = p;
	build(18, 27, true);
	assert_other_flow(&p, &q);
}

static void
unknown_pdu_is_a_layer_2_flow(void **state)
{
	(void)state;
	build(9, 27, false);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_int_equal(p.key.ethertype, 0x83);
	assert_int_equal(p.key.port[0], 0xfe);
	assert_false(p.flags & PACKET_MALFORMED);
}

static void
header_length_that_contradicts_the_type_is_malformed(void **state)
{
	(void)state;
	build(18, 28, false);
	assert_int_equal(p.key.kind, FLOW_ETHER);
	assert_true(p.flags & PACKET_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pdus_have_flows_of_their_own),
		cmocka_unit_test(link_state_pdu_is_keyed_by_its_checksum),
		cmocka_unit_test(directions_are_flows_of_their_own),
		cmocka_unit_test(unknown_pdu_is_a_layer_2_flow),
		cmocka_unit_test(header_length_that_contradicts_the_type_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
