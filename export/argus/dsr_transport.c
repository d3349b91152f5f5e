/* SPDX-License-Identifier: BSD-3-Clause */
/* transport DSR: who the probe is, and the flow's or (version 5) the record's number. */
#include "export/argus/dsr.h"

static unsigned
source_id_qualifier(const struct source_id *id)
{
	switch (id->kind) {
	case SOURCE_ID_IPV4:
		return WIRE_SRCID_IPV4;
	case SOURCE_ID_INTEGER:
		return WIRE_SRCID_INTEGER;
	case SOURCE_ID_STRING:
		return WIRE_SRCID_STRING;
	case SOURCE_ID_IPV6:
		return WIRE5_SRCID_IPV6;
	case SOURCE_ID_UUID:
		return WIRE5_SRCID_UUID;
	case SOURCE_ID_NONE:
		break;
	}
	return WIRE_SRCID_NONE;
}

struct source_id
far_source_id(const struct far_input *in)
{
	const struct far_options *o = in->options;
	const struct flow_record *r = in->record;
	struct source_id exporter = { .kind = SOURCE_ID_IPV4 };

	if (r->flags & FLOW_RECORD_EXPORTER) {
		memcpy(exporter.bytes, r->exporter, sizeof(r->exporter));
		return exporter;
	}
	if (o->worker_source_ids != NULL && o->worker_source_ids[r->worker].kind != SOURCE_ID_NONE)
		return o->worker_source_ids[r->worker];
	return o->source_id;
}

static void
transport_write(struct writer *w, const struct far_input *in)
{
	const struct source_id id = far_source_id(in);
	uint8_t *p = writer_claim(w, 12);

	if (p == NULL)
		return;
	/* Never a sequence without an id: clients lose the record then. */
	put_dsr_header(p, WIRE_DSR_TRANSPORT, WIRE_TRANSPORT_SRCID | WIRE_TRANSPORT_SEQUENCE,
	               source_id_qualifier(&id), 3);
	if (id.kind == SOURCE_ID_NONE)
		put_u32(p + 4, 0);
	else
		memcpy(p + 4, id.bytes, 4);
	put_u32(p + 8, in->sequence);
}

const struct dsr dsr_transport = {
	.name = "transport",
	.type = WIRE_DSR_TRANSPORT,
	.size_max = 12,
	.write = transport_write,
};

/* Without an id there is a sequence alone: clients of version 5 mistake its bytes behind an id of
 * no kind. */
static void
transport_5_write(struct writer *w, const struct far_input *in)
{
	const struct source_id id = far_source_id(in);
	const size_t id_size = source_id_size(&id);
	uint8_t *p = writer_claim(w, 8 + id_size);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_TRANSPORT,
	               WIRE_TRANSPORT_SEQUENCE | (id_size != 0 ? WIRE_TRANSPORT_SRCID : 0),
	               source_id_qualifier(&id), 2 + id_size / 4);
	memcpy(p + 4, id.bytes, id_size);
	put_u32(p + 4 + id_size, in->sequence);
}

const struct dsr dsr5_transport = {
	.name = "transport",
	.type = WIRE_DSR_TRANSPORT,
	.size_max = 24,
	.write = transport_5_write,
};
