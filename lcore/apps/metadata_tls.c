/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS handshakes out of records (RFC 8446, 5.1): the client's first message, the
 * server's first. A ClientHello may come in several records and segments; those are
 * put together by their sequence numbers.
 */
#include <string.h>

#include "lcore/apps/metadata_internal.h"

#define RECORD_HANDSHAKE 22
#define RECORD_MAX (1u << 14)
#define CLIENT_HELLO 1
#define SERVER_HELLO 2
#define EXTENSION_VERSIONS 43

enum found {
	FOUND_WHOLE,
	FOUND_PART, /* the message goes on beyond the stream's end */
	FOUND_NONE  /* it is something else */
};

/* The message at the beginning of these bytes, if it is whole. */
static bool
whole_message(struct bytes b, unsigned *type, struct bytes *body)
{
	*type = (unsigned)bytes_number(&b, 1);
	*body = bytes_block(&b, 3);
	return !body->failed;
}

/* The first handshake message of a stream that begins at a record: its type and its body. Where
 * several records carry it they are joined in 'room'. */
static enum found
first_message(struct bytes stream, uint8_t room[PENDING_SIZE], unsigned *type, struct bytes *body)
{
	for (size_t joined = 0;;) {
		const unsigned kind = (unsigned)bytes_number(&stream, 1);
		const unsigned version = (unsigned)bytes_number(&stream, 2);
		const size_t size = (size_t)bytes_number(&stream, 2);
		const size_t there = size < stream.left ? size : stream.left;

		if (stream.failed)
			return FOUND_PART;
		if (kind != RECORD_HANDSHAKE || version >> 8 != 3 || size == 0 || size > RECORD_MAX)
			return FOUND_NONE;
		if (joined == 0 && whole_message(bytes_of(stream.at, there), type, body))
			return FOUND_WHOLE;
		if (there > PENDING_SIZE - joined)
			return FOUND_NONE;
		memcpy(room + joined, stream.at, there);
		joined += there;
		if (whole_message(bytes_of(room, joined), type, body))
			return FOUND_WHOLE;
		if (there < size)
			return FOUND_PART;
		(void)bytes_take(&stream, there);
	}
}

/* The bytes of the stream from its beginning, which is the first payload shown here. */
static struct bytes
stream_of(const struct reading *r)
{
	const struct metadata_payload *p = r->payload;
	struct pending *pending = r->m->pending;
	const uint8_t *at = NULL;
	uint32_t offset = 0;
	size_t size;

	if (r->flow->pending == 0) {
		/* as if it were there already: a slot for what is the stream's beginning */
		if (pending_add(pending, &r->flow->pending, 0, p->data, p->len) == 0 &&
		    r->flow->pending != 0)
			*pending_note(pending, r->flow->pending) = p->seq;
	} else {
		offset = p->seq - *pending_note(pending, r->flow->pending);
		if (offset < PENDING_SIZE &&
		    pending_add(pending, &r->flow->pending, offset, p->data, p->len) < 0)
			r->m->counts.pending_full++;
	}
	if (r->flow->pending == 0) {
		r->m->counts.pending_full++;
		return (struct bytes){ 0 };
	}
	size = pending_bytes(pending, r->flow->pending, &at);
	return bytes_of(at, size);
}

static void
read_client(const struct reading *r)
{
	struct bytes stream = bytes_of(r->payload->data, r->payload->len), body;
	uint8_t room[PENDING_SIZE];
	unsigned type;
	enum found found = FOUND_PART;

	if (r->flow->pending == 0)
		found = first_message(stream, room, &type, &body);
	if (found == FOUND_PART && r->payload->len != 0) {
		stream = stream_of(r);
		found = first_message(stream, room, &type, &body);
		if (found == FOUND_PART && stream.left != 0 && stream.left < PENDING_SIZE)
			return;
	}
	if (found == FOUND_WHOLE && type == CLIENT_HELLO)
		metadata_client_hello(r, body, false);
	pending_release(r->m->pending, &r->flow->pending);
	reading_end(r);
}

static void
add_version(const struct reading *r, unsigned version)
{
	static const char *const names[] = { "ssl3", "1.0", "1.1", "1.2", "1.3" };

	if (version >= 0x300 && version <= 0x304)
		reading_add(r, METADATA_TLSV, "tlsv", names[version & 0xff],
		            strlen(names[version & 0xff]));
}

/* RFC 8446, 4.1.3: the version is in an extension, if it is 1.3 or later. */
static void
read_server_hello(const struct reading *r, struct bytes b)
{
	unsigned version = (unsigned)bytes_number(&b, 2);
	struct bytes extensions;

	(void)bytes_take(&b, 32);
	(void)bytes_block(&b, 1);
	(void)bytes_take(&b, 3); /* cipher suite, compression method */
	if (b.failed) {
		r->m->counts.malformed++;
		return;
	}
	extensions = b.left != 0 ? bytes_block(&b, 2) : (struct bytes){ 0 };
	while (extensions.left != 0) {
		const unsigned type = (unsigned)bytes_number(&extensions, 2);
		struct bytes body = bytes_block(&extensions, 2);

		if (type == EXTENSION_VERSIONS && body.left == 2)
			version = (unsigned)bytes_number(&body, 2);
		if (extensions.failed)
			break;
	}
	add_version(r, version);
}

/* The server's first record alone: its hello is short, and comes whole or is not waited for. */
static void
read_server(const struct reading *r)
{
	uint8_t room[PENDING_SIZE];
	struct bytes body;
	unsigned type;

	if (first_message(bytes_of(r->payload->data, r->payload->len), room, &type, &body) ==
	            FOUND_WHOLE &&
	    type == SERVER_HELLO)
		read_server_hello(r, body);
	reading_end(r);
}

void
metadata_tls(const struct reading *r)
{
	if (r->payload->client)
		read_client(r);
	else
		read_server(r);
}
