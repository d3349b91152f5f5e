/* SPDX-License-Identifier: BSD-3-Clause */
/* What format 5 writes otherwise than format 3, as the clients of argus 5.0.3 read it. */
#include "tests/export/encoded.h"
#include "tests/export/records.h"

/* Segment sizes, nanoseconds, and a sequence number without an id. */
static void
far_5_is_what_clients_of_argus_5_read_for_http(void **state)
{
	static const char want_hex[] =
	        "15100036 01020002 00000001 02010105 8d8ee405 c096bb2b 0600e9d0 00500000"
	        "03021905 513909ae 33d126e7 513909af 04d388e0 10010203 00070262 00071565"
	        "30050220 0000001f 00000009 04700000 0001106c 00000126"
	        "513909af 04d388e0 0000001c fe21323a fe2132c3 a5afe1ce 00000002 00000088 00000000"
	        "00000000 00000000 20001b04 05b40000"
	        "513909af 04d15660 0000001a a5afce3e a5afe1ce fe2132c3 00000003 0000138f 00000000"
	        "00000000 00000000 007a1b07 05500000"
	        "48000303 40004199 2f008ca5 20000003 00000002 00000002";
	const struct far_options five = { .format = RECORD_FORMAT_5 };
	struct flow_record_layout l;
	struct far_encoder e;
	struct flow_record r;
	uint8_t want[512], got[512];
	size_t size;

	(void)state;
	flow_record_layout_init(&l, 0, 0, 0);
	assert_int_equal(far_encoder_init(&e, &five, &l), 0);
	record_http(&r);
	r.net_report.tcp.mss[0] = 1460;
	r.net_report.tcp.mss[1] = 1360;
	size = unhex(want_hex, want);
	assert_int_equal(size, 216);
	assert_int_equal(far_encode(&e, &r, 1, got, sizeof(got)), size);
	assert_memory_equal(got, want, size);
}

static void
far_5_writes_what_differs(void **state)
{
	const struct flow_interval some = { 4, 1000, 2000, 500, 3000 };
	const struct flow_jitter_report jitter = { .active = { some, { 0 } },
		                                   .idle = { { 0 }, some } };
	static const struct far_options five = { .format = RECORD_FORMAT_5,
		                                 .bidirectional_times = true };
	struct flow_record r;
	struct far_input in = { .options = &five, .record = &r, .jitter = &jitter };

	(void)state;
	record_http(&r);
	r.net_report.tcp.mss[0] = 1460;
	r.net_report.tcp.initial = 1;
	r.encaps[1] = 0x04000042; /* of ERSPAN II, GRE, Ethernet the first is VXLAN to argus 5 */
	expect(&dsr_encaps, &in, "20000003 00000002 04000042");
	expect(&dsr5_encaps, &in, "20000003 00000002 00000042");
	expect(&dsr5_network, &in, "30030206 0000001f fe21323a 04700000 00001b04 05b40000");
	r.net = FLOW_NET_NONE;
	expect(&dsr5_network, &in, "");
	expect(&dsr5_jitter, &in,
	       "4601090d 00000004 447a0000 44fa0000 43fa0000 453b8000 00000000"
	       "00000004 447a0000 44fa0000 43fa0000 453b8000 00000000");
	r.size_min[0] = 60;
	r.size_max[0] = 154;
	expect(&dsr5_psize, &in, "12010602 003c009a");
	r.size_min[1] = 60;
	r.size_max[1] = 1054;
	expect(&dsr5_psize, &in, "12030203 003c009a 003c041e");
	r.size_max[0] = 0;
	expect(&dsr5_psize, &in, "12020a02 003c041e");
	expect(&dsr5_time, &in,
	       "037a1909 513909ae 33d126e7 513909af 04d388e0 513909ae 37f948e0 513909af 04d15660");
	/* one nanosecond is a range, none is not */
	r.packets[0] = 2;
	r.packets[1] = 0;
	r.first_ns[0] = r.last_ns[0] = 1000000001;
	expect(&dsr5_time, &in, "030a1903 00000001 00000001");
	r.last_ns[0]++;
	expect(&dsr5_time, &in, "031a1905 00000001 00000001 00000001 00000002");
	/* second 0 is no time */
	r.first_ns[0] = r.last_ns[0] = 999999999;
	expect(&dsr5_time, &in, "030a1903 00000001 00000000");
	r.first_ns[0] = r.last_ns[0] = UINT64_MAX;
	expect(&dsr5_time, &in, "030a1903 ffffffff 00000000");
}

