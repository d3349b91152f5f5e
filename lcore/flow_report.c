/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One function per part of a record. The key's layout is flow_key.h's.
 */
#include "lcore/flow_report.h"

#include <math.h>
#include <string.h>

#include "lcore/flow_account.h"
#include "lcore/flow_order.h"
#include "lcore/flow_user.h"

#define IPPROTO_ICMP 1
#define IPPROTO_IGMP 2
#define IPPROTO_ESP 50
#define IPPROTO_ICMPV6 58

static uint32_t
key_ports_joined(const struct flow_key *k)
{
	return (uint32_t)k->port[0] << 16 | k->port[1];
}

static void
key_ip_protocol(const struct flow *f, struct flow_record *r)
{
	const struct flow_key *k = &f->entry.key;
	const unsigned src = flow_source(f);

	if (f->flags & FLOW_RECORD_FRAGMENT) {
		r->proto_key.fragment_id = (uint32_t)k->port[0] << 16 | k->id;
		return;
	}
	switch (k->proto) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
	case IPPROTO_IGMP:
		r->proto_key.icmp.type = (uint8_t)(k->id >> 8);
		r->proto_key.icmp.code = (uint8_t)k->id;
		r->proto_key.icmp.id = k->port[0];
		r->proto_key.icmp.seq = k->port[1];
		break;
	case IPPROTO_ESP:
		r->proto_key.spi = key_ports_joined(k);
		break;
	default:
		r->src_port = k->port[src];
		r->dst_port = k->port[!src];
		break;
	}
}

static void
key_ether(const struct flow *f, struct flow_record *r)
{
	const struct flow_key *k = &f->entry.key;
	const unsigned src = flow_source(f);

	memcpy(r->who.ether.src_mac, k->addr[src], 6);
	memcpy(r->who.ether.dst_mac, k->addr[!src], 6);
	r->who.ether.ssap = (uint8_t)k->port[src];
	r->who.ether.dsap = (uint8_t)k->port[!src];
}

static void
key_arp(const struct flow *f, struct flow_record *r)
{
	const struct flow_key *k = &f->entry.key;

	r->who.arp.op = k->port[0];
	r->who.arp.protocol = k->port[1];
	r->who.arp.hardware = k->id;
	r->who.arp.hardware_len = f->flags & FLOW_HAS_ARP ? f->arp.hardware_len : 6;
	r->who.arp.protocol_len = f->flags & FLOW_HAS_ARP ? f->arp.protocol_len : 4;
	if (k->kind == FLOW_RARP) {
		memcpy(r->who.arp.sender_mac, k->addr[0], 6);
		memcpy(r->who.arp.target_mac, k->addr[1], 6);
		return;
	}
	memcpy(r->who.arp.sender_ip, k->addr[0], 4);
	memcpy(r->who.arp.sender_mac, k->addr[0] + 4, 6);
	memcpy(r->who.arp.target_ip, k->addr[1], 4);
}

static void
key_isis(const struct flow *f, struct flow_record *r)
{
	const struct flow_key *k = &f->entry.key;

	r->who.isis.pdu_type = k->port[0];
	memcpy(r->who.isis.src_mac, k->addr[0], 6);
	memcpy(r->who.isis.dst_mac, k->addr[1], 6);
	memcpy(r->who.isis.body, k->addr[0] + 6, 10);
	memcpy(r->who.isis.body + 10, k->addr[1] + 6, 4);
	r->who.isis.version = f->flags & FLOW_HAS_ISIS ? f->isis.version : 0;
	r->proto_key.isis_checksum = k->id;
}

static void
key_wlan(const struct flow *f, struct flow_record *r)
{
	const struct flow_key *k = &f->entry.key;

	memcpy(r->who.wlan.src_mac, k->addr[0], 6);
	memcpy(r->who.wlan.bssid, k->addr[0] + 6, 6);
	memcpy(r->who.wlan.dst_mac, k->addr[1], 6);
}

