/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ClientHello of a QUIC connection: CRYPTO frames out of the client's Initial
 * packets (RFC 9000, 17.2.2 and 19.6), which may come in any order and in several
 * datagrams.
 */
#include "lcore/apps/metadata_internal.h"
#include "lcore/apps/quic.h"

#define PACKETS_MAX 4  /* of a datagram */
#define FRAMES_MAX 256 /* of a packet, padding apart */
#define CLIENT_HELLO 1

#define FRAME_PADDING 0x00
#define FRAME_PING 0x01
#define FRAME_ACK 0x02
#define FRAME_ACK_ECN 0x03
#define FRAME_CRYPTO 0x06

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

/* False: malformed, or there are too many pieces or messages. */
static bool
read_crypto(const struct reading *r, struct bytes *b)
{
	const uint64_t offset = bytes_varint(b);
	const size_t size = (size_t)bytes_varint(b);
	const uint8_t *data = bytes_take(b, size);

	if (data == NULL) {
		r->m->counts.malformed++;
		return false;
	}
	if (pending_add(r->m->pending, &r->flow->pending, offset, data, size) == 0)
		return true;
	r->m->counts.pending_full++;
	return false;
}

static void
read_frames(const struct reading *r, struct bytes b)
{
	for (unsigned n = 0; n < FRAMES_MAX && b.left != 0 && !b.failed;) {
		const unsigned type = (unsigned)bytes_number(&b, 1);

		n += type != FRAME_PADDING;
		if (type == FRAME_ACK || type == FRAME_ACK_ECN)
			skip_ack(&b, type == FRAME_ACK_ECN);
		else if (type == FRAME_CRYPTO && !read_crypto(r, &b))
			return;
		else if (type != FRAME_PADDING && type != FRAME_PING && type != FRAME_CRYPTO)
			return;
	}
}

/* Whether the hello was whole. */
static bool
read_message(const struct reading *r)
{
	const uint8_t *at = NULL;
	const size_t size = pending_bytes(r->m->pending, r->flow->pending, &at);
	struct bytes b = bytes_of(at, size), body;
	const unsigned type = (unsigned)bytes_number(&b, 1);

	body = bytes_block(&b, 3);
	if (body.failed)
		return size == PENDING_SIZE; /* there is no room for the rest */
	if (type == CLIENT_HELLO)
		metadata_client_hello(r, body, true);
	return true;
}

void
metadata_quic(const struct reading *r)
{
	const uint8_t *at = r->payload->data, *frames;
	size_t left = r->payload->len, frames_size, packet_size;
	enum quic_opened opened = QUIC_FOREIGN;

	for (unsigned n = 0; n < PACKETS_MAX && left != 0; n++) {
		opened = quic_open(r->m->quic, at, left, &frames, &frames_size, &packet_size);
		if (opened != QUIC_OPENED)
			break;
		read_frames(r, bytes_of(frames, frames_size));
		at += packet_size;
		left -= packet_size;
	}
	if (opened == QUIC_UNSOUND && at == r->payload->data) {
		/* what the server sends is sealed with another key */
		r->m->counts.malformed += r->payload->client;
		reading_end(r);
	}
	if (r->flow->pending != 0 && read_message(r)) {
		pending_release(r->m->pending, &r->flow->pending);
		r->flow->ended = 3;
	}
}
