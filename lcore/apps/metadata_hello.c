/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A TLS ClientHello (RFC 8446, 4.1.2; its extensions RFC 6066 and 7301), out of TLS or
 * QUIC.
 */
#include <string.h>

#include "lcore/apps/fingerprint.h"
#include "lcore/apps/metadata_internal.h"

#define EXTENSION_SERVER_NAME 0
#define EXTENSION_ALGORITHMS 13
#define EXTENSION_ALPN 16
#define EXTENSION_VERSIONS 43

/* What a hello says. */
struct hello {
	struct bytes name, alpn;
	bool too_many; /* for a fingerprint */
	struct fingerprint_input print;
};

/* RFC 8701: values that mean nothing. */
static bool
is_grease(unsigned v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

static void
put(struct hello *h, uint16_t list[FINGERPRINT_LIST], unsigned *count, unsigned value)
{
	if (is_grease(value))
		return;
	if (*count < FINGERPRINT_LIST)
		list[(*count)++] = (uint16_t)value;
	else
		h->too_many = true;
}

static void
read_list(struct hello *h, struct bytes b, uint16_t list[FINGERPRINT_LIST], unsigned *count)
{
	*count = 0;
	while (b.left >= 2)
		put(h, list, count, (unsigned)bytes_number(&b, 2));
}

static void
read_server_name(struct bytes b, struct hello *h)
{
	struct bytes names = bytes_block(&b, 2);

	while (names.left != 0) {
		const unsigned type = (unsigned)bytes_number(&names, 1);
		const struct bytes name = bytes_block(&names, 2);

		if (names.failed)
			return;
		if (type == 0) {
			h->name = name;
			return;
		}
	}
}

static void
read_alpn(struct bytes b, struct hello *h)
{
	struct bytes protocols = bytes_block(&b, 2);
	const struct bytes first = bytes_block(&protocols, 1);

	if (first.left == 0)
		return;
	h->alpn = first;
	h->print.alpn = true;
	h->print.alpn_first = first.at[0];
	h->print.alpn_last = first.at[first.left - 1];
}

static void
read_versions(struct bytes b, struct hello *h)
{
	struct bytes versions = bytes_block(&b, 1);
	unsigned highest = 0;

	while (versions.left >= 2) {
		const unsigned v = (unsigned)bytes_number(&versions, 2);

		if (!is_grease(v) && v > highest)
			highest = v;
	}
	if (highest != 0)
		h->print.version = (uint16_t)highest;
}

static void
read_extension(unsigned type, struct bytes b, struct hello *h)
{
	struct fingerprint_input *print = &h->print;

	if (is_grease(type))
		return;
	switch (type) {
	case EXTENSION_SERVER_NAME:
		print->server_name = true;
		print->named++;
		read_server_name(b, h);
		return;
	case EXTENSION_ALPN:
		print->named++;
		read_alpn(b, h);
		return;
	case EXTENSION_ALGORITHMS:
		read_list(h, bytes_block(&b, 2), print->algorithms, &print->algorithm_count);
		break;
	case EXTENSION_VERSIONS:
		read_versions(b, h);
		break;
	default:
		break;
	}
	put(h, print->extensions, &print->extension_count, type);
}

/* False: lengths contradict each other. */
static bool
read_hello(struct bytes b, struct hello *h)
{
	struct bytes extensions;

	h->print.version = (uint16_t)bytes_number(&b, 2);
	(void)bytes_take(&b, 32); /* random */
	(void)bytes_block(&b, 1); /* session id */
	read_list(h, bytes_block(&b, 2), h->print.ciphers, &h->print.cipher_count);
	(void)bytes_block(&b, 1); /* compression methods */
	if (b.failed)
		return false;
	if (b.left == 0)
		return true; /* there need be no extensions */
	extensions = bytes_block(&b, 2);
	while (extensions.left != 0) {
		const unsigned type = (unsigned)bytes_number(&extensions, 2);
		const struct bytes body = bytes_block(&extensions, 2);

		if (extensions.failed)
			return false;
		read_extension(type, body, h);
	}
	return !b.failed;
}

static void
add_fingerprint(const struct reading *r, struct hello *h)
{
	char text[FINGERPRINT_SIZE];

	if (h->too_many)
		tally(&r->m->tallies.incomplete);
	else if (fingerprint_make(r->m->fingerprint, &h->print, text))
		reading_add(r, METADATA_JA4, "ja4", text, FINGERPRINT_SIZE - 1);
}

void
metadata_client_hello(const struct reading *r, struct bytes bytes, bool quic)
{
	struct hello h;

	memset(&h.name, 0, sizeof(h.name));
	memset(&h.alpn, 0, sizeof(h.alpn));
	h.too_many = false;
	h.print.quic = quic;
	h.print.server_name = h.print.alpn = false;
	h.print.cipher_count = h.print.extension_count = h.print.algorithm_count = 0;
	h.print.named = 0;
	if (!read_hello(bytes, &h)) {
		tally(&r->m->tallies.malformed);
		return;
	}
	if (h.name.left != 0)
		reading_add(r, METADATA_SNI, "sni", h.name.at, h.name.left);
	if (h.alpn.left != 0)
		reading_add(r, METADATA_ALPN, "alpn", h.alpn.at, h.alpn.left);
	if (reading_wants(r, METADATA_JA4))
		add_fingerprint(r, &h);
	if (quic) /* RFC 9001, 4.2: there is no older one */
		reading_add(r, METADATA_TLSV, "tlsv", "1.3", 3);
}
