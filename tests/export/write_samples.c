/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * write_samples FILE plain|rich|times [5]: an argus file of flow records of every
 * kind and feature, made by the collector itself. Their names go to standard
 * output, one a line, in the order of their sequence numbers; check_samples.py
 * knows what argus's clients must print of each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/collector.h"
#include "tests/export/fake_flow_ring.h"
#include "tests/export/records.h"

#define START_S 1700000000u

static struct flow_record_layout layout;
static struct flow_ring *ring;
static unsigned samples;

static void
put(const char *name, union record_room *u)
{
	struct flow_record *r = &u->r;
	struct flow_user_data *user;

	for (int d = 0; d < 2; d++) {
		user = flow_record_user(&layout, r, d);
		if (user != NULL && r->app_bytes[d] != 0) {
			user->len = (uint16_t)(r->app_bytes[d] < layout.user_size[d]
			                               ? r->app_bytes[d]
			                               : layout.user_size[d]);
			memset(user->bytes, 'A' + d, user->len);
		}
	}
	r->flow_index = samples++;
	r->flags |= FLOW_RECORD_FIRST;
	r->report_ns = T(START_S + samples, 0);
	if (!fake_flow_ring_put(ring, r))
		abort();
	puts(name);
}

/* Two packets each way in a second and a half, over Ethernet. */
static struct flow_record *
begin(union record_room *u, uint8_t kind, uint8_t proto)
{
	struct flow_record *r = &u->r;

	memset(u, 0, sizeof(*u));
	r->kind = kind;
	r->proto = proto;
	r->cause = CAUSE_START;
	for (unsigned i = 0; i < 2; i++) {
		r->first_ns[i] = T(START_S + samples, 100000 + 100 * i);
		r->last_ns[i] = T(START_S + samples + 1, 600000 + 100 * i);
		r->packets[i] = 2;
		r->bytes[i] = 300 + 100 * i;
		r->app_bytes[i] = 200 + 100 * i;
		r->size_min[i] = 60;
		r->size_max[i] = (uint16_t)(240 + 100 * i);
		r->encaps[i] = 2;
	}
	r->flags = FLOW_RECORD_MAC;
	memcpy(r->mac.dst, "\x02\x00\x00\x00\x00\x0b", 6);
	memcpy(r->mac.src, "\x02\x00\x00\x00\x00\x0a", 6);
	r->mac_ethertype = 0x0800;
	return r;
}

static struct flow_record *
begin_ipv4(union record_room *u, uint8_t proto, uint16_t src_port, uint16_t dst_port)
{
	struct flow_record *r = begin(u, FLOW_IPV4, proto);

	/* the initiator has the higher address: argus itself would reverse this */
	memcpy(r->who.ip.src, "\x0a\x00\x00\x02", 4);
	memcpy(r->who.ip.dst, "\x0a\x00\x00\x01", 4);
	r->src_port = src_port;
	r->dst_port = dst_port;
	r->flags |= FLOW_RECORD_IPATTR_SRC | FLOW_RECORD_IPATTR_DST;
	r->ip[0] = (struct flow_ip_attributes){ .ttl = 64, .tos = 0x10, .id = 0x1234 };
	r->ip[1] = (struct flow_ip_attributes){ .ttl = 57, .tos = 0, .id = 0x00ff };
	return r;
}

