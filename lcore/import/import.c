/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which decoder a payload is for, and what all of them have in common: the way
 * from a flow to its record, sequence numbers.
 */
#include "lcore/import/import.h"

#include <stdlib.h>
#include <string.h>

#include "lcore/flow_tcp.h"
#include "lcore/import/import_internal.h"

#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_ICMPV6 58
/* A number that is further off than this is another count, not a gap. */
#define SEQUENCE_JUMP 1000000

struct importer *
importer_create(const struct import_sink *sink, struct counters *counters)
{
	struct importer *im = calloc(1, sizeof(*im));

	if (im == NULL)
		return NULL;
	im->sink = *sink;
	im->counters = counters;
	im->sessions = session_store_create();
	im->templates = template_store_create();
	if (im->sessions != NULL && im->templates != NULL)
		return im;
	importer_free(im);
	return NULL;
}

void
importer_free(struct importer *im)
{
	if (im == NULL)
		return;
	session_store_free(im->sessions);
	template_store_free(im->templates);
	free(im);
}

void
importer_datagram(struct importer *im, const struct import_origin *o, const uint8_t *payload,
                  size_t len)
{
	import_count(im, COUNTER_import_datagrams);
	switch (len >= 2 ? import_u16(payload) : 0) {
	case 1:
	case 5:
	case 6:
	case 7:
		import_netflow_fixed(im, o, payload, len);
		break;
	case 9:
	case 10:
		import_sets(im, o, payload, len);
		break;
	default:
		import_count(im, COUNTER_import_unknown);
		break;
	}
}

void
importer_sflow(struct importer *im, const struct import_origin *o, const uint8_t *payload,
               size_t len)
{
	const uint32_t version = len >= 4 ? import_u32(payload) : 0;

	import_count(im, COUNTER_import_datagrams);
	if (version == 2 || version == 4 || version == 5)
		import_sflow(im, o, payload, len);
	else
		import_count(im, COUNTER_import_unknown);
}

struct session *
import_session(struct importer *im, const struct import_origin *o, uint16_t version,
               uint32_t domain)
{
	bool evicted;
	struct session *s = session_get(im->sessions, o, version, domain, &evicted);

	if (evicted)
		import_count(im, COUNTER_import_evicted);
	return s;
}

/* An export that comes late is not a gap, and does not move what is expected. */
void
import_sequence(struct importer *im, struct session *s, uint32_t sequence, uint32_t next,
                enum counter lost)
{
	const int32_t off = (int32_t)(sequence - s->sequence);
	const bool known = s->has_sequence && off > -SEQUENCE_JUMP && off < SEQUENCE_JUMP;

	if (known && off > 0)
		counter_add(im->counters, lost, (uint64_t)off);
	if (known && off < 0)
		return;
	s->has_sequence = true;
	s->sequence = next;
}

static uint64_t
scale(uint64_t n, uint32_t sampling)
{
	uint64_t product;

	if (sampling < 2)
		return n;
	return __builtin_mul_overflow(n, (uint64_t)sampling, &product) ? UINT64_MAX : product;
}

static void
record_key(const struct import_flow *f, struct flow_record *r)
{
	const size_t size = f->ipv6 ? 16 : 4;

	r->kind = f->ipv6 ? FLOW_IPV6 : FLOW_IPV4;
	r->proto = f->proto;
	memcpy(r->who.ip.src, f->src, size);
	memcpy(r->who.ip.dst, f->dst, size);
	if (f->proto == IPPROTO_ICMP || f->proto == IPPROTO_ICMPV6) {
		r->proto_key.icmp.type = f->icmp_type;
		r->proto_key.icmp.code = f->icmp_code;
		return;
	}
	r->src_port = f->src_port;
	r->dst_port = f->dst_port;
}

