/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Only whole payloads are decoded: fragments aren't put together, and half an
 * export would be taken for a gap in its sequence.
 */
#include "lcore/flow_import.h"

#include <stdlib.h>
#include <string.h>

#include "lcore/import/import.h"

struct flow_import {
	struct importer *importer;
	struct flow_engine *engine;
	struct counters *counters;
};

static void
take_flow(void *context, const struct flow_record *r)
{
	struct flow_import *fi = context;

	flow_engine_import(fi->engine, r);
}

struct flow_import *
flow_import_create(struct flow_engine *engine, struct counters *counters)
{
	struct flow_import *fi = calloc(1, sizeof(*fi));
	const struct import_sink sink = { .context = fi, .flow = take_flow };

	if (fi == NULL)
		return NULL;
	fi->engine = engine;
	fi->counters = counters;
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

	if (!(v->flags & VIEW_IMPORT) || (v->flags & VIEW_NOTICE) || !(p->flags & PACKET_UDP) ||
	    !origin_of(p, &origin))
		return;
	if ((p->flags & PACKET_FRAGMENT) || p->payload_captured < p->payload_length) {
		counter_add(fi->counters, COUNTER_import_cut, 1);
		return;
	}
	importer_datagram(fi->importer, &origin, p->data + p->payload_at, p->payload_captured);
}
