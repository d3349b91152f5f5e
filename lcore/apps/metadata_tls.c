/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS handshakes out of records (RFC 8446, 5.1): the client's first message, the
 * server's first. A hello may come in several records and segments.
 */
#include <string.h>

#include "lcore/apps/metadata_internal.h"

#define RECORD_HANDSHAKE 22
#define RECORD_MAX (1u << 14)
#define CLIENT_HELLO 1
#define SERVER_HELLO 2
#define EXTENSION_VERSIONS 43
#define DRAFT 0x7f

enum found {
	FOUND_WHOLE,
	FOUND_PART, /* the message goes on beyond the stream's end */
	FOUND_NONE, /* it is something else */
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

static void
add_version(const struct reading *r, unsigned version)
{
	static const char *const names[] = { "ssl3", "1.0", "1.1", "1.2", "1.3" };

	if (version >> 8 == DRAFT) /* of TLS 1.3 */
		version = 0x304;
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
	extensions = !b.failed && b.left != 0 ? bytes_block(&b, 2) : (struct bytes){ 0 };
	while (!extensions.failed && extensions.left != 0) {
		const unsigned type = (unsigned)bytes_number(&extensions, 2);
		struct bytes body = bytes_block(&extensions, 2);

		if (type == EXTENSION_VERSIONS && body.left == 2)
			version = (unsigned)bytes_number(&body, 2);
		if (extensions.failed)
			b.failed = true;
	}
	if (b.failed)
		tally(&r->m->tallies.malformed);
	else
		add_version(r, version);
}

enum parsed
metadata_tls(const struct reading *r, struct bytes stream)
{
	uint8_t room[PENDING_SIZE];
	struct bytes body;
	unsigned type;

	switch (first_message(stream, room, &type, &body)) {
	case FOUND_PART:
		return PARSED_MORE;
	case FOUND_NONE:
		return PARSED_DONE;
	case FOUND_WHOLE:
		break;
	}
	if (type == CLIENT_HELLO)
		metadata_client_hello(r, body, false);
	else if (type == SERVER_HELLO)
		read_server_hello(r, body);
	return PARSED_DONE;
}
