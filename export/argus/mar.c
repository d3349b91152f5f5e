/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MAR layout, offsets in bytes. In version 3, START carries the format's cookie
 * where the others carry the source id, and the source id near its end; in
 * version 5 every MAR has the cookie, and the source id before its end.
 */
#include "export/argus/dsr.h"

/* The wall clock, not packet time: exact, and never near second 0. */
static void
put_wall_time(uint8_t *p, uint64_t ns)
{
	put_u32(p, (uint32_t)(ns / 1000000000));
	put_u32(p + 4, (uint32_t)(ns / 1000 % 1000000));
}

static uint32_t
mar_status(const struct source_id *id)
{
	switch (id->kind) {
	case SOURCE_ID_IPV4:
		return WIRE_MAR_ID_IPV4;
	case SOURCE_ID_INTEGER:
		return WIRE_MAR_ID_INTEGER;
	case SOURCE_ID_STRING:
		return WIRE_MAR_ID_STRING;
	case SOURCE_ID_IPV6:
		return WIRE5_MAR_ID_IPV6;
	case SOURCE_ID_UUID:
		return WIRE5_MAR_ID_UUID;
	case SOURCE_ID_NONE:
		break;
	}
	return 0;
}

/* Clients on little-endian hosts expect the text of an id reversed in a MAR, and only there. */
static void
put_source_id(uint8_t *p, const struct source_id *id)
{
	if (id->kind == SOURCE_ID_NONE)
		return;
	for (unsigned i = 0; i < 4; i++)
		p[i] = id->bytes[id->kind == SOURCE_ID_STRING ? 3 - i : i];
}

void
mar_identity_3(const struct mar *m, uint8_t *out)
{
	put_u32(out + 4, mar_status(&m->source_id));
	if (m->cause == CAUSE_START) {
		put_u32(out + 8, WIRE_MAR_COOKIE);
		put_source_id(out + 120, &m->source_id);
	} else {
		put_source_id(out + 8, &m->source_id);
	}
	put_u32(out + 20, m->last_sequence);
}

/* A text is straight here, as in a FAR. */
void
mar_identity_5(const struct mar *m, uint8_t *out)
{
	put_u32(out + 4, mar_status(&m->source_id));
	put_u32(out + 8, WIRE5_MAR_COOKIE);
	put_u32(out + 20, m->last_sequence + 1);
	memcpy(out + 108, m->source_id.bytes, source_id_size(&m->source_id));
}

void
mar_encode(const struct mar *m, uint8_t *out)
{
	const struct dialect *const dialect = dialect_of(m->format);

	memset(out, 0, WIRE_MAR_SIZE);
	put_u32(out, (uint32_t)dialect->mar << 24 | (uint32_t)m->cause << 16 | WIRE_MAR_SIZE / 4);
	dialect->mar_identity(m, out);
	/* 12: local network and mask, none */
	put_wall_time(out + 24, m->start_ns);
	put_wall_time(out + 32, m->now_ns);
	out[40] = dialect->version;
	out[41] = WIRE_MINOR;
	out[42] = m->interface_type;
	/* 43: its status, which argus leaves 0 */
	put_u16(out + 44, m->far_interval_s);
	put_u16(out + 46, m->mar_interval_s);
	put_u64(out + 48, m->packets);
	put_u64(out + 56, m->bytes);
	/* 64: drift of clock against packet time, none; version 5: interfaces, idle flows */
	put_u32(out + 72, m->records);
	put_u32(out + 76, m->flows);
	put_u32(out + 80, m->dropped);
	put_u32(out + 84, m->queue);
	put_u32(out + 88, m->sampling); /* "output", which argus leaves 0 and clients don't read */
	put_u32(out + 92, m->clients);
	put_u32(out + 96, m->buffers);
	put_u32(out + 100, m->memory);
	put_u16(out + 104, m->user_size[0]);
	put_u16(out + 106, m->user_size[1]);
	put_u32(out + 124, WIRE_MAR_RECORD_LEN);
}
