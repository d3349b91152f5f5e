/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ClientHello of a QUIC connection: CRYPTO frames out of the client's Initial
 * packets (RFC 9000, 17.2.2 and 19.6), which may come in any order and in several
 * datagrams.
 */
#include <string.h>

#include "lcore/apps/metadata_internal.h"
#include "lcore/apps/quic.h"

#define PACKETS_MAX 4   /* of a datagram */
#define FRAMES_MAX 1024 /* of a packet, padding apart */
#define CLIENT_HELLO 1

#define FRAME_PADDING 0x00
#define FRAME_PING 0x01
#define FRAME_ACK 0x02
#define FRAME_ACK_ECN 0x03
#define FRAME_CRYPTO 0x06
#define FRAME_CLOSE 0x1c

static void
skip_ack(struct bytes *b, bool ecn)
{
	uint64_t ranges;

	(void)bytes_varint(b); /* largest */
	(void)bytes_varint(b); /* delay */
	ranges = bytes_varint(b);
	(void)bytes_varint(b); /* the first range */
	while (ranges-- != 0 && !b->failed) {
		(void)bytes_varint(b);
		(void)bytes_varint(b);
	}
	for (unsigned i = 0; ecn && i < 3; i++)
		(void)bytes_varint(b);
}

/* False: malformed. */
static bool
read_crypto(const struct reading *r, struct bytes *b)
{
	const uint64_t offset = bytes_varint(b);
	const size_t size = (size_t)bytes_varint(b);
	const uint8_t *data = bytes_take(b, size);

	/* a piece too many is missed when the message doesn't become whole */
	if (data != NULL)
		(void)pending_add(r->m->pending, r->flow->pending, offset, data, size);
	return data != NULL;
}

/* False: malformed. Other frames than these are not allowed (RFC 9000, 17.2.2), but for the end of
 * a connection. */
static bool
read_frames(const struct reading *r, struct bytes b)
{
	for (unsigned n = 0; n < FRAMES_MAX && b.left != 0;) {
		const unsigned type = (unsigned)bytes_number(&b, 1);

		n += type != FRAME_PADDING;
		switch (type) {
		case FRAME_PADDING:
		case FRAME_PING:
			break;
		case FRAME_ACK:
		case FRAME_ACK_ECN:
			skip_ack(&b, type == FRAME_ACK_ECN);
			break;
		case FRAME_CRYPTO:
			if (!read_crypto(r, &b))
				return false;
			break;
		default:
			return type == FRAME_CLOSE;
		}
		if (b.failed)
			return false;
	}
	return true;
}

/* The message's slot, which also knows the keys. */
static void
take_slot(const struct reading *r, const struct quic_id *id)
{
	struct pending_note *note;

	if (pending_held(r->m->pending, r->flow->pending))
		return;
	if (pending_take(r->m->pending, &r->flow->pending))
		tally(&r->m->tallies.pending_full);
	note = pending_note(r->m->pending, r->flow->pending);
	note->id_size = id->size;
	memcpy(note->id, id->bytes, id->size);
}

/* Whether nothing more is to be had of the message. */
static bool
read_message(const struct reading *r)
{
	const uint8_t *at = NULL;
	const size_t size = pending_bytes(r->m->pending, r->flow->pending, &at);
	struct bytes b = bytes_of(at, size), body;
	const unsigned type = (unsigned)bytes_number(&b, 1);

	body = bytes_block(&b, 3);
	if (body.failed) {
		if (size == PENDING_SIZE) /* there is no room for the rest */
			tally(&r->m->tallies.incomplete);
		return size == PENDING_SIZE;
	}
	if (type == CLIENT_HELLO)
		metadata_client_hello(r, body, true);
	else
		tally(&r->m->tallies.malformed);
	return true;
}

static enum quic_opened
open_packet(const struct reading *r, const uint8_t *at, size_t size, struct quic_packet *p)
{
	struct quic_id first = { 0 };
	const bool known = pending_held(r->m->pending, r->flow->pending);

	if (known) {
		const struct pending_note *note = pending_note(r->m->pending, r->flow->pending);

		first.size = note->id_size;
		memcpy(first.bytes, note->id, note->id_size);
	}
	return quic_open(r->m->quic, at, size, known ? &first : NULL, p);
}

void
metadata_quic(const struct reading *r)
{
	const uint8_t *at = r->payload->data;
	size_t left = r->payload->len;
	bool sound = true;

	for (unsigned n = 0; n < PACKETS_MAX && left != 0; n++) {
		struct quic_packet p;
		const enum quic_opened opened = open_packet(r, at, left, &p);

		if (opened == QUIC_OPENED) {
			take_slot(r, &p.id);
			sound = sound && read_frames(r, bytes_of(p.frames, p.frames_size));
		} else if (opened == QUIC_UNSOUND && r->payload->client) {
			sound = false; /* the server's are sealed with other keys */
		} else if (opened == QUIC_CUT) {
			tally(&r->m->tallies.incomplete);
		}
		if (opened == QUIC_FOREIGN || opened == QUIC_CUT)
			break;
		at += p.size;
		left -= p.size;
	}
	if (!sound)
		tally(&r->m->tallies.malformed);
	if (pending_held(r->m->pending, r->flow->pending) && read_message(r)) {
		(void)pending_release(r->m->pending, &r->flow->pending);
		r->flow->ended = 3;
	} else if (!r->payload->client) {
		reading_end(r); /* one look, as the ends may be taken for each other */
	}
}
