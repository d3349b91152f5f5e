/* SPDX-License-Identifier: BSD-3-Clause */
/* FAR encoder: bytes, DSR by DSR, as argus 3.0.8.2 writes them and its clients want them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/export/encoded.h"
#include "tests/export/records.h"

static const struct far_options plain, rich = {
	.source_id = { SOURCE_ID_STRING, { 'p', 'r', 'b', '1' } },
	.app_bytes = true,
	.packet_size = true,
	.mac = true,
	.keystroke = true,
};

static void
expect_plain(const struct dsr *dsr, const struct flow_record *r, const char *hex)
{
	const struct far_input in = { .options = &plain, .record = r, .sequence = 1 };

	expect(dsr, &in, hex);
}

static void
expect_rich(const struct dsr *dsr, const struct flow_record *r, const char *hex)
{
	const struct far_input in = { .options = &rich, .record = r, .sequence = 0x01020304 };

	expect(dsr, &in, hex);
}

static void
far_is_what_argus_writes_for_http(void **state)
{
	static const char want_hex[] =
	        "13100035 01030003 00000000 00000001 02010105 8d8ee405 c096bb2b 0600e9d0 00500000"
	        "03021805 513909ae 000d43e0 513909af 00013c4c 10010203 00070262 00071565"
	        "3005001e 0000001f 00000009 04700000 0001106c 00000126"
	        "513909af 00013c4c 0000001c fe21323a fe2132c3 a5afe1ce 00000002 00000088 00000000"
	        "00000000 00000000 20001b04"
	        "513909af 00013bbc 0000001a a5afce3e a5afe1ce fe2132c3 00000003 0000138f 00000000"
	        "00000000 00000000 007a1b07"
	        /* argus has the two IP ids turned round */
	        "48000303 40004199 2f008ca5 20000003 00000002 00000002";
	struct flow_record_layout l;
	struct far_encoder e;
	struct flow_record r;
	uint8_t want[512], got[512];
	size_t size;

	(void)state;
	flow_record_layout_init(&l, 0, 0, 0);
	assert_int_equal(far_encoder_init(&e, &plain, &l), 0);
	record_http(&r);
	size = unhex(want_hex, want);
	assert_int_equal(size, 212);
	assert_int_equal(far_encode(&e, &r, 1, got, sizeof(got)), size);
	assert_memory_equal(got, want, size);
}

static void
far_stops_at_every_short_end(void **state)
{
	static union record_room u;
	static uint8_t got[4096], whole[4096];
	struct flow_record_layout l;
	struct far_encoder e;
	size_t size;

	(void)state;
	flow_record_layout_init(&l, 1, 64, 61);
	assert_int_equal(far_encoder_init(&e, &rich, &l), 0);
	record_full(&u, &l);
	size = far_encode(&e, &u.r, 1, whole, sizeof(whole));
	assert_true(size > 0 && size <= far_size_max(&e));
	assert_int_equal(size, 4u * ((unsigned)whole[2] << 8 | whole[3]));
	for (size_t room = 0; room <= size; room++) {
		memset(got, 0xee, sizeof(got));
		assert_int_equal(far_encode(&e, &u.r, 1, got, room), room == size ? size : 0);
		for (size_t i = room; i < sizeof(got); i++)
			assert_int_equal(got[i], 0xee);
	}
	assert_memory_equal(got, whole, size);
}

static void
far_has_every_dsr_once_in_slot_order(void **state)
{
	static const uint8_t order[] = { 0x01, 0x02, 0x03, 0x10, 0x30, 0x40, 0x44, 0x46,
		                         0x48, 0x12, 0x50, 0x50, 0x42, 0x34, 0x20, 0x54 };
	static union record_room u;
	static uint8_t got[4096];
	struct flow_record_layout l;
	struct far_encoder e;
	size_t size, at = 4, n = 0;

	(void)state;
	flow_record_layout_init(&l, 1, 64, 64);
	assert_int_equal(far_encoder_init(&e, &rich, &l), 0);
	record_full(&u, &l);
	size = far_encode(&e, &u.r, 1, got, sizeof(got));
	while (at < size) {
		const unsigned words =
		        got[at + 1] & 0x80 ? (unsigned)got[at + 2] << 8 | got[at + 3] : got[at + 3];

		assert_true(n < sizeof(order));
		assert_int_equal(got[at], order[n++]);
		assert_true(words > 0);
		at += 4u * words;
	}
	assert_int_equal(at, size);
	assert_int_equal(n, sizeof(order));
}

