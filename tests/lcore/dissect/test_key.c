/* SPDX-License-Identifier: BSD-3-Clause */
/* Choices of flow key, and which worker a packet belongs to. */
#include "tests/lcore/dissect/dissected.h"

#include <string.h>

#include "lcore/dissect/pair_hash.h"

static struct packet_builder b;
static struct packet p, q;
static const struct dissect_options classic;

static void
build(uint16_t vlan, uint32_t label, bool turned, uint16_t sport)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, 0x8100);
	packet_put_tag(&b, vlan, 0x8847);
	packet_put_label(&b, label, true);
	packet_put_ip4(&b, 6);
	packet_put_tcp(&b, sport, 443, 2, NULL, 0);
}

static void
vlan_and_label_are_no_part_of_the_classic_key(void **state)
{
	(void)state;
	build(10, 100, false, 40000);
	dissect_keyed(&b, &classic, &p);
	build(20, 200, false, 40000);
	dissect_keyed(&b, &classic, &q);
	assert_same_flow(&p, &q, false);
}

static void
vlan_parts_flows_when_asked_for(void **state)
{
	static const struct dissect_options options = { .key_vlan = true };

	(void)state;
	build(0x600a, 100, false, 40000);
	dissect_keyed(&b, &options, &p);
	assert_int_equal(p.key.vlan, 11); /* the id alone, plus one */
	build(20, 100, false, 40000);
	dissect_keyed(&b, &options, &q);
	assert_other_flow(&p, &q);
	build(0x000a, 200, true, 40000);
	dissect_keyed(&b, &options, &q);
	assert_same_flow(&p, &q, true);
}

static void
label_parts_flows_when_asked_for(void **state)
{
	static const struct dissect_options options = { .key_mpls = true };

	(void)state;
	build(10, 100, false, 40000);
	dissect_keyed(&b, &options, &p);
	assert_int_equal(p.key.label, 101);
	build(10, 200, false, 40000);
	dissect_keyed(&b, &options, &q);
	assert_other_flow(&p, &q);
}

static void
matrix_of_addresses_pairs_all_ports_of_both_directions(void **state)
{
	static const struct dissect_options options = { .key_l3_matrix = true };

	(void)state;
	build(10, 100, false, 40000);
	dissect_keyed(&b, &options, &p);
	assert_int_equal(p.key.kind, FLOW_MATRIX_L3_IPV4);
	build(10, 100, true, 50000);
	dissect_keyed(&b, &options, &q);
	assert_same_flow(&p, &q, true);
}

static void
matrix_of_macs_pairs_both_directions_of_an_ethertype(void **state)
{
	static const struct dissect_options options = { .key_l2 = true };

	(void)state;
	build(10, 100, false, 40000);
	dissect_keyed(&b, &options, &p);
	assert_int_equal(p.key.kind, FLOW_MATRIX_L2);
	assert_memory_equal(p.key.addr[0], packet_mac_of[0], 6);
	build(10, 100, true, 50000);
	dissect_keyed(&b, &options, &q);
	assert_same_flow(&p, &q, true);
}

/* A flow between machines or addresses has no connections, and no fragments apart. */
static void
matrix_flows_have_no_protocol(void **state)
{
	const struct dissect_options options[] = { { .key_l2 = true }, { .key_l3_matrix = true } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x0800);
		packet_put_ip4(&b, 6);
		packet_put_tcp(&b, 1, 2, 0x02, NULL, 0);
		dissect_keyed(&b, &options[i], &p);
		assert_false(p.flags & PACKET_TCP);
		packet_begin(&b, false);
		packet_put_ether(&b, 0x0800);
		packet_put_ip4_full(&b, 17, 7, 0x0010, NULL, 0);
		packet_put_payload(&b, 40);
		dissect_keyed(&b, &options[i], &q);
		assert_same_flow(&p, &q, false);
		assert_int_equal(q.flags & (PACKET_FRAGMENT_LATER | PACKET_FRAGMENT),
		                 PACKET_FRAGMENT);
	}
}

static void
macs_are_told_apart_on_request_in_both_directions(void **state)
{
	static const struct dissect_options options = { .key_mac = true };
	struct packet other;

	(void)state;
	build(10, 100, false, 40000);
	dissect_keyed(&b, &options, &p);
	assert_int_equal(p.key.kind, FLOW_IPV4);
	build(10, 100, true, 40000);
	dissect_keyed(&b, &options, &q);
	assert_same_flow(&p, &q, true);
	build(10, 100, false, 40000);
	b.bytes[3] ^= 1;
	dissect_keyed(&b, &options, &other);
	assert_other_flow(&p, &other);
}

static void
labels_count_one_or_all(void **state)
{
	static const struct dissect_options all = { .key_mpls_stack = true };
	static const struct dissect_options one = { .key_mpls = true };
	struct packet two[2][2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		packet_begin(&b, false);
		packet_put_ether(&b, 0x8847);
		packet_put_label(&b, 16, false);
		packet_put_label(&b, 20 + i, true);
		packet_put_ip4(&b, 17);
		packet_put_udp(&b, 1, 2);
		dissect_keyed(&b, &one, &two[0][i]);
		dissect_keyed(&b, &all, &two[1][i]);
	}
	assert_same_flow(&two[0][0], &two[0][1], false);
	assert_other_flow(&two[1][0], &two[1][1]);
}

