/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server's life. What it owns is taken here and given back here.
 */
#include "export/server/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "export/outputs.h"
#include "export/server/internal.h"

#define NS_PER_S UINT64_C(1000000000)

/* The usual limits. */
#define HANDSHAKE_NS (10 * NS_PER_S)
#define STALL_NS (5 * NS_PER_S)
#define LAG_NS (10 * NS_PER_S)

/* Of a filtered client's stream: room for the longest record. */
#define OWN_BLOCK ((size_t)128 * 1024)
_Static_assert(OWN_BLOCK >= WIRE_RECORD_SIZE_MAX, "a record fits into a block");
_Static_assert(OUTPUT_BLOCK_SIZE >= WIRE_RECORD_SIZE_MAX, "a record fits into a block");

static uint64_t
usual(uint64_t ns, uint64_t otherwise)
{
	return ns != 0 ? ns : otherwise;
}

void
server_options_init(struct server_options *o, const struct config *c)
{
	*o = (struct server_options){
		.addresses = &c->bind_addresses,
		.port = c->access_port,
		.clients_max = c->clients_max,
		.clients_per_address = c->clients_per_address,
		.allow = &c->client_allow,
		.deny = &c->client_deny,
		.waits = config_reads_captures(c) && c->time_scale == 0,
	};
	o->holds = o->waits && !c->follow && c->outputs.n == 0;
}

/* One piece for all: the shared stream, then for each client its stream, a record's rest and its
 * request. Only touched where something is. */
static int
take_memory(struct server *s)
{
	const size_t shared = OUTPUT_BLOCK_SIZE * STREAM_BLOCKS, own = OWN_BLOCK * STREAM_BLOCKS;
	const size_t each = own + s->options.record_max + CLIENT_REQUEST_SIZE;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t step = (each + page - 1) / page * page;
	uint8_t *p;

	s->memory_size = shared + step * s->options.clients_max;
	p = mmap(NULL, s->memory_size, PROT_READ | PROT_WRITE,
	         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	s->memory = p;
	s->shared.memory = p;
	s->shared.block_size = OUTPUT_BLOCK_SIZE;
	p += shared;
	for (unsigned i = 0; i < s->options.clients_max; i++, p += step) {
		struct client *c = &s->clients[i];

		c->own.memory = p;
		c->own.block_size = OWN_BLOCK;
		c->spill = p + own;
		c->request = (char *)p + own + s->options.record_max;
		c->fd = -1;
	}
	return 0;
}

static int
watch_listeners(struct server *s)
{
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		return -errno;
	for (unsigned i = 0; i < s->listeners.n; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &s->listeners.fd[i] };

		if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listeners.fd[i], &e) < 0)
			return -errno;
	}
	return 0;
}

static int
begin(struct server *s)
{
	int rc;

	s->clients = calloc(s->options.clients_max, sizeof(*s->clients));
	/* twice: jobs of clients that have gone may still hang */
	s->clerk = clerk_create(2 * s->options.clients_max);
	if (s->clients == NULL || s->clerk == NULL)
		return -ENOMEM;
	rc = take_memory(s);
	if (rc == 0)
		rc = access_init(s);
	return rc == 0 ? watch_listeners(s) : rc;
}

struct server *
server_create(const struct server_options *o, char *error, size_t error_size)
{
	struct server *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL) {
		snprintf(error, error_size, "clients: out of memory");
		return NULL;
	}
	s->options = *o;
	s->options.handshake_ns = usual(o->handshake_ns, HANDSHAKE_NS);
	s->options.stall_ns = usual(o->stall_ns, STALL_NS);
	s->options.lag_ns = usual(o->lag_ns, LAG_NS);
	s->status = o->start;
	s->status.cause = CAUSE_STATUS;
	s->epoll = -1;
	if (listeners_open(&s->listeners, o->addresses, o->port, error, error_size) < 0) {
		server_free(s);
		return NULL;
	}
	rc = begin(s);
	if (rc < 0) {
		snprintf(error, error_size, "clients: %s", strerror(-rc));
		server_free(s);
		return NULL;
	}
	for (unsigned i = 0; i < s->listeners.n; i++)
		server_log(s, "clients may come in at %s%s", s->listeners.name[i],
		           o->addresses->n == 0 ? " (this host alone; -B names others)" : "");
	return s;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; s->memory != NULL && i < s->options.clients_max; i++) {
		if (s->clients[i].state != CLIENT_FREE)
			server_close(s, &s->clients[i]);
	}
	listeners_close(&s->listeners);
	clerk_free(s->clerk);
	access_fini(s);
	if (s->epoll >= 0)
		close(s->epoll);
	if (s->memory != NULL)
		munmap(s->memory, s->memory_size);
	free(s->clients);
	free(s);
}

uint16_t
server_port(const struct server *s)
{
	return s->listeners.port;
}

bool
server_holds(const struct server *s)
{
	return s->options.holds && !s->started;
}

bool
server_has_plain(const struct server *s)
{
	return s->plain != 0;
}

bool
server_has_filtered(const struct server *s)
{
	return s->filtered != 0;
}

unsigned
server_clients(const struct server *s)
{
	return s->plain + s->filtered;
}

void
server_totals(const struct server *s, struct server_totals *t)
{
	*t = s->totals;
	for (unsigned i = 0; i < s->options.clients_max; i++) {
		if (s->clients[i].state != CLIENT_FREE)
			client_sum(&s->clients[i], t);
	}
}
