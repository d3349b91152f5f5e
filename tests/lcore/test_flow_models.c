/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a flow says of its packets: fragments, ICMP marks, ARP, ESP, and what a
 * configuration asks for.
 */
#include "tests/lcore/engine_harness.h"

#include <math.h>

#include "lcore/flow_esp.h"

#define FLOWS 256

/* An IPv4 datagram's fragment from 10.0.0.1 to 10.0.0.2, with the IP header that fragments are
 * linked by. 'at' 0: the first, which has the ports. */
static struct packet
fragment(unsigned ms, uint16_t id, uint16_t at, bool more)
{
	static uint8_t ip[20] = { 0x45, [9] = 17, [12] = 10, 0, 0, 1, 10, 0, 0, 2 };
	struct packet p = udp_packet(1, 2, ms, 1514);

	p.data = ip;
	p.flags |= PACKET_FRAGMENT | (more ? PACKET_FRAGMENT_MORE : 0);
	p.fragment_id = id;
	p.fragment_proto = 17;
	p.fragment_offset = at;
	p.payload_length = 1480;
	if (at != 0) {
		p.flags |= PACKET_FRAGMENT_LATER;
		p.flags &= ~(uint32_t)PACKET_UDP;
		p.key.port[0] = 0;
		p.key.port[1] = 0;
		p.key.ethertype = FLOW_KEY_FRAGMENT;
		p.key.id = id;
	}
	return p;
}

static void
later_fragments_join_the_flow_of_the_first(void **state)
{
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	for (unsigned i = 0; i < 3; i++) {
		const struct packet p = fragment(i, 77, (uint16_t)(i * 1480), i < 2);

		harness_packet(&h, &p);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 1);
	assert_int_equal(h.records[0].packets[0], 3);
	assert_int_equal(h.records[0].app_bytes[0], 3 * 1480);
	assert_int_equal(h.records[0].src_port, 1001);
	assert_int_equal(h.records[0].ip[0].fragment, 1);
	assert_int_equal(h.records[0].flags & FLOW_RECORD_FRAGMENT, 0);
	harness_close(&h);
}

static void
early_fragments_are_adopted(void **state)
{
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	for (unsigned i = 0; i < 3; i++) {
		const struct packet p = fragment(i, 77, (uint16_t)((2 - i) * 1480), i > 0);

		harness_packet(&h, &p);
	}
	harness_flush(&h);
	assert_int_equal(h.taken, 1);
	assert_int_equal(h.records[0].packets[0], 3);
	assert_int_equal(h.records[0].src_port, 1001);
	assert_true(h.records[0].first_ns[0] == EPOCH_NS);
	assert_true(harness_counter(&h, COUNTER_flows_opened) ==
	            harness_counter(&h, COUNTER_flows_closed));
	harness_close(&h);
}

/* No first fragment, or one that came too long ago: a flow of fragments. */
static void
orphan_fragments_are_a_flow_of_their_own(void **state)
{
	const struct packet first = fragment(0, 77, 0, true),
	                    late = fragment(5100, 77, 1480, false);
	const struct packet other = fragment(5100, 78, 1480, false);
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &first);
	harness_packet(&h, &late);
	harness_packet(&h, &other);
	harness_flush(&h);
	assert_int_equal(h.taken, 3);
	assert_int_equal(h.records[0].flags & FLOW_RECORD_FRAGMENT, 0);
	for (unsigned i = 1; i < 3; i++) {
		assert_int_equal(h.records[i].flags & FLOW_RECORD_FRAGMENT, FLOW_RECORD_FRAGMENT);
		assert_int_equal(h.records[i].proto_key.fragment_id, 76 + i);
	}
	harness_close(&h);
}

