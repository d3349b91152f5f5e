/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A raw layer (descriptor or memory, with the few bytes that were looked at to
 * learn what it is) and on top of it one of three ways to decode.
 */
#include "lcore/capture_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define STREAM_MAGIC_BYTES 4
#define STREAM_INPUT_BYTES (256u << 10) /* compressed data read at once */
#define STREAM_WAIT_MS 100
#define STREAM_GZIP_WINDOW (15 + 16) /* zlib: largest window, gzip wrapper only */

enum stream_coding { STREAM_PLAIN, STREAM_GZIP, STREAM_ZSTD };

struct capture_stream {
	int fd; /* -1: memory */
	bool own_fd;
	bool follow;
	bool waits; /* a pipe, socket or terminal: poll before reading */
	const uint8_t *memory;
	size_t memory_left;
	uint8_t magic[STREAM_MAGIC_BYTES]; /* read ahead at opening */
	size_t magic_at, magic_len;
	enum stream_coding coding;
	bool probed;
	bool between; /* compressed: between members or frames, where data may end */
	bool ended;   /* compressed: the end was reached */
	uint8_t *input;
	size_t input_at, input_len;
	z_stream gzip;
	ZSTD_DStream *zstd;
};

static ssize_t
raw_read(struct capture_stream *s, void *buffer, size_t size)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	ssize_t n;

	if (s->fd < 0) {
		const size_t k = size < s->memory_left ? size : s->memory_left;

		memcpy(buffer, s->memory, k);
		s->memory += k;
		s->memory_left -= k;
		return (ssize_t)k;
	}
	if (s->waits && poll(&p, 1, STREAM_WAIT_MS) == 0)
		return -EAGAIN;
	n = read(s->fd, buffer, size);
	if (n > 0)
		return n;
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? -EAGAIN : -errno;
	if (!s->follow)
		return 0;
	poll(NULL, 0, STREAM_WAIT_MS);
	return -EAGAIN;
}

/* The raw bytes, those looked at before included. */
static ssize_t
stream_read_raw(struct capture_stream *s, void *buffer, size_t size)
{
	const size_t ahead = s->magic_len - s->magic_at;

	if (ahead != 0) {
		const size_t k = size < ahead ? size : ahead;

		memcpy(buffer, s->magic + s->magic_at, k);
		s->magic_at += k;
		return (ssize_t)k;
	}
	return raw_read(s, buffer, size);
}

static int
stream_decoder_init(struct capture_stream *s)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b }, zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

	if (s->magic_len >= sizeof(gzip) && memcmp(s->magic, gzip, sizeof(gzip)) == 0)
		s->coding = STREAM_GZIP;
	else if (s->magic_len >= sizeof(zstd) && memcmp(s->magic, zstd, sizeof(zstd)) == 0)
		s->coding = STREAM_ZSTD;
	else
		return 0;
	s->input = malloc(STREAM_INPUT_BYTES);
	if (s->input == NULL)
		return -ENOMEM;
	if (s->coding == STREAM_GZIP)
		return inflateInit2(&s->gzip, STREAM_GZIP_WINDOW) == Z_OK ? 0 : -ENOMEM;
	s->zstd = ZSTD_createDStream();
	return s->zstd == NULL || ZSTD_isError(ZSTD_initDStream(s->zstd)) ? -ENOMEM : 0;
}

/* Looks at the first bytes; resumable. */
static int
stream_probe(struct capture_stream *s)
{
	while (s->magic_len < STREAM_MAGIC_BYTES) {
		const ssize_t n =
		        raw_read(s, s->magic + s->magic_len, STREAM_MAGIC_BYTES - s->magic_len);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		s->magic_len += (size_t)n;
	}
	s->probed = true;
	return stream_decoder_init(s);
}

