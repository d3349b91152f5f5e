/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a capture format is parsed: bytes of a block -> packet views that point
 * into it. A format is a row of capture_formats[]; it does no I/O and keeps its
 * state in struct capture_parser. Every length it meets is checked against the
 * bytes that are there.
 */
#ifndef PANOPTES_LCORE_CAPTURE_FORMAT_H
#define PANOPTES_LCORE_CAPTURE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lcore/view.h"

/* No link of ours carries more; libpcap's own limit. More captured bytes: damage. */
#define CAPTURE_PACKET_MAX 262144u
/* The largest record that must fit the reader's block: a packet and what a format puts around it.
 */
#define CAPTURE_RECORD_MAX (CAPTURE_PACKET_MAX + 65536u)
#define CAPTURE_INTERFACES_MAX 256

struct capture_interface {
	uint16_t link_type; /* DLT_* */
	uint32_t snaplen;   /* 0: no limit */
	bool binary;        /* time unit is 2^-exponent s, else 10^-exponent s */
	uint8_t exponent;
	int64_t offset_s;
};

struct capture_parser {
	const struct capture_format *format;
	bool swapped;         /* the file's byte order is not ours */
	bool nanoseconds;     /* pcap */
	bool lengths_swapped; /* pcap before version 2.4 */
	uint8_t header_size;  /* of a pcap record */
	unsigned interface_count;
	struct capture_interface interfaces[CAPTURE_INTERFACES_MAX];
	char problem[128]; /* what is wrong, when CAPTURE_DAMAGED */
};

enum capture_step {
	CAPTURE_PACKET,  /* a view was made */
	CAPTURE_OTHER,   /* something without packet was passed over */
	CAPTURE_MORE,    /* the record is not whole yet */
	CAPTURE_DAMAGED, /* no way on; the parser's 'problem' says why */
};

struct capture_format {
	const char *name;
	size_t header_min; /* bytes that 'header' wants to see */
	/* The file begins like this format. */
	bool (*probe)(const uint8_t *bytes, size_t len);
	/* Reads the file header. >= 0: its length; negative: damaged. */
	int (*header)(struct capture_parser *, const uint8_t *bytes, size_t len);
	/* Up to 'max' views of the whole records in bytes[0..len); *used becomes how much they
	 * took (may exceed len: the rest is to be skipped). Returns the number of views; *step says
	 * why it stopped: CAPTURE_PACKET (max reached), CAPTURE_MORE or CAPTURE_DAMAGED. */
	unsigned (*burst)(struct capture_parser *, const uint8_t *bytes, size_t len, size_t *used,
	                  struct packet_view *views, unsigned max, enum capture_step *step);
};

extern const struct capture_format capture_pcap, capture_pcapng, capture_snoop, capture_tsh;

/* One record at bytes[0..len): its length goes to *used, which may exceed len for a record without
 * packet. */
typedef enum capture_step capture_step_fn(struct capture_parser *, const uint8_t *bytes, size_t len,
                                          size_t *used, struct packet_view *view);

/* The burst of a format in terms of one step; inlined into each format's own. */
static inline unsigned
capture_burst_steps(capture_step_fn *step_fn, struct capture_parser *p, const uint8_t *bytes,
                    size_t len, size_t *used, struct packet_view *views, unsigned max,
                    enum capture_step *step)
{
	size_t at = 0;
	unsigned n = 0;

	*step = CAPTURE_PACKET;
	while (n < max) {
		size_t took = 0;
		const enum capture_step s =
		        at <= len ? step_fn(p, bytes + at, len - at, &took, &views[n])
		                  : CAPTURE_MORE;

		if (s == CAPTURE_MORE || s == CAPTURE_DAMAGED) {
			*step = s;
			break;
		}
		at += took;
		n += s == CAPTURE_PACKET;
	}
	*used = at;
	return n;
}

static inline uint16_t
capture_u16(const struct capture_parser *p, const uint8_t *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof(v));
	return p->swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t
capture_u32(const struct capture_parser *p, const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return p->swapped ? __builtin_bswap32(v) : v;
}

static inline uint32_t
capture_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The DLT_* value of a LINKTYPE_* value as files carry it. */
uint16_t capture_link_type(uint32_t file_link_type);

/* Writes p->problem; returns CAPTURE_DAMAGED. */
enum capture_step capture_damaged(struct capture_parser *, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

#endif
