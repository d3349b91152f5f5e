/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file under an output: bytes in, whole or told how many; whether the path
 * still names it. Knows of no records.
 *
 * Collector lcore; it may wait for the file.
 */
#ifndef PANOPTES_EXPORT_RECORD_FILE_H
#define PANOPTES_EXPORT_RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct record_file {
	int fd;       /* -1: not open */
	bool regular; /* can be cut */
	dev_t dev;
	ino_t ino;
};

/* Opens to append, "-" for standard output: 0 or a negative errno. */
int record_file_open(struct record_file *, const char *path);

/* Whether the path names this file, and whether there is nothing in it. */
bool record_file_is_at(const struct record_file *, const char *path, bool *empty);

/* How many of the bytes were written; fewer than all: errno says why. */
size_t record_file_put(const struct record_file *, const uint8_t *bytes, size_t size);

/* Takes back the last bytes, where that can be done. */
void record_file_cut(const struct record_file *, size_t size);

/* 0, or a negative errno when something written earlier is lost. May be called again. */
int record_file_close(struct record_file *);

#endif