struct capture_stream *
capture_stream_open(const char *path, bool follow)
{
	struct capture_stream *s = calloc(1, sizeof(*s));
	struct stat st;

	if (s == NULL)
		return NULL;
	s->own_fd = strcmp(path, "-") != 0;
	s->fd = s->own_fd ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	s->follow = follow;
	if (s->fd < 0 || fstat(s->fd, &st) < 0)
		goto fail;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto fail;
	}
	s->waits = !S_ISREG(st.st_mode);
	if (S_ISREG(st.st_mode))
		(void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return s;
fail:
	if (s->own_fd && s->fd >= 0) {
		const int e = errno;

		close(s->fd);
		errno = e;
	}
	free(s);
	return NULL;
}

struct capture_stream *
capture_stream_open_memory(const uint8_t *bytes, size_t len)
{
	struct capture_stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = -1;
	s->memory = bytes;
	s->memory_left = len;
	return s;
}

void
capture_stream_close(struct capture_stream *s)
{
	if (s == NULL)
		return;
	if (s->coding == STREAM_GZIP)
		inflateEnd(&s->gzip);
	ZSTD_freeDStream(s->zstd);
	free(s->input);
	if (s->own_fd && s->fd >= 0)
		close(s->fd);
	free(s);
}

/* More compressed bytes; 0 at their end. */
static ssize_t
stream_fill(struct capture_stream *s)
{
	ssize_t n;

	if (s->input_at < s->input_len)
		return (ssize_t)(s->input_len - s->input_at);
	n = stream_read_raw(s, s->input, STREAM_INPUT_BYTES);
	if (n < 0)
		return n;
	s->input_at = 0;
	s->input_len = (size_t)n;
	return n;
}

static ssize_t
stream_inflate(struct capture_stream *s, void *buffer, size_t size)
{
	const unsigned want = size > (1u << 30) ? 1u << 30 : (unsigned)size;
	int rc;

	s->gzip.next_in = s->input + s->input_at;
	s->gzip.avail_in = (unsigned)(s->input_len - s->input_at);
	s->gzip.next_out = buffer;
	s->gzip.avail_out = want;
	rc = inflate(&s->gzip, Z_NO_FLUSH);
	s->input_at = s->input_len - s->gzip.avail_in;
	if (rc == Z_STREAM_END) {
		s->between = true;
		if (inflateReset(&s->gzip) != Z_OK)
			return -EBADMSG;
	} else if (rc == Z_OK) {
		s->between = false;
	} else if (rc == Z_BUF_ERROR) { /* neither input nor output left */
		return 0;
	} else {
		return want == s->gzip.avail_out ? -EBADMSG : (ssize_t)(want - s->gzip.avail_out);
	}
	return (ssize_t)(want - s->gzip.avail_out);
}

static ssize_t
stream_unzstd(struct capture_stream *s, void *buffer, size_t size)
{
	ZSTD_inBuffer in = { .src = s->input, .size = s->input_len, .pos = s->input_at };
	ZSTD_outBuffer out = { .dst = buffer, .size = size };
	const size_t rc = ZSTD_decompressStream(s->zstd, &out, &in);

	s->input_at = in.pos;
	if (ZSTD_isError(rc))
		return out.pos == 0 ? -EBADMSG : (ssize_t)out.pos;
	s->between = rc == 0;
	return (ssize_t)out.pos;
}

ssize_t
capture_stream_read(struct capture_stream *s, void *buffer, size_t size)
{
	if (!s->probed) {
		const int rc = stream_probe(s);

		if (rc < 0)
			return rc;
	}
	if (s->coding == STREAM_PLAIN)
		return stream_read_raw(s, buffer, size);
	while (!s->ended) {
		const bool between = s->between;
		const ssize_t left = stream_fill(s);
		ssize_t n;

		if (left < 0)
			return left;
		/* After a whole gzip member anything that is no member is padding. */
		if (left != 0 && between && s->coding == STREAM_GZIP &&
		    s->input[s->input_at] != 0x1f) {
			s->ended = true;
			return 0;
		}
		/* Also without input: the decoder may hold output back. */
		n = s->coding == STREAM_GZIP ? stream_inflate(s, buffer, size)
		                             : stream_unzstd(s, buffer, size);
		if (n != 0)
			return n;
		if (left == 0) {
			s->ended = true;
			return between ? 0 : -EBADMSG;
		}
	}
	return 0;
}
