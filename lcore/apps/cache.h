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

/* Reads 'count' databases; NULL where none was stored. 0, or -1: they aren't there, or not for this
 * key, and nothing is set. */
int cache_read(const char *directory, const void *key, size_t key_size,
               struct hs_database **databases, unsigned count);

/* Puts them there; the directory is made, where its parent is there. 0 or a negative errno. */
int cache_write(const char *directory, const void *key, size_t key_size,
                struct hs_database *const *databases, unsigned count);

#endif
