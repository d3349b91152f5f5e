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
#include "export/sink.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/send_queue.h"
#include "export/sink_address.h"
#include "export/spool.h"

#define NS_PER_MS 1000000u
#define QUEUE_SIZE ((size_t)4 << 20)
#define RETRY_MIN_NS (250u * (uint64_t)NS_PER_MS)
#define RETRY_MAX_NS (30000u * (uint64_t)NS_PER_MS)
#define CONNECT_NS (5000u * (uint64_t)NS_PER_MS)
#define LEAVE_NS (5000u * (uint64_t)NS_PER_MS) /* for a collector that ended its side */
#define DEAD_MS 30000                          /* nothing acknowledged: the connection is dead */
#define SENDS_MAX 32                           /* a call */
/* Waiting, where that is right. */
#define WAIT_MS 10
#define WAIT_OPEN_NS (2000u * (uint64_t)NS_PER_MS)
#define WAIT_STALL_NS (5000u * (uint64_t)NS_PER_MS)
#define WAIT_END_NS (60000u * (uint64_t)NS_PER_MS)

enum link { LINK_DOWN, LINK_CONNECTING, LINK_UP, LINK_LEAVING };

struct sink_tcp {
	struct sink sink;
	struct sink_address address;
	struct mar start;
	bool waits;  /* for a slow collector */
	int problem; /* the last one */

	enum link link;
	int fd;
	uint64_t until_ns; /* monotonic: of DOWN to try again, of CONNECTING and LEAVING to give up
	                    */
	uint64_t retry_ns; /* how long DOWN lasts the next time */
	uint8_t start_bytes[WIRE_MAR_SIZE];
	size_t start_sent;

	struct send_queue queue;
	uint32_t queued; /* flow records in it */
	struct spool *spool;
	uint64_t carried; /* of those that wait, records of an earlier run; they are the first */
	uint32_t lost_since_mar;
};

static uint64_t
clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* --- the account --------------------------------------------------------- */

/* Of records that wait, the first are of an earlier run: how many of the n are of this one. */
static uint64_t
own_of(struct sink_tcp *t, uint64_t n)
{
	const uint64_t carried = n < t->carried ? n : t->carried;

	t->carried -= carried;
	return n - carried;
}

static void
count_delivered(struct sink_tcp *t, uint64_t n)
{
	const uint64_t own = own_of(t, n);

	t->sink.records_written += own;
	t->sink.records_replayed += n - own;
}

static void
count_lost(struct sink_tcp *t, uint64_t n, int problem)
{
	t->sink.records_lost += n;
	t->lost_since_mar += (uint32_t)n;
	t->problem = problem;
}

static uint64_t
waiting(const struct sink_tcp *t)
{
	return t->queued + (t->spool != NULL ? spool_records(t->spool) : 0);
}

/* --- the connection ------------------------------------------------------ */

/* Takes note of what has arrived; until a START MAR has, nothing behind it has either. */
static size_t
acknowledge(struct sink_tcp *t)
{
	const size_t head = t->queue.head;
	uint32_t n;
	int missing;

	if (ioctl(t->fd, SIOCOUTQ, &missing) < 0 || missing < 0)
		return 0;
	n = send_queue_acknowledged(&t->queue, (size_t)missing);
	t->queued -= n;
	count_delivered(t, n);
	if (t->queue.head != head)
		t->retry_ns = RETRY_MIN_NS;
	return (size_t)missing;
}

/* Until the next try; what has not arrived will be sent again. */
static void
link_down(struct sink_tcp *t, uint64_t now_ns, int problem)
{
	if (t->link == LINK_UP || t->link == LINK_LEAVING)
		(void)acknowledge(t);
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	send_queue_rewind(&t->queue);
	t->link = LINK_DOWN;
	t->until_ns = now_ns + t->retry_ns;
	t->retry_ns = t->retry_ns * 2 < RETRY_MAX_NS ? t->retry_ns * 2 : RETRY_MAX_NS;
	if (problem != 0)
		t->problem = problem;
}

static void
link_up(struct sink_tcp *t)
{
	t->link = LINK_UP;
	t->start.now_ns = sink_wall_ns();
	mar_encode(&t->start, t->start_bytes);
	t->start_sent = 0;
}

static void
link_connect(struct sink_tcp *t, uint64_t now_ns)
{
	const unsigned dead_ms = DEAD_MS;
	const int on = 1;

	t->link = LINK_CONNECTING;
	t->until_ns = now_ns + CONNECT_NS;
	t->fd = socket(t->address.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0) {
		link_down(t, now_ns, -errno);
		return;
	}
	(void)setsockopt(t->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
	(void)setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(t->fd, (const struct sockaddr *)&t->address.address, t->address.size) == 0)
		link_up(t);
	else if (errno != EINPROGRESS)
		link_down(t, now_ns, -errno);
}

static void
link_connecting(struct sink_tcp *t, uint64_t now_ns)
{
	struct pollfd p = { .fd = t->fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int error = 0;

	if (poll(&p, 1, 0) <= 0) {
		if (now_ns >= t->until_ns)
			link_down(t, now_ns, -ETIMEDOUT);
		return;
	}
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (error != 0)
		link_down(t, now_ns, -error);
	else
		link_up(t);
}

/* Nothing that the collector says matters, but that it says no more. */
static void
link_listen(struct sink_tcp *t, uint64_t now_ns)
{
	uint8_t bytes[1024];
	ssize_t n;

	for (int i = 0; i < SENDS_MAX; i++) {
		n = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0)
			continue;
		if (n == 0 && t->link == LINK_UP) {
			t->link = LINK_LEAVING;
			t->until_ns = now_ns + LEAVE_NS;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			link_down(t, now_ns, -errno);
		}
		break;
	}
}

