/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ClientHellos byte by byte, and QUIC's Initial packets sealed around them.
 */
#ifndef PANOPTES_TESTS_LCORE_APPS_HELLO_BUILDER_H
#define PANOPTES_TESTS_LCORE_APPS_HELLO_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message {
	size_t size;
	uint8_t bytes[16384];
};

void message_put(struct message *, const void *bytes, size_t size);
void message_number(struct message *, size_t size, uint64_t value);
/* A block with a length of 'size' bytes before it: from here on, until message_close(). */
size_t message_open(struct message *, size_t size);
void message_close(struct message *, size_t at, size_t size);

/* The example of JA4's specification, server name "example.org", with values of GREASE in each
 * list: a handshake message. Its fingerprint begins with t or q. 'padding' is the size of its
 * extension of that name. */
#define HELLO_JA4 "13d1516h2_8daaf6152771_e5627efa2ab1"
void hello_build(struct message *, size_t padding);

/* The handshake message in TLS records of at most 'record' bytes. */
void records_build(struct message *, const struct message *hello, size_t record);

/* The client's Initial packet of the version (1 or 2) with these frames, padded to 'size' bytes of
 * frames; keys of 'key_id', which needn't be the 'id' that it shows; 8 bytes both. */
void initial_build(struct message *, unsigned version, const uint8_t *key_id, const uint8_t *id,
                   uint32_t number, const struct message *frames, size_t size);

/* A CRYPTO frame with a part of the hello. */
void crypto_frame(struct message *, const struct message *hello, size_t from, size_t size);

#endif
