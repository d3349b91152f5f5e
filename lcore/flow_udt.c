/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UDT, version 4 (draft-gg-udt-03): loss and acknowledgements of a flow that began
 * with a handshake. Runs on the flow's worker lcore; owns nothing.
 */
#include <string.h>

#include "lcore/flow_media.h"

#define HEADER_SIZE 16
#define HANDSHAKE_SIZE 48
#define VERSION 4
#define PACKET_SIZE_MAX 65535 /* no IP datagram is larger */

#define CONTROL 0x8000
#define SEQ_MASK 0x7fffffffu
#define NO_SEQ 0x80000000u
#define REORDERED_MAX 1000000 /* farther off it is none of this connection's */

enum {
	TYPE_HANDSHAKE = 0,
	TYPE_ACK = 2,
	TYPE_NAK = 3,
	TYPE_CONGESTION = 4,
};

enum {
	SOCKET_STREAM = 1,
	SOCKET_DATAGRAM = 2,
};

/* Types of connection: a rendezvous, a request, and their answers. */
static bool
connection_fits(int32_t type)
{
	return type >= -2 && type <= 1;
}

static bool
is_handshake(const uint8_t *h, uint32_t captured)
{
	const uint8_t *body = h + HEADER_SIZE;

	return captured == HEADER_SIZE + HANDSHAKE_SIZE &&
	       media_read32(h) == (uint32_t)CONTROL << 16 && media_read32(body) == VERSION &&
	       (media_read32(body + 4) == SOCKET_STREAM ||
	        media_read32(body + 4) == SOCKET_DATAGRAM) &&
	       media_read32(body + 8) <= SEQ_MASK && media_read32(body + 12) > HEADER_SIZE &&
	       media_read32(body + 12) <= PACKET_SIZE_MAX &&
	       connection_fits((int32_t)media_read32(body + 20));
}

bool
flow_udt_open(struct flow_udt *u, const uint8_t *payload, uint32_t captured)
{
	if (!is_handshake(payload, captured))
		return false;
	memset(u, 0, sizeof(*u));
	u->next[0] = NO_SEQ;
	u->next[1] = NO_SEQ;
	return true;
}

static void
handshake(struct flow_udt *u, const uint8_t *h, uint32_t captured)
{
	if (!is_handshake(h, captured))
		return;
	for (uint32_t i = 0; i < 7; i++)
		u->report.handshake[i] = media_read32(h + HEADER_SIZE + 4 * i);
}

/* A light acknowledgement has the sequence number alone; fields come one after another. */
static void
acknowledgement(struct flow_udt *u, const uint8_t *body, uint32_t size, int dir)
{
	struct flow_udt_report *r = &u->report;
	uint32_t *const fields[] = { &r->ack,    &r->rtt_us, &r->rtt_variance_us,
		                     &r->window, &r->rate,   &r->capacity };

	for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && 4 * i + 4 <= size; i++)
		*fields[i] = media_read32(body + 4 * i);
	if (size >= 16 && r->window == 0)
		r->status |= MEDIA_WINDOW_SHUT << dir;
}

/* Single packets, and ranges whose first number has the upper bit set. */
static void
loss_list(struct flow_udt *u, const uint8_t *body, uint32_t size)
{
	uint64_t n = u->report.nacked;

	for (uint32_t at = 0; at + 4 <= size; at += 4) {
		const uint32_t first = media_read32(body + at);
		uint32_t span;

		if (first <= SEQ_MASK) {
			n++;
			continue;
		}
		if (at + 8 > size)
			break;
		at += 4;
		span = (media_read32(body + at) - first) & SEQ_MASK;
		if (span < REORDERED_MAX)
			n += span + 1;
	}
	u->report.nacked = n < INT32_MAX ? (uint32_t)n : INT32_MAX;
}

static void
data(struct flow_udt *u, const uint8_t *h, uint64_t time_ns, int dir)
{
	struct flow_udt_report *r = &u->report;
	uint32_t *const places[] = { &r->middle, &r->last, &r->first, &r->solo };
	const uint32_t seq = media_read32(h);
	const uint32_t ahead = (seq - u->next[dir]) & SEQ_MASK;

	(*places[h[4] >> 6])++;
	r->last_ns = time_ns;
	r->seq = seq;
	r->stamp = media_read32(h + 8);
	if (u->next[dir] != NO_SEQ && ahead > SEQ_MASK - REORDERED_MAX) {
		r->retransmitted++;
		r->status |= MEDIA_RETRANSMITTED << dir;
		return;
	}
	if (u->next[dir] != NO_SEQ && ahead != 0 && ahead < REORDERED_MAX) {
		r->dropped = r->dropped > INT32_MAX - ahead ? INT32_MAX : r->dropped + ahead;
		r->status |= MEDIA_DROPPED << dir;
	}
	u->next[dir] = (seq + 1) & SEQ_MASK;
}

void
flow_udt_update(struct flow_udt *u, const struct packet *p, int dir)
{
	const uint8_t *h = p->data + p->payload_at;
	const uint32_t captured = p->payload_captured;

	if (captured < HEADER_SIZE)
		return;
	if (!(h[0] & 0x80)) {
		data(u, h, p->time_ns, dir);
		return;
	}
	switch (media_read16(h) & ~CONTROL) {
	case TYPE_HANDSHAKE:
		handshake(u, h, captured);
		break;
	case TYPE_ACK:
		acknowledgement(u, h + HEADER_SIZE, captured - HEADER_SIZE, dir);
		break;
	case TYPE_NAK:
		loss_list(u, h + HEADER_SIZE, captured - HEADER_SIZE);
		break;
	case TYPE_CONGESTION:
		u->report.status |= MEDIA_CONGESTED << dir;
		break;
	default:
		break;
	}
}