/* --- sending ------------------------------------------------------------- */

/* From the spool, a file at a time, while there is room. */
static void
refill(struct sink_tcp *t)
{
	while (t->spool != NULL && !spool_empty(t->spool) &&
	       send_queue_room(&t->queue) >= SPOOL_FILE_SIZE) {
		uint8_t *space = send_queue_space(&t->queue, SPOOL_FILE_SIZE);
		uint64_t missing;
		uint32_t records;
		const size_t size = spool_get(t->spool, space, &records, &missing);

		send_queue_add(&t->queue, size);
		t->queued += records;
		if (missing != 0)
			count_lost(t, own_of(t, missing), -EIO);
		if (size == 0)
			return;
	}
}

/* What is to be sent next: the START MAR, then records; leaving, only to a record's end. */
static size_t
next_bytes(const struct sink_tcp *t, const uint8_t **bytes)
{
	size_t size;

	if (t->start_sent < sizeof(t->start_bytes)) {
		*bytes = t->start_bytes + t->start_sent;
		return sizeof(t->start_bytes) - t->start_sent;
	}
	size = send_queue_unsent(&t->queue, bytes);
	return t->link == LINK_LEAVING ? send_queue_begun(&t->queue) : size;
}

static void
link_send(struct sink_tcp *t, uint64_t now_ns)
{
	for (int i = 0; i < SENDS_MAX; i++) {
		const uint8_t *bytes;
		size_t size;
		ssize_t n;

		refill(t);
		size = next_bytes(t, &bytes);
		if (size == 0)
			return;
		n = send(t->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				link_down(t, now_ns, -errno);
			return;
		}
		t->sink.bytes_written += (uint64_t)n;
		if (t->start_sent < sizeof(t->start_bytes))
			t->start_sent += (size_t)n;
		else
			send_queue_sent(&t->queue, (size_t)n);
	}
}

/* All that can be done now without waiting. */
static void
pump(struct sink_tcp *t, uint64_t now_ns)
{
	if (t->link == LINK_DOWN && now_ns >= t->until_ns)
		link_connect(t, now_ns);
	if (t->link == LINK_CONNECTING)
		link_connecting(t, now_ns);
	if (t->link == LINK_UP || t->link == LINK_LEAVING)
		link_listen(t, now_ns);
	if (t->link == LINK_UP || t->link == LINK_LEAVING)
		link_send(t, now_ns);
	if (t->link == LINK_UP || t->link == LINK_LEAVING) {
		const uint8_t *bytes;
		const size_t missing = acknowledge(t);

		if (t->link == LINK_LEAVING &&
		    ((missing == 0 && next_bytes(t, &bytes) == 0) || now_ns >= t->until_ns))
			link_down(t, now_ns, 0);
	}
}

/* Waits until something moves, a moment at most. */
static void
pump_wait(struct sink_tcp *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	const uint8_t *bytes;

	if (t->link == LINK_CONNECTING || next_bytes(t, &bytes) != 0)
		p.events |= POLLOUT;
	(void)poll(&p, 1, WAIT_MS);
	pump(t, clock_ns());
}

/* --- records ------------------------------------------------------------- */

/* Reading captures, a slow collector is waited for, as long as it takes anything. */
static void
wait_for_room(struct sink_tcp *t, size_t size)
{
	uint64_t moved_ns = clock_ns();

	while (send_queue_room(&t->queue) < size && t->link != LINK_DOWN &&
	       clock_ns() - moved_ns < WAIT_STALL_NS) {
		const size_t room = send_queue_room(&t->queue);

		pump_wait(t);
		if (send_queue_room(&t->queue) != room)
			moved_ns = clock_ns();
	}
}

/* 0, or why there is no place for it. */
static int
keep(struct sink_tcp *t, const uint8_t *bytes, size_t size, uint32_t records)
{
	if (t->spool != NULL && !spool_empty(t->spool))
		return spool_put(t->spool, bytes, size, records);
	if (send_queue_room(&t->queue) < size)
		pump(t, clock_ns());
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
		count_lost(t, b->records, rc);
	else
		s->records_since_mar += b->records;
	pump(t, clock_ns());
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
	pump(t, clock_ns());
}

static void
tcp_poll(struct sink *s, uint64_t now_ns)
{
	pump((struct sink_tcp *)s, now_ns);
}

/* --- the end ------------------------------------------------------------- */

/* Until all has arrived, as long as it moves. A collector that is away gets one more try. */
static void
drain(struct sink_tcp *t)
{
	const uint64_t begin_ns = clock_ns();
	uint64_t moved_ns = begin_ns, left = UINT64_MAX;

	if (t->link == LINK_DOWN && waiting(t) != 0) {
		t->until_ns = 0;
		pump(t, begin_ns);
	}
	while (t->link != LINK_DOWN) {
		const uint64_t now_ns = clock_ns();
		const uint64_t bytes = t->queue.end - t->queue.head + waiting(t);

		if (t->link == LINK_UP && bytes == 0)
			return;
		if (bytes < left)
			moved_ns = now_ns;
		left = bytes;
		if (now_ns - moved_ns > WAIT_STALL_NS || now_ns - begin_ns > WAIT_END_NS) {
			link_down(t, now_ns, -ETIMEDOUT);
			return;
		}
		pump_wait(t);
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
		const int rc = spool_put_back(t->spool, q->bytes + from, at - from, records);

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
		count_lost(t, own_of(t, t->queued), rc);
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
	t->retry_ns = RETRY_MIN_NS;
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
	begin_ns = clock_ns();
	pump(t, begin_ns);
	while (t->link == LINK_CONNECTING && clock_ns() - begin_ns < WAIT_OPEN_NS)
		pump_wait(t);
	return &t->sink;
}
