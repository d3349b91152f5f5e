/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An argus file or standard output.
 *
 * A block goes out with one write. Before each, the path is looked at: if the
 * file there isn't ours any more, or is empty, it is begun anew with a START
 * MAR, so that a rotated file can always be read by itself. A write that fails
 * half-way is cut back to whole records where the output can be cut.
 */
#include "export/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/argus/wire.h"

struct sink_file {
	struct sink sink;
	int fd;
	bool regular; /* can be cut */
	bool rotates; /* has a path that can be moved away */
	dev_t dev;
	ino_t ino;
	struct mar start;
};

/* How many of the 'size' bytes were written; fewer than all: errno says why. */
static size_t
file_put(const struct sink_file *f, const uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const ssize_t n = write(f->fd, bytes + done, size - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n == 0) {
			errno = EIO;
			break;
		} else if (errno == EAGAIN) {
			struct pollfd p = { .fd = f->fd, .events = POLLOUT };

			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			break;
		}
	}
	return done;
}

/* Takes back the last 'size' bytes, which are no whole record. */
static void
file_cut(const struct sink_file *f, size_t size)
{
	off_t end;

	if (!f->regular || size == 0)
		return;
	end = lseek(f->fd, 0, SEEK_CUR);
	if (end < (off_t)size)
		return;
	end -= (off_t)size;
	if (ftruncate(f->fd, end) == 0)
		lseek(f->fd, end, SEEK_SET);
}

static int
file_put_mar(struct sink_file *f, const struct mar *m)
{
	uint8_t bytes[WIRE_MAR_SIZE];
	size_t done;
	int error;

	mar_encode(m, bytes);
	done = file_put(f, bytes, sizeof(bytes));
	if (done == sizeof(bytes)) {
		f->sink.bytes_written += done;
		f->sink.records_since_mar = 0;
		return 0;
	}
	error = -errno;
	file_cut(f, done);
	return error;
}

static int
file_put_start(struct sink_file *f)
{
	f->start.now_ns = sink_wall_ns();
	return file_put_mar(f, &f->start);
}

static int
file_open(struct sink_file *f)
{
	struct stat st;

	if (f->rotates)
		f->fd = open(f->sink.target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	else
		f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	if (f->fd < 0 || fstat(f->fd, &st) < 0)
		return -errno;
	f->regular = S_ISREG(st.st_mode);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	return file_put_start(f);
}

/* Sees to it that the path names the file we write, and that it begins with a START MAR. */
static int
file_follow(struct sink_file *f)
{
	struct stat st;

	if (!f->rotates)
		return 0;
	if (stat(f->sink.target, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino) {
		if (f->regular && st.st_size == 0)
			return file_put_start(f);
		return 0;
	}
	close(f->fd);
	return file_open(f);
}

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
file_write(struct sink *s, const struct sink_block *b)
{
	struct sink_file *f = (struct sink_file *)s;
	size_t done = 0, end;
	uint32_t whole;

	if (s->error == 0)
		s->error = file_follow(f);
	if (s->error == 0) {
		done = file_put(f, b->bytes, b->size);
		if (done != b->size)
			s->error = -errno;
	}
	if (done == b->size) {
		whole = b->records;
	} else {
		whole = records_whole(b, done, &end);
		file_cut(f, done - end);
		done = end;
	}
	s->records_written += whole;
	s->records_since_mar += whole;
	s->records_lost += b->records - whole;
	s->bytes_written += done;
}

static void
file_mar(struct sink *s, const struct mar *mar)
{
	struct sink_file *f = (struct sink_file *)s;
	struct mar m = *mar;

	if (s->error == 0)
		s->error = file_follow(f);
	if (s->error != 0)
		return;
	/* A STOP MAR counts itself. */
	m.records = s->records_since_mar + (m.cause == CAUSE_STOP);
	s->error = file_put_mar(f, &m);
}

static int
file_close(struct sink *s)
{
	struct sink_file *f = (struct sink_file *)s;
	const int error = f->fd >= 0 && close(f->fd) < 0 && errno != EINTR ? -errno : 0;

	free(f);
	return error;
}

static const struct sink_ops file_ops = {
	.write = file_write,
	.mar = file_mar,
	.close = file_close,
};

struct sink *
sink_file_open(const struct sink_options *o, char *error, size_t error_size)
{
	struct sink_file *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL) {
		snprintf(error, error_size, "output %s: out of memory", o->target);
		return NULL;
	}
	f->sink.ops = &file_ops;
	f->sink.target = o->target;
	f->start = *o->start;
	f->fd = -1;
	f->rotates = strcmp(o->target, "-") != 0;
	rc = file_open(f);
	if (rc != 0) {
		snprintf(error, error_size, "output %s: %s", f->rotates ? o->target : "(stdout)",
		         strerror(-rc));
		file_close(&f->sink);
		return NULL;
	}
	return &f->sink;
}