/* Links fill the table, too; a later fragment whose flow is gone finds a flow of its own. */
static void
a_link_outlives_its_flow_unharmed(void **state)
{
	uint64_t packets = 0;
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 16, true);
	for (unsigned i = 0; i < 500; i++) {
		const struct packet first = fragment(i, (uint16_t)i, 0, true);
		const struct packet later = fragment(i, (uint16_t)(i - i % 7), 1480, false);
		const struct packet other = udp_packet((uint8_t)(3 + i % 50), 100, i, 60);

		harness_packet(&h, &first);
		harness_packet(&h, &other);
		harness_packet(&h, &later);
	}
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++)
		packets += h.records[i].packets[0] + h.records[i].packets[1];
	assert_true(packets == 1500);
	harness_close(&h);
}

/* An ICMP port unreachable from 10.0.0.2 that quotes UDP 10.0.0.1 -> 10.0.0.2. */
static struct packet
unreachable(unsigned ms)
{
	static uint8_t bytes[64] = {
		0x45, [9] = 1,     [12] = 10, 0,         0, 2, 10, 0,  0, 1, 3,
		3,    [28] = 0x45, [37] = 17, [40] = 10, 0, 0, 1,  10, 0, 0, 2
	};
	const struct packet quoted = udp_packet(1, 2, 0, 0);
	struct packet p = udp_packet(2, 1, ms, 70);

	p.data = bytes;
	p.flags = PACKET_IPV4 | PACKET_ICMP | PACKET_QUOTE;
	p.key.proto = 1;
	p.key.id = 3 << 8 | 3;
	p.icmp.type = 3;
	p.icmp.code = 3;
	p.icmp.quote_at = 28;
	p.quote = quoted.key;
	return p;
}

static void
an_icmp_error_marks_the_flow_it_quotes(void **state)
{
	const struct packet p = udp_packet(1, 2, 0, 100), error = unreachable(40);
	struct harness h;

	(void)state;
	for (unsigned notice = 0; notice < 2; notice++) {
		harness_open(&h, NULL, FLOWS, true);
		harness_packet(&h, &p);
		harness_burst(&h, &error, 1, notice ? VIEW_NOTICE : 0);
		harness_flush(&h);
		assert_int_equal(h.taken, notice ? 1 : 2);
		assert_int_equal(h.records[0].proto, 17);
		assert_int_equal(h.records[0].packets[0], 1);
		assert_int_equal(h.records[0].flags & FLOW_RECORD_ICMP, FLOW_RECORD_ICMP);
		assert_int_equal(h.records[0].icmp.kind, 1);
		assert_int_equal(h.records[0].icmp.reporter[3], 2);
		assert_int_equal(h.records[0].icmp.receiver[3], 1);
		assert_int_equal(h.records[0].icmp.quoted_dst[3], 2);
		assert_true(h.records[0].last_ns[0] == error.time_ns);
		assert_int_equal(harness_counter(&h, COUNTER_flow_packets), notice ? 1 : 2);
		harness_close(&h);
	}
}

static void
an_icmp_error_after_the_report_marks_nothing(void **state)
{
	const struct packet p = udp_packet(1, 2, 0, 100), error = unreachable(5500);
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &p);
	harness_packet(&h, &error);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(h.records[0].flags & FLOW_RECORD_ICMP, 0);
	assert_true(h.records[0].last_ns[0] == p.time_ns);
	harness_close(&h);
}

static struct packet
arp_packet(unsigned ms, bool reply)
{
	struct packet p = udp_packet(1, 2, ms, 60);

	memset(&p.key, 0, sizeof(p.key));
	p.key.kind = FLOW_ARP;
	p.key.ethertype = 0x0806;
	memcpy(p.key.addr[0], (uint8_t[]){ 10, 0, 0, 1, 2, 0, 0, 0, 0, 1 }, 10);
	memcpy(p.key.addr[1], (uint8_t[]){ 10, 0, 0, 2 }, 4);
	p.key.port[0] = 1;
	p.key.port[1] = 0x0800;
	p.key.id = 1;
	p.flags = PACKET_ARP | (reply ? PACKET_REPLY : PACKET_REQUEST);
	p.reverse = reply;
	p.arp.hardware_len = 6;
	p.arp.protocol_len = 4;
	memcpy(p.arp.sender_mac, (uint8_t[]){ 2, 0, 0, 0, 0, reply ? 2 : 1 }, 6);
	return p;
}

