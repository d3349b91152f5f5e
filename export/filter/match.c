/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One test of one record. It looks at the record where clients look at the FAR,
 * so that both select the same: what is not written is not seen.
 */
#include "export/filter/internal.h"

#include <string.h>

enum {
	PROTO_ICMP = 1,
	PROTO_IGMP = 2,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ESP = 50,
	PROTO_ICMPV6 = 58,
};

static bool
is_ipv4(const struct flow_record *r)
{
	return r->kind == FLOW_IPV4 || r->kind == FLOW_MATRIX_L3_IPV4;
}

static bool
is_ipv6(const struct flow_record *r)
{
	return r->kind == FLOW_IPV6 || r->kind == FLOW_MATRIX_L3_IPV6;
}

static bool
has_protocol(const struct flow_record *r, int64_t proto)
{
	return (r->kind == FLOW_IPV4 || r->kind == FLOW_IPV6) && r->proto == proto;
}

static bool
match_protocol(enum filter_protocol proto, const struct flow_record *r)
{
	switch (proto) {
	case FILTER_PROTO_IP:
		return is_ipv4(r) || is_ipv6(r);
	case FILTER_PROTO_IPV4:
		return is_ipv4(r);
	case FILTER_PROTO_IPV6:
		return is_ipv6(r);
	case FILTER_PROTO_ARP:
		return r->kind == FLOW_ARP;
	case FILTER_PROTO_RARP:
		return r->kind == FLOW_RARP;
	case FILTER_PROTO_TCP:
		return has_protocol(r, PROTO_TCP);
	case FILTER_PROTO_UDP:
		return has_protocol(r, PROTO_UDP);
	case FILTER_PROTO_ICMP:
		return has_protocol(r, PROTO_ICMP);
	case FILTER_PROTO_IGMP:
		return has_protocol(r, PROTO_IGMP);
	case FILTER_PROTO_ESP:
		return has_protocol(r, PROTO_ESP);
	case FILTER_PROTO_RTP:
		return r->net == FLOW_NET_RTP;
	case FILTER_PROTO_RTCP:
		return r->net == FLOW_NET_RTCP;
	case FILTER_PROTO_UDT:
		return r->net == FLOW_NET_UDT || r->kind == FLOW_UDT;
	case FILTER_PROTO_ISIS:
		return r->kind == FLOW_ISIS;
	case FILTER_PROTO_MPLS:
		return (r->flags & (FLOW_RECORD_MPLS_SRC | FLOW_RECORD_MPLS_DST)) != 0;
	case FILTER_PROTO_VLAN:
		return (r->flags & (FLOW_RECORD_VLAN_SRC | FLOW_RECORD_VLAN_DST)) != 0;
	default:
		return false;
	}
}

static bool
match_ip_protocol(const struct filter_test *t, const struct flow_record *r)
{
	if (t->proto == FILTER_PROTO_IPV4 && r->kind != FLOW_IPV4)
		return false;
	if (t->proto == FILTER_PROTO_IPV6 && r->kind != FLOW_IPV6)
		return false;
	return has_protocol(r, t->number);
}

static bool
match_ethertype(int64_t type, const struct flow_record *r)
{
	switch (type) {
	case 0x0800:
		return is_ipv4(r);
	case 0x86dd:
		return is_ipv6(r);
	case 0x0806:
		return r->kind == FLOW_ARP;
	case 0x8035:
		return r->kind == FLOW_RARP;
	default:
		return (r->kind == FLOW_ETHER || r->kind == FLOW_MATRIX_L2) && r->ethertype == type;
	}
}

/* What 'one' says of both directions, as the test wants it. */
static bool
by_direction(const struct filter_test *t, const bool one[2])
{
	if (t->direction == FILTER_BOTH)
		return one[0] && one[1];
	return ((t->direction & FILTER_SRC) != 0 && one[0]) ||
	       ((t->direction & FILTER_DST) != 0 && one[1]);
}

static bool
masked_equal(const struct filter_test *t, const uint8_t *address, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((address[i] & t->mask[i]) != t->address[i])
			return false;
	}
	return true;
}

static bool
match_host(const struct filter_test *t, const struct flow_record *r)
{
	const size_t size = t->family == 4 ? 4 : 16;
	const uint8_t *ends[2] = { r->who.ip.src, r->who.ip.dst };

	if (t->proto != FILTER_PROTO_NONE && !match_protocol((enum filter_protocol)t->proto, r))
		return false;
	if (r->kind == FLOW_ARP && t->family == 4) {
		ends[0] = r->who.arp.sender_ip;
		ends[1] = r->who.arp.target_ip;
	} else if (t->family == 4 ? !is_ipv4(r) : !is_ipv6(r)) {
		return false;
	}
	return by_direction(
	        t, (bool[2]){ masked_equal(t, ends[0], size), masked_equal(t, ends[1], size) });
}

