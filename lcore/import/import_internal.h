/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the decoders share. Private to lcore/import.
 */
#ifndef PANOPTES_LCORE_IMPORT_IMPORT_INTERNAL_H
#define PANOPTES_LCORE_IMPORT_IMPORT_INTERNAL_H

#include "lcore/import/import.h"
#include "lcore/import/session.h"
#include "lcore/import/template_store.h"

#define IMPORT_MS UINT64_C(1000000)
#define IMPORT_SECOND UINT64_C(1000000000)
#define IMPORT_TIME_MAX (UINT64_C(1) << 62) /* the year 2116, as for packets */

struct importer {
	struct import_sink sink;
	struct counters *counters;
	struct session_store *sessions;
	struct template_store *templates;
	struct import_template scratch;
	struct flow_record record;
};

/* What an export says of one flow, whatever its format. Index 1: the way back. */
struct import_flow {
	uint64_t packets[2], bytes[2]; /* as exported, before scaling */
	uint64_t first_ns, last_ns;    /* 0: not told */
	uint32_t sampling;             /* one packet in so many was seen; 0 and 1: each */
	uint8_t src[16], dst[16];
	bool ipv6;
	uint8_t proto;
	uint8_t icmp_type, icmp_code;
	uint16_t src_port, dst_port;
	uint16_t tcp_flags[2]; /* OR over the flow's packets */
	uint8_t tos[2], ttl;
	bool has_vlan, has_mpls, has_mac;
	uint16_t vlan;
	uint32_t mpls_label; /* label stack entry, host byte order */
	uint8_t src_mac[6], dst_mac[6];
};

/* Makes the record and hands it on; one without packets and bytes is counted as skipped. */
void import_flow_emit(struct importer *, const struct import_origin *, const struct import_flow *);

/* The session of an export: engine, source id, observation domain or agent. */
struct session *import_session(struct importer *, const struct import_origin *, uint16_t version,
                               uint32_t domain);

/* Compares an export's sequence number with what was expected, and expects 'next'. */
void import_sequence(struct importer *, struct session *, uint32_t sequence, uint32_t next,
                     enum counter lost);

/* The decoders; 'len' is at least 2. */
void import_netflow_fixed(struct importer *, const struct import_origin *, const uint8_t *, size_t);

void import_sflow(struct importer *, const struct import_origin *, const uint8_t *, size_t);
void import_sets(struct importer *, const struct import_origin *, const uint8_t *, size_t);

static inline uint16_t
import_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
import_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void
import_count(struct importer *im, enum counter i)
{
	counter_add(im->counters, i, 1);
}

/* A time that is 'ms' of the exporter's clock, which stood at 'uptime_ms' at now_ns. The clock has
 * 32 bits and may have wrapped in between. */
static inline uint64_t
import_uptime_ns(uint64_t now_ns, uint32_t uptime_ms, uint32_t ms)
{
	const int64_t ago_ns = (int64_t)(int32_t)(uptime_ms - ms) * (int64_t)IMPORT_MS;

	return ago_ns > 0 && (uint64_t)ago_ns >= now_ns ? 0 : now_ns - (uint64_t)ago_ns;
}

#endif