static struct packet
wlan_packet(const uint8_t *data, uint8_t name_size, unsigned ms)
{
	struct packet p = udp_packet(1, 2, ms, 60);

	memset(&p.key, 0, sizeof(p.key));
	p.key.kind = FLOW_WLAN;
	memcpy(p.key.addr[0], (uint8_t[]){ 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7 }, 12);
	memcpy(p.key.addr[1], (uint8_t[]){ 2, 0, 0, 0, 0, 1 }, 6);
	p.flags = PACKET_WLAN;
	p.reverse = false;
	p.data = data;
	p.payload_at = p.payload_captured = 0;
	p.wlan.name_at = 2;
	p.wlan.name_size = name_size;
	return p;
}

/* It stays the first packet's, from record to record, and is not what another flow left there. */
static void
the_name_of_a_network_is_kept_whole(void **state)
{
	static const uint8_t data[34] = "..a name of thirty-two bytes long!";
	const struct packet named = wlan_packet(data, 32, 0), later = wlan_packet(data, 32, 70000);
	const struct packet nameless = wlan_packet(data, 0, 0);
	static const uint8_t zeros[32];
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &named);
	harness_packet(&h, &later);
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++) {
		assert_int_equal(h.records[i].kind, FLOW_WLAN);
		assert_memory_equal(h.records[i].net_report.wlan_name, data + 2, 32);
		assert_int_equal(h.records[i].who.wlan.src_mac[5], 9);
		assert_int_equal(h.records[i].who.wlan.bssid[5], 7);
		assert_int_equal(h.records[i].who.wlan.dst_mac[5], 1);
		assert_int_equal(h.records[i].net, FLOW_NET_NONE);
	}
	assert_int_equal(h.taken, 2);
	harness_close(&h);

	harness_open(&h, NULL, FLOWS, true);
	harness_packet(&h, &nameless);
	harness_flush(&h);
	assert_memory_equal(h.records[0].net_report.wlan_name, zeros, 32);
	harness_close(&h);
}

/* Also where only the answer was seen. */
static void
who_asks_is_the_source_of_arp(void **state)
{
	const struct packet ask = arp_packet(0, false), answer = arp_packet(1, true);
	struct harness h;

	(void)state;
	for (unsigned alone = 0; alone < 2; alone++) {
		harness_open(&h, NULL, FLOWS, true);
		if (!alone)
			harness_packet(&h, &ask);
		harness_packet(&h, &answer);
		harness_flush(&h);
		assert_int_equal(h.taken, 1);
		assert_int_equal(h.records[0].packets[0], !alone);
		assert_int_equal(h.records[0].packets[1], 1);
		assert_int_equal(h.records[0].who.arp.sender_ip[3], 1);
		assert_int_equal(h.records[0].who.arp.target_ip[3], 2);
		assert_int_equal(h.records[0].who.arp.hardware_len, 6);
		assert_int_equal(h.records[0].net, FLOW_NET_ARP);
		assert_int_equal(h.records[0].net_report.arp_responder[5], 2);
		harness_close(&h);
	}
}

static void
esp_loss_is_counted_by_sequence_numbers(void **state)
{
	struct flow_esp e;

	(void)state;
	flow_esp_open(&e, 0xfffffffe);
	flow_esp_update(&e, 0xffffffff);
	flow_esp_update(&e, 0); /* around */
	assert_int_equal(e.lost, 0);
	flow_esp_update(&e, 4);
	assert_int_equal(e.lost, 3);
	assert_int_equal(e.status, ESP_DROPPED);
	flow_esp_update(&e, 2); /* late, not lost */
	assert_int_equal(e.lost, 2);
	assert_int_equal(e.status, ESP_DROPPED | ESP_OUT_OF_ORDER);
	flow_esp_update(&e, 4); /* twice: no telling any more */
	assert_int_equal(e.status & ESP_SEQUENCE_FAILURE, ESP_SEQUENCE_FAILURE);
	flow_esp_update(&e, 100);
	assert_int_equal(e.lost, 2);
}

