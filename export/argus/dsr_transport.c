/* SPDX-License-Identifier: BSD-3-Clause */
/* transport DSR: who the probe is, and the flow's number. */
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
	case SOURCE_ID_NONE:
		break;
	}
	return WIRE_SRCID_NONE;
}

static void
transport_write(struct writer *w, const struct far_input *in)
{
	struct source_id exporter = { .kind = SOURCE_ID_IPV4 };
	const struct source_id *id = &in->options->source_id;
	uint8_t *p = writer_claim(w, 12);

	if (p == NULL)
		return;
	if (in->record->flags & FLOW_RECORD_EXPORTER) {
		memcpy(exporter.bytes, in->record->exporter, sizeof(exporter.bytes));
		id = &exporter;
	}
	/* Never a sequence without an id: clients lose the record then. */
	put_dsr_header(p, WIRE_DSR_TRANSPORT, WIRE_TRANSPORT_SRCID | WIRE_TRANSPORT_SEQUENCE,
	               source_id_qualifier(id), 3);
	if (id->kind == SOURCE_ID_NONE)
		put_u32(p + 4, 0);
	else
		memcpy(p + 4, id->bytes, 4);
	put_u32(p + 8, in->sequence);
}

const struct dsr dsr_transport = {
	.name = "transport",
	.type = WIRE_DSR_TRANSPORT,
	.size_max = 12,
	.write = transport_write,
};
