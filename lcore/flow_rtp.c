/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RTP and RTCP of one flow. A direction's stream is on trial until MEDIA_AGREED of
 * its packets agreed; then it is followed, and its loss counted by sequence numbers
 * as in RFC 3550, A.1: forward steps up to DROPOUT_MAX are loss, backward ones up to
 * MISORDER_MAX are packets that come late, anything else is a stream that began anew
 * and goes on trial again, as does a stream of another source. Runs on the flow's
 * worker lcore; owns nothing.
 */
#include <string.h>

#include "lcore/flow_media.h"

#define RTP_SIZE 12
#define STEP_MAX 16      /* of sequence numbers on trial */
#define DROPOUT_MAX 3000 /* RFC 3550, A.1 */
#define MISORDER_MAX 100

/* RTCP packet types (RFC 3550, 12.1). */
enum {
	RTCP_SENDER_REPORT = 200,
	RTCP_RECEIVER_REPORT = 201,
	RTCP_FIRST = 192, /* RFC 5761, 4 */
	RTCP_LAST = 223,
};
#define RTCP_PARTS_MAX 32
#define RTCP_AGREED 2

/* Audio of a fixed bit rate (RFC 3551) that is not of whole frames: nobody speaks. */
static bool
is_silence(uint8_t type, uint32_t size)
{
	switch (type) {
	case 0:  /* PCMU */
	case 8:  /* PCMA */
	case 9:  /* G722 */
	case 15: /* G728 */
	case 18: /* G729 */
		return size == 0 || size % 10 != 0;
	case 4: /* G723 */
		return size == 0 || size == 4;
	default:
		return false;
	}
}

/* The packet's own source is on trial; whether that is over, and passed. */
static bool
try_source(struct flow_rtp_side *s, const uint8_t *h)
{
	const uint32_t ssrc = media_read32(h + 8);
	const uint16_t seq = media_read16(h + 2);
	const uint8_t type = h[1] & 0x7f;
	const uint16_t step = (uint16_t)(seq - s->seq);

	if (s->agreed != 0 && ssrc == s->ssrc && type == s->type && step == 0)
		return false; /* a copy */
	if (s->agreed != 0 && ssrc == s->ssrc && type == s->type && step <= STEP_MAX) {
		s->agreed++;
		s->gaps = (uint16_t)(s->gaps + step - 1);
	} else {
		s->agreed = 1;
		s->gaps = 0;
		s->ssrc = ssrc;
		s->type = type;
	}
	s->seq = seq;
	if (s->agreed < MEDIA_AGREED)
		return false;
	if (!s->followed)
		s->lost += s->gaps;
	s->agreed = 0;
	s->followed = true;
	memcpy(s->header, h, RTP_SIZE);
	return true;
}

/* A packet of the source that is followed; false: it began anew. */
static bool
follow(struct flow_rtp *rtp, const uint8_t *h, int dir)
{
	struct flow_rtp_side *s = &rtp->side[dir];
	const uint16_t step = (uint16_t)(media_read16(h + 2) - media_read16(s->header + 2));

	if (step == 0)
		return true;
	if (step <= DROPOUT_MAX) {
		s->lost += step - 1u;
		memcpy(s->header, h, RTP_SIZE);
		return true;
	}
	if (step <= UINT16_MAX - MISORDER_MAX)
		return false;
	rtp->status |= MEDIA_OUT_OF_ORDER << dir;
	if (s->lost != 0)
		s->lost--; /* it was taken for lost */
	return true;
}

bool
flow_rtp_update(struct flow_rtp *rtp, const uint8_t *h, uint32_t captured, uint32_t length, int dir)
{
	struct flow_rtp_side *s = &rtp->side[dir];
	uint32_t header;

	if (captured < RTP_SIZE)
		return false;
	header = RTP_SIZE + (h[0] & 0x0fu) * 4u;
	if (length < header)
		return false;
	if (s->followed && media_read32(h + 8) == media_read32(s->header + 8) &&
	    follow(rtp, h, dir)) {
		s->agreed = 0;
		if ((h[0] & 0x10) == 0 && is_silence(h[1] & 0x7f, length - header))
			rtp->silence |= (uint8_t)(1 << dir);
		return false;
	}
	return try_source(s, h);
}

/* The fewest bytes that a part of RTCP with that many reports, or sources, has. */
static uint32_t
part_size_min(uint8_t type, uint32_t count)
{
	switch (type) {
	case RTCP_SENDER_REPORT:
		return 28 + 24 * count;
	case RTCP_RECEIVER_REPORT:
		return 8 + 24 * count;
	case 202: /* source description: a source and one empty item each */
		return 4 + 8 * count;
	case 203: /* goodbye */
		return 4 + 4 * count;
	default:
		return 4;
	}
}

/* Size of a part that is sound, its header captured; 0: it is not. Only the last one is padded. */
static uint32_t
part_size(const uint8_t *h, uint32_t left)
{
	const uint32_t size = (media_read16(h + 2) + 1u) * 4u;

	if (h[0] >> 6 != 2 || h[1] < RTCP_FIRST || h[1] > RTCP_LAST || size > left ||
	    size < part_size_min(h[1], h[0] & 0x1f))
		return 0;
	return (h[0] & 0x20) != 0 && size != left ? 0 : size;
}

/* Parts of a compound packet (RFC 3550, 6.1 and A.2): 0 if the first is no report. 1 also where
 * what follows is not as it should be: it may be encrypted (RFC 3711). */
static uint32_t
parts_of(const uint8_t *payload, uint32_t captured, uint32_t length)
{
	uint32_t at, parts = 1;

	if (payload[1] != RTCP_SENDER_REPORT && payload[1] != RTCP_RECEIVER_REPORT)
		return 0;
	at = part_size(payload, length);
	if (at == 0)
		return 0;
	while (at < length && parts < RTCP_PARTS_MAX) {
		uint32_t size;

		if (captured < 4 || at > captured - 4)
			return 1;
		size = part_size(payload + at, length - at);
		if (size == 0)
			return 1;
		at += size;
		parts++;
	}
	return parts;
}

bool
flow_rtcp_update(struct flow_rtp *rtp, const uint8_t *payload, uint32_t captured, uint32_t length,
                 int dir)
{
	struct flow_rtp_side *s = &rtp->side[dir];
	const uint32_t parts = captured >= 8 ? parts_of(payload, captured, length) : 0;
	const bool same =
	        s->reports != 0 && media_read32(s->header + 4) == media_read32(payload + 4);

	if (parts == 0) {
		s->reports = 0;
		return false;
	}
	if (!s->followed) {
		memcpy(s->header, payload, 8);
		s->reports = same ? RTCP_AGREED : 1;
	}
	return parts > 1 || s->reports >= RTCP_AGREED;
}
