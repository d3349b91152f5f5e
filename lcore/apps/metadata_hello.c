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
	struct fingerprint_input print;
};

/* RFC 8701: values that mean nothing. */
static bool
is_grease(unsigned v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

static unsigned
read_list(struct bytes b, uint16_t list[FINGERPRINT_LIST])
{
	unsigned count = 0;

	while (b.left >= 2 && count < FINGERPRINT_LIST) {
		const unsigned value = (unsigned)bytes_number(&b, 2);

		if (!is_grease(value))
			list[count++] = (uint16_t)value;
	}
	return count;
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
		print->algorithm_count = read_list(bytes_block(&b, 2), print->algorithms);
		break;
	case EXTENSION_VERSIONS:
		read_versions(b, h);
		break;
	default:
		break;
	}
	if (print->extension_count < FINGERPRINT_LIST)
		print->extensions[print->extension_count++] = (uint16_t)type;
}

/* False: lengths contradict each other. */
static bool
read_hello(struct bytes b, struct hello *h)
{
	struct bytes extensions;

	h->print.version = (uint16_t)bytes_number(&b, 2);
	(void)bytes_take(&b, 32); /* random */
	(void)bytes_block(&b, 1); /* session id */
	h->print.cipher_count = read_list(bytes_block(&b, 2), h->print.ciphers);
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

void
metadata_client_hello(const struct reading *r, struct bytes bytes, bool quic)
{
	struct hello h;

	memset(&h.name, 0, sizeof(h.name));
	memset(&h.alpn, 0, sizeof(h.alpn));
	h.print.quic = quic;
	h.print.server_name = h.print.alpn = false;
	h.print.version = 0;
	h.print.cipher_count = h.print.extension_count = h.print.algorithm_count = 0;
	h.print.named = 0;
	if (!read_hello(bytes, &h)) {
		r->m->counts.malformed++;
		return;
	}
	if (h.name.left != 0)
		reading_add(r, METADATA_SNI, "sni", h.name.at, h.name.left);
	if (h.alpn.left != 0)
		reading_add(r, METADATA_ALPN, "alpn", h.alpn.at, h.alpn.left);
	if (quic) /* RFC 9001, 4.2: there is no older one */
		reading_add(r, METADATA_TLSV, "tlsv", "1.3", 3);
	if (reading_wants(r, METADATA_JA4)) {
		char text[FINGERPRINT_SIZE];

		if (fingerprint_make(r->m->fingerprint, &h.print, text))
			reading_add(r, METADATA_JA4, "ja4", text, FINGERPRINT_SIZE - 1);
	}
}
