/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files are numbered in the order of their records. The last one is appended to
 * until it is full; one that is taken is removed at once, so that a record is on
 * disk or with the caller and never in both. Numbers begin high, to leave room
 * below for what is put back.
 */
#include "export/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/sink.h"

#define NAME_SIZE 300
#define DIGITS 12
#define FIRST UINT64_C(500000000000)
#define SUFFIX ".argus"
#define ABSENT_MAX 64 /* files that one call looks for in vain */

struct spool {
	char directory[PATH_MAX - NAME_SIZE - 32];
	char name[NAME_SIZE];
	struct mar start;
	int lock;
	int fd;               /* the last file, while it is appended to; else -1 */
	size_t used;          /* bytes of records in it */
	uint64_t first, next; /* numbers of the oldest file and of the one to come */
	uint64_t bytes, limit, records;
	uint8_t *scratch;
};

/* --- names --------------------------------------------------------------- */

static void
path_of(const struct spool *s, uint64_t number, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s.%0*" PRIu64 SUFFIX, s->directory, s->name, DIGITS, number);
}

/* What may not be in a file's name, and the case of what may, is no matter. */
static void
name_of(const char *target, char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "0123456789-";
	size_t n = 0;

	for (; target[n] != '\0' && n + 1 < NAME_SIZE; n++)
		name[n] = strchr(plain, target[n]) != NULL ? target[n] : '_';
	name[n] = '\0';
}

/* The number in a file's name; false: it is none of this spool's. */
static bool
number_of(const struct spool *s, const char *file, uint64_t *number)
{
	const size_t n = strlen(s->name);

	if (strncmp(file, s->name, n) != 0 || file[n] != '.' ||
	    strspn(file + n + 1, "0123456789") != DIGITS ||
	    strcmp(file + n + 1 + DIGITS, SUFFIX) != 0)
		return false;
	*number = strtoull(file + n + 1, NULL, 10);
	return true;
}

/* --- one file ------------------------------------------------------------ */

