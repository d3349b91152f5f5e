/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An argus file or standard output.
 *
 * A block goes out with one write. Before each, the path is looked at: if the
 * file there isn't ours any more, or is empty, it is begun anew with a START
 * MAR, so that a rotated file can always be read by itself. A write that fails
 * half-way is cut back to whole records where the output can be cut. Such a file
 * may be tried again with the next block: disks are full for a while.
 *
 * Of a compressed file, blocks are gathered until they are worth a frame, or are
 * some seconds old; records count as written once their frame is. The START MAR
 * is a frame of its own.
 */
#include "export/sink.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/codec.h"
#include "export/record_file.h"

#define FRAME_SIZE ((size_t)1 << 20)
#define FRAME_AGE_NS 5000000000u

struct sink_file {
	struct sink sink;
	struct record_file file;
	bool rotates, retries;
	char path[PATH_MAX]; /* empty: no period has begun yet */
	struct mar start;
	int close_error; /* of a file of an earlier period */
	int lost_error;  /* of the last records that were lost */

	struct codec *codec; /* NULL: plain */
	uint8_t *frame;      /* what waits to be compressed */
	size_t frame_used;
	uint32_t frame_records;
	uint64_t frame_since_ns; /* monotonic; 0: not looked at yet */
};

/* --- bytes --------------------------------------------------------------- */

/* How many of the bytes are in the file, plain or as a frame; fewer than all: *error. */
static size_t
file_put(struct sink_file *f, const uint8_t *bytes, size_t size, int *error)
{
	const uint8_t *out = bytes;
	size_t out_size = size, done;

	*error = f->codec != NULL ? codec_frame(f->codec, bytes, size, &out, &out_size) : 0;
	if (*error != 0)
		return 0;
	done = record_file_put(&f->file, out, out_size);
	if (done == out_size) {
		f->sink.bytes_written += out_size;
		return size;
	}
	*error = -errno;
	if (f->codec != NULL) {
		record_file_cut(&f->file, done);
		return 0;
	}
	return done;
}

/* A MAR by itself. */
static int
file_put_mar(struct sink_file *f, const struct mar *m)
{
	uint8_t bytes[WIRE_MAR_SIZE];
	size_t done;
	int error;

	mar_encode(m, bytes);
	done = file_put(f, bytes, sizeof(bytes), &error);
	if (error != 0)
		record_file_cut(&f->file, done);
	return error;
}

static int
file_put_start(struct sink_file *f)
{
	int error;

	f->start.now_ns = sink_wall_ns();
	error = file_put_mar(f, &f->start);
	if (error == 0)
		f->sink.records_since_mar = f->frame_records;
	return error;
}

static int
file_open(struct sink_file *f)
{
	int error = f->rotates ? sink_make_directories(f->path) : 0;

	if (error == 0)
		error = record_file_open(&f->file, f->path);
	return error != 0 ? error : file_put_start(f);
}

/* Sees to it that the path names the file we write, and that it begins with a START MAR. */
static int
file_follow(struct sink_file *f)
{
	bool empty;

	if (record_file_is_at(&f->file, f->path, &empty))
		return empty ? file_put_start(f) : 0;
	(void)record_file_close(&f->file);
	return file_open(f);
}

/* How a try ended: a pipe or a device that has part of a record is no use any more. */
static void
file_tried(struct sink_file *f, int error)
{
	struct sink *s = &f->sink;

	s->trouble = error;
	if (error == 0)
		return;
	f->lost_error = error;
	if (!f->retries || (f->file.fd >= 0 && !f->file.regular) || strcmp(f->path, "-") == 0)
		s->error = error;
}

/* --- frames -------------------------------------------------------------- */

/* All of it, or it is lost. */
static void
frame_emit(struct sink_file *f)
{
	struct sink *s = &f->sink;
	int error = s->error;

	if (f->frame_used == 0)
		return;
	if (error == 0)
		error = file_follow(f);
	if (error == 0)
		(void)file_put(f, f->frame, f->frame_used, &error);
	if (error == 0)
		s->records_written += f->frame_records;
	else
		s->records_lost += f->frame_records;
	if (s->error == 0)
		file_tried(f, error);
	f->frame_used = 0;
	f->frame_records = 0;
	f->frame_since_ns = 0;
}

static void
frame_add(struct sink_file *f, const uint8_t *bytes, size_t size, uint32_t records)
{
	if (FRAME_SIZE - f->frame_used < size)
		frame_emit(f);
	if (size > FRAME_SIZE) {
		f->sink.error = -EMSGSIZE;
		f->sink.records_lost += records;
		return;
	}
	memcpy(f->frame + f->frame_used, bytes, size);
	f->frame_used += size;
	f->frame_records += records;
	f->sink.records_since_mar += records;
}

static void
file_poll(struct sink *s, uint64_t now_ns)
{
	struct sink_file *f = (struct sink_file *)s;

	if (f->frame_used == 0)
		return;
	if (f->frame_since_ns == 0)
		f->frame_since_ns = now_ns;
	else if (now_ns - f->frame_since_ns >= FRAME_AGE_NS)
		frame_emit(f);
}

/* --- records ------------------------------------------------------------- */

/* Flow records that lie whole in the first 'size' bytes, and where the last one ends. */
static uint32_t
records_whole(const struct sink_block *b, size_t size, size_t *end)
{
	uint32_t n = 0;
	size_t at = 0, record;

	while ((record = record_size(b->bytes + at, size - at)) != 0) {
		at += record;
		n++;
	}
	*end = at;
	return n;
}

