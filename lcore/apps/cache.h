/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiled pattern databases on disk, so that a start need not compile what did not
 * change. A file is found by a hash of its key and counts only if the whole key is in
 * it: the patterns with their flags, the library's version and the CPU's features. A
 * file that others than root or the probe's user may write is not read. Main lcore.
 */
#ifndef PANOPTES_LCORE_APPS_CACHE_H
#define PANOPTES_LCORE_APPS_CACHE_H

#include <stddef.h>

struct hs_database;

/* The database, or NULL: it isn't there, or not for this key. */
struct hs_database *cache_read(const char *directory, const void *key, size_t key_size);

/* Puts it there; the directory is made, where its parent is there. 0 or a negative errno. */
int cache_write(const char *directory, const void *key, size_t key_size,
                const struct hs_database *);

#endif