static struct flow_record *
begin_ipv6(union record_room *u, uint8_t proto, uint16_t src_port, uint16_t dst_port)
{
	struct flow_record *r = begin(u, FLOW_IPV6, proto);

	memcpy(r->who.ip.src, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	memcpy(r->who.ip.dst, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	r->src_port = src_port;
	r->dst_port = dst_port;
	r->flags |= FLOW_RECORD_IPATTR_SRC | FLOW_RECORD_IPATTR_DST;
	r->ip[0] = (struct flow_ip_attributes){ .ttl = 64 };
	r->ip[1] = (struct flow_ip_attributes){ .ttl = 255 };
	return r;
}

/* Takes one direction away. */
static void
one_way(struct flow_record *r, int keep)
{
	const int d = !keep;

	r->first_ns[d] = r->last_ns[d] = 0;
	r->packets[d] = r->bytes[d] = r->app_bytes[d] = 0;
	r->size_min[d] = r->size_max[d] = 0;
	r->encaps[d] = 0;
	r->flags &= (uint16_t) ~(d ? FLOW_RECORD_IPATTR_DST : FLOW_RECORD_IPATTR_SRC);
}

static void
one_packet(struct flow_record *r)
{
	one_way(r, 0);
	r->last_ns[0] = r->first_ns[0];
	r->packets[0] = 1;
	r->bytes[0] = r->size_min[0] = r->size_max[0] = 60;
	r->app_bytes[0] = 0;
}

static void
tcp_samples(union record_room *u)
{
	struct flow_record *r = begin_ipv4(u, 6, 40000, 80), http;

	record_http(&http);
	r->net = FLOW_NET_TCP;
	r->net_report = http.net_report;
	put("tcp", u);
	r->net_report.tcp.half[0].retransmitted = 3;
	r->net_report.tcp.status |= 0x100;
	put("tcp_loss", u);
	one_packet(r);
	memset(&r->net_report, 0, sizeof(r->net_report));
	r->net_report.tcp.initial = 1;
	r->net_report.tcp.status = 1;
	r->net_report.tcp.half[0].seq_base = 1000;
	r->net_report.tcp.half[0].flags = 2;
	put("tcp_syn", u);
	r = begin_ipv6(u, 6, 40001, 443);
	r->net = FLOW_NET_TCP;
	r->net_report = http.net_report;
	put("tcp6", u);
}

static void
udp_samples(union record_room *u)
{
	struct flow_record *r = begin_ipv4(u, 17, 50000, 53);
	struct flow_rtp_report *rtp = &r->net_report.rtp;

	put("udp", u);
	r->cause = CAUSE_STATUS;
	one_way(r, 0);
	put("udp_one_way", u);
	r = begin_ipv4(u, 17, 50001, 5000);
	r->packets[0] = 4000000;
	r->bytes[0] = 6000000000;
	r->app_bytes[0] = 5800000000;
	put("udp_6gb", u);
	r = begin_ipv4(u, 17, 50002, 5000);
	one_way(r, 1);
	r->packets[1] = 100;
	r->bytes[1] = 100000;
	put("udp_answer_only", u);
	r = begin_ipv4(u, 17, 50003, 5000);
	one_way(r, 0);
	r->last_ns[0] = r->first_ns[0];
	r->packets[0] = 1001;
	r->bytes[0] = 60060;
	r->app_bytes[0] = 0;
	put("udp_instant", u);
	r = begin_ipv4(u, 17, 50004, 5004);
	r->packets[0] = r->packets[1] = 50;
	r->bytes[0] = r->bytes[1] = 10000;
	r->net = FLOW_NET_RTP;
	memcpy(rtp->header[0], "\x80\x00\x00\x32\0\0\0\1\0\0\0\2", 12);
	memcpy(rtp->header[1], "\x80\x00\x00\x33\0\0\0\1\0\0\0\3", 12);
	rtp->drops[0] = 4;
	put("rtp", u);
	r->net = FLOW_NET_RTCP;
	r->src_port = 50005;
	r->dst_port = 5005;
	put("rtcp", u);
	begin_ipv6(u, 17, 50006, 53);
	put("udp6", u);
}

static void
icmp_samples(union record_room *u)
{
	struct flow_record *r = begin_ipv4(u, 1, 0, 0);

	r->proto_key.icmp.type = 8;
	r->proto_key.icmp.id = 0x1c88;
	r->proto_key.icmp.seq = 1;
	put("icmp_echo", u);
	r->proto_key.icmp.type = 3;
	r->proto_key.icmp.code = 3;
	r->proto_key.icmp.seq = 53;
	one_way(r, 0);
	put("icmp_port_unreachable", u);
	r = begin_ipv6(u, 58, 0, 0);
	r->proto_key.icmp.type = 128;
	r->proto_key.icmp.id = 7;
	put("icmp6_echo", u);
	r = begin_ipv4(u, 2, 0, 0);
	r->proto_key.icmp.type = 0x16;
	r->proto_key.icmp.seq = 77;
	one_way(r, 0);
	put("igmp", u);
}

static void
other_ip_samples(union record_room *u)
{
	struct flow_record *r = begin_ipv4(u, 50, 0, 0);

	r->proto_key.spi = 0x11223344;
	r->net = FLOW_NET_ESP;
	r->net_report.esp = (struct flow_esp_report){ 0x10, 0x11223344, 100, 5 };
	put("esp", u);
	r = begin_ipv6(u, 50, 0, 0);
	r->proto_key.spi = 0x11223344;
	put("esp6", u);
	r = begin_ipv4(u, 47, 0, 0);
	put("gre", u);
	r = begin_ipv4(u, 17, 0, 0);
	one_way(r, 0);
	r->flags |= FLOW_RECORD_FRAGMENT;
	r->proto_key.fragment_id = 0x4199;
	r->ip[0].fragment = 1;
	r->cause = CAUSE_TIMEOUT;
	put("fragment", u);
	r = begin_ipv6(u, 17, 0, 0);
	one_way(r, 0);
	r->flags |= FLOW_RECORD_FRAGMENT;
	r->proto_key.fragment_id = 0xdeadbeef;
	put("fragment6", u);
}

static void
layer_2_samples(union record_room *u)
{
	struct flow_record *r = begin(u, FLOW_ARP, 0);

	r->who.arp.hardware = 1;
	r->who.arp.protocol = 0x0800;
	r->who.arp.hardware_len = 6;
	r->who.arp.protocol_len = 4;
	r->who.arp.op = 1;
	memcpy(r->who.arp.sender_ip, "\x0a\x00\x00\x02", 4);
	memcpy(r->who.arp.target_ip, "\x0a\x00\x00\x01", 4);
	memcpy(r->who.arp.sender_mac, r->mac.src, 6);
	r->net = FLOW_NET_ARP;
	memcpy(r->net_report.arp_responder, "\x02\x00\x00\x00\x00\x0b", 6);
	put("arp", u);
	one_packet(r);
	r->net = FLOW_NET_NONE;
	put("arp_request", u);
	r->kind = FLOW_RARP;
	memcpy(r->who.arp.target_mac, r->mac.src, 6);
	put("rarp", u);
	r = begin(u, FLOW_ETHER, 0);
	one_way(r, 0);
	memcpy(r->who.ether.dst_mac, "\x01\x80\xc2\x00\x00\x0e", 6);
	memcpy(r->who.ether.src_mac, "\x02\x00\x00\x00\x00\x0a", 6);
	r->ethertype = 0x88cc;
	put("lldp", u);
	r->ethertype = 0;
	r->who.ether.dsap = r->who.ether.ssap = 0x42;
	put("llc", u);
	r = begin(u, FLOW_ISIS, 0);
	one_way(r, 0);
	r->who.isis.pdu_type = 15;
	r->who.isis.version = 1;
	memcpy(r->who.isis.src_mac, "\xc2\x01\x29\x98\x00\x00", 6);
	memcpy(r->who.isis.dst_mac, "\x01\x80\xc2\x00\x00\x14", 6);
	r->proto_key.isis_checksum = 0xfddf;
	put("isis", u);
	r = begin(u, FLOW_WLAN, 0);
	one_way(r, 0);
	memcpy(r->who.wlan.dst_mac, "\xff\xff\xff\xff\xff\xff", 6);
	memcpy(r->who.wlan.src_mac, "\x02\x11\x22\x33\x44\xaa", 6);
	memcpy(r->who.wlan.bssid, "\x02\x11\x22\x33\x44\xbb", 6);
	memcpy(r->net_report.wlan_name, "coffee", 6);
	put("wlan", u);
	r = begin(u, FLOW_MATRIX_L3_IPV4, 0);
	memcpy(r->who.ip.src, "\x0a\x00\x00\x02", 4);
	memcpy(r->who.ip.dst, "\x0a\x00\x00\x01", 4);
	put("matrix", u);
	r = begin(u, FLOW_MATRIX_L3_IPV6, 0);
	memcpy(r->who.ip.src, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	memcpy(r->who.ip.dst, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	put("matrix6", u);
}

/* Every feature alone and in pairs of directions, on a UDP flow. */
static void
feature_samples(union record_room *u)
{
	static const uint16_t pairs[2][2] = {
		{ FLOW_RECORD_VLAN_SRC, FLOW_RECORD_VLAN_DST },
		{ FLOW_RECORD_MPLS_SRC, FLOW_RECORD_MPLS_DST },
	};
	static const char *const name[2][3] = { { "vlan_src", "vlan_dst", "vlan" },
		                                { "mpls_src", "mpls_dst", "mpls" } };
	struct flow_record *r;

	for (unsigned i = 0; i < 2; i++) {
		for (unsigned which = 1; which <= 3; which++) {
			r = begin_ipv4(u, 17, 51000, 5000);
			r->flags = (uint16_t)(r->flags | (which & 1 ? pairs[i][0] : 0) |
			                      (which & 2 ? pairs[i][1] : 0));
			r->vlan_tci[0] = 0x2064;
			r->vlan_tci[1] = 0x00c8;
			r->mpls_label[0] = 100u << 12 | 0x1ff;
			r->mpls_label[1] = 200u << 12 | 0x1fe;
			put(name[i][which - 1], u);
		}
	}
	r = begin_ipv4(u, 17, 51001, 5000);
	r->multi = FLOW_MULTI_MAC_SRC | FLOW_MULTI_ENCAPS_DST;
	put("several_macs", u);
	r = begin_ipv4(u, 17, 51002, 5000);
	r->ip[0].options = 0x40;
	r->ip[1].fragment = 1;
	put("ip_options", u);
	for (unsigned kind = 1; kind <= 4; kind *= 2) {
		static const uint8_t type[] = { 0, 3, 5, 0, 11 };

		r = begin_ipv4(u, 17, 51003, 5000);
		one_way(r, 0);
		r->flags |= FLOW_RECORD_ICMP;
		r->icmp.kind = (uint8_t)kind;
		r->icmp.type = type[kind];
		memcpy(r->icmp.reporter, "\x0a\x00\x00\xfe", 4);
		put(kind == 1 ? "unreachable" : kind == 2 ? "redirected" : "time_exceeded", u);
	}
	r = begin_ipv4(u, 6, 51004, 22);
	r->flags |= FLOW_RECORD_BEHAVIOR;
	r->strokes[0] = 12;
	r->net = FLOW_NET_TCP;
	r->net_report.tcp.status = 7;
	r->net_report.tcp.state = 4;
	put("keystrokes", u);
}

/* All sixteen combinations of what was measured. */
static void
jitter_samples(union record_room *u)
{
	const struct flow_interval some = { 4, 1000, 2000, 500, 3000 };

	for (unsigned mask = 1; mask < 16; mask++) {
		struct flow_record *r = begin_ipv4(u, 17, (uint16_t)(52000 + mask), 5000);
		struct flow_jitter_report *j = flow_record_jitter(&layout, r);

		if (j != NULL) {
			j->active[0] = mask & 1 ? some : (struct flow_interval){ 0 };
			j->idle[0] = mask & 2 ? some : (struct flow_interval){ 0 };
			j->active[1] = mask & 4 ? some : (struct flow_interval){ 0 };
			j->idle[1] = mask & 8 ? some : (struct flow_interval){ 0 };
		}
		put("jitter", u);
	}
}

static int
collect(struct config *config)
{
	static struct counters counters;
	const struct counters *counting[] = { &counters };
	struct control control = { false };
	const struct collector_options options = {
		.config = config,
		.layout = &layout,
		.rings = &ring,
		.worker_counters = counting,
		.workers = 1,
		.counting_cores = 1,
		.flows_per_worker = 1024,
		.control = &control,
	};
	char error[512];
	struct collector *c = collector_create(&options, error, sizeof(error));
	int rc;

	if (c == NULL) {
		fprintf(stderr, "write_samples: %s\n", error);
		return 1;
	}
	counter_add(&counters, COUNTER_rx_packets, 1000);
	counter_add(&counters, COUNTER_drop_dispatch, 3);
	flow_ring_set_clock(ring, UINT64_MAX);
	rc = collector_run(c);
	if (rc != 0)
		fprintf(stderr, "write_samples: %s\n", collector_problem(c));
	collector_free(c);
	return rc != 0;
}

int
main(int argc, char *argv[])
{
	static union record_room room;
	struct config config = { .status_interval_ns = 5000000000, .mar_interval_s = 60 };
	struct output_spec output = { 0 };
	int rc;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: write_samples FILE plain|rich|times [5]\n");
		return 2;
	}
	if (argc == 4)
		config.format = RECORD_FORMAT_5;
	output.target = argv[1];
	config.outputs = (struct output_list){ &output, 1 };
	config.bidirectional_times = strcmp(argv[2], "times") == 0;
	if (strcmp(argv[2], "rich") == 0) {
		config.source_id = (struct source_id){ SOURCE_ID_STRING, { 'p', 'r', 'b', '1' } };
		config.app_bytes = config.packet_size = config.mac = config.keystroke = true;
		flow_record_layout_init(&layout, 1, 64, 64);
	} else {
		flow_record_layout_init(&layout, 0, 0, 0);
	}
	ring = flow_ring_create("samples", 256, &layout, 0);
	tcp_samples(&room);
	udp_samples(&room);
	icmp_samples(&room);
	other_ip_samples(&room);
	layer_2_samples(&room);
	feature_samples(&room);
	jitter_samples(&room);
	rc = collect(&config);
	flow_ring_free(ring);
	return rc;
}
