/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tunnel in flows and their records: where a configuration asks for it, by both
 * directions, turned with its flow.
 */
#include "lcore/flow_tunnel.h"

#include "lcore/flow.h"
#include "tests/lcore/engine_harness.h"

#define FLOWS 16
#define TUNNEL_AT 28u /* behind IPv4 and UDP */

static void
five(struct config *c)
{
	c->format = RECORD_FORMAT_5;
}

static void
five_of_outer_flows(struct config *c)
{
	c->format = RECORD_FORMAT_5;
	c->tunnel = TUNNEL_OUTER;
}

/* IPv4 from one end of a tunnel to the other, UDP, and the first words of VXLAN. */
static void
carry(uint8_t *bytes, uint8_t from, uint8_t to, uint8_t vni)
{
	const uint8_t head[TUNNEL_AT + 8] = {
		[0] = 0x45, [12] = 192,      [15] = from,
		[16] = 192, [19] = to,       [21] = from,
		[23] = to,  [TUNNEL_AT] = 8, [TUNNEL_AT + 6] = vni,
	};

	memcpy(bytes, head, sizeof(head));
}

static struct packet
in_vxlan(struct packet p, const uint8_t *bytes)
{
	p.data = bytes;
	p.tunnel_at = TUNNEL_AT;
	p.flags |= PACKET_TUNNEL | PACKET_OUTER_VXLAN | PACKET_OUTER_UDP |
	           (TUNNEL_AT / 4) << PACKET_OUTER_SHIFT;
	return p;
}

static void
record_has_both_networks(void **state)
{
	uint8_t there_bytes[64], back_bytes[64];
	const struct flow_tunnel *t;
	struct packet there, back, plain;
	struct harness h;

	(void)state;
	carry(there_bytes, 1, 2, 7);
	carry(back_bytes, 2, 1, 8);
	there = in_vxlan(udp_packet(9, 3, 0, 100), there_bytes);
	back = in_vxlan(udp_packet(3, 9, 1, 100), back_bytes);
	plain = udp_packet(4, 5, 2, 100);
	harness_open(&h, five, FLOWS, true);
	harness_packet(&h, &there);
	harness_packet(&h, &back);
	harness_packet(&h, &plain);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	t = flow_record_tunnel(&h.layout, harness_record(&h, 0));
	assert_int_equal(t->kind, FLOW_TUNNEL_VXLAN);
	assert_int_equal(t->vni_seen, 3);
	assert_int_equal(t->vni[0], 7);
	assert_int_equal(t->vni[1], 8);
	assert_int_equal(t->addr[0][3], 1);
	assert_int_equal(t->addr[1][3], 2);
	assert_int_equal(t->port[0], 1);
	assert_int_equal(t->port[1], 2);
	t = flow_record_tunnel(&h.layout, harness_record(&h, 1));
	assert_int_equal(t->kind, FLOW_TUNNEL_NONE);
	harness_close(&h);
}

/* What is known lasts from record to record; it is forgotten with its flow. */
static void
tunnel_lasts_as_long_as_its_flow(void **state)
{
	uint8_t bytes[64];
	struct packet first, later, anew;
	struct harness h;

	(void)state;
	carry(bytes, 1, 2, 7);
	first = in_vxlan(udp_packet(3, 9, 0, 100), bytes);
	later = udp_packet(3, 9, 6000, 100);
	anew = udp_packet(3, 9, 600000, 100);
	harness_open(&h, five, FLOWS, true);
	harness_packet(&h, &first);
	harness_packet(&h, &later);
	harness_advance(&h, 599000);
	harness_packet(&h, &anew);
	harness_flush(&h);
	assert_int_equal(h.taken, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(flow_record_tunnel(&h.layout, harness_record(&h, i))->kind,
		                 i < 2 ? FLOW_TUNNEL_VXLAN : FLOW_TUNNEL_NONE);
	harness_close(&h);
}

static void
turned_with_its_flow(void **state)
{
	struct flow_tunnel t = { .kind = FLOW_TUNNEL_NONE };
	uint8_t bytes[64];
	struct packet p;

	(void)state;
	carry(bytes, 1, 2, 7);
	p = in_vxlan(udp_packet(3, 9, 0, 100), bytes);
	flow_tunnel_count(&t, &p, 1); /* of the destination's */
	assert_int_equal(t.vni_seen, 2);
	assert_int_equal(t.vni[1], 7);
	assert_int_equal(t.addr[0][3], 2);
	assert_int_equal(t.port[0], 2);
	flow_tunnel_turn(&t);
	assert_int_equal(t.vni_seen, 1);
	assert_int_equal(t.vni[0], 7);
	assert_int_equal(t.addr[0][3], 1);
	assert_int_equal(t.port[1], 2);
}

static void
nobody_else_pays(void **state)
{
	void (*const none[])(struct config *) = { NULL, five_of_outer_flows };
	struct flow_layout plain, told;
	struct config c;
	struct harness h;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		harness_open(&h, none[i], FLOWS, true);
		assert_int_equal(h.layout.size, sizeof(struct flow_record));
		assert_null(flow_record_tunnel(&h.layout, NULL));
		harness_close(&h);
	}
	config_init(&c);
	flow_layout_init(&plain, &c);
	assert_int_equal(plain.entry_size, sizeof(struct flow));
	c.format = RECORD_FORMAT_5;
	flow_layout_init(&told, &c);
	assert_int_equal(told.entry_size, sizeof(struct flow) + 64);
	config_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_has_both_networks),
		cmocka_unit_test(tunnel_lasts_as_long_as_its_flow),
		cmocka_unit_test(turned_with_its_flow),
		cmocka_unit_test(nobody_else_pays),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
