/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records that wait on disk for a collector to come back: first in, first out,
 * in files of up to a megabyte, DIRECTORY/NAME.NUMBER.argus. Each is an argus
 * file of its own, so that ra reads what was left. What an earlier run left is
 * there at opening; a lock keeps two outputs from one spool.
 *
 * What is in the files is not trusted. Collector lcore; it may wait for the disk.
 */
#ifndef PANOPTES_EXPORT_SPOOL_H
#define PANOPTES_EXPORT_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/argus/record.h"

/* No file has more bytes of records, and no call may bring more. */
#define SPOOL_FILE_SIZE ((size_t)1 << 20)

struct spool;

/* Makes the directory. 'target' tells spools apart; 'start' begins each file; 'limit' bounds the
 * bytes of records. NULL on failure; 'error' then holds one line. */
struct spool *spool_open(const char *directory, const char *target, const struct mar *start,
                         uint64_t limit, char *error, size_t error_size);

/* Flow records that wait, and whether nothing at all does. */
uint64_t spool_records(const struct spool *);
bool spool_empty(const struct spool *);

/* Whole records to the end: 0; -EDQUOT beyond the limit, or what the disk says, and nothing of
 * them is there. */
int spool_put(struct spool *, const uint8_t *bytes, size_t size, uint32_t records);

/* The same to the front, for what was taken too early; not bounded. */
int spool_put_back(struct spool *, const uint8_t *bytes, size_t size, uint32_t records);

/* Takes the oldest file's records, at most SPOOL_FILE_SIZE bytes; 0: there are none. '*records' of
 * them are flow records; '*missing' more should have been there, but the files do not have them. */
size_t spool_get(struct spool *, uint8_t *bytes, uint32_t *records, uint64_t *missing);

/* What waits stays on disk. */
void spool_close(struct spool *);

#endif