static void
far_refuses_layouts_beyond_64k(void **state)
{
	struct flow_record_layout l;
	struct far_encoder e;

	(void)state;
	flow_record_layout_init(&l, 1, 32000, 32000);
	assert_int_equal(far_encoder_init(&e, &rich, &l), 0);
	assert_true(far_size_max(&e) <= WIRE_RECORD_SIZE_MAX);
	flow_record_layout_init(&l, 1, 33000, 33000);
	assert_int_equal(far_encoder_init(&e, &rich, &l), -EINVAL);
	flow_record_layout_init(&l, 0, 0, 65536);
	assert_int_equal(far_encoder_init(&e, &rich, &l), -EINVAL);
}

static void
far_never_exceeds_its_bound_with_most_data(void **state)
{
	struct flow_record_layout l;
	struct far_encoder e;
	struct flow_record *r;
	uint8_t *out;
	size_t max, size;

	(void)state;
	flow_record_layout_init(&l, 1, 32000, 32000);
	assert_int_equal(far_encoder_init(&e, &rich, &l), 0);
	max = far_size_max(&e);
	r = calloc(1, l.size);
	out = malloc(max);
	assert_non_null(r);
	assert_non_null(out);
	record_http(r);
	for (int d = 0; d < 2; d++) {
		struct flow_user_data *user = flow_record_user(&l, r, d);

		user->len = UINT16_MAX; /* more than there is room for: not believed */
		memset(user->bytes, 'x', 32000);
	}
	r->cause = CAUSE_STATUS;
	size = far_encode(&e, r, 1, out, max);
	assert_true(size > 64000 && size <= max);
	assert_int_equal(out[1], 0x20);
	free(out);
	free(r);
}

/* A record comes from another core: whatever is in it, what goes out must be readable. */
static void
far_is_well_formed(enum record_format format)
{
	static union record_room u;
	static uint8_t got[4096];
	struct flow_record_layout l;
	struct far_options o = rich;
	struct far_encoder e;
	uint32_t random = 12345;

	o.format = format;
	flow_record_layout_init(&l, 1, 64, 61);
	assert_int_equal(far_encoder_init(&e, &o, &l), 0);
	assert_true(far_size_max(&e) <= sizeof(got) && l.size <= sizeof(u));
	for (unsigned round = 0; round < 20000; round++) {
		size_t size, at = 4;

		for (size_t i = 0; i < l.size; i++) {
			random = random * 1664525u + 1013904223u;
			u.room[i] = (char)(random >> 24);
		}
		u.r.kind = (uint8_t)(round % 16);
		u.r.net = (uint8_t)(round / 16 % 8);
		e.options.bidirectional_times = round & 1;
		size = far_encode(&e, &u.r, 1, got, far_size_max(&e));
		assert_true(size > 0 && size % 4 == 0);
		assert_int_equal(size, 4u * ((unsigned)got[2] << 8 | got[3]));
		while (at < size) {
			const unsigned words = got[at + 1] & 0x80
			                               ? (unsigned)got[at + 2] << 8 | got[at + 3]
			                               : got[at + 3];

			assert_true(words > 0);
			at += 4u * words;
		}
		assert_int_equal(at, size);
	}
}

static void
far_is_well_formed_whatever_the_record_holds(void **state)
{
	(void)state;
	far_is_well_formed(RECORD_FORMAT_3);
	far_is_well_formed(RECORD_FORMAT_5);
}

static void
transport_says_each_kind_of_source_id(void **state)
{
	struct far_options o = { .source_id = { SOURCE_ID_IPV4, { 10, 9, 8, 7 } } };
	struct flow_record r = { .kind = FLOW_IPV4 };
	struct far_input in = { .options = &o, .record = &r, .sequence = 0x01020304 };

	(void)state;
	expect(&dsr_transport, &in, "01030103 0a090807 01020304");
	o.source_id = (struct source_id){ SOURCE_ID_INTEGER, { 0, 0, 0, 17 } };
	expect(&dsr_transport, &in, "01032003 00000011 01020304");
	o.source_id = (struct source_id){ SOURCE_ID_STRING, { 'p', 'r', 'b', '1' } };
	expect(&dsr_transport, &in, "01032103 70726231 01020304");
	o.source_id = (struct source_id){ SOURCE_ID_NONE, { 1, 2, 3, 4 } };
	expect(&dsr_transport, &in, "01030003 00000000 01020304");
	/* of an imported flow it is the exporter */
	r.flags = FLOW_RECORD_EXPORTER;
	memcpy(r.exporter, "\xc0\x00\x02\x01", 4);
	expect(&dsr_transport, &in, "01030103 c0000201 01020304");
}