static bool
has_macs(const struct far_input *in)
{
	return in->options->mac && (in->record->flags & FLOW_RECORD_MAC) != 0;
}

static bool
match_mac(const struct filter_test *t, const struct far_input *in)
{
	const struct flow_record *r = in->record;

	return has_macs(in) && by_direction(t, (bool[2]){ memcmp(r->mac.src, t->address, 6) == 0,
	                                                  memcmp(r->mac.dst, t->address, 6) == 0 });
}

static bool
match_mac_group(const struct far_input *in)
{
	const struct flow_record *r = in->record;

	return has_macs(in) && ((r->mac.src[0] | r->mac.dst[0]) & 1) != 0;
}

static bool
match_group(const struct flow_record *r)
{
	if (is_ipv4(r))
		return r->who.ip.src[0] >> 4 == 0xe || r->who.ip.dst[0] >> 4 == 0xe;
	return is_ipv6(r) && (r->who.ip.src[0] == 0xff || r->who.ip.dst[0] == 0xff);
}

static bool
port_holds(const struct filter_test *t, uint16_t port)
{
	switch (t->relation) {
	case FILTER_EQUAL:
		return port >= t->number && port <= t->last;
	case FILTER_NOT_EQUAL:
		return port != t->number;
	case FILTER_LESS:
		return port < t->number;
	case FILTER_LESS_EQUAL:
		return port <= t->number;
	case FILTER_GREATER:
		return port > t->number;
	default:
		return port >= t->number;
	}
}

static bool
match_port(const struct filter_test *t, const struct flow_record *r)
{
	if (t->proto != FILTER_PROTO_NONE)
		if (!match_protocol((enum filter_protocol)t->proto, r))
			return false;
	if (!has_protocol(r, PROTO_TCP) && !has_protocol(r, PROTO_UDP))
		return false;
	return by_direction(t, (bool[2]){ port_holds(t, r->src_port), port_holds(t, r->dst_port) });
}

static bool
match_source_id(const struct filter_test *t, const struct far_input *in)
{
	const struct source_id id = far_source_id(in);

	if ((t->family == 0) != (id.kind == SOURCE_ID_STRING))
		return false;
	return memcmp(id.bytes, t->address, 4) == 0;
}

static bool
match_tcp(const struct filter_test *t, const struct flow_record *r)
{
	const struct flow_tcp_report *tcp = &r->net_report.tcp;

	if (r->net != FLOW_NET_TCP)
		return false;
	switch (t->kind) {
	case FILTER_TCP_STATUS:
		return by_direction(t, (bool[2]){ (tcp->status & t->bits[0]) != 0,
		                                  (tcp->status & t->bits[1]) != 0 });
	case FILTER_TCP_FLAGS:
		return by_direction(t, (bool[2]){ (tcp->half[0].flags & t->number) != 0,
		                                  (tcp->half[1].flags & t->number) != 0 });
	case FILTER_TCP_OPTION:
		return (tcp->options & (uint32_t)t->number) != 0;
	default:
		return (tcp->status & (uint32_t)t->number) != 0;
	}
}

static bool
match_lost(const struct filter_test *t, const struct flow_record *r)
{
	uint32_t status, src;

	if (r->net == FLOW_NET_TCP) {
		status = r->net_report.tcp.status;
		src = 0x100;
	} else if (r->net == FLOW_NET_ESP) {
		status = r->net_report.esp.status;
		src = 0x10;
	} else {
		return false;
	}
	return by_direction(t, (bool[2]){ (status & src) != 0, (status & src << 1) != 0 });
}

static bool
match_fragments(const struct filter_test *t, const struct flow_record *r)
{
	return by_direction(
	        t, (bool[2]){ (r->flags & FLOW_RECORD_IPATTR_SRC) != 0 && r->ip[0].fragment != 0,
	                      (r->flags & FLOW_RECORD_IPATTR_DST) != 0 && r->ip[1].fragment != 0 });
}

static bool
match_paths(const struct filter_test *t, const struct far_input *in)
{
	const uint8_t multi = in->record->multi;

	return has_macs(in) && by_direction(t, (bool[2]){ (multi & FLOW_MULTI_MAC_SRC) != 0,
	                                                  (multi & FLOW_MULTI_MAC_DST) != 0 });
}

static bool
match_established(const struct flow_record *r)
{
	if (r->net == FLOW_NET_TCP && (r->net_report.tcp.status & 0x4) != 0)
		return true;
	return (is_ipv4(r) || is_ipv6(r)) && r->packets[0] != 0 && r->packets[1] != 0;
}

