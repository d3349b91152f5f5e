/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The block: [0, begin) is parsed, [begin, end) holds whole records and the
 * start of one. When no whole record is left, the rest moves to the front and a
 * large read fills up behind it. 'skip' bytes of a long record without packet
 * may still have to pass.
 */
#include "lcore/capture_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define READ_BYTES (256u << 10)
#define BLOCK_BYTES (CAPTURE_RECORD_MAX + READ_BYTES)
#define HEADER_BYTES 24 /* enough to tell every format */

struct capture_reader {
	struct capture_stream *stream;
	const char *name;
	bool tsh;
	bool ended;        /* the stream has no more */
	size_t begin, end; /* within 'block' */
	uint64_t skip;
	uint64_t offset;  /* of block[0] in the stream */
	uint64_t packets; /* yielded so far */
	int error;        /* sticky */
	char problem[256];
	struct capture_parser parser;
	uint8_t *block;
};

static const struct capture_format *const formats[] = {
	&capture_pcap,
	&capture_pcapng,
	&capture_snoop,
};

struct capture_reader *
capture_reader_create(void)
{
	struct capture_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->block = malloc(BLOCK_BYTES);
	if (r->block == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
capture_reader_free(struct capture_reader *r)
{
	if (r == NULL)
		return;
	capture_stream_close(r->stream);
	free(r->block);
	free(r);
}

void
capture_reader_start(struct capture_reader *r, struct capture_stream *stream, const char *name,
                     bool tsh)
{
	capture_stream_close(r->stream);
	r->stream = stream;
	r->name = name;
	r->tsh = tsh;
	r->ended = false;
	r->begin = r->end = 0;
	r->skip = r->offset = r->packets = 0;
	r->error = 0;
	r->problem[0] = '\0';
	r->parser.format = NULL;
	r->parser.swapped = false;
	r->parser.interface_count = 0;
	r->parser.problem[0] = '\0';
}

/* Remembers the error and says where it is. */
static int
reader_fail(struct capture_reader *r, int error, const char *what)
{
	r->error = error;
	if (r->parser.format == NULL)
		snprintf(r->problem, sizeof(r->problem), "%.100s: %s", r->name, what);
	else
		snprintf(r->problem, sizeof(r->problem),
		         "%.80s: stopped at packet %" PRIu64 ", byte %" PRIu64 ": %.100s", r->name,
		         r->packets + 1, r->offset + r->begin, what);
	return error;
}

/* More bytes behind those that are left. 1: got some, 0: the end, -EAGAIN, or an error. */
static int
reader_fill(struct capture_reader *r)
{
	const size_t left = r->end - r->begin;
	size_t want;
	ssize_t n;

	if (r->ended)
		return 0;
	memmove(r->block, r->block + r->begin, left);
	r->offset += r->begin;
	r->begin = 0;
	r->end = left;
	want = BLOCK_BYTES - left < READ_BYTES ? BLOCK_BYTES - left : READ_BYTES;
	n = capture_stream_read(r->stream, r->block + left, want);
	if (n == -EAGAIN)
		return -EAGAIN;
	if (n == -EBADMSG)
		return reader_fail(r, -EBADMSG, "the compressed data are damaged or cut");
	if (n < 0) {
		errno = (int)-n;
		return reader_fail(r, (int)n, strerror(errno));
	}
	r->ended = n == 0;
	r->end += (size_t)n;
	return n != 0;
}

/* Finds out what the file is. 0, -EAGAIN, or an error. */
static int
reader_header(struct capture_reader *r)
{
	const struct capture_format *f = r->tsh ? &capture_tsh : NULL;
	int used;

	while (r->end - r->begin < HEADER_BYTES && !r->ended) {
		const int rc = reader_fill(r);

		if (rc < 0)
			return rc;
	}
	if (r->end == 0)
		return reader_fail(r, -EBADMSG, "the file is empty");
	for (size_t i = 0; f == NULL && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i]->probe(r->block, r->end))
			f = formats[i];
	}
	if (f == NULL)
		return reader_fail(r, -EBADMSG,
		                   "not a capture file (pcap, pcapng and snoop are known)");
	used = f->header(&r->parser, r->block, r->end);
	if (used < 0)
		return reader_fail(r, -EBADMSG, r->parser.problem);
	r->parser.format = f;
	r->begin = (size_t)used;
	return 0;
}

/* Lets bytes of a long record pass. */
static void
reader_skip(struct capture_reader *r)
{
	const size_t left = r->end - r->begin;
	const size_t k = r->skip < left ? (size_t)r->skip : left;

	r->begin += k;
	r->skip -= k;
}

static int
reader_end(struct capture_reader *r)
{
	if (r->begin != r->end || r->skip != 0)
		return reader_fail(r, -EBADMSG, "the file ends inside a record");
	return -ENODATA;
}

int
capture_reader_burst(struct capture_reader *r, struct packet_view *views, unsigned max)
{
	if (r->error != 0)
		return r->error;
	if (r->parser.format == NULL) {
		const int rc = reader_header(r);

		if (rc < 0)
			return rc == -EAGAIN ? 0 : rc;
	}
	for (;;) {
		enum capture_step step = CAPTURE_MORE;
		size_t used = 0;
		unsigned n = 0;
		int rc;

		reader_skip(r);
		if (r->skip == 0)
			n = r->parser.format->burst(&r->parser, r->block + r->begin,
			                            r->end - r->begin, &used, views, max, &step);
		r->skip += used;
		reader_skip(r);
		r->packets += n;
		if (n != 0) /* damage, if any, is met again by the next call */
			return (int)n;
		if (step == CAPTURE_DAMAGED)
			return reader_fail(r, -EBADMSG, r->parser.problem);
		rc = reader_fill(r);
		if (rc == 0)
			return reader_end(r);
		if (rc < 0)
			return rc == -EAGAIN ? 0 : rc;
	}
}

const char *
capture_reader_problem(const struct capture_reader *r)
{
	return r->problem;
}

unsigned
capture_reader_interfaces(const struct capture_reader *r)
{
	return r->parser.interface_count;
}

const struct capture_interface *
capture_reader_interface(const struct capture_reader *r, unsigned i)
{
	return &r->parser.interfaces[i];
}