static void
write_plain(struct sink_file *f, const struct sink_block *b)
{
	struct sink *s = &f->sink;
	size_t done = 0, end;
	uint32_t whole = b->records;
	int error = s->error;

	if (error == 0)
		error = file_follow(f);
	if (error == 0)
		done = file_put(f, b->bytes, b->size, &error);
	if (done != b->size) {
		whole = records_whole(b, done, &end);
		record_file_cut(&f->file, done - end);
		s->bytes_written += end;
	}
	s->records_written += whole;
	s->records_since_mar += whole;
	s->records_lost += b->records - whole;
	if (s->error == 0)
		file_tried(f, error);
}

static void
file_write(struct sink *s, const struct sink_block *b)
{
	struct sink_file *f = (struct sink_file *)s;

	if (f->codec != NULL && s->error == 0)
		frame_add(f, b->bytes, b->size, b->records);
	else
		write_plain(f, b);
}

static void
file_mar(struct sink *s, const struct mar *mar)
{
	struct sink_file *f = (struct sink_file *)s;
	struct mar m = *mar;
	uint8_t bytes[WIRE_MAR_SIZE];
	int error = 0;

	/* Between periods there is no file for it. */
	if (s->error != 0 || (f->rotates && f->file.fd < 0 && f->frame_used == 0))
		return;
	if (f->codec == NULL)
		error = file_follow(f);
	if (error != 0) {
		file_tried(f, error);
		return;
	}
	/* A STOP MAR counts itself. */
	m.records = s->records_since_mar + (m.cause == CAUSE_STOP);
	if (f->codec == NULL) {
		file_tried(f, file_put_mar(f, &m));
	} else {
		mar_encode(&m, bytes);
		frame_add(f, bytes, sizeof(bytes), 0);
		if (m.cause == CAUSE_STOP)
			frame_emit(f);
	}
	s->records_since_mar = 0;
}

/* --- periods ------------------------------------------------------------- */

/* The file of the period that is over says so: what it lacks then, a crash took. */
static void
file_end(struct sink_file *f)
{
	struct mar stop = f->start;
	int error;

	stop.cause = CAUSE_STOP;
	stop.start_ns = f->start.now_ns;
	stop.now_ns = sink_wall_ns();
	file_mar(&f->sink, &stop);
	error = record_file_close(&f->file);
	if (f->close_error == 0)
		f->close_error = error;
}

static void
file_rotate(struct sink *s, const struct rotation *r)
{
	struct sink_file *f = (struct sink_file *)s;
	char path[PATH_MAX];
	int error;

	if (!f->rotates)
		return;
	error = rotation_name(r, s->target, path, sizeof(path));
	if (error != 0) {
		s->error = s->error != 0 ? s->error : error;
		return;
	}
	if (strcmp(path, f->path) == 0)
		return;
	file_end(f);
	memcpy(f->path, path, sizeof(f->path));
}

/* --- life ---------------------------------------------------------------- */

static void
file_finish(struct sink *s)
{
	frame_emit((struct sink_file *)s);
}

static int
file_close(struct sink *s)
{
	struct sink_file *f = (struct sink_file *)s;
	int error = record_file_close(&f->file);

	if (error == 0)
		error = f->close_error;
	if (error == 0 && f->sink.records_lost != 0)
		error = f->lost_error;
	codec_free(f->codec);
	free(f->frame);
	free(f);
	return error;
}

static const struct sink_ops file_ops = {
	.write = file_write,
	.mar = file_mar,
	.rotate = file_rotate,
	.poll = file_poll,
	.finish = file_finish,
	.close = file_close,
};

/* Of a name with a time, what comes before it must be a directory to write to. */
static int
check_directory(struct sink_file *f)
{
	const char *target = f->sink.target, *end = strchr(target, '%');
	int error;

	while (end > target && end[-1] != '/')
		end--;
	if (end == target)
		return access(".", W_OK | X_OK) < 0 ? -errno : 0;
	snprintf(f->path, sizeof(f->path), "%.*s", (int)(end - target), target);
	error = sink_make_directories(f->path);
	if (error == 0 && access(f->path, W_OK | X_OK) < 0)
		error = -errno;
	f->path[0] = '\0';
	return error;
}

static int
file_init(struct sink_file *f, const struct sink_options *o)
{
	f->sink.ops = &file_ops;
	f->sink.target = o->target;
	f->start = *o->start;
	f->file.fd = -1;
	f->rotates = o->rotates;
	f->retries = o->retries;
	if (strlen(o->target) >= sizeof(f->path))
		return -ENAMETOOLONG;
	if (codec_is_for(o->target)) {
		f->codec = codec_create(o->target, FRAME_SIZE);
		f->frame = malloc(FRAME_SIZE);
		if (f->codec == NULL || f->frame == NULL)
			return -ENOMEM;
	}
	if (f->rotates)
		return check_directory(f);
	memcpy(f->path, o->target, strlen(o->target) + 1);
	return file_open(f);
}

struct sink *
sink_file_open(const struct sink_options *o, char *error, size_t error_size)
{
	struct sink_file *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL) {
		snprintf(error, error_size, "output %s: out of memory", o->target);
		return NULL;
	}
	rc = file_init(f, o);
	if (rc != 0) {
		snprintf(error, error_size, "output %s: %s",
		         strcmp(o->target, "-") != 0 ? o->target : "(stdout)", strerror(-rc));
		file_close(&f->sink);
		return NULL;
	}
	return &f->sink;
}
