/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An output: where encoded records go. The collector encodes each record once
 * and hands the same block of bytes to every sink; each keeps its own counters
 * and its own MARs, since each has lost and written different records.
 *
 * A sink that fails for good sets its error and stays failed: it counts what it
 * loses and never stops another one. One that may recover sets no error: it
 * counts what it lost, goes on, and says so at close. To add a kind of output:
 * a struct that begins with struct sink, its struct sink_ops, an _open function,
 * a prefix in config/target.c and a row in outputs.c.
 *
 * Opened and closed on the main lcore or the collector's, used on the
 * collector's. Sinks may wait for their file; they never wait long for a peer
 * and never allocate between open and close.
 */
#ifndef PANOPTES_EXPORT_SINK_H
#define PANOPTES_EXPORT_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "export/argus/record.h"
#include "export/rotation.h"

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
	/* NULL, or: a new period of files has begun, whose records come next. */
	void (*rotate)(struct sink *, const struct rotation *);
	/* NULL, or what is due whether records come or not; called many times a second. Never
	 * waits. 'now_ns' is monotonic. */
	void (*poll)(struct sink *, uint64_t now_ns);
	/* NULL, or: gets out what waits, in bounded time. The counters are complete then. */
	void (*finish)(struct sink *);
	/* Frees the sink; 0 or a negative errno when data written earlier are lost. */
	int (*close)(struct sink *);
};

struct sink {
	const struct sink_ops *ops;
	const char *target; /* as configured; belongs to the configuration */
	int error;          /* 0, or the negative errno that ended it */
	int trouble;        /* 0, or why records are being lost just now; it may end */
	uint32_t records_since_mar;
	uint64_t records_written, records_filtered, records_lost;
	uint64_t records_spooled;  /* kept on disk for the next run; known once finished */
	uint64_t records_replayed; /* of an earlier run's; in none of the others */
	uint64_t bytes_written;
};

/* Wall clock, ns since the epoch: the time of MARs. */
uint64_t sink_wall_ns(void);

/* Makes the directories above a path: 0 or a negative errno. */
int sink_make_directories(const char *path);

struct sink_options {
	const char *target;      /* as configured; outlives the sink */
	const struct mar *start; /* the START MAR; its 'now' is set whenever it is written */
	const char *spool;       /* directory, or NULL */
	uint64_t spool_size;     /* bytes */
	bool waits;              /* the source does, too: rather wait than lose */
	bool rotates;            /* a file's name is made anew from 'target' for each period */
	bool tells;              /* of a peer that goes and comes, on standard error */
	bool retries; /* a file that can't be written is tried again with the next block */
};

/* All _open functions: NULL on failure; 'error' then holds one line. */

/* A file, appended to, or standard output for "-". The START MAR is written at once and again
 * whenever the file has been moved away, deleted or emptied. One that rotates is opened, and its
 * directories made, with its period's first record; when the period is over it gets a STOP MAR. A
 * name that ends in .gz or .zst is compressed, in whole frames of some seconds at most. */
struct sink *sink_file_open(const struct sink_options *, char *error, size_t error_size);

/* Datagrams of whole records; the START MAR is the first one. What the kernel refuses to send is
 * lost, which is no error before the end. */
struct sink *sink_udp_open(const struct sink_options *, char *error, size_t error_size);

/* A stream to a collector, which is connected to again and again. What it can't take now goes to
 * the spool, if there is one. What is lost is no error before the end. */
struct sink *sink_tcp_open(const struct sink_options *, char *error, size_t error_size);

#endif