static void
flow_writes_ipv4_by_protocol(void **state)
{
	struct flow_record r;

	(void)state;
	record_http(&r);
	expect_plain(&dsr_flow, &r, "02010105 8d8ee405 c096bb2b 0600e9d0 00500000");
	r.proto = 1;
	r.proto_key.icmp.type = 8;
	r.proto_key.icmp.code = 0;
	r.proto_key.icmp.id = 0x1c88;
	r.proto_key.icmp.seq = 1;
	expect_plain(&dsr_flow, &r, "02010105 8d8ee405 c096bb2b 01000800 881c0100");
	r.proto = 2;
	r.proto_key.icmp.type = 0x16;
	r.proto_key.icmp.seq = 0xabcd;
	expect_plain(&dsr_flow, &r, "02010105 8d8ee405 c096bb2b 02001600 0000abcd");
	r.proto = 50;
	r.proto_key.raw = 0;
	r.proto_key.spi = 0x11223344;
	expect_plain(&dsr_flow, &r, "02014105 8d8ee405 c096bb2b 32000000 11223344");
	r.proto = 17;
	r.flags |= FLOW_RECORD_FRAGMENT;
	r.proto_key.fragment_id = 0x4199;
	expect_plain(&dsr_flow, &r, "02018105 8d8ee405 c096bb2b 11000000 00004199");
}

static void
flow_writes_ipv6_by_protocol(void **state)
{
	static const char head[] = "20010db8 00000000 00000000 00000001"
	                           "20010db8 00000000 00000000 00000002";
	struct flow_record r = { .kind = FLOW_IPV6, .proto = 6, .src_port = 1, .dst_port = 2 };
	char want[256];

	(void)state;
	unhex(head, r.who.raw);
	snprintf(want, sizeof(want), "0201020b %s 06000000 00010002", head);
	expect_plain(&dsr_flow, &r, want);
	r.proto = 58;
	r.proto_key.icmp.type = 128;
	r.proto_key.icmp.code = 1;
	r.proto_key.icmp.id = 0x1234;
	snprintf(want, sizeof(want), "0201020b %s 3a000000 80010000", head);
	expect_plain(&dsr_flow, &r, want);
	r.proto = 50;
	r.proto_key.raw = 0;
	r.proto_key.spi = 0xaabbccdd;
	snprintf(want, sizeof(want), "0201020b %s 32000000 aabbccdd", head);
	expect_plain(&dsr_flow, &r, want);
	r.flags = FLOW_RECORD_FRAGMENT;
	r.proto = 17;
	r.proto_key.fragment_id = 0x00000001;
	snprintf(want, sizeof(want), "0201820b %s 11000000 00000001", head);
	expect_plain(&dsr_flow, &r, want);
}

static void
flow_writes_layer_2(void **state)
{
	struct flow_record r = { .kind = FLOW_ETHER, .ethertype = 0x88cc };

	(void)state;
	unhex("0180c200000e 020000000001 42 43", r.who.raw);
	expect_plain(&dsr_flow, &r, "02010305 0180c200 000e0200 00000001 88cc4243");
	r.kind = FLOW_MATRIX_L2;
	expect_plain(&dsr_flow, &r, "02010305 0180c200 000e0200 00000001 88cc4243");
	r.kind = FLOW_UDT;
	r.proto_key.spi = 0x01020304;
	expect_plain(&dsr_flow, &r, "02010d06 0180c200 000e0200 00000001 88cc4243 01020304");
	r.kind = FLOW_LCP;
	r.proto_key.icmp.type = 1;
	r.proto_key.icmp.code = 9;
	expect_plain(&dsr_flow, &r, "02010905 0180c200 000e0200 00000001 88cc0109");
}