/* The flow that an error quotes is looked for where the error came from. */
static void
quoted_flow_has_the_key_of_the_error(void **state)
{
	static const struct dissect_options options = { .key_vlan = true };

	(void)state;
	packet_begin(&b, false);
	packet_put_ether(&b, 0x8100);
	packet_put_tag(&b, 77, 0x0800);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 1, 2);
	packet_put_payload(&b, 8);
	dissect_keyed(&b, &options, &p);
	packet_begin(&b, true);
	packet_put_ether(&b, 0x8100);
	packet_put_tag(&b, 77, 0x0800);
	packet_put_ip4(&b, 1);
	packet_put_icmp(&b, 3, 3, 0);
	b.turned = false;
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 1, 2);
	dissect_keyed(&b, &options, &q);
	assert_true(q.flags & PACKET_QUOTE);
	assert_memory_equal(&q.quote, &p.key, sizeof(p.key));
}

static uint32_t
worker_hash(uint32_t *quoted)
{
	struct packet_view v;
	struct pair_hash hash;

	packet_seal(&b);
	v = (struct packet_view){
		.data = b.bytes, .captured = b.len, .length = b.len, .link_type = LINK_ETHERNET
	};
	pair_hash_packet(&classic, &v, &hash);
	if (quoted != NULL) {
		assert_true(hash.has_quoted);
		*quoted = hash.quoted;
	}
	return hash.packet;
}

static void
put_datagram(bool v6, bool turned, uint16_t offset, bool more)
{
	packet_begin(&b, turned);
	packet_put_ether(&b, v6 ? 0x86dd : 0x0800);
	if (v6) {
		packet_put_ip6(&b, 44);
		packet_put_ip6_fragment(&b, 17, 0x12345678, offset, more);
	} else {
		packet_put_ip4_full(&b, 17, 7, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)), NULL,
		                    0);
	}
	if (offset == 0)
		packet_put_udp(&b, 4000, 5000);
	packet_put_payload(&b, 24);
}

static void
directions_and_fragments_of_a_flow_go_to_one_worker(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		uint32_t hash;

		put_datagram(v6, false, 0, false);
		hash = worker_hash(NULL);
		for (unsigned turned = 0; turned < 2; turned++) {
			put_datagram(v6, turned, 0, true);
			assert_int_equal(worker_hash(NULL), hash);
			put_datagram(v6, turned, 32, true);
			assert_int_equal(worker_hash(NULL), hash);
			put_datagram(v6, turned, 64, false);
			assert_int_equal(worker_hash(NULL), hash);
		}
	}
}

static void
icmp_error_names_the_worker_of_the_flow_it_quotes(void **state)
{
	uint32_t flow, quoted;

	(void)state;
	put_datagram(false, false, 0, false);
	flow = worker_hash(NULL);
	/* a router on the way says it, so that its own pair of addresses is another */
	packet_begin(&b, false);
	packet_put_ether(&b, 0x0800);
	packet_put_ip4(&b, 1);
	memcpy(b.bytes + b.len - 8, "\xcb\0\x71\x09", 4);
	packet_put_icmp(&b, 11, 0, 0);
	packet_put_ip4(&b, 17);
	packet_put_udp(&b, 4000, 5000);
	assert_int_not_equal(worker_hash(&quoted), flow);
	assert_int_equal(quoted, flow);
}

static void
pairs_of_addresses_spread_evenly(void **state)
{
	unsigned load[8] = { 0 };

	(void)state;
	build(1, 1, false, 1);
	for (unsigned i = 0; i < 8000; i++) {
		const uint32_t at = 14 + 4 + 4 + 12;

		b.bytes[at + 2] = (uint8_t)(i >> 8);
		b.bytes[at + 3] = (uint8_t)i;
		load[(uint64_t)worker_hash(NULL) * 8 >> 32]++;
	}
	for (unsigned i = 0; i < 8; i++)
		assert_in_range(load[i], 800, 1200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vlan_and_label_are_no_part_of_the_classic_key),
		cmocka_unit_test(vlan_parts_flows_when_asked_for),
		cmocka_unit_test(label_parts_flows_when_asked_for),
		cmocka_unit_test(matrix_of_addresses_pairs_all_ports_of_both_directions),
		cmocka_unit_test(matrix_of_macs_pairs_both_directions_of_an_ethertype),
		cmocka_unit_test(matrix_flows_have_no_protocol),
		cmocka_unit_test(macs_are_told_apart_on_request_in_both_directions),
		cmocka_unit_test(labels_count_one_or_all),
		cmocka_unit_test(quoted_flow_has_the_key_of_the_error),
		cmocka_unit_test(directions_and_fragments_of_a_flow_go_to_one_worker),
		cmocka_unit_test(icmp_error_names_the_worker_of_the_flow_it_quotes),
		cmocka_unit_test(pairs_of_addresses_spread_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