static void
unidirectional(struct config *c)
{
	c->unidirectional = true;
}

static void
unidirectional_flows_are_two(void **state)
{
	const struct packet there = udp_packet(1, 2, 0, 100), back = udp_packet(2, 1, 1, 60);
	struct harness h;

	(void)state;
	harness_open(&h, unidirectional, FLOWS, true);
	harness_packet(&h, &there);
	harness_packet(&h, &back);
	harness_packet(&h, &there);
	harness_flush(&h);
	assert_int_equal(h.taken, 2);
	assert_int_equal(h.records[0].packets[0], 2);
	assert_int_equal(h.records[0].who.ip.src[3], 1);
	assert_int_equal(h.records[1].packets[0], 1);
	assert_int_equal(h.records[1].who.ip.src[3], 2);
	assert_int_equal(h.records[1].src_port, 1002);
	harness_close(&h);
}

static void
layer_2_facts_are_of_each_direction(void **state)
{
	struct packet p = udp_packet(1, 2, 0, 100), q = udp_packet(2, 1, 1, 60);
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	p.flags |= PACKET_VLAN;
	p.vlan_tci = 0x2007;
	p.encaps = ENCAPS_ETHER | ENCAPS_8021Q;
	q.flags |= PACKET_MPLS;
	q.mpls_label = 0x00010140;
	q.encaps = ENCAPS_ETHER | ENCAPS_MPLS;
	harness_packet(&h, &p);
	harness_packet(&h, &q);
	p.encaps = ENCAPS_ETHER;
	harness_packet(&h, &p);
	harness_flush(&h);
	assert_int_equal(h.records[0].vlan_tci[0], 0x2007);
	assert_int_equal(h.records[0].mpls_label[1], 0x00010140);
	assert_int_equal(h.records[0].flags & (FLOW_RECORD_VLAN_SRC | FLOW_RECORD_VLAN_DST |
	                                       FLOW_RECORD_MPLS_SRC | FLOW_RECORD_MPLS_DST),
	                 FLOW_RECORD_VLAN_SRC | FLOW_RECORD_MPLS_DST);
	assert_int_equal(h.records[0].encaps[0], ENCAPS_ETHER | ENCAPS_8021Q);
	assert_int_equal(h.records[0].multi, FLOW_MULTI_ENCAPS_SRC);
	harness_close(&h);
}

static void
everything(struct config *c)
{
	c->jitter = true;
	c->packet_size = true;
	c->mac = true;
	c->user_data_size = 10;
}

static void
what_is_not_asked_for_takes_no_room(void **state)
{
	struct flow_layout layout;
	struct config c;

	(void)state;
	config_init(&c);
	flow_layout_init(&layout, &c);
	assert_int_equal(layout.entry_size, sizeof(struct flow));
	everything(&c);
	flow_layout_init(&layout, &c);
	assert_true(layout.entry_size >= sizeof(struct flow) + sizeof(struct flow_jitter) + 24);
	assert_int_equal(layout.entry_size % 64, 0);
	config_fini(&c);
}