static void
flow_writes_isis_as_argus_does(void **state)
{
	struct flow_record r = { .kind = FLOW_ISIS };

	(void)state;
	r.who.isis.pdu_type = 15;
	r.who.isis.version = 1;
	unhex("c20129980000", r.who.isis.src_mac);
	unhex("0180c2000014", r.who.isis.dst_mac);
	unhex("2222222222222222222222220100", r.who.isis.body);
	r.proto_key.isis_checksum = 0xfddf;
	expect_plain(&dsr_flow, &r,
	             "02010a0b 0000000f c2012998 00000180 c2000014 01000000"
	             "22222222 22222222 22222222 01000000 fddf0000");
}

static void
flow_writes_wlan_with_its_name(void **state)
{
	struct flow_record r = { .kind = FLOW_WLAN };

	(void)state;
	unhex("ffffffffffff", r.who.wlan.dst_mac);
	unhex("0211223344aa", r.who.wlan.src_mac);
	unhex("0211223344bb", r.who.wlan.bssid);
	memcpy(r.net_report.wlan_name, "omus", 4);
	expect_plain(&dsr_flow, &r,
	             "0201080e ffffffff ffff0211 223344aa 02112233 44bb6f6d 75730000"
	             "00000000 00000000 00000000 00000000 00000000 00000000 00000000");
	memcpy(r.net_report.wlan_name, "thirty-two bytes are as it gets", 32);
	r.net_report.wlan_name[31] = '!';
	expect_plain(&dsr_flow, &r,
	             "0201080e ffffffff ffff0211 223344aa 02112233 44bb7468 69727479"
	             "2d74776f 20627974 65732061 72652061 73206974 20676574 73210000");
}

static void
flow_writes_arp_whole(void **state)
{
	struct flow_record r = { .kind = FLOW_ARP };

	(void)state;
	r.who.arp.hardware = 1;
	r.who.arp.protocol = 0x0800;
	r.who.arp.hardware_len = 6;
	r.who.arp.protocol_len = 4;
	r.who.arp.op = 1;
	unhex("0a000001", r.who.arp.sender_ip);
	unhex("0a000002", r.who.arp.target_ip);
	unhex("020000000001", r.who.arp.sender_mac);
	unhex("020000000002", r.who.arp.target_mac);
	expect_plain(&dsr_flow, &r,
	             "02060407 00010800 06040001 0a000001 0a000002 02000000 00010000");
	r.who.arp.hardware_len = 255;
	expect_plain(&dsr_flow, &r,
	             "02060407 00010800 06040001 0a000001 0a000002 02000000 00010000");
	r.who.arp.hardware_len = 0;
	expect_plain(&dsr_flow, &r, "02060405 00010800 00040001 0a000001 0a000002");
	r.kind = FLOW_RARP;
	r.who.arp.hardware_len = 6;
	r.who.arp.op = 3;
	expect_plain(&dsr_flow, &r,
	             "02060507 00010800 06040003 0a000002 02000000 00010200 00000002");
}

static void
flow_writes_address_pairs(void **state)
{
	struct flow_record r = { .kind = FLOW_MATRIX_L3_IPV4 };

	(void)state;
	unhex("0a000001", r.who.ip.src);
	unhex("0a000002", r.who.ip.dst);
	expect_plain(&dsr_flow, &r, "02030103 0100000a 0200000a");
	r.kind = FLOW_MATRIX_L3_IPV6;
	expect_plain(&dsr_flow, &r,
	             "02030209 0a000001 00000000 00000000 00000000"
	             "0a000002 00000000 00000000 00000000");
}

static void
time_is_the_range_of_both_directions(void **state)
{
	struct flow_record r = { .packets = { 1, 0 } };

	(void)state;
	r.first_ns[0] = r.last_ns[0] = T(0x51000000, 5);
	expect_plain(&dsr_time, &r, "03011803 51000000 00000005");
	r.packets[0] = 2;
	expect_plain(&dsr_time, &r, "03021803 51000000 00000005");
	/* more in an instant than clients believe */
	r.packets[0] = 1001;
	expect_plain(&dsr_time, &r, "03021805 51000000 00000005 51000000 00000006");
	/* the other direction began before, and ends later */
	r.packets[0] = r.packets[1] = 1;
	r.first_ns[1] = T(0x50ffffff, 999999);
	r.last_ns[1] = T(0x51000000, 7);
	expect_plain(&dsr_time, &r, "03021805 50ffffff 000f423f 51000000 00000007");
	/* destination only */
	r.packets[0] = 0;
	r.first_ns[0] = r.last_ns[0] = 0;
	expect_plain(&dsr_time, &r, "03021805 50ffffff 000f423f 51000000 00000007");
	/* an ICMP error came back later than all packets */
	r.last_ns[0] = T(0x51000000, 8);
	expect_plain(&dsr_time, &r, "03021805 50ffffff 000f423f 51000000 00000008");
	r.last_ns[0] = 0;
	/* a clock that stepped back */
	r.last_ns[1] = r.first_ns[1] - 1000;
	expect_plain(&dsr_time, &r, "03011803 50ffffff 000f423f");
}

