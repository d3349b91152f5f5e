/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Directories are walked without following symbolic links to directories, so
 * the walk ends.
 */
#include "probe/capture_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CAPTURE_DEPTH_MAX 32

static int
list_add(struct string_list *list, const char *path)
{
	char **v = realloc(list->v, (list->n + 1) * sizeof(*v));

	if (v == NULL)
		return -ENOMEM;
	list->v = v;
	list->v[list->n] = strdup(path);
	if (list->v[list->n] == NULL)
		return -ENOMEM;
	list->n++;
	return 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int list_add_directory(struct string_list *, const char *path, unsigned depth);

static int
list_add_entry(struct string_list *list, const char *directory, const char *name, unsigned depth)
{
	struct stat st;
	char *path;
	int rc = 0;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	if (lstat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			rc = list_add_directory(list, path, depth + 1);
		else if (S_ISREG(st.st_mode) ||
		         (S_ISLNK(st.st_mode) && stat(path, &st) == 0 && S_ISREG(st.st_mode)))
			rc = list_add(list, path);
	}
	free(path);
	return rc;
}

static int
list_add_directory(struct string_list *list, const char *path, unsigned depth)
{
	struct dirent **entries;
	int rc = 0, n;

	if (depth > CAPTURE_DEPTH_MAX)
		return -ELOOP;
	n = scandir(path, &entries, not_hidden, by_name);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = list_add_entry(list, path, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int
capture_list_init(struct string_list *list, const struct config *c, char *error, size_t error_size)
{
	int rc = 0;

	list->v = NULL;
	list->n = 0;
	for (size_t i = 0; i < c->capture_files.n && rc == 0; i++)
		rc = list_add(list, c->capture_files.v[i]);
	if (rc < 0)
		snprintf(error, error_size, "no memory for the list of captures");
	for (size_t i = 0; i < c->capture_dirs.n && rc == 0; i++) {
		const size_t before = list->n;

		rc = list_add_directory(list, c->capture_dirs.v[i], 0);
		if (rc == 0 && list->n == before)
			rc = -ENOENT;
		if (rc < 0)
			snprintf(error, error_size, "-R %.200s: %s", c->capture_dirs.v[i],
			         rc == -ENOENT && list->n == before ? "no capture files there"
			                                            : strerror(-rc));
	}
	if (rc < 0)
		capture_list_fini(list);
	return rc;
}

void
capture_list_fini(struct string_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	list->v = NULL;
	list->n = 0;
}