/* The ends lie as in a little-endian machine's memory, but for addresses of IPv6. */
static void
tunnel_is_told_with_its_ends(void **state)
{
	struct flow_tunnel t = { .kind = FLOW_TUNNEL_GRE,
		                 .flags = 0x2000,
		                 .protocol = 0x0800,
		                 .addr = { { 192, 0, 2, 1 }, { 192, 0, 2, 2 } } };
	struct far_input in = { .tunnel = &t };

	(void)state;
	expect(&dsr5_gre, &in, "41000007 20000800 02010105 010200c0 020200c0 2f000000 00000000");
	expect(&dsr5_vxlan, &in, "");
	expect(&dsr5_geneve, &in, "");
	t.udp = true;
	t.port[0] = 0x1234;
	t.port[1] = 4754;
	expect(&dsr5_gre, &in, "41000007 20000800 02010105 010200c0 020200c0 11003412 92120000");
	t.kind = FLOW_TUNNEL_GENEVE;
	t.flags = 0x0240;
	t.protocol = 0x6558;
	t.vni[0] = 0x123456;
	t.ipv6 = true;
	unhex("20010db8ffff00000000000000000001", t.addr[0]);
	unhex("20010db8ffff00000000000000000002", t.addr[1]);
	expect(&dsr5_gre, &in, "");
	expect(&dsr5_geneve, &in,
	       "4500000e 02406558 00123456 0201020b 20010db8 ffff0000 00000000 00000001"
	       "20010db8 ffff0000 00000000 00000002 00000011 34129212");
	t.kind = FLOW_TUNNEL_VXLAN;
	t.vni_seen = 1;
	expect(&dsr5_vxlan, &in, "43000103 00123456 00000000");
	t.vni_seen = 3;
	t.vni[1] = 7;
	expect(&dsr5_vxlan, &in, "43000303 00123456 00000007");
	t.kind = FLOW_TUNNEL_NONE;
	expect(&dsr5_vxlan, &in, "");
	in.tunnel = NULL; /* not in the layout */
	expect(&dsr5_gre, &in, "");
}

/* The section is format 5's, and asked for. */
static void
tunnel_is_in_records_whose_layout_has_it(void **state)
{
	const struct far_options three = { .format = RECORD_FORMAT_3 };
	const struct far_options five = { .format = RECORD_FORMAT_5 };
	const struct flow_tunnel t = { .kind = FLOW_TUNNEL_VXLAN, .vni_seen = 1, .vni = { 9 } };
	static const uint8_t want[12] = { 0x43, 0, 1, 3, 0, 0, 0, 9, 0, 0, 0, 0 };
	struct flow_record_layout l;
	union {
		struct flow_record record;
		uint8_t room[sizeof(struct flow_record) + 64];
	} u = { .room = { 0 } };
	uint8_t got[512];
	struct far_encoder e;
	size_t without;

	(void)state;
	flow_record_layout_init(&l, 0, 0, 0);
	assert_null(flow_record_tunnel(&l, &u.record));
	record_http(&u.record);
	assert_int_equal(far_encoder_init(&e, &five, &l), 0);
	without = far_encode(&e, &u.record, 1, got, sizeof(got));
	flow_record_layout_add_tunnel(&l);
	assert_int_equal(l.size, sizeof(u.room));
	*flow_record_tunnel(&l, &u.record) = t;
	assert_int_equal(far_encoder_init(&e, &five, &l), 0);
	assert_int_equal(far_encode(&e, &u.record, 1, got, sizeof(got)), without + 12);
	assert_memory_equal(got + without, want, sizeof(want));
	assert_int_equal(far_encoder_init(&e, &three, &l), 0);
	assert_int_equal(far_encode(&e, &u.record, 1, got, sizeof(got)), 212);
}

static void
transport_5_says_each_kind_of_source_id(void **state)
{
	struct far_options o = { .format = RECORD_FORMAT_5,
		                 .source_id = { SOURCE_ID_IPV4, { 10, 9, 8, 7 } } };
	struct flow_record r = { .kind = FLOW_IPV4 };
	struct far_input in = { .options = &o, .record = &r, .sequence = 0x01020304 };
	const struct source_id of_workers[] = { { .kind = SOURCE_ID_NONE },
		                                { SOURCE_ID_INTEGER, { 0, 0, 0, 5 } } };

	(void)state;
	expect(&dsr5_transport, &in, "01030103 0a090807 01020304");
	o.source_id = (struct source_id){ SOURCE_ID_INTEGER, { 0, 0, 0, 17 } };
	expect(&dsr5_transport, &in, "01032003 00000011 01020304");
	o.source_id = (struct source_id){ SOURCE_ID_STRING, { 'p', 'r', 'b', '1' } };
	expect(&dsr5_transport, &in, "01032103 70726231 01020304");
	o.source_id = (struct source_id){ SOURCE_ID_NONE, { 1, 2, 3, 4 } };
	expect(&dsr5_transport, &in, "01020002 01020304");
	o.source_id = (struct source_id){ .kind = SOURCE_ID_UUID };
	unhex("00112233445566778899aabbccddeeff", o.source_id.bytes);
	expect(&dsr5_transport, &in, "01032206 00112233 44556677 8899aabb ccddeeff 01020304");
	o.source_id.kind = SOURCE_ID_IPV6;
	expect(&dsr5_transport, &in, "01030206 00112233 44556677 8899aabb ccddeeff 01020304");
	/* an interface's own goes before, where it has one; an exporter's before that */
	o.source_id = (struct source_id){ SOURCE_ID_IPV4, { 10, 9, 8, 7 } };
	o.worker_source_ids = of_workers;
	expect(&dsr5_transport, &in, "01030103 0a090807 01020304");
	r.worker = 1;
	expect(&dsr5_transport, &in, "01032003 00000005 01020304");
	r.flags = FLOW_RECORD_EXPORTER;
	memcpy(r.exporter, "\xc0\x00\x02\x01", 4);
	expect(&dsr5_transport, &in, "01030103 c0000201 01020304");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(far_5_is_what_clients_of_argus_5_read_for_http),
		cmocka_unit_test(far_5_writes_what_differs),
		cmocka_unit_test(tunnel_is_told_with_its_ends),
		cmocka_unit_test(tunnel_is_in_records_whose_layout_has_it),
		cmocka_unit_test(transport_5_says_each_kind_of_source_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
