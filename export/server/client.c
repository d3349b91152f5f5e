/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Three things go out of a client, in this order: the rest of a record whose
 * block is gone, what is aside, and the stream. A MAR is encoded when its place
 * in the stream is reached, so that its numbers are those of that place.
 */
#include "export/server/client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "export/filter/record_filter.h"
#include "export/server/server.h"

#define TURN_BYTES ((size_t)1 << 20) /* of one client before the next one has its turn */
#define UNACKNOWLEDGED_MS 60000u     /* of a peer that has vanished */

void
client_open(struct client *c, int fd, const struct sockaddr_storage *peer, uint64_t now_ns)
{
	const struct client kept = *c;
	const unsigned limit_ms = UNACKNOWLEDGED_MS;
	const int on = 1;

	*c = (struct client){
		.state = CLIENT_CHECKED,
		.fd = fd,
		.readable = true,
		.writable = true,
		.request = kept.request,
		.spill = kept.spill,
		.own = { .memory = kept.own.memory, .block_size = kept.own.block_size },
		.since_ns = now_ns,
		.heard_ns = now_ns,
		.window_ns = now_ns,
	};
	endpoint_name(peer, c->name);
	endpoint_address(peer, c->address);
	/* without effect where it is no TCP */
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms));
}

void
client_attach(struct client *c, struct stream *shared)
{
	c->stream = c->filter != NULL ? &c->own : shared;
	c->cursor = stream_end(c->stream);
	c->state = CLIENT_STARTED;
	c->started = true;
}

bool
client_aside(struct client *c, const void *bytes, size_t size)
{
	if (c->aside_at == c->aside_size)
		c->aside_at = c->aside_size = 0;
	if (sizeof(c->aside) - c->aside_size < size)
		return false;
	memcpy(c->aside + c->aside_size, bytes, size);
	c->aside_size += size;
	return true;
}

void
client_mar(struct client *c, const struct mar *m)
{
	const struct mar old = c->mar;

	c->mar = *m;
	if (c->mar_due) {
		c->mar.start_ns = old.start_ns;
		c->mar.packets += old.packets;
		c->mar.bytes += old.bytes;
		c->mar.flows += old.flows;
		c->mar.dropped += old.dropped;
	}
	if (!c->mar_due || m->cause == CAUSE_STOP)
		c->mar_at = stream_end(c->stream);
	c->mar_due = true;
}

static bool
mar_is_here(const struct client *c)
{
	return c->mar_due && c->cursor.block == c->mar_at.block && c->cursor.at == c->mar_at.at;
}

/* Its own losses are told among what the probe dropped. */
static bool
mar_put(struct client *c)
{
	uint8_t bytes[WIRE_MAR_SIZE];

	c->mar.records = c->written_since_mar + (c->mar.cause == CAUSE_STOP);
	c->mar.dropped += c->lost_since_mar;
	mar_encode(&c->mar, bytes);
	if (!client_aside(c, bytes, sizeof(bytes)))
		return false;
	c->mar_due = false;
	c->written_since_mar = c->lost_since_mar = 0;
	return true;
}

static void
lose(struct client *c, uint64_t records)
{
	c->lost += records;
	c->lost_since_mar += (uint32_t)records;
}

static void
wrote(struct client *c, uint32_t records)
{
	c->written += records;
	c->written_since_mar += records;
}

/* What is left of the record that is partly written is kept; returns whether there is one. */
static bool
spill(struct client *c)
{
	const uint8_t *bytes = stream_bytes(c->stream, c->cursor.block);
	const size_t from = c->cursor.boundary, at = c->cursor.at;
	size_t size;

	if (at == from)
		return false;
	size = stream_record_size(bytes + from) - (at - from);
	memcpy(c->spill, bytes + at, size);
	c->spill_at = 0;
	c->spill_size = size;
	return true;
}

void
client_overrun(struct client *c, uint64_t now_ns)
{
	const uint64_t block = c->cursor.block;
	const uint32_t left = stream_fill(c->stream, block)->records - c->cursor.records;

	lose(c, left - spill(c));
	c->cursor = (struct stream_cursor){ .block = block + 1 };
	if (c->losing_since_ns == 0)
		c->losing_since_ns = now_ns;
	if (c->mar_due && c->mar_at.block == block)
		c->mar_at = c->cursor;
}

