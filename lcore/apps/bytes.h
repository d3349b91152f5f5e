/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A cursor over bytes that a packet carried: every read says whether the bytes are
 * there, and a read that fails fails all that follow. Values are big-endian, as in the
 * protocols that this serves. The cursor owns nothing.
 */
#ifndef PANOPTES_LCORE_APPS_BYTES_H
#define PANOPTES_LCORE_APPS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at;
	size_t left;
	bool failed;
};

static inline struct bytes
bytes_of(const void *at, size_t size)
{
	return (struct bytes){ .at = at, .left = size };
}

/* n bytes, and beyond them; NULL: there are less. */
static inline const uint8_t *
bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *at = b->at;

	if (b->failed || n > b->left) {
		b->failed = true;
		return NULL;
	}
	b->at += n;
	b->left -= n;
	return at;
}

/* A number of n <= 8 bytes; 0 where there are less. */
static inline uint64_t
bytes_number(struct bytes *b, size_t n)
{
	const uint8_t *at = bytes_take(b, n);
	uint64_t value = 0;

	for (size_t i = 0; at != NULL && i < n; i++)
		value = value << 8 | at[i];
	return value;
}

/* What follows a length of n bytes; empty and failed where it is cut. */
static inline struct bytes
bytes_block(struct bytes *b, size_t n)
{
	const size_t size = (size_t)bytes_number(b, n);
	const uint8_t *at = bytes_take(b, size);

	return (struct bytes){ .at = at, .left = at != NULL ? size : 0, .failed = at == NULL };
}

/* A number of variable length (RFC 9000, 16): the first two bits tell its size. */
static inline uint64_t
bytes_varint(struct bytes *b)
{
	const uint64_t first = bytes_number(b, 1);
	const size_t rest = ((size_t)1 << (first >> 6)) - 1;

	return (first & 0x3f) << 8 * rest | bytes_number(b, rest);
}

#endif
