/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An output: where encoded records go. The collector encodes each record once
 * and hands the same block of bytes to every sink; each keeps its own counters
 * and its own MARs, since each has lost and written different records.
 *
 * A sink that fails stays failed: it counts what it loses and never stops
 * another one. To add a kind of output: a struct that begins with struct sink,
 * its struct sink_ops, an _open function, and a row in collector.c.
 *
 * Collector lcore only. Sinks may wait for their file; they never allocate
 * between open and close.
 */
#ifndef PANOPTES_EXPORT_SINK_H
#define PANOPTES_EXPORT_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "export/argus/record.h"

/* Whole records end to end, no MAR among them. Borrowed for the time of the call. */
struct sink_block {
	const uint8_t *bytes;
	size_t size;
	uint32_t records;
};

struct sink;

struct sink_ops {
	/* Writes the block, or counts what it lost and sets sink->error. */
	void (*write)(struct sink *, const struct sink_block *);
	/* Writes a STATUS or STOP MAR; fills in the records since the last one. */
	void (*mar)(struct sink *, const struct mar *);
	/* Finishes and frees the sink; 0 or a negative errno when data written earlier are lost. */
	int (*close)(struct sink *);
};

struct sink {
	const struct sink_ops *ops;
	const char *target; /* as configured; belongs to the configuration */
	int error;          /* 0, or the negative errno that ended it */
	uint32_t records_since_mar;
	uint64_t records_written, records_filtered, records_lost;
	uint64_t bytes_written;
};

/* A file, appended to, or standard output for "-". 'start' is the START MAR, written at once and
 * again, with the time of then, whenever the file has been moved away, deleted or emptied. NULL on
 * failure; 'error' then holds one line. */
struct sink *sink_file_open(const char *target, const struct mar *start, char *error,
                            size_t error_size);

#endif
