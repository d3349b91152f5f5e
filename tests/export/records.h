/* SPDX-License-Identifier: BSD-3-Clause */
/* Flow records to encode: the TCP flow of the worked example, and a full one. */
#ifndef PANOPTES_TESTS_EXPORT_RECORDS_H
#define PANOPTES_TESTS_EXPORT_RECORDS_H

#include <string.h>

#include "ring/flow_record.h"

#define T(s, us) ((uint64_t)(s)*1000000000u + (uint64_t)(us)*1000u)
#define RECORD_ROOM 8192

/* A record with room for every section. */
union record_room {
	struct flow_record r;
	char room[RECORD_ROOM];
};

/* What argus 3.0.8.2 reports of an HTTP transfer, as its records show it. */
static inline void
record_http(struct flow_record *r)
{
	static const uint8_t src[4] = { 141, 142, 228, 5 }, dst[4] = { 192, 150, 187, 43 };
	struct flow_tcp_report *t = &r->net_report.tcp;

	memset(r, 0, sizeof(*r));
	r->kind = FLOW_IPV4;
	r->proto = 6;
	memcpy(r->who.ip.src, src, 4);
	memcpy(r->who.ip.dst, dst, 4);
	r->src_port = 59856;
	r->dst_port = 80;
	r->cause = CAUSE_START;
	r->flags = FLOW_RECORD_FIRST | FLOW_RECORD_IPATTR_SRC | FLOW_RECORD_IPATTR_DST;
	r->first_ns[0] = T(1362692526, 869344) + 999; /* nanoseconds are cut off */
	r->last_ns[0] = T(1362692527, 80972);
	r->first_ns[1] = T(1362692526, 939084);
	r->last_ns[1] = T(1362692527, 80828);
	r->report_ns = r->last_ns[0];
	r->packets[0] = r->packets[1] = 7;
	r->bytes[0] = 610;
	r->bytes[1] = 5477;
	r->app_bytes[0] = 136;
	r->app_bytes[1] = 5007;
	r->ip[0] = (struct flow_ip_attributes){ .ttl = 64, .id = 0x4199 };
	r->ip[1] = (struct flow_ip_attributes){ .ttl = 47, .id = 0x8ca5 };
	r->encaps[0] = r->encaps[1] = 2;
	r->net = FLOW_NET_TCP;
	t->status = 0x1f;
	t->state = 9;
	t->options = 0x04700000;
	t->synack_us = 69740;
	t->ackdat_us = 294;
	t->half[0] = (struct flow_tcp_half){ .last_ns = T(1362692527, 80972),
		                             .status = 0x1c,
		                             .seq_base = 0xfe21323a,
		                             .seq = 0xfe2132c3,
		                             .ack = 0xa5afe1ce,
		                             .windows = 2,
		                             .bytes = 136,
		                             .window = 0x2000,
		                             .flags = 0x1b,
		                             .window_shift = 4 };
	t->half[1] = (struct flow_tcp_half){ .last_ns = T(1362692527, 80828),
		                             .status = 0x1a,
		                             .seq_base = 0xa5afce3e,
		                             .seq = 0xa5afe1ce,
		                             .ack = 0xfe2132c3,
		                             .windows = 3,
		                             .bytes = 5007,
		                             .window = 0x7a,
		                             .flags = 0x1b,
		                             .window_shift = 7 };
}

/* The same with every DSR there is. */
static inline void
record_full(union record_room *u, const struct flow_record_layout *l)
{
	struct flow_record *r = &u->r;
	struct flow_jitter_report *j;
	static const uint8_t reporter[4] = { 10, 0, 0, 9 };

	memset(u, 0, sizeof(*u));
	record_http(r);
	r->flags |= FLOW_RECORD_VLAN_SRC | FLOW_RECORD_VLAN_DST | FLOW_RECORD_MPLS_SRC |
	            FLOW_RECORD_MPLS_DST | FLOW_RECORD_MAC | FLOW_RECORD_ICMP |
	            FLOW_RECORD_BEHAVIOR;
	r->vlan_tci[0] = 0x2064;
	r->vlan_tci[1] = 0x00c8;
	r->mpls_label[0] = 0x000641ff;
	r->mpls_label[1] = 0x000c81fe;
	memcpy(r->mac.dst, "\x02\x00\x00\x00\x00\x02", 6);
	memcpy(r->mac.src, "\x02\x00\x00\x00\x00\x01", 6);
	r->mac_ethertype = 0x0800;
	r->icmp = (struct flow_icmp_report){ .kind = 1, .type = 3, .code = 13, .seq = 0x1234 };
	memcpy(r->icmp.reporter, reporter, 4);
	memcpy(r->icmp.receiver, r->who.ip.src, 4);
	memcpy(r->icmp.quoted_src, r->who.ip.src, 4);
	memcpy(r->icmp.quoted_dst, r->who.ip.dst, 4);
	r->ip[0].options = 0x40;
	r->ip[1].options = 0x01;
	r->ip[1].fragment = 1;
	r->size_min[0] = r->size_min[1] = 66;
	r->size_max[0] = 202;
	r->size_max[1] = 1514;
	r->strokes[0] = 3;
	r->strokes[1] = 1;
	j = flow_record_jitter(l, r);
	if (j != NULL) {
		j->active[0] = (struct flow_interval){ 4, 10, 20.5f, 2.25f, 40 };
		j->idle[0] = (struct flow_interval){ 1, 100, 100, 0, 100 };
		j->active[1] = (struct flow_interval){ 2, 1, 2, 1, 3 };
		j->idle[1] = (struct flow_interval){ 3, 1000, 2000, 500, 3000 };
	}
	for (int d = 0; d < 2; d++) {
		struct flow_user_data *user = flow_record_user(l, r, d);

		if (user != NULL) {
			user->len = (uint16_t)(l->user_size[d] > 3 ? l->user_size[d] - 3 : 1);
			memset(user->bytes, 'a' + d, user->len);
		}
	}
}

#endif