static int
put_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size != 0) {
		const ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* A new file that begins with a START MAR: its descriptor, or a negative errno. */
static int
file_create(const struct spool *s, uint64_t number)
{
	char path[PATH_MAX];
	uint8_t mar[WIRE_MAR_SIZE];
	struct mar start = s->start;
	int fd, rc;

	start.now_ns = sink_wall_ns();
	mar_encode(&start, mar);
	path_of(s, number, path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	rc = put_all(fd, mar, sizeof(mar));
	if (rc == 0)
		return fd;
	close(fd);
	unlink(path);
	return rc;
}

/* A descriptor of a plain file of that number, or -1. What else may stand there, as a FIFO that
 * nobody writes to or a link, is none of ours, and not waited for. */
static int
file_open(const struct spool *s, uint64_t number)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	path_of(s, number, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Whether the file has records of another format than the ones to come: who gets them could not
 * tell. */
static bool
file_is_foreign(const struct spool *s, uint64_t number)
{
	uint8_t ours[WIRE_MAR_SIZE], theirs;
	const int fd = file_open(s, number);
	bool foreign;

	if (fd < 0)
		return false;
	mar_encode(&s->start, ours);
	/* a MAR whose version, the low half, is another one; anything else is damage */
	foreign = pread(fd, &theirs, 1, 0) == 1 && (theirs & 0xf0) == (ours[0] & 0xf0) &&
	          theirs != ours[0];
	close(fd);
	return foreign;
}

/* Its records without the START MAR, only whole ones; -1: there is no such file. */
static ssize_t
file_read(const struct spool *s, uint64_t number, uint8_t *bytes, uint32_t *records)
{
	size_t got = 0, at = 0, size;
	const int fd = file_open(s, number);

	*records = 0;
	if (fd < 0)
		return -1;
	while (got < SPOOL_FILE_SIZE) {
		const ssize_t n =
		        pread(fd, bytes + got, SPOOL_FILE_SIZE - got, (off_t)(WIRE_MAR_SIZE + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fd);
	while ((size = record_size(bytes + at, got - at)) != 0) {
		*records += !record_is_mar(bytes + at);
		at += size;
	}
	return (ssize_t)at;
}

static void
last_close(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* --- first in, first out ------------------------------------------------- */

uint64_t
spool_records(const struct spool *s)
{
	return s->records;
}

bool
spool_empty(const struct spool *s)
{
	return s->first == s->next;
}

/* The file to append 'size' bytes to. */
static int
last_open(struct spool *s, size_t size)
{
	int fd;

	if (s->fd >= 0 && s->used + size <= SPOOL_FILE_SIZE)
		return 0;
	fd = file_create(s, s->next);
	if (fd < 0)
		return fd;
	last_close(s);
	s->fd = fd;
	s->used = 0;
	s->next++;
	return 0;
}

int
spool_put(struct spool *s, const uint8_t *bytes, size_t size, uint32_t records)
{
	int rc;

	if (size > SPOOL_FILE_SIZE || s->bytes + size > s->limit)
		return -EDQUOT;
	rc = last_open(s, size);
	if (rc == 0)
		rc = put_all(s->fd, bytes, size);
	if (rc != 0) {
		/* no part of it stays; if that fails, too, the next one goes elsewhere */
		if (s->fd >= 0 && ftruncate(s->fd, (off_t)(WIRE_MAR_SIZE + s->used)) < 0)
			last_close(s);
		return rc;
	}
	s->used += size;
	s->bytes += size;
	s->records += records;
	return 0;
}

int
spool_put_back(struct spool *s, const uint8_t *bytes, size_t size, uint32_t records)
{
	char path[PATH_MAX];
	int fd, rc;

	if (size > SPOOL_FILE_SIZE)
		return -EDQUOT;
	fd = file_create(s, s->first - 1);
	if (fd < 0)
		return fd;
	rc = put_all(fd, bytes, size);
	close(fd);
	if (rc != 0) {
		path_of(s, s->first - 1, path);
		unlink(path);
		return rc;
	}
	s->first--;
	s->bytes += size;
	s->records += records;
	return 0;
}

size_t
spool_get(struct spool *s, uint8_t *bytes, uint32_t *records, uint64_t *missing)
{
	char path[PATH_MAX];
	ssize_t size = -1;

	*records = 0;
	*missing = 0;
	for (int i = 0; size <= 0 && i < ABSENT_MAX && !spool_empty(s); i++) {
		if (s->first + 1 == s->next)
			last_close(s);
		size = file_read(s, s->first, bytes, records);
		path_of(s, s->first++, path);
		if (size >= 0)
			unlink(path);
	}
	if (size < 0)
		size = 0;
	s->bytes -= (uint64_t)size < s->bytes ? (uint64_t)size : s->bytes;
	s->records -= *records < s->records ? *records : s->records;
	if (spool_empty(s)) {
		*missing = s->records;
		s->bytes = s->records = 0;
	}
	return (size_t)size;
}

/* --- life ---------------------------------------------------------------- */

static int
lock_take(struct spool *s)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s.lock", s->directory, s->name);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (s->lock < 0)
		return -errno;
	return flock(s->lock, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

/* The numbers that are there. */
static int
survey(struct spool *s)
{
	DIR *directory = opendir(s->directory);
	const struct dirent *entry;
	uint64_t number;

	if (directory == NULL)
		return -errno;
	s->first = s->next = FIRST;
	while ((entry = readdir(directory)) != NULL) {
		if (!number_of(s, entry->d_name, &number) || number == 0)
			continue;
		if (spool_empty(s)) {
			s->first = number;
			s->next = number + 1;
		}
		s->first = number < s->first ? number : s->first;
		s->next = number >= s->next ? number + 1 : s->next;
	}
	closedir(directory);
	return 0;
}

/* What an earlier run left. */
static int
take_over(struct spool *s)
{
	int rc = survey(s);

	/* far more than any limit allows: somebody else's files */
	if (rc == 0 && s->next - s->first > 2 * s->limit / SPOOL_FILE_SIZE + (1u << 16))
		rc = -EEXIST;
	for (uint64_t n = s->first; rc == 0 && n < s->next; n++) {
		uint32_t records;
		const ssize_t size = file_read(s, n, s->scratch, &records);

		if (size >= 0 && file_is_foreign(s, n))
			rc = -EPROTO;
		if (size > 0) {
			s->bytes += (uint64_t)size;
			s->records += records;
		}
	}
	return rc;
}

struct spool *
spool_open(const char *directory, const char *target, const struct mar *start, uint64_t limit,
           char *error, size_t error_size)
{
	struct spool *s = calloc(1, sizeof(*s));
	const char *what = "";
	int rc = -ENOMEM;

	if (s == NULL)
		goto fail;
	s->lock = s->fd = -1;
	s->start = *start;
	s->limit = limit;
	name_of(target, s->name);
	s->scratch = malloc(SPOOL_FILE_SIZE);
	rc = s->scratch != NULL ? 0 : -ENOMEM;
	if (rc == 0 && strlen(directory) >= sizeof(s->directory))
		rc = -ENAMETOOLONG;
	if (rc != 0)
		goto fail;
	memcpy(s->directory, directory, strlen(directory) + 1);
	rc = sink_make_directories(directory);
	if (rc == 0 && mkdir(directory, 0755) < 0 && errno != EEXIST)
		rc = -errno;
	if (rc == 0)
		rc = lock_take(s);
	if (rc == -EWOULDBLOCK)
		what = ": another output or process has it";
	if (rc == 0)
		rc = take_over(s);
	if (rc == -EPROTO)
		what = ": its files are of another record format; move them away, or send them "
		       "with "
		       "that format first";
	if (rc == 0)
		return s;
fail:
	snprintf(error, error_size, "output %s: spool %s: %s%s", target, directory, strerror(-rc),
	         what);
	spool_close(s);
	return NULL;
}

void
spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	last_close(s);
	if (s->lock >= 0)
		close(s->lock);
	free(s->scratch);
	free(s);
}
