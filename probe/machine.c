/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each read is bounded: in bytes a line, in lines a file, in entries a directory.
 */
#include "probe/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 100000 /* /proc/cpuinfo has some thirty for each CPU */
#define LINE_BYTES_MAX (1u << 16)
#define ENTRIES_MAX 65536

static int __attribute__((format(printf, 3, 0)))
path_make(char out[PATH_MAX], const char *root, const char *path, va_list args)
{
	const size_t n = strlen(root);
	int rest;

	if (n >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(out, root, n + 1);
	rest = vsnprintf(out + n, PATH_MAX - n, path, args);
	return rest >= 0 && (size_t)rest < PATH_MAX - n ? 0 : -ENAMETOOLONG;
}

/* Fills 'out' with the path of a function's last arguments; 'rc' says whether it fits. */
#define PATH_OF(out, rc, root, path)                      \
	do {                                              \
		va_list args_;                            \
		va_start(args_, path);                    \
		(rc) = path_make(out, root, path, args_); \
		va_end(args_);                            \
	} while (0)

/* Reads on to the end of the line, keeps what fits. False at the end of the file, or when the line
 * has none. */
static bool
line_read(FILE *f, char *out, size_t size)
{
	size_t n = 0;
	unsigned i;
	int c = EOF;

	for (i = 0; i < LINE_BYTES_MAX && (c = getc(f)) != EOF && c != '\n'; i++) {
		if (n + 1 < size)
			out[n++] = c != '\0' ? (char)c : ' ';
	}
	out[n] = '\0';
	return i < LINE_BYTES_MAX && (c != EOF || n != 0);
}

static int
text_read(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "re");
	int rc = 0;

	out[0] = '\0';
	if (f == NULL)
		return -errno;
	if (!line_read(f, out, size))
		rc = ferror(f) ? -EIO : 0;
	(void)fclose(f);
	return rc;
}

int
machine_text(const char *root, char *out, size_t size, const char *path, ...)
{
	char name[PATH_MAX];
	int rc;

	out[0] = '\0';
	PATH_OF(name, rc, root, path);
	return rc < 0 ? rc : text_read(name, out, size);
}

int
machine_number(const char *root, uint64_t *n, const char *path, ...)
{
	char name[PATH_MAX], text[32], *end;
	int rc;

	*n = 0;
	PATH_OF(name, rc, root, path);
	if (rc == 0)
		rc = text_read(name, text, sizeof(text));
	if (rc < 0)
		return rc;
	errno = 0;
	*n = strtoull(text, &end, 10);
	if (isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0)
		return 0;
	*n = 0;
	return -EINVAL;
}

int
machine_link(const char *root, char *out, size_t size, const char *path, ...)
{
	char name[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t n;
	int rc;

	out[0] = '\0';
	PATH_OF(name, rc, root, path);
	if (rc < 0)
		return rc;
	n = readlink(name, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	last = strrchr(target, '/');
	rc = snprintf(out, size, "%s", last != NULL ? last + 1 : target);
	return rc >= 0 && (size_t)rc < size ? 0 : -ENAMETOOLONG;
}

bool
machine_access(const char *root, int mode, const char *path, ...)
{
	char name[PATH_MAX];
	int rc;

	PATH_OF(name, rc, root, path);
	return rc == 0 && access(name, mode) == 0;
}

/* What is behind the name and a colon, if the line has that name; else NULL. */
static char *
field_of(char *line, const char *name)
{
	const size_t n = strlen(name);
	char *value, *end;

	if (strncmp(line, name, n) != 0)
		return NULL;
	value = line + n;
	value += strspn(value, " \t");
	if (*value != ':')
		return NULL;
	value++;
	value += strspn(value, " \t");
	end = value + strlen(value);
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return value;
}

int
machine_field(const char *root, const char *name, char *out, size_t size, const char *path, ...)
{
	char file[PATH_MAX], line[8192];
	unsigned lines = 0;
	FILE *f;
	int rc;

	out[0] = '\0';
	PATH_OF(file, rc, root, path);
	if (rc < 0)
		return rc;
	f = fopen(file, "re");
	if (f == NULL)
		return -errno;
	rc = -ENOENT;
	while (rc != 0 && lines++ < LINES_MAX && line_read(f, line, sizeof(line))) {
		const char *value = field_of(line, name);

		if (value == NULL)
			continue;
		(void)snprintf(out, size, "%s", value);
		rc = 0;
	}
	(void)fclose(f);
	return rc;
}

static int
not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int
machine_each(const char *root, void (*visit)(void *arg, const char *name), void *arg,
             const char *path, ...)
{
	struct dirent **entries;
	char name[PATH_MAX];
	int rc, n;

	PATH_OF(name, rc, root, path);
	if (rc < 0)
		return rc;
	n = scandir(name, &entries, not_hidden, versionsort);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		if (i < ENTRIES_MAX)
			visit(arg, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return n;
}

bool
machine_has_word(const char *list, const char *word)
{
	const size_t n = strlen(word);

	while (*list != '\0') {
		const size_t len = strcspn(list, " \t");

		if (len == n && memcmp(list, word, n) == 0)
			return true;
		list += len;
		list += strspn(list, " \t");
	}
	return false;
}
