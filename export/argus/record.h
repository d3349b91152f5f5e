/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Argus records, format version 3 or 5: a FAR from a flow record, a MAR from
 * counters. Pure functions from structs to bytes: no I/O, no allocation, no
 * state but what far_encoder_init has computed.
 *
 * Any core may call them; the encoder is read-only once initialised.
 */
#ifndef PANOPTES_EXPORT_ARGUS_RECORD_H
#define PANOPTES_EXPORT_ARGUS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "ring/flow_record.h"

/* What of a flow record is written. */
struct far_options {
	enum record_format format;
	struct source_id source_id;
	const struct source_id
	        *worker_source_ids; /* by worker, or NULL; SOURCE_ID_NONE: source_id */
	bool app_bytes;             /* metric with application bytes, where there are any */
	bool bidirectional_times;   /* a start and an end for each direction */
	bool packet_size;           /* psize DSR */
	bool mac;                   /* mac DSR */
	bool keystroke;             /* behavior DSR */
	bool keystroke_ssh;         /* ... of SSH alone */
};
void far_options_init(struct far_options *, const struct config *);

/* DSRs in wire slot order, those that the options ask for. */
#define FAR_DSRS_MAX 24
struct dsr;
struct far_encoder {
	struct far_options options;
	struct flow_record_layout layout;
	uint8_t first_byte; /* of each record: FAR, and the version */
	unsigned dsrs;
	const struct dsr *dsr[FAR_DSRS_MAX];
};
/* Format 3 numbers flows, format 5 records. */
bool record_format_numbers_records(enum record_format);

/* 0; -EINVAL when a layout asks for records beyond WIRE_RECORD_SIZE_MAX. */
int far_encoder_init(struct far_encoder *, const struct far_options *,
                     const struct flow_record_layout *);

/* No FAR of this encoder is longer, in bytes. */
size_t far_size_max(const struct far_encoder *);

/* The record's FAR in 'out': its size in bytes, or 0 when it doesn't fit in 'room'. No byte at or
 * beyond out + room is touched. */
size_t far_encode(const struct far_encoder *, const struct flow_record *, uint32_t sequence,
                  uint8_t *out, size_t room);

/* The size of the record that begins here; 0: it is not whole in the 'size' bytes. */
static inline size_t
record_size(const uint8_t *bytes, size_t size)
{
	const size_t n = size < 4 ? 0 : 4 * ((size_t)bytes[2] << 8 | bytes[3]);

	return n <= size ? n : 0;
}

/* Whether a record is a MAR; else it is a flow record. */
static inline bool
record_is_mar(const uint8_t *bytes)
{
	return (bytes[0] & 0x80) != 0;
}

/* A management record. The cause is one of CAUSE_START, _STATUS, _STOP. Counters are of the time
 * since the output's previous MAR. */
struct mar {
	enum flow_cause cause;
	enum record_format format;
	struct source_id source_id;
	uint64_t start_ns;      /* START: the probe's; others: the previous MAR's */
	uint64_t now_ns;        /* wall clock */
	uint32_t last_sequence; /* the last one given out */
	uint16_t far_interval_s, mar_interval_s;
	uint64_t packets, bytes; /* received */
	uint32_t records;        /* written; the STOP MAR counts itself */
	uint32_t flows;          /* opened */
	uint32_t dropped;        /* packets */
	uint32_t sampling;       /* of new flows one in so many was taken; 0: all */
	uint32_t queue;          /* records that wait to be written */
	uint32_t clients;        /* outputs */
	uint32_t buffers;        /* output blocks held */
	uint32_t memory;         /* bytes of them */
	uint8_t interface_type;  /* libpcap's number of the link type; 0: not told */
	uint16_t user_size[2];   /* captured user data, source and destination */
};
/* Always WIRE_MAR_SIZE bytes. */
void mar_encode(const struct mar *, uint8_t *out);

#endif
