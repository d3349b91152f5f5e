/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records and MARs into the clients' streams. Before a block is used again,
 * whoever still reads it is waited for, where that may be, or loses it.
 */
#include "export/server/internal.h"

static bool
is_in_the_way(const struct client *c, const struct stream *stream)
{
	return c->state == CLIENT_STARTED && c->stream == stream &&
	       stream_is_oldest(stream, &c->cursor);
}

/* Takes the oldest block from whoever is in it. */
static void
make_room(struct server *s, struct client *c, struct stream *stream)
{
	while (s->options.waits && is_in_the_way(c, stream))
		server_wait(s, c);
	if (is_in_the_way(c, stream))
		client_overrun(c, s->now_ns);
}

void
server_block(struct server *s, const struct sink_block *b)
{
	if (s->plain == 0)
		return;
	if (!stream_fits(&s->shared, b->size)) {
		for (unsigned i = 0; i < s->options.clients_max; i++)
			make_room(s, &s->clients[i], &s->shared);
		stream_advance(&s->shared);
	}
	stream_append(&s->shared, b->bytes, b->size, b->records);
	for (unsigned i = 0; i < s->options.clients_max; i++) {
		struct client *c = &s->clients[i];

		if (c->state == CLIENT_STARTED && c->filter == NULL)
			c->offered += b->records;
	}
}

bool
server_match(struct server *s, const struct far_input *in)
{
	bool any = false;

	for (unsigned i = 0; i < s->options.clients_max; i++) {
		struct client *c = &s->clients[i];

		c->matched = false;
		if (c->state != CLIENT_STARTED || c->filter == NULL)
			continue;
		c->matched = record_filter_match(c->filter, in);
		any |= c->matched;
		c->offered += !c->matched;
		c->filtered += !c->matched;
	}
	return any;
}

static void
next_block(struct server *s, struct client *c)
{
	make_room(s, c, &c->own);
	if (c->matched && c->state == CLIENT_STARTED)
		stream_advance(&c->own);
}

void
server_append(struct server *s, const uint8_t *record, size_t size)
{
	for (unsigned i = 0; i < s->options.clients_max; i++) {
		struct client *c = &s->clients[i];

		if (c->matched && !stream_fits(&c->own, size))
			next_block(s, c);
		/* it may have gone meanwhile, and another one come into its place */
		if (!c->matched || c->state != CLIENT_STARTED)
			continue;
		stream_append(&c->own, record, size, 1);
		c->offered++;
	}
}

void
server_mar(struct server *s, const struct mar *m)
{
	s->status.last_sequence = m->last_sequence;
	s->status.now_ns = m->now_ns;
	for (unsigned i = 0; i < s->options.clients_max; i++) {
		if (s->clients[i].state == CLIENT_STARTED)
			client_mar(&s->clients[i], m);
	}
}

/* The first client that is not done yet. */
static struct client *
unfinished(const struct server *s)
{
	for (unsigned i = 0; i < s->options.clients_max; i++) {
		if (s->clients[i].state != CLIENT_FREE)
			return &s->clients[i];
	}
	return NULL;
}

void
server_finish(struct server *s, const struct mar *m)
{
	const uint64_t deadline_ns = server_clock(CLOCK_MONOTONIC) + s->options.stall_ns;
	struct client *c;

	server_mar(s, m);
	s->finishing = true;
	listeners_close(&s->listeners);
	for (unsigned i = 0; i < s->options.clients_max; i++) {
		if (s->clients[i].state != CLIENT_FREE && s->clients[i].state != CLIENT_STARTED)
			server_close(s, &s->clients[i]);
	}
	while ((c = unfinished(s)) != NULL) {
		const bool over = !s->options.waits && s->now_ns >= deadline_ns;

		if (!over && (client_pending(c) || c->state == CLIENT_LEAVING))
			server_wait(s, c);
		else
			server_close(s, c);
	}
}
