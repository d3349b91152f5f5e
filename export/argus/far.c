/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A FAR is a header and the DSRs of the table that have something to say, in
 * wire slot order. Which of them a configuration can have is settled once, so a
 * plain configuration doesn't walk past the optional ones for every record.
 */
#include <errno.h>

#include "export/argus/dsr.h"

void
far_options_init(struct far_options *o, const struct config *c)
{
	*o = (struct far_options){
		.format = c->format,
		.source_id = c->source_id,
		.app_bytes = c->app_bytes,
		.bidirectional_times = c->bidirectional_times,
		.packet_size = c->packet_size,
		.mac = c->mac,
		.keystroke = c->keystroke,
		.keystroke_ssh = c->keystroke_ssh,
	};
}

int
far_encoder_init(struct far_encoder *e, const struct far_options *o,
                 const struct flow_record_layout *l)
{
	const struct dialect *const dialect = dialect_of(o->format);

	*e = (struct far_encoder){ .options = *o, .layout = *l };
	e->first_byte = dialect->far;
	for (unsigned i = 0; i < dialect->dsrs; i++) {
		const struct dsr *d = dialect->dsr[i];

		if (d->wanted == NULL || d->wanted(o, l))
			e->dsr[e->dsrs++] = d;
	}
	if (l->user_size[0] > UINT16_MAX || l->user_size[1] > UINT16_MAX)
		return -EINVAL;
	return far_size_max(e) <= WIRE_RECORD_SIZE_MAX ? 0 : -EINVAL;
}

size_t
far_size_max(const struct far_encoder *e)
{
	size_t size = WIRE_RECORD_HEADER_SIZE;

	for (unsigned i = 0; i < e->dsrs; i++)
		size += e->dsr[i]->size_max;
	for (int d = 0; d < 2; d++)
		size += (e->layout.user_size[d] + 3u) & ~3u;
	return size;
}

static const void *
section(const struct flow_record *r, uint32_t at)
{
	return at ? (const char *)r + at : NULL;
}

void
far_input_init(struct far_input *in, const struct far_encoder *e, const struct flow_record *r,
               uint32_t sequence)
{
	*in = (struct far_input){
		.options = &e->options,
		.record = r,
		.jitter = section(r, e->layout.jitter_at),
		.tunnel = section(r, e->layout.tunnel_at),
		.label = section(r, e->layout.label_at),
		.user = { section(r, e->layout.user_at[0]), section(r, e->layout.user_at[1]) },
		.user_size = { e->layout.user_size[0], e->layout.user_size[1] },
		.sequence = sequence,
	};
}

size_t
far_encode(const struct far_encoder *e, const struct flow_record *r, uint32_t sequence,
           uint8_t *out, size_t room)
{
	struct writer w = { 0 };
	struct far_input in;
	uint8_t *header;
	uint32_t first;
	size_t size;

	far_input_init(&in, e, r, sequence);
	w.at = out;
	w.end = out + room;
	header = writer_claim(&w, WIRE_RECORD_HEADER_SIZE);
	if (header == NULL)
		return 0;
	for (unsigned i = 0; i < e->dsrs; i++)
		e->dsr[i]->write(&w, &in);
	if (w.overflow)
		return 0;
	size = (size_t)(w.at - out);
	first = e->first_byte;
	if (r->flags & FLOW_RECORD_IMPORTED)
		first |= WIRE_IMPORTED;
	put_u32(header, first << 24 | (uint32_t)(r->cause & 0xF0) << 16 | (uint32_t)(size / 4));
	return size;
}