/* ICMP's type, in IPv4's numbers; -1: it is none, or has none of them. */
static int
icmp_type(const struct flow_record *r)
{
	if (r->flags & FLOW_RECORD_FRAGMENT)
		return -1;
	if (r->kind == FLOW_IPV4 && r->proto == PROTO_ICMP)
		return r->proto_key.icmp.type;
	if (r->kind != FLOW_IPV6 || r->proto != PROTO_ICMPV6)
		return -1;
	switch (r->proto_key.icmp.type) {
	case 1:
		return 3;
	case 3:
		return 11;
	case 128:
	case 129:
		return 8;
	case 137:
		return 5;
	default:
		return -1;
	}
}

static bool
match_icmp(const struct filter_test *t, const struct flow_record *r)
{
	const int type = icmp_type(r);
	const bool mapped = (r->flags & FLOW_RECORD_ICMP) != 0;

	switch (t->kind) {
	case FILTER_ICMP_ECHO:
		return type == 8 || type == 0;
	case FILTER_ICMP_MAPPED:
		return mapped;
	default:
		return type == t->number || (mapped && r->icmp.kind == t->last);
	}
}

static bool
match_igmp(const struct filter_test *t, const struct flow_record *r)
{
	const bool same = r->proto_key.icmp.type == t->number;

	return r->kind == FLOW_IPV4 && r->proto == PROTO_IGMP &&
	       !(r->flags & FLOW_RECORD_FRAGMENT) && same == (t->relation == FILTER_EQUAL);
}

static bool
match_pdu(const struct filter_test *t, const struct flow_record *r)
{
	return r->kind == FLOW_ISIS &&
	       (r->who.isis.pdu_type == t->number || r->who.isis.pdu_type == t->last);
}

static bool
match_reporter(const struct filter_test *t, const struct flow_record *r)
{
	return (r->flags & FLOW_RECORD_ICMP) != 0 && memcmp(r->icmp.reporter, t->address, 4) == 0;
}

static bool
match_encaps(const struct filter_test *t, const struct flow_record *r)
{
	return by_direction(t, (bool[2]){ (r->encaps[0] & t->number) == t->number,
	                                  (r->encaps[1] & t->number) == t->number });
}

/* Never an expression that costs: clients send filters. */
static bool
match_label(const struct filter_test *t, const struct far_input *in)
{
	return in->label != NULL &&
	       memmem(in->label->text, in->label->len, t->text, strlen(t->text)) != NULL;
}

bool
filter_test_match(const struct filter_test *t, const struct far_input *in)
{
	const struct flow_record *r = in->record;

	switch ((enum filter_test_kind)t->kind) {
	case FILTER_ALWAYS:
		return true;
	case FILTER_NEVER:
		return false;
	case FILTER_IS_PROTO:
		return match_protocol((enum filter_protocol)t->proto, r);
	case FILTER_IP_PROTO:
		return match_ip_protocol(t, r);
	case FILTER_ETHER_PROTO:
		return match_ethertype(t->number, r);
	case FILTER_HOST:
		return match_host(t, r);
	case FILTER_MAC:
		return match_mac(t, in);
	case FILTER_MAC_GROUP:
		return match_mac_group(in);
	case FILTER_GROUP:
		return match_group(r);
	case FILTER_PORT:
		return match_port(t, r);
	case FILTER_NUMBER:
	case FILTER_REAL:
		return filter_field_match(t, in);
	case FILTER_SOURCE_ID:
		return match_source_id(t, in);
	case FILTER_REPORTER:
		return match_reporter(t, r);
	case FILTER_ENCAPS:
		return match_encaps(t, r);
	case FILTER_CAUSE:
		return r->cause == t->number;
	case FILTER_TCP_STATUS:
	case FILTER_TCP_FLAGS:
	case FILTER_TCP_OPTION:
	case FILTER_TCP_STATE:
		return match_tcp(t, r);
	case FILTER_ESTABLISHED:
		return match_established(r);
	case FILTER_LOST:
		return match_lost(t, r);
	case FILTER_FRAGMENTS:
		return match_fragments(t, r);
	case FILTER_FRAGMENTS_ONLY:
		return (r->flags & FLOW_RECORD_FRAGMENT) != 0;
	case FILTER_PATHS:
		return match_paths(t, in);
	case FILTER_ICMP_ECHO:
	case FILTER_ICMP_MAPPED:
	case FILTER_ICMP_ERROR:
		return match_icmp(t, r);
	case FILTER_IGMP_TYPE:
		return match_igmp(t, r);
	case FILTER_ISIS_PDU:
		return match_pdu(t, r);
	case FILTER_LABEL:
		return match_label(t, in);
	}
	return false;
}
