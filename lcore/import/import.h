/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow exports (NetFlow, IPFIX) as they come in UDP payloads -> flow records; packet
 * samples (sFlow) -> the packets.
 *
 * Decoders are plain C: bytes in, records out by a callback; what can't be
 * understood is counted by name and never trusted. An importer remembers, for each
 * exporter, templates, sampling rates and sequence numbers, all of it bounded and
 * taken at creation. It belongs to one worker; the exports of one exporter to one
 * collector must all come to the same importer.
 *
 * All integers of an export are big-endian; times become nanoseconds since the
 * epoch.
 */
#ifndef PANOPTES_LCORE_IMPORT_IMPORT_H
#define PANOPTES_LCORE_IMPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring/counters.h"
#include "ring/flow_record.h"

struct importer;

/* Where an export came from and went to, and when it was seen. */
struct import_origin {
	uint8_t exporter[16], collector[16]; /* IPv4: the first four bytes, the others 0 */
	bool ipv6;
	uint64_t time_ns;
};

/* A packet of which sFlow gives the first bytes. */
struct import_sample {
	const uint8_t *bytes;
	uint32_t captured, length; /* bytes there, bytes of the whole frame (>= captured) */
	uint32_t protocol;         /* of the first header, by sFlow's numbers: 1 Ethernet ... */
	uint32_t rate;             /* one packet in so many is sampled */
};

struct import_sink {
	void *context;
	/* One flow: all of the fixed part but flow_index, worker and report_ns is filled in. The
	 * record is the importer's; it is valid during the call. */
	void (*flow)(void *context, const struct flow_record *);
	/* One sampled packet; its bytes are valid during the call. */
	void (*sample)(void *context, const struct import_origin *, const struct import_sample *);
};

/* 'counters' must outlive the importer. NULL without memory. */
struct importer *importer_create(const struct import_sink *, struct counters *counters);
void importer_free(struct importer *);

/* One whole UDP payload, by the version that it starts with. */
void importer_sflow(struct importer *, const struct import_origin *, const uint8_t *payload,
                    size_t len);
void importer_datagram(struct importer *, const struct import_origin *, const uint8_t *payload,
                       size_t len);

#endif