/* Against the textbook, within single precision. */
static void
gaps_between_packets_are_summed_up(void **state)
{
	static const unsigned at[] = { 0, 10, 30, 60, 100, 4000 };
	const struct flow_jitter_report *j;
	double sum = 0, squares = 0, mean;
	struct harness h;

	(void)state;
	harness_open(&h, everything, FLOWS, true);
	for (unsigned i = 0; i < 6; i++) {
		const struct packet p = udp_packet(1, 2, at[i], 100 + i);

		harness_packet(&h, &p);
		if (i > 0) {
			sum += (at[i] - at[i - 1]) * 1000.0;
			squares += pow((at[i] - at[i - 1]) * 1000.0, 2);
		}
	}
	harness_flush(&h);
	j = flow_record_jitter(&h.layout, harness_record(&h, 0));
	mean = sum / 5;
	assert_int_equal(j->active[0].count, 5);
	assert_int_equal(j->idle[0].count + j->active[1].count + j->idle[1].count, 0);
	assert_true(fabs(j->active[0].mean_us - mean) < 1);
	assert_true(fabs(j->active[0].stdev_us - sqrt(squares / 5 - mean * mean)) < 10);
	assert_true(j->active[0].min_us == 10000 && j->active[0].max_us == 3900000);
	assert_int_equal(h.records[0].size_min[0], 100);
	assert_int_equal(h.records[0].size_max[0], 105);
	assert_int_equal(h.records[0].size_min[1], 0);
	harness_close(&h);
}

static void
user_data_stop_at_their_limit(void **state)
{
	static const uint8_t text[] = "abcdefgh";
	struct packet p = udp_packet(1, 2, 0, 100);
	struct flow_user_data *user;
	struct harness h;

	(void)state;
	harness_open(&h, everything, FLOWS, true);
	p.data = text;
	p.payload_captured = 8;
	for (unsigned i = 0; i < 3; i++)
		harness_packet(&h, &p);
	harness_flush(&h);
	user = flow_record_user(&h.layout, harness_record(&h, 0), 0);
	assert_int_equal(user->len, 10);
	assert_memory_equal(user->bytes, "abcdefghab", 10);
	assert_int_equal(flow_record_user(&h.layout, harness_record(&h, 0), 1)->len, 0);
	harness_close(&h);
}

static void
several_mac_addresses_are_told(void **state)
{
	static uint8_t frame[14] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0 };
	static uint8_t back[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	static uint8_t other[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 8, 0 };
	struct packet p = udp_packet(1, 2, 0, 100), q = udp_packet(2, 1, 1, 100);
	struct harness h;

	(void)state;
	for (unsigned moved = 0; moved < 2; moved++) {
		harness_open(&h, everything, FLOWS, true);
		p.flags |= PACKET_MAC;
		q.flags |= PACKET_MAC;
		p.data = frame;
		q.data = moved ? other : back;
		harness_packet(&h, &p);
		harness_packet(&h, &q);
		harness_flush(&h);
		assert_memory_equal(h.records[0].mac.dst, frame, 6);
		assert_memory_equal(h.records[0].mac.src, frame + 6, 6);
		assert_int_equal(h.records[0].mac_ethertype, 0x0800);
		assert_int_equal(h.records[0].multi, moved ? FLOW_MULTI_MAC_DST : 0);
		harness_close(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_fragments_join_the_flow_of_the_first),
		cmocka_unit_test(early_fragments_are_adopted),
		cmocka_unit_test(orphan_fragments_are_a_flow_of_their_own),
		cmocka_unit_test(a_link_outlives_its_flow_unharmed),
		cmocka_unit_test(an_icmp_error_marks_the_flow_it_quotes),
		cmocka_unit_test(an_icmp_error_after_the_report_marks_nothing),
		cmocka_unit_test(the_name_of_a_network_is_kept_whole),
		cmocka_unit_test(who_asks_is_the_source_of_arp),
		cmocka_unit_test(esp_loss_is_counted_by_sequence_numbers),
		cmocka_unit_test(unidirectional_flows_are_two),
		cmocka_unit_test(layer_2_facts_are_of_each_direction),
		cmocka_unit_test(what_is_not_asked_for_takes_no_room),
		cmocka_unit_test(gaps_between_packets_are_summed_up),
		cmocka_unit_test(user_data_stop_at_their_limit),
		cmocka_unit_test(several_mac_addresses_are_told),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
