/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP output's connection. It never waits: each step is taken when the
 * kernel says that it can be. What has arrived is what the kernel says the other
 * side's TCP has acknowledged (SIOCOUTQ), also after the connection has broken.
 */
#include "export/sink_tcp_internal.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "ring/log.h"

#define NS_PER_S UINT64_C(1000000000)
#define RETRY_MAX_NS (30 * NS_PER_S)
#define CONNECT_NS (5 * NS_PER_S)
#define LEAVE_NS (5 * NS_PER_S) /* for a collector that ended its side */
#define DEAD_MS 30000           /* nothing acknowledged: the connection is dead */
#define STEPS_MAX 32            /* sends, or receives, a call */
#define WAIT_MS 10

uint64_t
tcp_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* --- the account --------------------------------------------------------- */

/* Of records that wait, the first are of an earlier run: how many of the n are of this one. */
uint64_t
tcp_own_of(struct sink_tcp *t, uint64_t n)
{
	const uint64_t carried = n < t->carried ? n : t->carried;

	t->carried -= carried;
	return n - carried;
}

static void
count_delivered(struct sink_tcp *t, uint64_t n)
{
	const uint64_t own = tcp_own_of(t, n);

	t->sink.records_written += own;
	t->sink.records_replayed += n - own;
}

void
tcp_count_lost(struct sink_tcp *t, uint64_t n, int problem)
{
	t->sink.records_lost += n;
	t->lost_since_mar += (uint32_t)n;
	t->problem = problem;
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
		t->retry_ns = TCP_RETRY_MIN_NS;
	return (size_t)missing;
}

/* Until the next try; what has not arrived will be sent again. */
void
tcp_link_down(struct sink_tcp *t, uint64_t now_ns, int problem)
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
	if (t->tells && !t->gone)
		log_line(LOG_LEVEL_NOTICE, "output %.200s: %s; it is tried again", t->sink.target,
		         problem != 0 ? strerror(-problem) : "the collector left");
	t->gone = true;
}

static void
link_up(struct sink_tcp *t)
{
	t->link = LINK_UP;
	if (t->tells && t->gone)
		log_line(LOG_LEVEL_NOTICE, "output %.200s: connected", t->sink.target);
	t->gone = false;
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
		tcp_link_down(t, now_ns, -errno);
		return;
	}
	(void)setsockopt(t->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
	(void)setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(t->fd, (const struct sockaddr *)&t->address.address, t->address.size) == 0)
		link_up(t);
	else if (errno != EINPROGRESS)
		tcp_link_down(t, now_ns, -errno);
}

static void
link_connecting(struct sink_tcp *t, uint64_t now_ns)
{
	struct pollfd p = { .fd = t->fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int error = 0;

	if (poll(&p, 1, 0) <= 0) {
		if (now_ns >= t->until_ns)
			tcp_link_down(t, now_ns, -ETIMEDOUT);
		return;
	}
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (error != 0)
		tcp_link_down(t, now_ns, -error);
	else
		link_up(t);
}

/* Nothing that the collector says matters, but that it says no more. */
static void
link_listen(struct sink_tcp *t, uint64_t now_ns)
{
	uint8_t bytes[1024];
	ssize_t n;

	for (int i = 0; i < STEPS_MAX; i++) {
		n = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0)
			continue;
		if (n == 0 && t->link == LINK_UP) {
			t->link = LINK_LEAVING;
			t->until_ns = now_ns + LEAVE_NS;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			tcp_link_down(t, now_ns, -errno);
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
			tcp_count_lost(t, tcp_own_of(t, missing), -EIO);
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
	for (int i = 0; i < STEPS_MAX; i++) {
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
				tcp_link_down(t, now_ns, -errno);
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
void
tcp_pump(struct sink_tcp *t, uint64_t now_ns)
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
			tcp_link_down(t, now_ns, 0);
	}
}

/* Waits until something moves, a moment at most. */
void
tcp_pump_wait(struct sink_tcp *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	const uint8_t *bytes;

	if (t->link == LINK_CONNECTING || next_bytes(t, &bytes) != 0)
		p.events |= POLLOUT;
	(void)poll(&p, 1, WAIT_MS);
	tcp_pump(t, tcp_clock_ns());
}
