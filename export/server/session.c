/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection's course: the host's rules, the START MAR, a filter or none,
 * START, records, DONE. What a client says is bounded in all, and what is not
 * understood is passed over.
 */
#include <errno.h>
#include <string.h>

#include "export/filter/record_filter.h"
#include "export/server/internal.h"
#include "export/server/request.h"

#define QUIET_NS UINT64_C(200000000)     /* then a filter without end has ended */
#define COMPILE_NS UINT64_C(20000000000) /* for the names of a filter */
#define READS_PER_TURN 4
#define FILTERS_MAX 4 /* one after another, the last one counts */

/* The two letters that argus's clients know. */
#define ANSWER_OK "OK"
#define ANSWER_SYNTAX "SY"
#define ANSWER_TIME "TI"

static void
hello(struct server *s, struct client *c)
{
	uint8_t bytes[WIRE_MAR_SIZE];
	struct mar m = s->options.start;

	m.now_ns = s->status.now_ns;
	m.last_sequence = s->status.last_sequence;
	m.clients = server_clients(s);
	mar_encode(&m, bytes);
	(void)client_aside(c, bytes, sizeof(bytes)); /* nothing else is there yet */
	c->state = CLIENT_HELLO;
	c->fresh = true;
	c->since_ns = s->now_ns;
}

/* The last words: what is aside goes out, then the connection ends. */
static void
refuse(struct server *s, struct client *c, const char *answer, const char *reason)
{
	(void)client_aside(c, answer, strlen(answer));
	server_drop(s, c, reason);
}

/* The clerk has answered, or takes too long. */
static void
session_job(struct server *s, struct client *c)
{
	struct clerk_job *job = c->job;

	if (!clerk_job_done(s->clerk, job)) {
		if (s->now_ns - c->since_ns >= COMPILE_NS)
			refuse(s, c, c->state == CLIENT_COMPILING ? ANSWER_TIME : "",
			       "has names whose look-up takes too long");
		return;
	}
	c->job = NULL;
	if (job->task == CLERK_ACCESS) {
		if (job->granted) {
			hello(s, c);
		} else {
			s->totals.refused++;
			server_log(s, "client %s: refused by hosts.allow, hosts.deny", c->name);
			server_close(s, c);
		}
	} else if (job->filter == NULL) {
		char reason[200];

		snprintf(reason, sizeof(reason), "sent a wrong filter: %s", job->reason);
		refuse(s, c, ANSWER_SYNTAX, reason);
	} else {
		record_filter_free(c->filter);
		c->filter = job->filter;
		job->filter = NULL;
		c->fresh = true;
		c->state = CLIENT_HELLO;
		c->since_ns = s->now_ns;
		if (!client_aside(c, ANSWER_OK, 2))
			server_drop(s, c, "does not read what it is answered");
	}
	clerk_job_put(s->clerk, job);
}

static void
session_filter(struct server *s, struct client *c, const struct request *r)
{
	if (r->text_size > REQUEST_FILTER_MAX || c->filters++ == FILTERS_MAX) {
		refuse(s, c, ANSWER_SYNTAX, "asks for a filter too long, or for too many");
		return;
	}
	c->job = clerk_job_get(s->clerk);
	if (c->job == NULL) {
		refuse(s, c, ANSWER_TIME, "came while too many names were being looked up");
		return;
	}
	c->job->task = CLERK_FILTER;
	memcpy(c->job->text, r->text, r->text_size);
	c->job->text[r->text_size] = '\0';
	c->state = CLIENT_COMPILING;
	c->since_ns = s->now_ns;
	clerk_job_post(s->clerk, c->job);
}

static void
session_act(struct server *s, struct client *c, const struct request *r)
{
	switch (r->kind) {
	case REQUEST_START:
		if (c->state == CLIENT_HELLO)
			server_started(s, c);
		break;
	case REQUEST_DONE:
		server_drop(s, c, NULL);
		break;
	case REQUEST_FILTER:
		/* its stream is what it chose before START */
		if (c->state == CLIENT_HELLO)
			session_filter(s, c, r);
		else
			server_log(s, "client %s: a filter after START: ignored", c->name);
		break;
	case REQUEST_GARBAGE:
		server_log(s, "client %s: %zu bytes that are no request: ignored", c->name,
		           r->text_size);
		break;
	default:
		break;
	}
}

/* One request after another, as far as they go now. */
static void
session_requests(struct server *s, struct client *c)
{
	const bool quiet = s->now_ns - c->heard_ns >= QUIET_NS;
	size_t at = 0;

	if (!c->fresh && !quiet)
		return;
	c->fresh = false;
	while (at < c->request_size && (c->state == CLIENT_HELLO || c->state == CLIENT_STARTED)) {
		struct request r;

		at += request_parse(c->request + at, c->request_size - at, quiet, &r);
		if (r.kind == REQUEST_MORE)
			break;
		session_act(s, c, &r);
	}
	c->request_size -= at;
	memmove(c->request, c->request + at, c->request_size);
}

/* false: the connection is over. */
static bool
session_read(struct server *s, struct client *c)
{
	for (unsigned i = 0; c->readable && i < READS_PER_TURN; i++) {
		const size_t room = CLIENT_REQUEST_SIZE - c->request_size;
		ssize_t n;

		if (room == 0) /* until what is there has been acted on */
			return true;
		n = recv(c->fd, c->request + c->request_size, room, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			c->readable = false;
			return true;
		}
		if (n <= 0)
			return false;
		c->request_size += (size_t)n;
		c->fresh = true;
		c->heard += (size_t)n;
		c->heard_ns = s->now_ns;
	}
	return true;
}

void
session_serve(struct server *s, struct client *c)
{
	const uint64_t handshake_ns = s->options.handshake_ns;

	if (c->job != NULL) {
		session_job(s, c);
		if (c->state == CLIENT_FREE)
			return;
	}
	if (c->state != CLIENT_LEAVING && !session_read(s, c)) {
		server_drop(s, c, NULL);
		return;
	}
	if (c->state == CLIENT_HELLO || c->state == CLIENT_STARTED)
		session_requests(s, c);
	if (c->state == CLIENT_HELLO || c->state == CLIENT_STARTED) {
		if (c->request_size == CLIENT_REQUEST_SIZE)
			refuse(s, c, ANSWER_SYNTAX, "sent a request that is too long");
		else if (c->heard > CLIENT_HEARD_MAX)
			server_drop(s, c, "says too much");
		else if (c->state == CLIENT_HELLO && s->now_ns - c->since_ns >= handshake_ns)
			server_drop(s, c, "never said START");
	}
}
