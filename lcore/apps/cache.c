/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file is a header, the key, and the library's serialized database, which carries
 * a check sum of its own. It comes into being under another name, whole or not at all.
 */
#include "lcore/apps/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hs.h>
#include <rte_jhash.h>

#define MAGIC UINT64_C(0x3173707061706f70) /* "popapps1", little-endian */
#define PATH_SIZE 4096
#define FILE_MAX (INT64_C(1) << 30)

struct header {
	uint64_t magic;
	uint64_t key_size, database_size;
};

static int
path_of(const char *directory, const void *key, size_t key_size, char *path)
{
	const uint32_t first = rte_jhash(key, (uint32_t)key_size, 0);
	const uint32_t second = rte_jhash(key, (uint32_t)key_size, first);
	const int n = snprintf(path, PATH_SIZE, "%s/rules-%08" PRIx32 "%08" PRIx32 ".db", directory,
	                       first, second);

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

static struct hs_database *
database_in(const char *bytes, size_t size, const void *key, size_t key_size)
{
	hs_database_t *database = NULL;
	struct header h;

	if (size < sizeof(h))
		return NULL;
	memcpy(&h, bytes, sizeof(h));
	if (h.magic != MAGIC || h.key_size != key_size || size - sizeof(h) < key_size ||
	    h.database_size != size - sizeof(h) - key_size ||
	    memcmp(bytes + sizeof(h), key, key_size) != 0)
		return NULL;
	if (hs_deserialize_database(bytes + sizeof(h) + key_size, (size_t)h.database_size,
	                            &database) != HS_SUCCESS)
		return NULL;
	return database;
}

struct hs_database *
cache_read(const char *directory, const void *key, size_t key_size)
{
	struct hs_database *database = NULL;
	char path[PATH_SIZE], *bytes;
	size_t size = 0;
	int fd;

	if (path_of(directory, key, key_size, path) < 0)
		return NULL;
	fd = open_trusted(path, &size);
	if (fd < 0)
		return NULL;
	bytes = read_whole(fd, size);
	close(fd);
	if (bytes != NULL)
		database = database_in(bytes, size, key, key_size);
	free(bytes);
	return database;
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
write_parts(int fd, const void *key, size_t key_size, const char *database, size_t database_size)
{
	const struct header h = { .magic = MAGIC,
		                  .key_size = key_size,
		                  .database_size = database_size };
	int rc = write_whole(fd, &h, sizeof(h));

	if (rc == 0)
		rc = write_whole(fd, key, key_size);
	return rc == 0 ? write_whole(fd, database, database_size) : rc;
}

static int
write_file(const char *path, const void *key, size_t key_size, const char *database,
           size_t database_size)
{
	char temporary[PATH_SIZE + 8];
	int fd, rc;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC); /* for the owner alone */
	if (fd < 0)
		return -errno;
	rc = write_parts(fd, key, key_size, database, database_size);
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(temporary, path) != 0)
		rc = -errno;
	if (rc != 0)
		(void)unlink(temporary);
	return rc;
}

int
cache_write(const char *directory, const void *key, size_t key_size,
            const struct hs_database *database)
{
	char path[PATH_SIZE], *bytes = NULL;
	size_t size = 0;
	int rc = path_of(directory, key, key_size, path);

	if (rc < 0)
		return rc;
	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		return -errno;
	if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS)
		return -ENOMEM;
	rc = write_file(path, key, key_size, bytes, size);
	free(bytes);
	return rc;
}