void
flow_report_key(const struct flow *f, struct flow_record *r)
{
	const struct flow_key *k = &f->entry.key;
	const unsigned src = flow_source(f);

	memset(r, 0, offsetof(struct flow_record, flow_index));
	r->kind = k->kind;
	r->proto = k->proto;
	r->ethertype = k->ethertype;
	switch (k->kind) {
	case FLOW_IPV4:
	case FLOW_IPV6:
		r->ethertype = 0;
		key_ip_protocol(f, r);
		/* fall through */
	case FLOW_MATRIX_L3_IPV4:
	case FLOW_MATRIX_L3_IPV6:
		memcpy(r->who.ip.src, k->addr[src], 16);
		memcpy(r->who.ip.dst, k->addr[!src], 16);
		break;
	case FLOW_ARP:
	case FLOW_RARP:
		key_arp(f, r);
		break;
	case FLOW_ISIS:
		key_isis(f, r);
		break;
	case FLOW_WLAN:
		key_wlan(f, r);
		break;
	default:
		key_ether(f, r);
		break;
	}
}

uint64_t
flow_first_ns(const struct flow *f)
{
	const uint64_t a = f->first_ns[0], b = f->first_ns[1];

	if (a == 0 || b == 0)
		return a | b;
	return a < b ? a : b;
}

static void
report_metrics(const struct flow *f, struct flow_record *r)
{
	for (int d = 0; d < 2; d++) {
		r->first_ns[d] = f->first_ns[d];
		r->last_ns[d] = f->first_ns[d] != 0 ? f->last_ns[d] : 0;
		r->packets[d] = f->packets[d];
		r->bytes[d] = f->bytes[d];
		r->app_bytes[d] = f->app_bytes[d];
		r->ip[d] = f->ip[d];
		r->encaps[d] = f->encaps[d];
		r->mpls_label[d] = f->mpls_label[d];
		r->vlan_tci[d] = f->vlan_tci[d];
	}
}

static bool
is_icmp(const struct flow_key *k)
{
	if (k->ethertype == FLOW_KEY_FRAGMENT)
		return false;
	return (k->kind == FLOW_IPV4 && k->proto == IPPROTO_ICMP) ||
	       (k->kind == FLOW_IPV6 && k->proto == IPPROTO_ICMPV6);
}

static void
report_protocol(const struct flow *f, struct flow_record *r)
{
	r->net = FLOW_NET_NONE;
	if (f->flags & FLOW_HAS_TCP) {
		r->net = FLOW_NET_TCP;
		flow_tcp_report(&f->tcp, &r->net_report.tcp);
	} else if (f->flags & FLOW_HAS_ESP) {
		r->net = FLOW_NET_ESP;
		r->net_report.esp = (struct flow_esp_report){
			.status = f->esp.status,
			.spi = key_ports_joined(&f->entry.key),
			.last_seq = f->esp.last_seq,
			.lost = f->esp.lost > 0 ? (uint32_t)f->esp.lost : 0,
		};
	} else if (is_icmp(&f->entry.key)) {
		r->net = FLOW_NET_ICMP;
	} else if (f->flags & FLOW_ANSWERED) {
		r->net = FLOW_NET_ARP;
		memcpy(r->net_report.arp_responder, f->arp.responder, sizeof(f->arp.responder));
	} else if (f->flags & FLOW_HAS_MEDIA) {
		flow_media_report(&f->media, r);
	} else if (f->entry.key.kind == FLOW_WLAN) {
		memcpy(r->net_report.wlan_name, f->wlan.name, sizeof(f->wlan.name));
	}
}

static void
report_gaps(const struct flow_gaps *g, struct flow_interval *i)
{
	int64_t mean_square;
	double mean, variance;

	*i = (struct flow_interval){ .count = g->count };
	if (g->count == 0)
		return;
	mean = g->sum_us / (float)g->count;
	mean_square = g->squares / g->count;
	variance = (double)mean_square - mean * mean;
	i->min_us = g->min_us;
	i->max_us = g->max_us;
	i->mean_us = (float)mean;
	i->stdev_us = variance > 0 ? (float)sqrt(variance) : 0;
}

