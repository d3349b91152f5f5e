/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Encoded records on their way to clients: a ring of blocks that one writer
 * fills and any number of readers follow, each with a cursor of its own. Nothing
 * is copied for a reader, nothing is counted for it, and a reader that falls
 * behind by the whole ring holds nobody up: it is the writer who tells it, before
 * a block is used again, to let go of it.
 *
 * Memory is given by the owner and only touched where records are. Collector
 * lcore only.
 */
#ifndef PANOPTES_EXPORT_SERVER_STREAM_H
#define PANOPTES_EXPORT_SERVER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STREAM_BLOCKS 64 /* power of two */

struct stream_fill {
	size_t used;
	uint32_t records;
};

struct stream {
	uint8_t *memory; /* STREAM_BLOCKS times block_size bytes */
	size_t block_size;
	uint64_t head; /* number of the block that is being filled; blocks are numbered from 0 */
	struct stream_fill fill[STREAM_BLOCKS];
};

/* How far a reader has come. */
struct stream_cursor {
	uint64_t block;
	size_t at;        /* bytes of it that are read */
	size_t boundary;  /* ... up to the last end of a record */
	uint32_t records; /* ... and how many those are */
};

static inline struct stream_fill *
stream_fill(struct stream *s, uint64_t block)
{
	return &s->fill[block % STREAM_BLOCKS];
}

static inline uint8_t *
stream_bytes(const struct stream *s, uint64_t block)
{
	return s->memory + (block % STREAM_BLOCKS) * s->block_size;
}

/* Where the next record will be. */
static inline struct stream_cursor
stream_end(struct stream *s)
{
	const struct stream_fill *f = stream_fill(s, s->head);

	return (struct stream_cursor){ s->head, f->used, f->used, f->records };
}

/* Whether 'size' bytes fit into the block that is being filled. */
static inline bool
stream_fits(struct stream *s, size_t size)
{
	return s->block_size - stream_fill(s, s->head)->used >= size;
}

/* Whether the reader is in the block that stream_advance() takes. */
static inline bool
stream_is_oldest(const struct stream *s, const struct stream_cursor *c)
{
	return c->block + STREAM_BLOCKS <= s->head + 1;
}

/* Begins the next block: no reader may be in the oldest. */
static inline void
stream_advance(struct stream *s)
{
	s->head++;
	*stream_fill(s, s->head) = (struct stream_fill){ 0 };
}

/* Whole records, which fit. */
static inline void
stream_append(struct stream *s, const uint8_t *bytes, size_t size, uint32_t records)
{
	struct stream_fill *f = stream_fill(s, s->head);

	memcpy(stream_bytes(s, s->head) + f->used, bytes, size);
	f->used += size;
	f->records += records;
}

/* Bytes of the record at 'p', by its header. */
static inline size_t
stream_record_size(const uint8_t *p)
{
	return ((size_t)p[2] << 8 | p[3]) * 4;
}

/* Moves on by 'size' bytes within the cursor's block; returns how many records end there. */
static inline uint32_t
stream_read(struct stream *s, struct stream_cursor *c, size_t size)
{
	const struct stream_fill *f = stream_fill(s, c->block);
	const uint8_t *bytes = stream_bytes(s, c->block);
	const uint32_t before = c->records;

	c->at += size;
	if (c->at == f->used) {
		c->boundary = c->at;
		c->records = f->records;
	}
	while (c->boundary < c->at) {
		const size_t n = stream_record_size(bytes + c->boundary);

		if (n > c->at - c->boundary)
			break;
		c->boundary += n;
		c->records++;
	}
	return c->records - before;
}

/* Records from the cursor to the end; one that is partly read is among them. */
static inline uint64_t
stream_unread(struct stream *s, const struct stream_cursor *c)
{
	uint64_t n = 0;

	for (uint64_t b = c->block; b <= s->head; b++)
		n += stream_fill(s, b)->records;
	return n - c->records;
}

#endif
