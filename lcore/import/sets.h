/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two halves of NetFlow 9 and IPFIX share: sets.c finds the records,
 * values.c says what they mean. Private to lcore/import.
 */
#ifndef PANOPTES_LCORE_IMPORT_SETS_H
#define PANOPTES_LCORE_IMPORT_SETS_H

#include "lcore/import/fields.h"
#include "lcore/import/import_internal.h"

/* The export at hand. */
struct export
{
	struct importer *im;
	const struct import_origin *origin;
	struct session *session;
	uint64_t now_ns;    /* when it was sent, by the exporter's clock */
	uint32_t uptime_ms; /* version 9: ... and by its uptime */
	uint32_t records;   /* data records so far */
	bool records_known; /* no set was without a template */
	uint16_t version;
};

/* A data record that tells of a flow, or of none: then it is counted. */
void import_values_emit(struct export *, const struct import_values *);
/* One that tells of the exporter: sampling rates, when it started. */
void import_options(struct export *, const struct import_values *);

#endif
