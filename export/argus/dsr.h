/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a DSR (data specific record) of a FAR is: one function that writes it,
 * or nothing when the record has nothing to say there. To add one: its function
 * in a file by topic, its constants in wire.h, a line in dsr.c at its wire slot.
 *
 * A dialect is a version of the format: a table of DSRs, and how its MARs are
 * told. A DSR whose bytes agree is in the tables of both.
 */
#ifndef PANOPTES_EXPORT_ARGUS_DSR_H
#define PANOPTES_EXPORT_ARGUS_DSR_H

#include "export/argus/record.h"
#include "export/argus/wire.h"
#include "export/argus/writer.h"

/* What the DSRs of one FAR are written from. */
struct far_input {
	const struct far_options *options;
	const struct flow_record *record;
	const struct flow_jitter_report *jitter; /* NULL: not in the layout */
	const struct flow_tunnel *tunnel;        /* NULL: not in the layout */
	const struct flow_label *label;          /* NULL: not in the layout */
	const struct flow_user_data *user[2];    /* NULL: not in the layout */
	uint32_t user_size[2];
	uint32_t sequence;
};

/* Of a record in this encoder's layout, which must outlive it. */
void far_input_init(struct far_input *in, const struct far_encoder *e, const struct flow_record *r,
                    uint32_t sequence);

/* Whose record it is: an exporter's, an interface's, or the probe's. */
struct source_id far_source_id(const struct far_input *);

struct dsr {
	const char *name;
	uint8_t type;
	uint16_t size_max; /* bytes, user data apart */
	/* Can this configuration have it at all? NULL: yes. */
	bool (*wanted)(const struct far_options *, const struct flow_record_layout *);
	void (*write)(struct writer *, const struct far_input *);
};

struct dialect {
	uint8_t version;
	uint8_t far, mar;             /* first byte of each record */
	bool numbers_records;         /* a sequence number for each record, not for each flow */
	const struct dsr *const *dsr; /* in wire slot order: clients need metric before network */
	unsigned dsrs;
	/* Status, cookie, source id and sequence number of a MAR, in zeroed bytes. */
	void (*mar_identity)(const struct mar *, uint8_t *out);
};
const struct dialect *dialect_of(enum record_format);

void mar_identity_3(const struct mar *, uint8_t *out);
void mar_identity_5(const struct mar *, uint8_t *out);

/* A time stamp as seconds and microseconds (cut, not rounded). Second 0 means "no time" to
 * clients, so anything earlier than 1970-01-01 00:00:01 is written as that. */
static inline void
put_stamp(uint8_t *p, uint64_t ns)
{
	const uint64_t us = ns / 1000;
	const uint64_t s = us / 1000000;

	if (__builtin_expect(s - 1 >= UINT32_MAX, 0)) { /* 0, or beyond the field */
		put_u32(p, s == 0 ? 1 : UINT32_MAX);
		put_u32(p + 4, 0);
		return;
	}
	put_u32(p, (uint32_t)s);
	put_u32(p + 4, (uint32_t)(us - s * 1000000));
}

/* The same in seconds and nanoseconds. */
static inline void
put_stamp_ns(uint8_t *p, uint64_t ns)
{
	const uint64_t s = ns / 1000000000;

	if (__builtin_expect(s - 1 >= UINT32_MAX, 0)) {
		put_u32(p, s == 0 ? 1 : UINT32_MAX);
		put_u32(p + 4, 0);
		return;
	}
	put_u32(p, (uint32_t)s);
	put_u32(p + 4, (uint32_t)(ns - s * 1000000000));
}

extern const struct dsr dsr_transport, dsr_flow, dsr_time, dsr_metric, dsr_network, dsr_vlan,
        dsr_mpls, dsr_jitter, dsr_ipattr, dsr_psize, dsr_data_src, dsr_data_dst, dsr_mac, dsr_icmp,
        dsr_encaps, dsr_behavior, dsr_label;
/* Of version 5, where it differs. */
extern const struct dsr dsr5_transport, dsr5_time, dsr5_network, dsr5_jitter, dsr5_psize,
        dsr5_encaps, dsr5_vxlan, dsr5_gre, dsr5_geneve;

#endif
