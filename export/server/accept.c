/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may come in: the prefixes of the configuration, then the limits, at once;
 * the host's own rules (wrappers.h) by the clerk, before a byte is sent.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "export/server/internal.h"

#define ACCEPTS_PER_TURN 16
#define NO_DESCRIPTOR_NS UINT64_C(1000000000) /* before another try */
#define ERROR_LIMIT 0x82                      /* the cause of a MAR: too many clients */

static int
prefixes_init(struct prefixes *p, const struct string_list *list)
{
	if (list == NULL || list->n == 0)
		return 0;
	p->v = calloc(list->n, sizeof(*p->v));
	if (p->v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		const int rc = prefix_parse(list->v[i], &p->v[p->n]);

		if (rc < 0)
			return rc;
		p->n++;
	}
	return 0;
}

static bool
prefixes_contain(const struct prefixes *p, const uint8_t address[16])
{
	for (size_t i = 0; i < p->n; i++) {
		if (prefix_contains(&p->v[i], address))
			return true;
	}
	return false;
}

int
access_init(struct server *s)
{
	const int rc = prefixes_init(&s->allow, s->options.allow);

	return rc < 0 ? rc : prefixes_init(&s->deny, s->options.deny);
}

void
access_fini(struct server *s)
{
	free(s->allow.v);
	free(s->deny.v);
}

static unsigned
connections_of(const struct server *s, const uint8_t address[16])
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->options.clients_max; i++) {
		const struct client *c = &s->clients[i];

		n += c->state != CLIENT_FREE && memcmp(c->address, address, 16) == 0;
	}
	return n;
}

static struct client *
free_slot(const struct server *s)
{
	for (unsigned i = 0; i < s->options.clients_max; i++) {
		if (s->clients[i].state == CLIENT_FREE)
			return &s->clients[i];
	}
	return NULL;
}

/* argus sends four bytes, which its clients can't read; a whole MAR of this cause makes them say
 * what is the matter. */
static void
tell_limit(const struct server *s, int fd)
{
	struct mar m = s->options.start;
	uint8_t bytes[WIRE_MAR_SIZE];

	mar_encode(&m, bytes);
	bytes[1] = ERROR_LIMIT;
	if (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return; /* then it is not told */
}

/* The slot that a connection may have; NULL: it may not be. */
static struct client *
admit(struct server *s, int fd, const struct sockaddr_storage *peer)
{
	char name[ENDPOINT_SIZE];
	uint8_t address[16];
	struct client *c = free_slot(s);

	endpoint_name(peer, name);
	endpoint_address(peer, address);
	if (prefixes_contain(&s->deny, address) ||
	    (s->allow.n != 0 && !prefixes_contain(&s->allow, address))) {
		server_log(s, "client %s: refused by PANOPTES_CLIENT_ALLOW, PANOPTES_CLIENT_DENY",
		           name);
		return NULL;
	}
	if (c == NULL) {
		tell_limit(s, fd);
		server_log(s, "client %s: refused: there are %u clients (PANOPTES_CLIENTS_MAX)",
		           name, s->options.clients_max);
		return NULL;
	}
	if (connections_of(s, address) >= s->options.clients_per_address) {
		tell_limit(s, fd);
		server_log(s,
		           "client %s: refused: its address has %u connections "
		           "(PANOPTES_CLIENTS_PER_ADDRESS)",
		           name, s->options.clients_per_address);
		return NULL;
	}
	c->job = clerk_job_get(s->clerk);
	if (c->job == NULL) {
		server_log(s, "client %s: refused: too many names are being looked up", name);
		return NULL;
	}
	return c;
}

static void
take(struct server *s, int fd, const struct sockaddr_storage *peer)
{
	struct client *c = admit(s, fd, peer);
	struct clerk_job *job = c != NULL ? c->job : NULL;
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };
	socklen_t size = sizeof(job->local);

	s->totals.connections++;
	if (c == NULL) {
		s->totals.refused++;
		close(fd);
		return;
	}
	client_open(c, fd, peer, s->now_ns);
	c->job = job;
	job->task = CLERK_ACCESS;
	job->peer = *peer;
	memset(&job->local, 0, sizeof(job->local));
	e.data.ptr = c;
	if (getsockname(fd, (struct sockaddr *)&job->local, &size) < 0 ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) < 0) {
		server_drop(s, c, "can't be served");
		return;
	}
	clerk_job_post(s->clerk, job);
}

void
server_accept(struct server *s, int listener)
{
	for (unsigned i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage peer = { 0 };
		socklen_t size = sizeof(peer);
		const int fd = accept4(listener, (struct sockaddr *)&peer, &size,
		                       SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			take(s, fd, &peer);
			continue;
		}
		if (errno == EAGAIN)
			return;
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			server_log(s, "no client can be accepted: %s", strerror(errno));
			s->accept_due_ns = s->now_ns + NO_DESCRIPTOR_NS;
			return;
		}
	}
}
