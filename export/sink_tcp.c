/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records pushed to a collector over TCP: the argus stream, START MAR first,
 * without a word from the other side.
 *
 * Records wait in a queue until the collector's TCP has acknowledged them; a new
 * connection begins with the first that it has not. When the queue is full they
 * go to the spool, if there is one, and from then on all do, until the spool has
 * been read back: so their order holds. No call waits, but in two cases: at the
 * end, for what is left, and while captures are read without a spool, where the
 * source can wait for a slow collector.
 *
 * A collector that wants to leave in good order ends its sending side; it gets
 * the rest of the record at hand and then the end of the stream.
 */
#include "export/sink_tcp_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_SIZE ((size_t)4 << 20)
/* Waiting, where that is right. */
#define WAIT_OPEN_NS UINT64_C(2000000000)
#define WAIT_STALL_NS UINT64_C(5000000000)
#define WAIT_END_NS UINT64_C(60000000000)

static uint64_t
waiting(const struct sink_tcp *t)
{
	return t->queued + (t->spool != NULL ? spool_records(t->spool) : 0);
}

/* --- records ------------------------------------------------------------- */

/* Reading captures, a slow collector is waited for, as long as it takes anything. */
static void
wait_for_room(struct sink_tcp *t, size_t size)
{
	uint64_t moved_ns = tcp_clock_ns();

	while (send_queue_room(&t->queue) < size && t->link != LINK_DOWN &&
	       tcp_clock_ns() - moved_ns < WAIT_STALL_NS) {
		const size_t room = send_queue_room(&t->queue);

		tcp_pump_wait(t);
		if (send_queue_room(&t->queue) != room)
			moved_ns = tcp_clock_ns();
	}
}

/* 0, or why there is no place for it. */
static int
keep(struct sink_tcp *t, const uint8_t *bytes, size_t size, uint32_t records)
{
	if (t->spool != NULL && !spool_empty(t->spool))
		return spool_put(t->spool, bytes, size, records);
	if (send_queue_room(&t->queue) < size)
		tcp_pump(t, tcp_clock_ns());
	if (send_queue_room(&t->queue) < size && t->spool == NULL && t->waits)
		wait_for_room(t, size);
	if (send_queue_room(&t->queue) >= size) {
		memcpy(send_queue_space(&t->queue, size), bytes, size);
		send_queue_add(&t->queue, size);
		t->queued += records;
		return 0;
	}
	if (t->spool != NULL)
		return spool_put(t->spool, bytes, size, records);
	return t->problem != 0 ? t->problem : -ENOBUFS;
}

static void
tcp_write(struct sink *s, const struct sink_block *b)
{
	struct sink_tcp *t = (struct sink_tcp *)s;
	const int rc = keep(t, b->bytes, b->size, b->records);

	if (rc != 0)
		tcp_count_lost(t, b->records, rc);
	else
		s->records_since_mar += b->records;
	s->trouble = rc;
	tcp_pump(t, tcp_clock_ns());
}

static void
tcp_mar(struct sink *s, const struct mar *mar)
{
	struct sink_tcp *t = (struct sink_tcp *)s;
	const uint64_t queue = waiting(t);
	struct mar m = *mar;
	uint8_t bytes[WIRE_MAR_SIZE];

	/* A STOP MAR counts itself. */
	m.records = s->records_since_mar + (m.cause == CAUSE_STOP);
	m.dropped += t->lost_since_mar;
	m.queue = queue < UINT32_MAX ? (uint32_t)queue : UINT32_MAX;
	mar_encode(&m, bytes);
	/* One without place is left out; the next one tells what it would have told. */
	if (keep(t, bytes, sizeof(bytes), 0) == 0) {
		s->records_since_mar = 0;
		t->lost_since_mar = 0;
	}
	tcp_pump(t, tcp_clock_ns());
}

static void
tcp_poll(struct sink *s, uint64_t now_ns)
{
	tcp_pump((struct sink_tcp *)s, now_ns);
}

/* --- the end ------------------------------------------------------------- */

