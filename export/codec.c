/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One buffer with room for the worst frame, one context that is used again and
 * again. Levels are the cheapest, for the collector to keep up.
 */
#include "export/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#define GZIP_LEVEL 1
#define GZIP_WINDOW (15 + 16) /* the largest, and gzip's header in place of zlib's */
#define GZIP_MEMORY 8
#define ZSTD_LEVEL 1

struct codec {
	bool gzip;
	z_stream stream;
	ZSTD_CCtx *zstd;
	uint8_t *out;
	size_t room;
};

static bool
ends_with(const char *name, const char *suffix)
{
	const size_t n = strlen(name), s = strlen(suffix);

	return n > s && strcmp(name + n - s, suffix) == 0;
}

bool
codec_is_for(const char *name)
{
	return ends_with(name, ".gz") || ends_with(name, ".zst");
}

struct codec *
codec_create(const char *name, size_t size_max)
{
	struct codec *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	if (ends_with(name, ".gz")) {
		if (deflateInit2(&c->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
		                 Z_DEFAULT_STRATEGY) != Z_OK) {
			free(c);
			return NULL;
		}
		c->gzip = true;
		c->room = deflateBound(&c->stream, size_max);
	} else {
		c->zstd = ZSTD_createCCtx();
		c->room = ZSTD_compressBound(size_max);
	}
	c->out = malloc(c->room);
	if (c->out == NULL || (!c->gzip && c->zstd == NULL)) {
		codec_free(c);
		return NULL;
	}
	return c;
}

static int
gzip_frame(struct codec *c, const uint8_t *bytes, size_t size, size_t *out_size)
{
	if (deflateReset(&c->stream) != Z_OK)
		return -EIO;
	c->stream.next_in = (Bytef *)(uintptr_t)bytes; /* only read */
	c->stream.avail_in = (uInt)size;
	c->stream.next_out = c->out;
	c->stream.avail_out = (uInt)c->room;
	if (deflate(&c->stream, Z_FINISH) != Z_STREAM_END)
		return -EIO;
	*out_size = c->room - c->stream.avail_out;
	return 0;
}

int
codec_frame(struct codec *c, const uint8_t *bytes, size_t size, const uint8_t **out,
            size_t *out_size)
{
	*out = c->out;
	if (c->gzip)
		return gzip_frame(c, bytes, size, out_size);
	*out_size = ZSTD_compressCCtx(c->zstd, c->out, c->room, bytes, size, ZSTD_LEVEL);
	return ZSTD_isError(*out_size) ? -EIO : 0;
}

void
codec_free(struct codec *c)
{
	if (c == NULL)
		return;
	if (c->gzip)
		deflateEnd(&c->stream);
	ZSTD_freeCCtx(c->zstd);
	free(c->out);
	free(c);
}
