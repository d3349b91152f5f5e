/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The exporter's sockets: argus clients come in, say which records they want,
 * and get them as they are made, with MARs of their own.
 *
 * Records that clients want without a filter are kept once for all of them; each
 * filtered client has a stream of its own. A client that does not keep up loses
 * records, is told so in its MARs and is then closed; where the records come from
 * files, which can wait, it is waited for, within limits. For each client, records
 * offered = written + filtered + lost.
 *
 * All memory is taken at creation; names are looked up on a thread of its own
 * (clerk.h). server_create() and server_free() are the main lcore's, with the rights
 * that the port needs; all else is the collector's, and never blocks but in
 * server_block() and server_append() of a server that waits, and server_finish().
 */
#ifndef PANOPTES_EXPORT_SERVER_SERVER_H
#define PANOPTES_EXPORT_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "export/argus/record.h"
#include "export/filter/record_filter.h"
#include "export/sink.h"

struct server;

struct server_options {
	const struct string_list *addresses; /* none: loopback's */
	uint16_t port;                       /* 0: the kernel's choice */
	unsigned clients_max, clients_per_address;
	const struct string_list *allow, *deny; /* prefixes */
	struct mar start;                       /* the START MAR, but for its time */
	size_t record_max;                      /* no record is longer, in bytes */
	bool waits; /* records can wait for a client that does not keep up */
	bool holds; /* ... and do, for the first client to start */
	bool quiet; /* tells nothing on standard error */
	uint64_t handshake_ns, stall_ns, lag_ns; /* limits; 0: the usual ones */
};

/* What a configuration asks for; the START MAR and record_max are the caller's. */
void server_options_init(struct server_options *, const struct config *);

/* NULL on failure; 'error' then holds one line. */
struct server *server_create(const struct server_options *, char *error, size_t error_size);
void server_free(struct server *);

/* The port that the first address has. */
uint16_t server_port(const struct server *);

/* Accepts, listens, writes: whatever can be done now. 'now_ns' is monotonic; called often, it does
 * something once a millisecond. */
void server_poll(struct server *, uint64_t now_ns);

/* No records are to come yet: the first client is waited for. */
bool server_holds(const struct server *);
/* Whether there are clients that take all records; filtered ones. Only server_poll() lets it
 * become true. */
bool server_has_plain(const struct server *);
bool server_has_filtered(const struct server *);
unsigned server_clients(const struct server *); /* that get records */

/* Records to all clients without filter. */
void server_block(struct server *, const struct sink_block *);
/* Asks the filtered clients about a record; whether any wants it, which server_append() is for. */
bool server_match(struct server *, const struct far_input *);
void server_append(struct server *, const uint8_t *record, size_t size);
/* A STATUS MAR to every client that gets records. */
void server_mar(struct server *, const struct mar *);
/* The STOP MAR; writes what waits, for as long as clients take it, and closes all. */
void server_finish(struct server *, const struct mar *);

/* Summed over all clients that were there; what those that are there still wait for is not counted
 * anywhere but among what they were offered. Complete after server_finish(). */
struct server_totals {
	uint64_t connections;                      /* that were accepted */
	uint64_t refused;                          /* ... by rules or limits */
	uint64_t dropped;                          /* closed for what they did, or did not */
	uint64_t offered, written, filtered, lost; /* records */
	uint64_t bytes;
};
void server_totals(const struct server *, struct server_totals *);

#endif