static void
time_never_says_second_zero(void **state)
{
	struct flow_record r = { .packets = { 2, 0 },
		                 .first_ns = { 1, 0 },
		                 .last_ns = { T(0, 999999), 0 } };

	(void)state;
	expect_plain(&dsr_time, &r, "03021805 00000001 00000000 00000001 00000000");
	r.last_ns[0] = T(1, 3);
	expect_plain(&dsr_time, &r, "03021805 00000001 00000000 00000001 00000003");
	r.first_ns[0] = r.last_ns[0] = UINT64_MAX;
	expect_plain(&dsr_time, &r, "03021803 ffffffff 00000000");
}

static void
time_of_each_direction_on_request(void **state)
{
	static const struct far_options both = { .bidirectional_times = true };
	struct flow_record r = { .packets = { 1, 0 } };
	const struct far_input in = { .options = &both, .record = &r };

	(void)state;
	r.first_ns[0] = r.last_ns[0] = T(0x51000000, 5);
	expect(&dsr_time, &in, "03091803 51000000 00000005");
	r.packets[0] = 2;
	r.last_ns[0] = T(0x51000000, 6);
	expect(&dsr_time, &in, "031a1805 51000000 00000005 51000000 00000006");
	r.packets[1] = 1;
	r.first_ns[1] = r.last_ns[1] = T(0x51000000, 7);
	expect(&dsr_time, &in,
	       "037a1809 51000000 00000005 51000000 00000006 51000000 00000007 51000000 00000007");
	r.packets[0] = 0;
	r.first_ns[0] = r.last_ns[0] = 0;
	expect(&dsr_time, &in, "03211803 51000000 00000007");
}

static void
metric_is_as_wide_as_needed(void **state)
{
	struct flow_record r = { .packets = { 1, 2 }, .bytes = { 255, 60 } };

	(void)state;
	expect_plain(&dsr_metric, &r, "10010102 01ff023c");
	r.bytes[0] = 256;
	expect_plain(&dsr_metric, &r, "10010203 00010100 0002003c");
	r.bytes[1] = 65536;
	expect_plain(&dsr_metric, &r, "10010305 00000001 00000100 00000002 00010000");
	r.bytes[0] = 6000000000;
	expect_plain(&dsr_metric, &r,
	             "10010409 00000000 00000001 00000001 65a0bc00"
	             "00000000 00000002 00000000 00010000");
	r.packets[1] = 0;
	expect_plain(&dsr_metric, &r, "10010805 00000000 00000001 00000001 65a0bc00");
	r.bytes[0] = 65536;
	expect_plain(&dsr_metric, &r, "10010703 00000001 00010000");
	/* never one byte for one direction: clients wouldn't read it */
	r.bytes[0] = 60;
	expect_plain(&dsr_metric, &r, "10010602 0001003c");
	r.packets[0] = 0;
	r.packets[1] = 2;
	r.bytes[1] = 60;
	expect_plain(&dsr_metric, &r, "10010a02 0002003c");
	r.bytes[1] = 65536;
	expect_plain(&dsr_metric, &r, "10010b03 00000002 00010000");
	r.bytes[1] = 1ull << 32;
	expect_plain(&dsr_metric, &r, "10010c05 00000000 00000002 00000001 00000000");
}

