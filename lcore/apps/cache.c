/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file is a header, the key, and the library's serialized databases, each behind its
 * size and with a check sum of its own. It comes into being under another name, whole or
 * not at all.
 */
#include "lcore/apps/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hs.h>
#include <zlib.h>

#define MAGIC UINT64_C(0x3173707061706f70) /* "popapps1", little-endian */
#define PATH_SIZE 4096
#define FILE_MAX (INT64_C(1) << 30)

struct header {
	uint64_t magic;
	uint64_t key_size, count;
};

static int
path_of(const char *directory, const void *key, size_t key_size, char *path)
{
	const int n = snprintf(path, PATH_SIZE, "%s/rules-%08lx%08lx.db", directory,
	                       crc32_z(0, key, key_size), adler32_z(1, key, key_size));

	return n < 0 || n >= PATH_SIZE - 16 ? -ENAMETOOLONG : 0;
}

/* Nobody else may have written it. */
static int
open_trusted(const char *path, size_t *size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	    (st.st_uid == geteuid() || st.st_uid == 0) && st.st_size <= FILE_MAX) {
		*size = (size_t)st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

static char *
read_whole(int fd, size_t size)
{
	char *bytes = malloc(size + 1);
	size_t at = 0;

	while (bytes != NULL && at < size) {
		const ssize_t n = read(fd, bytes + at, size - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			free(bytes);
			return NULL;
		}
		at += (size_t)n;
	}
	return bytes;
}

/* The next database of the file's rest; NULL and 0: none was stored. */
static int
take_database(const char **at, size_t *left, struct hs_database **database)
{
	uint64_t size;

	*database = NULL;
	if (*left < sizeof(size))
		return -1;
	memcpy(&size, *at, sizeof(size));
	*at += sizeof(size);
	*left -= sizeof(size);
	if (size > *left)
		return -1;
	if (size != 0 && hs_deserialize_database(*at, (size_t)size, database) != HS_SUCCESS)
		return -1;
	*at += size;
	*left -= (size_t)size;
	return 0;
}

static int
databases_in(const char *bytes, size_t size, const void *key, size_t key_size,
             struct hs_database **databases, unsigned count)
{
	struct header h;
	unsigned n = 0;
	int rc = 0;

	if (size < sizeof(h))
		return -1;
	memcpy(&h, bytes, sizeof(h));
	bytes += sizeof(h);
	size -= sizeof(h);
	if (h.magic != MAGIC || h.key_size != key_size || h.count != count || size < key_size ||
	    memcmp(bytes, key, key_size) != 0)
		return -1;
	bytes += key_size;
	size -= key_size;
	for (; n < count && rc == 0; n++)
		rc = take_database(&bytes, &size, &databases[n]);
	if (rc == 0 && size == 0)
		return 0;
	while (n-- > 0) {
		hs_free_database(databases[n]);
		databases[n] = NULL;
	}
	return -1;
}

int
cache_read(const char *directory, const void *key, size_t key_size, struct hs_database **databases,
           unsigned count)
{
	char path[PATH_SIZE], *bytes;
	size_t size = 0;
	int fd, rc = -1;

	if (path_of(directory, key, key_size, path) < 0)
		return -1;
	fd = open_trusted(path, &size);
	if (fd < 0)
		return -1;
	bytes = read_whole(fd, size);
	close(fd);
	if (bytes != NULL)
		rc = databases_in(bytes, size, key, key_size, databases, count);
	free(bytes);
	return rc;
}

static int
write_whole(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size != 0) {
		const ssize_t n = write(fd, at, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

static int
write_database(int fd, const struct hs_database *database)
{
	char *bytes = NULL;
	size_t size = 0;
	uint64_t stored;
	int rc;

	if (database != NULL && hs_serialize_database(database, &bytes, &size) != HS_SUCCESS)
		return -ENOMEM;
	stored = size;
	rc = write_whole(fd, &stored, sizeof(stored));
	if (rc == 0)
		rc = write_whole(fd, bytes, size);
	free(bytes);
	return rc;
}

static int
write_parts(int fd, const void *key, size_t key_size, struct hs_database *const *databases,
            unsigned count)
{
	const struct header h = { .magic = MAGIC, .key_size = key_size, .count = count };
	int rc = write_whole(fd, &h, sizeof(h));

	if (rc == 0)
		rc = write_whole(fd, key, key_size);
	for (unsigned i = 0; i < count && rc == 0; i++)
		rc = write_database(fd, databases[i]);
	return rc;
}

int
cache_write(const char *directory, const void *key, size_t key_size,
            struct hs_database *const *databases, unsigned count)
{
	char path[PATH_SIZE], temporary[PATH_SIZE + 8];
	int fd, rc = path_of(directory, key, key_size, path);

	if (rc < 0)
		return rc;
	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		return -errno;
	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC); /* for the owner alone */
	if (fd < 0)
		return -errno;
	rc = write_parts(fd, key, key_size, databases, count);
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(temporary, path) != 0)
		rc = -errno;
	if (rc != 0)
		(void)unlink(temporary);
	return rc;
}
