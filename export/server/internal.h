/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server's state, shared by its files. Internal to export/server/.
 */
#ifndef PANOPTES_EXPORT_SERVER_INTERNAL_H
#define PANOPTES_EXPORT_SERVER_INTERNAL_H

#include <time.h>

#include "config/prefix.h"
#include "export/server/client.h"
#include "export/server/server.h"

struct prefixes {
	struct prefix *v;
	size_t n;
};

struct server {
	struct server_options options;
	struct listeners listeners;
	struct prefixes allow, deny;
	struct clerk *clerk;
	int epoll;
	uint8_t *memory;
	size_t memory_size;
	struct stream shared;
	struct client *clients; /* options.clients_max of them */
	unsigned plain, filtered;
	bool started; /* somebody has */
	bool finishing;
	struct mar status; /* what all MARs have in common */
	uint64_t now_ns;   /* of the turn; monotonic */
	uint64_t poll_due_ns, accept_due_ns, watch_due_ns;
	uint64_t log_second;
	unsigned log_lines, log_dropped;
	struct server_totals totals;
};

/* log.c: one line to the operator; a flood of them is cut, and its length told. */
void server_log(struct server *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* accept.c */
int access_init(struct server *);
void access_fini(struct server *);
/* Takes what waits at a listener. */
void server_accept(struct server *, int listener);

/* session.c: reads what the client says and acts on it. */
void session_begin(struct server *, struct client *);
void session_serve(struct server *, struct client *);

/* turn.c: the client does what isn't borne, or ends by itself ('reason' NULL). */
void server_drop(struct server *, struct client *, const char *reason);
void server_close(struct server *, struct client *);
/* It gets records from now on. */
void server_started(struct server *, struct client *);
/* Nanoseconds of a clock. */
uint64_t server_clock(clockid_t id);
/* A turn, once the client's socket takes something or a while has passed. */
void server_wait(struct server *, struct client *);

#endif
