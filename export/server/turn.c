/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server's turn: sockets are looked at once a millisecond, with
 * edge-triggered events that only set flags; then each client that has something
 * to say or to get is served, a bounded share at a time.
 */
#include <inttypes.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

#include "export/server/internal.h"

#define NS_PER_S UINT64_C(1000000000)
#define POLL_NS (NS_PER_S / 1000)
#define WATCH_NS (NS_PER_S / 10)
#define EVENTS 64
#define WAIT_MS 20
/* A client that waits for bytes takes at least these in stall_ns; where the others wait for it, it
 * must not let them wait long. */
#define STALL_BYTES UINT64_C(65536)
#define STALL_BYTES_SHARED UINT64_C(1048576)
#define LEAVING_NS (2 * NS_PER_S)

uint64_t
server_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* --- clients that go ----------------------------------------------------- */

static void
stop_records(struct server *s, struct client *c)
{
	if (c->state != CLIENT_STARTED)
		return;
	if (c->filter != NULL)
		s->filtered--;
	else
		s->plain--;
}

void
server_close(struct server *s, struct client *c)
{
	stop_records(s, c);
	if (c->job != NULL)
		clerk_job_put(s->clerk, c->job);
	c->job = NULL;
	client_close(c);
	client_sum(c, &s->totals);
	if (c->started)
		server_log(s,
		           "client %s: closed: %" PRIu64 " records written, %" PRIu64
		           " filtered, %" PRIu64 " lost",
		           c->name, c->written, c->filtered, c->lost);
}

void
server_drop(struct server *s, struct client *c, const char *reason)
{
	if (reason == NULL || c->state == CLIENT_LEAVING) {
		server_close(s, c);
		return;
	}
	if (c->job != NULL)
		clerk_job_put(s->clerk, c->job);
	c->job = NULL;
	s->totals.dropped++;
	server_log(s, "client %s: dropped: it %s", c->name, reason);
	stop_records(s, c);
	if (c->stream != NULL) {
		struct mar m = s->status;

		m.cause = CAUSE_STOP;
		client_mar(c, &m);
		client_abandon(c);
	}
	c->state = CLIENT_LEAVING;
	c->since_ns = s->now_ns;
}

void
server_started(struct server *s, struct client *c)
{
	client_attach(c, &s->shared);
	if (c->filter != NULL)
		s->filtered++;
	else
		s->plain++;
	c->window_ns = s->now_ns;
	c->window_bytes = 0;
	s->started = true;
	server_log(s, "client %s: gets records%s", c->name, c->filter ? ", filtered" : "");
}

/* --- the turn ------------------------------------------------------------ */

static uint64_t
least_bytes(const struct server *s)
{
	return s->options.waits && server_clients(s) > 1 ? STALL_BYTES_SHARED : STALL_BYTES;
}

/* Whether it takes what it is to get, and keeps up. */
static void
watch(struct server *s, struct client *c)
{
	if (c->state == CLIENT_LEAVING) {
		if (s->now_ns - c->since_ns >= LEAVING_NS)
			server_close(s, c);
		return;
	}
	if (c->state != CLIENT_STARTED)
		return;
	if (!client_pending(c) || c->window_bytes >= least_bytes(s)) {
		c->window_ns = s->now_ns;
		c->window_bytes = 0;
	} else if (s->now_ns - c->window_ns >= s->options.stall_ns) {
		server_drop(s, c, "does not read");
		return;
	}
	if (c->losing_since_ns == 0)
		return;
	if (c->stream->head - c->cursor.block < STREAM_BLOCKS / 2)
		c->losing_since_ns = 0;
	else if (s->now_ns - c->losing_since_ns >= s->options.lag_ns)
		server_drop(s, c, "is slower than the records");
	if (c->state == CLIENT_STARTED && c->lost_since_mar != 0 && !c->mar_due) {
		struct mar m = s->status;

		m.start_ns = m.now_ns;
		client_mar(c, &m);
	}
}

static void
serve(struct server *s, struct client *c, bool look)
{
	if (c->state == CLIENT_FREE)
		return;
	session_serve(s, c);
	if (c->state == CLIENT_FREE)
		return;
	if (c->writable && client_send(c) < 0) {
		server_drop(s, c, NULL);
		return;
	}
	if (c->state == CLIENT_LEAVING && !client_pending(c)) {
		server_close(s, c);
		return;
	}
	if (look)
		watch(s, c);
}

static void
take_events(struct server *s)
{
	struct epoll_event events[EVENTS];
	const int n = epoll_wait(s->epoll, events, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		struct client *c = events[i].data.ptr;

		if (c < s->clients || c >= s->clients + s->options.clients_max) {
			const int *fd = events[i].data.ptr;

			if (s->now_ns >= s->accept_due_ns && !s->finishing)
				server_accept(s, *fd);
			continue;
		}
		/* also an end or an error is there to be read */
		c->readable |= (events[i].events & ~(uint32_t)EPOLLOUT) != 0;
		c->writable |= (events[i].events & EPOLLOUT) != 0;
	}
}

static void
turn(struct server *s, uint64_t now_ns)
{
	const bool look = now_ns >= s->watch_due_ns;

	s->now_ns = now_ns;
	s->poll_due_ns = now_ns + POLL_NS;
	if (look) {
		s->watch_due_ns = now_ns + WATCH_NS;
		s->status.now_ns = server_clock(CLOCK_REALTIME);
	}
	take_events(s);
	for (unsigned i = 0; i < s->options.clients_max; i++)
		serve(s, &s->clients[i], look);
}

void
server_poll(struct server *s, uint64_t now_ns)
{
	if (now_ns >= s->poll_due_ns)
		turn(s, now_ns);
}

void
server_wait(struct server *s, struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };

	if (poll(&p, 1, WAIT_MS) > 0)
		c->writable = true;
	turn(s, server_clock(CLOCK_MONOTONIC));
}