static void
record_metrics(const struct import_origin *o, const struct import_flow *f, struct flow_record *r)
{
	uint64_t first = f->first_ns, last = f->last_ns;

	if (first == 0)
		first = last != 0 ? last : o->time_ns;
	if (last < first)
		last = first;
	for (int d = 0; d < 2; d++) {
		r->packets[d] = scale(f->packets[d], f->sampling);
		r->bytes[d] = scale(f->bytes[d], f->sampling);
		if (r->packets[d] == 0 && r->bytes[d] == 0)
			continue;
		r->first_ns[d] = first < IMPORT_TIME_MAX ? first : IMPORT_TIME_MAX;
		r->last_ns[d] = last < IMPORT_TIME_MAX ? last : IMPORT_TIME_MAX;
		r->ip[d].tos = f->tos[d];
		r->ip[d].ttl = f->ttl;
		r->flags |= d == 0 ? FLOW_RECORD_IPATTR_SRC : FLOW_RECORD_IPATTR_DST;
	}
}

/* The flags are an OR over all packets of a direction: SYN and ACK of several packets are an
 * opener's that went on, of a single one its answer. */
static uint32_t
tcp_status(unsigned flags, uint64_t packets, int d)
{
	uint32_t status = 0;

	if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		status |= packets == 1 ? TCP_SAW_SYN_ACK
		                       : TCP_SAW_SYN | TCP_SAW_SYN_ACK | TCP_ESTABLISHED;
	else if (flags & TCP_SYN)
		status |= d == 0 ? TCP_SAW_SYN : TCP_SAW_SYN_ACK;
	else if (flags & (TCP_ACK | TCP_PSH | TCP_URG) && !(flags & TCP_RST))
		status |= TCP_ESTABLISHED;
	if (flags & TCP_FIN)
		status |= TCP_SAW_FIN;
	if (flags & TCP_RST)
		status |= d == 0 ? 0x1000 : 0x2000;
	return status;
}

static void
record_tcp(const struct import_flow *f, struct flow_record *r)
{
	struct flow_tcp_report *tcp = &r->net_report.tcp;

	r->net = FLOW_NET_TCP;
	tcp->flags_only = 1;
	for (int d = 0; d < 2; d++) {
		tcp->half[d].flags = (uint8_t)f->tcp_flags[d];
		tcp->status |= tcp_status(f->tcp_flags[d], f->packets[d], d);
	}
}

static void
record_layer2(const struct import_flow *f, struct flow_record *r)
{
	if (f->has_vlan) {
		r->flags |= FLOW_RECORD_VLAN_SRC;
		r->vlan_tci[0] = f->vlan;
	}
	if (f->has_mpls) {
		r->flags |= FLOW_RECORD_MPLS_SRC;
		r->mpls_label[0] = f->mpls_label;
	}
	if (f->has_mac) {
		r->flags |= FLOW_RECORD_MAC;
		memcpy(r->mac.src, f->src_mac, sizeof(r->mac.src));
		memcpy(r->mac.dst, f->dst_mac, sizeof(r->mac.dst));
		r->mac_ethertype = f->ipv6 ? 0x86dd : 0x0800;
	}
}

void
import_flow_emit(struct importer *im, const struct import_origin *o, const struct import_flow *f)
{
	struct flow_record *r = &im->record;

	if ((f->packets[0] | f->packets[1] | f->bytes[0] | f->bytes[1]) == 0) {
		import_count(im, COUNTER_import_skipped);
		return;
	}
	memset(r, 0, sizeof(*r));
	r->flags = FLOW_RECORD_FIRST | FLOW_RECORD_IMPORTED;
	r->cause = CAUSE_STATUS;
	if (!o->ipv6) {
		r->flags |= FLOW_RECORD_EXPORTER;
		memcpy(r->exporter, o->exporter, sizeof(r->exporter));
	}
	record_key(f, r);
	record_metrics(o, f, r);
	record_layer2(f, r);
	if (f->proto == IPPROTO_TCP)
		record_tcp(f, r);
	import_count(im, COUNTER_import_flows);
	im->sink.flow(im->sink.context, r);
}
