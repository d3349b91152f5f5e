/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One connection: where it stands in its stream, what goes out between records,
 * and what became of every record it was offered. Internal to export/server/.
 *
 * Slots and their memory are the server's, taken at start. Collector lcore only.
 */
#ifndef PANOPTES_EXPORT_SERVER_CLIENT_H
#define PANOPTES_EXPORT_SERVER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "export/argus/record.h"
#include "export/argus/wire.h"
#include "export/server/clerk.h"
#include "export/server/listen.h"
#include "export/server/stream.h"

/* A word, and a filter of the greatest length. */
#define CLIENT_REQUEST_SIZE ((size_t)REQUEST_FILTER_MAX + 64)
#define CLIENT_ASIDE_SIZE ((size_t)2 * WIRE_MAR_SIZE)
#define CLIENT_HEARD_MAX 65536 /* bytes that a client may say in its life */

enum client_state {
	CLIENT_FREE = 0,
	CLIENT_CHECKED,   /* the host's rules are being asked */
	CLIENT_HELLO,     /* has the START MAR; is to say START */
	CLIENT_COMPILING, /* its filter is */
	CLIENT_STARTED,   /* gets records */
	CLIENT_LEAVING,   /* gets what is aside, then is closed */
};

struct client {
	enum client_state state;
	int fd;
	bool readable, writable;
	bool started; /* it was given records */
	char name[ENDPOINT_SIZE];
	uint8_t address[16];

	char *request; /* CLIENT_REQUEST_SIZE bytes */
	size_t request_size, heard;
	bool fresh; /* not all of it has been looked at */
	struct clerk_job *job;
	unsigned filters;             /* that were asked for */
	struct record_filter *filter; /* NULL: all records, from the shared stream */
	bool matched;                 /* the record at hand */

	struct stream own, *stream;
	struct stream_cursor cursor;
	uint8_t *spill; /* the rest of a record whose block was taken away */
	size_t spill_at, spill_size;
	uint8_t aside[CLIENT_ASIDE_SIZE]; /* MARs and answers */
	size_t aside_at, aside_size;
	bool mar_due; /* 'mar' goes out when 'cursor' is at 'mar_at', a record's end */
	struct stream_cursor mar_at;
	struct mar mar;

	uint64_t since_ns, heard_ns; /* of the state; of the last bytes that came. Monotonic */
	uint64_t window_ns, window_bytes;
	uint64_t losing_since_ns; /* 0: it keeps up */

	/* offered = written + filtered + lost, once it is closed */
	uint64_t offered, written, filtered, lost;
	uint64_t bytes;
	uint32_t written_since_mar, lost_since_mar;
};

/* A connection in a free slot. */
void client_open(struct client *, int fd, const struct sockaddr_storage *peer, uint64_t now_ns);

/* From here on it gets what comes into its stream. */
void client_attach(struct client *, struct stream *shared);

/* Bytes between records; false: there is no room, which only a client that does not read causes. */
bool client_aside(struct client *, const void *bytes, size_t size);

/* A MAR behind all records so far; one that still waits takes up its numbers. */
void client_mar(struct client *, const struct mar *);

/* Makes it let go of the block that its stream needs next: what it has not read is lost. */
void client_overrun(struct client *, uint64_t now_ns);

/* Writes what the socket takes; a negative errno when the connection is no more. */
int client_send(struct client *);

/* Whether anything waits to be written. */
bool client_pending(struct client *);

/* Gives up its stream: what it has not got is lost, but for a record that is half written. A MAR
 * that is due goes out at once. */
void client_abandon(struct client *);

struct server_totals;
/* Adds its counts. */
void client_sum(const struct client *, struct server_totals *);

/* Closes; the counts are final then. */
void client_close(struct client *);

#endif