/* The error went to whom the quoted packet came from (RFC 792). */
static void
report_icmp(const struct flow *f, struct flow_record *r)
{
	const unsigned quoted = flow_source(f) ^ ((f->flags & FLOW_MARKED_BACK) != 0);
	struct flow_icmp_report *icmp = &r->icmp;

	memset(icmp, 0, sizeof(*icmp));
	icmp->kind = flow_mark_kind(f->icmp_type);
	icmp->type = f->icmp_type;
	icmp->code = f->icmp_code;
	if (f->entry.key.kind != FLOW_IPV4)
		return;
	icmp->seq = f->icmp_seq;
	memcpy(icmp->reporter, f->icmp_reporter, 4);
	memcpy(icmp->receiver, f->entry.key.addr[quoted], 4);
	memcpy(icmp->quoted_src, f->entry.key.addr[quoted], 4);
	memcpy(icmp->quoted_dst, f->entry.key.addr[!quoted], 4);
	memcpy(icmp->gateway, f->icmp_gateway, 4);
}

static void
report_layer2(const struct flow_layout *l, struct flow *f, struct flow_record *r)
{
	const struct flow_sizes *sizes = flow_sizes(l, f);
	const struct flow_mac *mac = flow_mac(l, f);

	for (int d = 0; d < 2; d++) {
		r->size_min[d] = sizes != NULL && f->packets[d] != 0 ? sizes->min[d] : 0;
		r->size_max[d] = sizes != NULL ? sizes->max[d] : 0;
	}
	if (mac != NULL && (f->flags & FLOW_RECORD_MAC)) {
		memcpy(r->mac.dst, mac->dst, sizeof(r->mac.dst));
		memcpy(r->mac.src, mac->src, sizeof(r->mac.src));
		r->mac_ethertype = mac->ethertype;
	}
}

static void
report_sections(const struct flow_layout *l, struct flow *f,
                const struct flow_record_layout *layout, struct flow_record *r)
{
	struct flow_jitter_report *jitter = flow_record_jitter(layout, r);
	struct flow_tunnel *tunnel = flow_record_tunnel(layout, r);

	if (tunnel != NULL)
		*tunnel = *flow_tunnel(l, f);
	for (int d = 0; d < 2; d++) {
		struct flow_user_data *to = flow_record_user(layout, r, d);

		if (jitter != NULL) {
			const struct flow_jitter *j = flow_jitter(l, f);

			report_gaps(&j->gaps[d][0], &jitter->active[d]);
			report_gaps(&j->gaps[d][1], &jitter->idle[d]);
		}
		if (to != NULL)
			flow_user_report(l, f, d, to, layout->user_size[d]);
	}
}

/* The client alone has any. */
static void
report_keystrokes(const struct flow_layout *l, struct flow *f, struct flow_record *r)
{
	const struct flow_keystroke *k = flow_keystroke(l, f);

	if (k == NULL || !(f->flags & FLOW_HAS_TCP) || !flow_keystroke_counts(k))
		return;
	r->flags |= FLOW_RECORD_BEHAVIOR;
	r->strokes[0] = k->strokes;
	r->strokes[1] = 0;
}

void
flow_report(const struct flow_layout *l, struct flow *f, const struct flow_record_layout *layout,
            struct flow_record *r)
{
	flow_report_key(f, r);
	r->mark = flow_order_mark(&f->entry.key);
	r->flags = (uint16_t)(f->flags & 0xffff);
	if (!(f->flags & FLOW_REPORTED))
		r->flags |= FLOW_RECORD_FIRST;
	r->multi = f->multi;
	report_metrics(f, r);
	report_protocol(f, r);
	report_layer2(l, f, r);
	if (f->flags & FLOW_RECORD_ICMP)
		report_icmp(f, r);
	report_keystrokes(l, f, r);
	report_sections(l, f, layout, r);
}