static void
metric_has_application_bytes_where_there_are_any(void **state)
{
	struct flow_record r = { .packets = { 1, 2 }, .bytes = { 70, 60 } };

	(void)state;
	expect_rich(&dsr_metric, &r, "10010102 0146023c");
	r.app_bytes[0] = 5;
	expect_rich(&dsr_metric, &r, "10040103 01460502 3c000000");
	expect_plain(&dsr_metric, &r, "10010102 0146023c");
	r.app_bytes[0] = 300; /* a length that a header claims, beyond the frame */
	expect_rich(&dsr_metric, &r, "10040204 00010046 012c0002 003c0000");
	r.bytes[0] = 65536;
	expect_rich(&dsr_metric, &r,
	            "10040307 00000001 00010000 0000012c 00000002 0000003c 00000000");
	r.bytes[0] = 1ull << 32;
	expect_rich(&dsr_metric, &r,
	            "1004040d 00000000 00000001 00000001 00000000 00000000 0000012c"
	            "00000000 00000002 00000000 0000003c 00000000 00000000");
	r.packets[1] = 0;
	expect_rich(&dsr_metric, &r,
	            "10040807 00000000 00000001 00000001 00000000 00000000 0000012c");
	r.bytes[0] = 70;
	expect_rich(&dsr_metric, &r, "10040603 00010046 012c0000");
	r.packets[0] = 0;
	r.packets[1] = 1;
	r.app_bytes[1] = 9;
	expect_rich(&dsr_metric, &r, "10040a03 0001003c 00090000");
}

static void
network_is_by_protocol(void **state)
{
	struct flow_record r;
	struct flow_rtp_report *rtp = &r.net_report.rtp;

	(void)state;
	record_http(&r);
	r.net_report.tcp.flags_only = 1;
	r.net_report.tcp.half[1].flags = 0x12;
	expect_plain(&dsr_network, &r, "30040003 0000001f 1b120000");
	r.net_report.tcp.flags_only = 0;
	r.net_report.tcp.initial = 1;
	expect_plain(&dsr_network, &r, "30030005 0000001f fe21323a 04700000 00001b04");
	r.net = FLOW_NET_NONE;
	expect_plain(&dsr_network, &r, "");
	memset(&r.net_report, 0, sizeof(r.net_report));
	r.net = FLOW_NET_ARP;
	unhex("020000000002", r.net_report.arp_responder);
	expect_plain(&dsr_network, &r, "30100003 02000000 00020000");
	r.net = FLOW_NET_ESP;
	r.net_report.esp = (struct flow_esp_report){ 0x10, 0x11223344, 100, 3 };
	expect_plain(&dsr_network, &r, "30380005 00000010 11223344 00000064 00000003");
	memset(&r.net_report, 0, sizeof(r.net_report));
	r.net = FLOW_NET_RTP;
	rtp->state = 1;
	rtp->silence = 2;
	unhex("800001020000000300000004", rtp->header[0]);
	unhex("800005060000000700000008", rtp->header[1]);
	rtp->drops[0] = 9;
	rtp->drops[1] = 10;
	rtp->deviation[0] = 11;
	rtp->deviation[1] = 12;
	expect_plain(&dsr_network, &r,
	             "300a020a 00000001 80000102 00000003 00000004 80000506 00000007 00000008"
	             "0009000a 000b000c");
	r.net = FLOW_NET_RTCP;
	expect_plain(&dsr_network, &r, "30090006 80000102 00000003 80000506 00000007 0009000a");

	memset(&r.net_report, 0, sizeof(r.net_report));
	r.net = FLOW_NET_UDT;
	r.net_report.udt = (struct flow_udt_report){
		.status = 0x10,
		.handshake = { 4, 1, 1000, 1500, 8192, 1, 77 },
		.last_ns = 1700000000123456789,
		.seq = 1019,
		.stamp = 2,
		.ack = 1020,
		.rtt_us = 900,
		.rtt_variance_us = 100,
		.window = 8000,
		.rate = 500,
		.capacity = 9000,
		.solo = 1,
		.first = 2,
		.middle = 3,
		.last = 4,
		.dropped = 5,
		.retransmitted = 6,
		.nacked = 7,
	};
	expect_plain(&dsr_network, &r,
	             "300d001b 00000000 00000010 00000004 00000001 000003e8 000005dc 00002000"
	             "00000001 0000004d 6553f100 0001e240 000003fb 00000002 000003fc 00000384"
	             "00000064 00001f40 000001f4 00002328 00000001 00000002 00000003 00000004"
	             "00000005 00000006 00000007");

	record_http(&r);
	r.net = FLOW_NET_ICMP;
	r.proto = 1;
	r.proto_key.icmp.type = 8;
	r.proto_key.icmp.code = 0;
	r.proto_key.icmp.seq = 0x0102;
	expect_plain(&dsr_network, &r,
	             "30340007 08000201 05e48e8d 2bbb96c0 00000000 00000000 00000000");
}

