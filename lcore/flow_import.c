/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Only whole payloads are decoded: fragments aren't put together, and half an
 * export would be taken for a gap in its sequence.
 */
#include "lcore/flow_import.h"

#include <stdlib.h>
#include <string.h>

#include <pcap/dlt.h>

#include "lcore/import/import.h"

#define SAMPLE_LABEL 0x40000000u /* a bit that no key of a packet has */

struct flow_import {
	struct importer *importer;
	struct flow_engine *engine;
	struct counters *counters;
	struct dissect_options dissect;
	const struct packet_view *carrier; /* of the samples at hand */
};

static void
take_flow(void *context, const struct flow_record *r)
{
	struct flow_import *fi = context;

	flow_engine_import(fi->engine, r);
}

/* -1: nothing dissects it. */
static int
link_of(uint32_t protocol)
{
	switch (protocol) {
	case 1:
		return DLT_EN10MB;
	case 7:
		return DLT_PPP;
	case 11: /* IPv4, IPv6 */
	case 12:
		return DLT_RAW;
	default:
		return -1;
	}
}

/* Samples of one exporter never meet another one's, nor packets of the source: so it does not
 * matter which worker has them. */
static uint32_t
sample_label(const struct import_origin *o)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < sizeof(o->exporter); i++)
		h = ((h ^ o->exporter[i]) * 16777619u ^ o->collector[i]) * 16777619u;
	return (h & (SAMPLE_LABEL - 1)) | SAMPLE_LABEL;
}

static void
take_sample(void *context, const struct import_origin *o, const struct import_sample *s)
{
	struct flow_import *fi = context;
	const int link = link_of(s->protocol);
	struct packet_view view = *fi->carrier;
	struct packet packet;

	view.data = s->bytes;
	view.captured = s->captured;
	view.length = s->length;
	view.link_type = (uint16_t)link;
	view.flags = VIEW_SAMPLE;
	if (link < 0 || s->rate == 0 || dissect(&fi->dissect, &view, &packet) != DISSECT_OK) {
		counter_add(fi->counters, COUNTER_import_samples_skipped, 1);
		return;
	}
	packet.key.label ^= sample_label(o);
	if (packet.flags & PACKET_QUOTE)
		packet.quote.label ^= sample_label(o);
	flow_engine_sample(fi->engine, &packet, &view, s->rate);
}

struct flow_import *
flow_import_create(struct flow_engine *engine, struct counters *counters,
                   const struct dissect_options *dissect)
{
	struct flow_import *fi = calloc(1, sizeof(*fi));
	const struct import_sink sink = { .context = fi, .flow = take_flow, .sample = take_sample };

	if (fi == NULL)
		return NULL;
	fi->engine = engine;
	fi->counters = counters;
	fi->dissect = *dissect;
	fi->importer = importer_create(&sink, counters);
	if (fi->importer != NULL)
		return fi;
	free(fi);
	return NULL;
}

void
flow_import_free(struct flow_import *fi)
{
	if (fi == NULL)
		return;
	importer_free(fi->importer);
	free(fi);
}

/* From the packet itself: a flow key may be without addresses. */
static bool
origin_of(const struct packet *p, struct import_origin *o)
{
	const uint8_t *ip = p->data + p->l3_at;
	const size_t size = p->flags & PACKET_IPV6 ? 16 : 4, at = p->flags & PACKET_IPV6 ? 8 : 12;

	if (!(p->flags & (PACKET_IPV4 | PACKET_IPV6)))
		return false;
	*o = (struct import_origin){ .ipv6 = size == 16, .time_ns = p->time_ns };
	memcpy(o->exporter, ip + at, size);
	memcpy(o->collector, ip + at + size, size);
	return true;
}

void
flow_import_packet(struct flow_import *fi, const struct packet *p, const struct packet_view *v)
{
	struct import_origin origin;

	if (!(v->flags & (VIEW_IMPORT | VIEW_SFLOW)) || (v->flags & VIEW_NOTICE) ||
	    !(p->flags & PACKET_UDP) || !origin_of(p, &origin))
		return;
	if ((p->flags & PACKET_FRAGMENT) || p->payload_captured < p->payload_length) {
		counter_add(fi->counters, COUNTER_import_cut, 1);
		return;
	}
	fi->carrier = v;
	if (v->flags & VIEW_SFLOW)
		importer_sflow(fi->importer, &origin, p->data + p->payload_at, p->payload_captured);
	else
		importer_datagram(fi->importer, &origin, p->data + p->payload_at,
		                  p->payload_captured);
}
