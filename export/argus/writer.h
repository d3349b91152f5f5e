/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bounded cursor over an output buffer. Room is claimed a whole DSR at a
 * time, so it is checked once, and its fields are then stored at offsets known
 * at compile time. A claim that doesn't fit writes nothing and is remembered:
 * the caller asks once, at the end.
 *
 * The buffer belongs to the caller.
 */
#ifndef PANOPTES_EXPORT_ARGUS_WRITER_H
#define PANOPTES_EXPORT_ARGUS_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct writer {
	uint8_t *at, *end;
	bool overflow;
};

/* The next 'size' bytes, to be filled completely; NULL when they don't fit. */
static inline uint8_t *
writer_claim(struct writer *w, size_t size)
{
	uint8_t *p = w->at;

	if (__builtin_expect((size_t)(w->end - p) < size, 0)) {
		w->overflow = true;
		w->end = p; /* nothing smaller may slip in behind the gap */
		return NULL;
	}
	w->at = p + size;
	return p;
}

static inline void
put_u16(uint8_t *p, uint16_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap16(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void
put_u32(uint8_t *p, uint32_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void
put_u64(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void
put_float(uint8_t *p, float v)
{
	uint32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put_u32(p, bits);
}

/* The four bytes every DSR begins with. */
static inline void
put_dsr_header(uint8_t *p, unsigned type, unsigned subtype, unsigned qualifier, size_t words)
{
	put_u32(p, type << 24 | subtype << 16 | qualifier << 8 | (unsigned)words);
}

#endif
