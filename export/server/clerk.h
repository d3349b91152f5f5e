/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A thread for what may take its time: asking tcp_wrappers about a client, and
 * compiling a client's filter, both of which look names up. The collector gives
 * it jobs and looks again later; it never waits.
 *
 * The clerk owns the jobs. All functions are the collector's (or main's, before
 * and after the collector runs).
 */
#ifndef PANOPTES_EXPORT_SERVER_CLERK_H
#define PANOPTES_EXPORT_SERVER_CLERK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "export/server/request.h"

struct clerk;
struct record_filter;

enum clerk_task { CLERK_ACCESS, CLERK_FILTER };

struct clerk_job {
	/* asked */
	enum clerk_task task;
	struct sockaddr_storage peer, local; /* CLERK_ACCESS */
	char text[REQUEST_FILTER_MAX + 1];   /* CLERK_FILTER */
	/* answered */
	bool granted;                 /* CLERK_ACCESS */
	struct record_filter *filter; /* CLERK_FILTER; NULL: refused. The asker's from then on */
	char reason[128];             /* of a refusal */
	/* the clerk's own */
	int state;
	struct clerk_job *next;
};

/* With room for 'jobs' at a time; NULL: no memory or no thread. */
struct clerk *clerk_create(unsigned jobs);
/* Does not wait for a job that hangs. */
void clerk_free(struct clerk *);

/* An idle job to fill in, or NULL: all are busy. */
struct clerk_job *clerk_job_get(struct clerk *);
void clerk_job_post(struct clerk *, struct clerk_job *);
/* Whether it is answered. */
bool clerk_job_done(struct clerk *, const struct clerk_job *);
/* Gives it back, answered or not. */
void clerk_job_put(struct clerk *, struct clerk_job *);

#endif
