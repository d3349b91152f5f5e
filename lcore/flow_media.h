/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a UDP flow carries: RTP and RTCP (RFC 3550, 5761), UDT (version 4, as in
 * draft-gg-udt-03). Nothing in UDP names them, so a flow is one of them when its
 * headers agree with each other, never for the looks of a single one:
 *
 *	RTP	MEDIA_AGREED packets of one direction with the same source (SSRC) and
 *		payload type, each sequence number a little ahead of the one before
 *	RTCP	one compound packet of two parts or more whose lengths add up, beginning
 *		with a report; or two packets in a row of the same source that begin with
 *		a report which fits
 *	UDT	a handshake
 *
 * Only a flow's first MEDIA_TRIES packets are looked at, and only if neither port is
 * below 1024; what is not decided by then is plain UDP for good.
 *
 * struct flow_media is plain data embedded in the flow's entry; its owner is the worker
 * lcore that owns the flow. Nothing here allocates, and any bytes whatsoever are legal
 * input. 'dir' is 0 for a packet of the flow's source, 1 for one of its destination.
 */
#ifndef PANOPTES_LCORE_FLOW_MEDIA_H
#define PANOPTES_LCORE_FLOW_MEDIA_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/dissect.h"
#include "ring/flow_record.h"

#define MEDIA_TRIES 32
#define MEDIA_AGREED 4
#define MEDIA_PORT_MIN 1024

/* Status bits of RTP's and UDT's network DSR; of a pair, the left one is the source's. */
/* clang-format off */
#define MEDIA_DROPPED		0x00000010u /* 0x10, 0x20 */
#define MEDIA_RETRANSMITTED	0x00000100u /* 0x100, 0x200 */
#define MEDIA_WINDOW_SHUT	0x00000400u /* 0x400, 0x800 */
#define MEDIA_CONGESTED		0x00004000u /* 0x4000, 0x8000 */
#define MEDIA_OUT_OF_ORDER	0x00010000u /* 0x10000, 0x20000 */
/* clang-format on */

enum media_kind {
	MEDIA_UNKNOWN = 0,
	MEDIA_RTP,
	MEDIA_RTCP,
	MEDIA_UDT,
};

/* One direction of RTP or RTCP. */
struct flow_rtp_side {
	uint8_t header[12]; /* latest one of the stream that is followed */
	uint32_t ssrc;      /* on trial: the source that is to become so, */
	uint16_t seq;       /* ... its latest sequence number, */
	uint8_t type;       /* ... its payload type, */
	uint8_t agreed;     /* ... and packets in a row that agreed */
	uint16_t gaps;      /* ... and missed packets among these */
	bool followed;      /* header valid */
	uint8_t reports;    /* RTCP packets in a row that agreed */
	uint32_t lost;      /* since the last record */
};

struct flow_rtp {
	struct flow_rtp_side side[2];
	uint32_t status;
	uint8_t silence; /* 1 source, 2 destination */
};

struct flow_udt {
	struct flow_udt_report report; /* as it will go out */
	uint32_t next[2];              /* sequence number expected, 0x80000000: none yet */
};

struct flow_media {
	union {
		struct flow_rtp rtp;
		struct flow_udt udt;
	};
	uint8_t kind; /* enum media_kind */
};
static_assert(sizeof(struct flow_media) <= 120, "two cache lines, but for what an ICMP error said");

static inline uint16_t
media_read16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
media_read32(const uint8_t *p)
{
	return (uint32_t)media_read16(p) << 16 | media_read16(p + 2);
}

/* Whether a UDP payload may begin one of the protocols: all of them have the same two first bits.
 */
static inline bool
media_begins(const struct packet *p)
{
	return p->payload_captured >= 8 && p->data[p->payload_at] >> 6 == 2;
}

/* Sets all of *m; the packet at hand is still to be told. */
void flow_media_open(struct flow_media *m);

/* A UDP packet of the flow, as long as its kind is unknown and when it is known. */
void flow_media_update(struct flow_media *m, const struct packet *, int dir);

/* What a record cut now says; nothing of a flow of unknown kind. */
void flow_media_report(const struct flow_media *m, struct flow_record *);

/* A record was cut: counters and marks of the interval start anew. */
void flow_media_reported(struct flow_media *m);

/* flow_rtp.c: whether the packet made sure that the flow is RTP, or RTCP. */
bool flow_rtp_update(struct flow_rtp *, const uint8_t *payload, uint32_t captured, uint32_t length,
                     int dir);
bool flow_rtcp_update(struct flow_rtp *, const uint8_t *payload, uint32_t captured, uint32_t length,
                      int dir);

/* flow_udt.c: whether this is a handshake of UDT; and a packet of a flow that had one. */
bool flow_udt_open(struct flow_udt *, const uint8_t *payload, uint32_t captured);
void flow_udt_update(struct flow_udt *, const struct packet *, int dir);

#endif