static void
network_half_without_packets_has_no_time(void **state)
{
	struct flow_record r;
	uint8_t got[120];
	struct writer w = { .at = got, .end = got + sizeof(got) };
	const struct far_input in = { .options = &plain, .record = &r };

	(void)state;
	record_http(&r);
	r.net_report.tcp.half[1] = (struct flow_tcp_half){ 0 };
	dsr_network.write(&w, &in);
	for (size_t i = 72; i < 120; i++)
		assert_int_equal(got[i], 0);
}

static void
layer_2_dsrs_say_which_direction(void **state)
{
	static union record_room u;
	struct flow_record *r = &u.r;
	struct flow_record_layout l;

	(void)state;
	flow_record_layout_init(&l, 0, 0, 0);
	record_full(&u, &l);
	expect_plain(&dsr_vlan, r, "40000302 206400c8");
	expect_plain(&dsr_mpls, r, "44031103 000641ff 000c81fe");
	expect_plain(&dsr_mac, r, "42000005 02000000 00020200 00000001 08000000");
	expect_plain(&dsr_encaps, r, "20000003 00000002 00000002");
	r->flags &= (uint16_t) ~(FLOW_RECORD_VLAN_SRC | FLOW_RECORD_MPLS_SRC);
	r->multi = FLOW_MULTI_MAC_DST | FLOW_MULTI_ENCAPS_SRC;
	expect_plain(&dsr_vlan, r, "40000202 000000c8");
	expect_plain(&dsr_mpls, r, "44020102 000c81fe");
	expect_plain(&dsr_mac, r, "42000205 02000000 00020200 00000001 08000000");
	expect_plain(&dsr_encaps, r, "20000403 00000002 00000002");
	r->flags = FLOW_RECORD_VLAN_SRC | FLOW_RECORD_MPLS_SRC;
	r->multi = FLOW_MULTI_MAC_SRC | FLOW_MULTI_ENCAPS_DST;
	expect_plain(&dsr_vlan, r, "40000102 20640000");
	expect_plain(&dsr_mpls, r, "44011002 000641ff");
	expect_plain(&dsr_mac, r, "");
	expect_plain(&dsr_encaps, r, "20000803 00000002 00000002");
	r->flags = 0;
	expect_plain(&dsr_vlan, r, "");
	expect_plain(&dsr_mpls, r, "");
}

static void
ip_dsrs_say_what_headers_said(void **state)
{
	static union record_room u;
	struct flow_record *r = &u.r;
	struct flow_record_layout l;

	(void)state;
	flow_record_layout_init(&l, 0, 0, 0);
	record_full(&u, &l);
	expect_plain(&dsr_ipattr, r, "48002f05 40004199 00000040 2f008ca5 00000001");
	r->flags &= (uint16_t)~FLOW_RECORD_IPATTR_SRC;
	expect_plain(&dsr_ipattr, r, "48002a03 2f008ca5 00000001");
	r->flags = FLOW_RECORD_IPATTR_SRC;
	r->ip[0].options = 0;
	r->ip[0].fragment = 1;
	r->ip[0].tos = 0xb8;
	expect_plain(&dsr_ipattr, r, "48001102 40b84199");
	r->flags = 0;
	expect_plain(&dsr_ipattr, r, "");
	expect_plain(&dsr_icmp, r, "");
	r->flags = FLOW_RECORD_ICMP;
	expect_plain(&dsr_icmp, r,
	             "34000107 030d1234 0a000009 8d8ee405 8d8ee405 c096bb2b 00000000");
}

static void
packet_sizes_and_keystrokes(void **state)
{
	static union record_room u;
	struct flow_record *r = &u.r;
	struct flow_record_layout l;

	(void)state;
	flow_record_layout_init(&l, 0, 0, 0);
	record_full(&u, &l);
	expect_rich(&dsr_psize, r, "12000203 004200ca 004205ea");
	r->size_max[0] = 0;
	expect_rich(&dsr_psize, r, "12000a02 004205ea");
	r->size_max[0] = 202;
	r->size_max[1] = 0;
	expect_rich(&dsr_psize, r, "12000602 004200ca");
	r->size_max[0] = 0;
	expect_rich(&dsr_psize, r, "");
	expect_rich(&dsr_behavior, r, "54010003 00000003 00000001");
	r->flags = 0;
	expect_rich(&dsr_behavior, r, "");
}

