/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All outputs of a probe: who gets which record. A record is encoded once; the
 * outputs that take everything share one block of bytes, each filtered output
 * has a block of its own. A record that nobody wants is not encoded.
 *
 * An output that fails stops no other one; one that may recover is tried again. Collector lcore
 * only; memory is taken at opening.
 */
#ifndef PANOPTES_EXPORT_OUTPUTS_H
#define PANOPTES_EXPORT_OUTPUTS_H

#include "config/config.h"
#include "export/argus/record.h"
#include "export/filter/record_filter.h"
#include "export/server/server.h"
#include "export/sink.h"
#include "ring/control.h"

#define OUTPUT_BLOCK_SIZE ((size_t)256 * 1024)

/* Whole records that wait to be written. */
struct output_block {
	uint8_t *bytes;
	size_t used;
	uint32_t records;
};

struct output {
	struct sink *sink;
	struct record_filter *filter; /* NULL: takes everything, from the shared block */
	struct output_block block;
};

struct outputs {
	struct output *v;
	unsigned n, live;
	struct output_block shared;
	bool any_unfiltered;
	bool tells; /* what an output can't do is told when it begins, and when it is over */
	struct rotation rotation;
	struct server *server;   /* of clients; NULL: none may come */
	size_t record_max;       /* no record is longer, in bytes */
	uint64_t encoded;        /* records */
	struct control *control; /* told to stop when nothing is left to write to */
	int error;               /* the first failure */
	char problem[512];       /* ... in a line; empty: none */
	char notice[512];        /* a line about what is kept in a spool; empty: nothing */
	/* Summed up as outputs are closed. */
	uint64_t written, filtered, lost, spooled, replayed, bytes;
	struct server_totals clients;
};

/* Whether every output's filter compiles: 0, or -EINVAL and one line in 'error'. */
int outputs_check_filters(const struct config *c, char *error, size_t error_size);

/* Opens what the configuration names; each begins with the START MAR. 0 or a negative errno, with
 * one line in 'error'; outputs_close() is due either way. */
int outputs_open(struct outputs *o, const struct config *c, const struct mar *start,
                 size_t record_max, struct control *control, char *error, size_t error_size);

/* Nothing comes any more whose report time is before this one (ns since the epoch): files whose
 * period is over are finished. */
void outputs_time(struct outputs *o, uint64_t report_ns);

/* The record to all who want it. */
void outputs_record(struct outputs *o, const struct far_encoder *encoder,
                    const struct flow_record *record, uint32_t sequence);

/* Writes what waits. */
void outputs_flush(struct outputs *o);

/* Lets outputs do what is due by the clock (monotonic). */
void outputs_poll(struct outputs *o, uint64_t now_ns);

/* Serves clients; 'now_ns' is monotonic. Called often. */
void outputs_serve(struct outputs *o, uint64_t now_ns);
/* Whether no records may come yet, for a client is waited for. */
bool outputs_hold(const struct outputs *o);
/* What came of clients so far. */
void outputs_clients(const struct outputs *o, struct server_totals *t);
/* Outputs and clients that get records. */
unsigned outputs_live(const struct outputs *o);

/* Writes what waits, and then a STATUS or STOP MAR; with STOP, clients get what waits and are
 * closed. */
void outputs_mar(struct outputs *o, const struct mar *mar);

/* Closes and frees; the sums are complete then. May be called again. */
void outputs_close(struct outputs *o);

#endif