void
client_abandon(struct client *c)
{
	uint64_t left;

	if (c->stream == NULL)
		return;
	left = stream_unread(c->stream, &c->cursor);
	lose(c, left - spill(c));
	c->stream = NULL;
	if (c->mar_due)
		c->mar_at = c->cursor;
}

bool
client_pending(struct client *c)
{
	const struct stream_fill *f;

	if (c->spill_size != 0 || c->aside_at != c->aside_size || c->mar_due)
		return true;
	if (c->stream == NULL)
		return false;
	f = stream_fill(c->stream, c->cursor.block);
	return c->cursor.block != c->stream->head || c->cursor.at != f->used;
}

/* --- writing ------------------------------------------------------------- */

/* What the socket takes of it: bytes, 0 when it is full, or a negative errno. */
static ssize_t
put(struct client *c, const uint8_t *bytes, size_t size)
{
	ssize_t n;

	do
		n = send(c->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN) {
		c->writable = false;
		return 0;
	}
	if (n < 0)
		return -errno;
	c->bytes += (uint64_t)n;
	c->window_bytes += (uint64_t)n;
	return n;
}

static ssize_t
send_spill(struct client *c)
{
	const ssize_t n = put(c, c->spill + c->spill_at, c->spill_size - c->spill_at);

	if (n <= 0)
		return n;
	c->spill_at += (size_t)n;
	if (c->spill_at == c->spill_size) {
		c->spill_at = c->spill_size = 0;
		wrote(c, 1);
	}
	return n;
}

static ssize_t
send_aside(struct client *c)
{
	const ssize_t n = put(c, c->aside + c->aside_at, c->aside_size - c->aside_at);

	if (n > 0)
		c->aside_at += (size_t)n;
	return n;
}

/* Records up to the block's end, or to where a MAR comes in between. */
static ssize_t
send_stream(struct client *c)
{
	struct stream_cursor *at = &c->cursor;
	size_t end = stream_fill(c->stream, at->block)->used;
	ssize_t n;

	if (at->at == end && at->block != c->stream->head) {
		*at = (struct stream_cursor){ .block = at->block + 1 };
		return 1;
	}
	if (c->mar_due && c->mar_at.block == at->block)
		end = c->mar_at.at;
	n = put(c, stream_bytes(c->stream, at->block) + at->at, end - at->at);
	if (n > 0)
		wrote(c, stream_read(c->stream, at, (size_t)n));
	return n;
}

/* Something is pending. */
static ssize_t
send_next(struct client *c)
{
	if (c->spill_size != 0)
		return send_spill(c);
	if (c->aside_at != c->aside_size)
		return send_aside(c);
	if (mar_is_here(c))
		return mar_put(c) ? 1 : 0;
	return send_stream(c);
}

int
client_send(struct client *c)
{
	const uint64_t before = c->bytes;

	while (c->writable && client_pending(c) && c->bytes - before < TURN_BYTES) {
		const ssize_t n = send_next(c);

		if (n < 0)
			return (int)n;
	}
	return 0;
}

void
client_sum(const struct client *c, struct server_totals *t)
{
	t->offered += c->offered;
	t->written += c->written;
	t->filtered += c->filtered;
	t->lost += c->lost;
	t->bytes += c->bytes;
}

void
client_close(struct client *c)
{
	char rest[4096];

	/* Unread bytes would make the kernel reset the connection, and lose what is on its way. */
	for (unsigned i = 0; i < 16 && recv(c->fd, rest, sizeof(rest), MSG_DONTWAIT) > 0;)
		i++;
	client_abandon(c);
	if (c->spill_size != 0)
		lose(c, 1);
	c->spill_size = 0;
	close(c->fd);
	c->fd = -1;
	record_filter_free(c->filter);
	c->filter = NULL;
	if (c->own.head != 0 || c->own.fill[0].used != 0)
		madvise(c->own.memory, c->own.block_size * STREAM_BLOCKS, MADV_DONTNEED);
	c->state = CLIENT_FREE;
}