static void
keystrokes_of_ssh_are_told_from_others(void **state)
{
	const struct far_options ssh = { .keystroke = true, .keystroke_ssh = true };
	struct flow_record r = { .flags = FLOW_RECORD_BEHAVIOR, .strokes = { 3, 1 } };
	const struct far_input in = { .options = &ssh, .record = &r };

	(void)state;
	expect(&dsr_behavior, &in, "54020003 00000003 00000001");
}

static void
jitter_has_only_what_was_measured(void **state)
{
	struct flow_jitter_report j = { 0 };
	const struct far_input in = { .options = &plain, .jitter = &j };

	(void)state;
	expect(&dsr_jitter, &in, "");
	j.idle[0] = (struct flow_interval){ 2, 1.0f, 1.5f, 0.5f, 2.0f };
	expect(&dsr_jitter, &in, "46000206 00000002 3f800000 3fc00000 3f000000 40000000");
	j.active[1] = (struct flow_interval){ 1, 1.0f, 1.0f, NAN, 1.0f };
	expect(&dsr_jitter, &in,
	       "4600060b 00000002 3f800000 3fc00000 3f000000 40000000"
	       "00000001 3f800000 3f800000 00000000 3f800000");
	j.active[0] = j.idle[1] = j.active[1];
	j.idle[0].count = 0;
	expect(&dsr_jitter, &in,
	       "46000d10 00000001 3f800000 3f800000 00000000 3f800000"
	       "00000001 3f800000 3f800000 00000000 3f800000"
	       "00000001 3f800000 3f800000 00000000 3f800000");
}

static void
user_data_is_padded_to_words(void **state)
{
	static union record_room u;
	struct flow_record_layout l;
	struct flow_user_data *d[2];
	struct far_input in = { .options = &plain };

	(void)state;
	flow_record_layout_init(&l, 0, 8, 4);
	memset(&u, 0, sizeof(u));
	for (int i = 0; i < 2; i++) {
		d[i] = flow_record_user(&l, &u.r, i);
		in.user[i] = d[i];
		in.user_size[i] = l.user_size[i];
	}
	expect(&dsr_data_src, &in, "");
	memcpy(d[0]->bytes, "GET /", 5);
	d[0]->len = 5;
	expect(&dsr_data_src, &in, "50900004 00080005 47455420 2f000000");
	memcpy(d[1]->bytes, "HTTP", 4);
	d[1]->len = 4;
	expect(&dsr_data_dst, &in, "50a00003 00040004 48545450");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(far_is_what_argus_writes_for_http),
		cmocka_unit_test(far_stops_at_every_short_end),
		cmocka_unit_test(far_has_every_dsr_once_in_slot_order),
		cmocka_unit_test(far_refuses_layouts_beyond_64k),
		cmocka_unit_test(far_never_exceeds_its_bound_with_most_data),
		cmocka_unit_test(far_is_well_formed_whatever_the_record_holds),
		cmocka_unit_test(transport_says_each_kind_of_source_id),
		cmocka_unit_test(flow_writes_ipv4_by_protocol),
		cmocka_unit_test(flow_writes_ipv6_by_protocol),
		cmocka_unit_test(flow_writes_layer_2),
		cmocka_unit_test(flow_writes_isis_as_argus_does),
		cmocka_unit_test(flow_writes_wlan_with_its_name),
		cmocka_unit_test(flow_writes_arp_whole),
		cmocka_unit_test(flow_writes_address_pairs),
		cmocka_unit_test(time_is_the_range_of_both_directions),
		cmocka_unit_test(time_never_says_second_zero),
		cmocka_unit_test(time_of_each_direction_on_request),
		cmocka_unit_test(metric_is_as_wide_as_needed),
		cmocka_unit_test(metric_has_application_bytes_where_there_are_any),
		cmocka_unit_test(network_is_by_protocol),
		cmocka_unit_test(network_half_without_packets_has_no_time),
		cmocka_unit_test(layer_2_dsrs_say_which_direction),
		cmocka_unit_test(ip_dsrs_say_what_headers_said),
		cmocka_unit_test(packet_sizes_and_keystrokes),
		cmocka_unit_test(keystrokes_of_ssh_are_told_from_others),
		cmocka_unit_test(jitter_has_only_what_was_measured),
		cmocka_unit_test(user_data_is_padded_to_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