/* Until all has arrived, as long as it moves. A collector that is away gets one more try. */
static void
drain(struct sink_tcp *t)
{
	const uint64_t begin_ns = tcp_clock_ns();
	uint64_t moved_ns = begin_ns, left = UINT64_MAX;

	if (t->link == LINK_DOWN && waiting(t) != 0) {
		t->until_ns = 0;
		tcp_pump(t, begin_ns);
	}
	while (t->link != LINK_DOWN) {
		const uint64_t now_ns = tcp_clock_ns();
		const uint64_t bytes = t->queue.end - t->queue.head + waiting(t);

		if (t->link == LINK_UP && bytes == 0)
			return;
		if (bytes < left)
			moved_ns = now_ns;
		left = bytes;
		if (now_ns - moved_ns > WAIT_STALL_NS || now_ns - begin_ns > WAIT_END_NS) {
			tcp_link_down(t, now_ns, -ETIMEDOUT);
			return;
		}
		tcp_pump_wait(t);
	}
}

/* The queue's records go before those of the spool, the last ones first. */
static int
put_back(struct sink_tcp *t)
{
	struct send_queue *q = &t->queue;

	while (q->end != q->head) {
		size_t at = q->head, from = at, size;
		uint32_t records = 0;
		int rc;

		/* where the last part begins that fits into a file */
		for (; (size = record_size(q->bytes + at, q->end - at)) != 0; at += size) {
			if (at + size - from > SPOOL_FILE_SIZE) {
				from = at;
				records = 0;
			}
			records += !record_is_mar(q->bytes + at);
		}
		if (at != q->end)
			return -EINVAL;
		rc = spool_put_back(t->spool, q->bytes + from, at - from, records);
		if (rc != 0)
			return rc;
		q->end = from;
		t->queued -= records;
	}
	return 0;
}

static void
tcp_finish(struct sink *s)
{
	struct sink_tcp *t = (struct sink_tcp *)s;
	int rc = t->problem != 0 ? t->problem : -EIO;

	drain(t);
	if (t->spool != NULL)
		rc = put_back(t);
	if (t->queued != 0) {
		tcp_count_lost(t, tcp_own_of(t, t->queued), rc);
		t->queued = 0;
	}
	s->records_spooled = waiting(t) - t->carried;
}

static int
tcp_close(struct sink *s)
{
	struct sink_tcp *t = (struct sink_tcp *)s;
	const int error = s->records_lost != 0 ? t->problem : 0;

	if (t->fd >= 0)
		close(t->fd);
	send_queue_fini(&t->queue);
	spool_close(t->spool);
	free(t);
	return error;
}

static const struct sink_ops tcp_ops = {
	.write = tcp_write,
	.mar = tcp_mar,
	.poll = tcp_poll,
	.finish = tcp_finish,
	.close = tcp_close,
};

static int
tcp_init(struct sink_tcp *t, const struct sink_options *o, char *error, size_t error_size)
{
	t->sink.ops = &tcp_ops;
	t->sink.target = o->target;
	t->start = *o->start;
	t->waits = o->waits;
	t->tells = o->tells;
	t->retry_ns = TCP_RETRY_MIN_NS;
	t->fd = -1;
	if (send_queue_init(&t->queue, QUEUE_SIZE) != 0) {
		snprintf(error, error_size, "output %s: out of memory", o->target);
		return -ENOMEM;
	}
	if (sink_address_find(o->target, SOCK_STREAM, &t->address, error, error_size) != 0)
		return -EHOSTUNREACH;
	if (o->spool != NULL) {
		/* at the end the queue's records go there, too */
		t->spool = spool_open(o->spool, o->target, o->start, o->spool_size - QUEUE_SIZE,
		                      error, error_size);
		if (t->spool == NULL)
			return -EIO;
		t->carried = spool_records(t->spool);
	}
	return 0;
}

struct sink *
sink_tcp_open(const struct sink_options *o, char *error, size_t error_size)
{
	struct sink_tcp *t = calloc(1, sizeof(*t));
	uint64_t begin_ns;

	if (t == NULL) {
		snprintf(error, error_size, "output %s: out of memory", o->target);
		return NULL;
	}
	if (tcp_init(t, o, error, error_size) != 0) {
		tcp_close(&t->sink);
		return NULL;
	}
	/* Records come faster than a connection: the first one is waited for, here alone. */
	begin_ns = tcp_clock_ns();
	tcp_pump(t, begin_ns);
	while (t->link == LINK_CONNECTING && tcp_clock_ns() - begin_ns < WAIT_OPEN_NS)
		tcp_pump_wait(t);
	return &t->sink;
}
