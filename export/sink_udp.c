/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records as datagrams, unicast or multicast, as argus sends them and ra -S
 * argus-udp:// takes them: the START MAR first, the STOP MAR last, no record in
 * two datagrams. Where argus sends one record in each, as many go together here
 * as fit into a packet of the usual size.
 *
 * The socket is connected, so that the kernel tells when nobody listens: it does
 * so by refusing a later datagram, whose records are counted as lost. Nothing is
 * sent twice. Datagrams point into the borrowed block; no record is copied.
 */
#include "export/sink.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/sink_address.h"

/* Fits an Ethernet of 1500 with IPv6, options and a tunnel; one larger record goes alone. */
#define DATAGRAM_SIZE 1400
#define BATCH 64
#define MULTICAST_TTL 128 /* argus's */
#define SEND_BUFFER (4 << 20)
/* A full send buffer empties at the speed of the wire. */
#define FULL_WAIT_MS 10
#define FULL_WAITS 20

struct sink_udp {
	struct sink sink;
	int fd;
	int refused; /* why the last lost datagram was refused; 0: none was */
	unsigned n;
	struct mmsghdr message[BATCH];
	struct iovec part[BATCH];
	uint32_t records[BATCH];
};

static void
count_refused(struct sink_udp *u, unsigned i, int error)
{
	u->sink.records_lost += u->records[i];
	u->refused = error;
}

static void
count_sent(struct sink_udp *u, unsigned i)
{
	u->sink.records_written += u->records[i];
	u->sink.records_since_mar += u->records[i];
	u->sink.bytes_written += u->part[i].iov_len;
}

/* Sends what was gathered; a datagram that is refused does not keep the next one back. */
static void
udp_send(struct sink_udp *u)
{
	unsigned done = 0, waits = 0;

	while (done < u->n) {
		const int sent = sendmmsg(u->fd, u->message + done, u->n - done, MSG_DONTWAIT);
		const int error = sent < 0 ? -errno : 0;

		if (sent > 0) {
			for (int i = 0; i < sent; i++)
				count_sent(u, done++);
		} else if (error == -EAGAIN && waits < FULL_WAITS) {
			struct pollfd p = { .fd = u->fd, .events = POLLOUT };

			waits++;
			(void)poll(&p, 1, FULL_WAIT_MS);
		} else if (error != -EINTR) {
			count_refused(u, done++, error);
		}
	}
	u->n = 0;
}

static void
udp_add(struct sink_udp *u, const uint8_t *bytes, size_t size, uint32_t records)
{
	if (u->n == BATCH)
		udp_send(u);
	/* the kernel only reads it */
	u->part[u->n] = (struct iovec){ .iov_base = (void *)(uintptr_t)bytes, .iov_len = size };
	u->message[u->n].msg_hdr = (struct msghdr){ .msg_iov = &u->part[u->n], .msg_iovlen = 1 };
	u->records[u->n++] = records;
}

static void
udp_write(struct sink *s, const struct sink_block *b)
{
	struct sink_udp *u = (struct sink_udp *)s;
	size_t begin = 0, end = 0, size;
	uint32_t records = 0;

	while ((size = record_size(b->bytes + end, b->size - end)) != 0) {
		if (records != 0 && end - begin + size > DATAGRAM_SIZE) {
			udp_add(u, b->bytes + begin, end - begin, records);
			begin = end;
			records = 0;
		}
		end += size;
		records++;
	}
	if (records != 0)
		udp_add(u, b->bytes + begin, end - begin, records);
	udp_send(u);
}

static void
udp_send_mar(struct sink_udp *u, const struct mar *m)
{
	uint8_t bytes[WIRE_MAR_SIZE];

	mar_encode(m, bytes);
	udp_add(u, bytes, sizeof(bytes), 0);
	udp_send(u);
	u->sink.records_since_mar = 0;
}

static void
udp_mar(struct sink *s, const struct mar *mar)
{
	struct mar m = *mar;

	/* A STOP MAR counts itself. */
	m.records = s->records_since_mar + (m.cause == CAUSE_STOP);
	udp_send_mar((struct sink_udp *)s, &m);
}

static int
udp_close(struct sink *s)
{
	struct sink_udp *u = (struct sink_udp *)s;
	const int error = s->records_lost != 0 ? u->refused : 0;

	if (u->fd >= 0)
		close(u->fd);
	free(u);
	return error;
}

static const struct sink_ops udp_ops = {
	.write = udp_write,
	.mar = udp_mar,
	.close = udp_close,
};

/* Only a wish; without, the kernel's own size does. */
static void
udp_size(int fd)
{
	const int size = SEND_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int
udp_connect(struct sink_udp *u, const struct sink_address *a)
{
	const int family = a->address.ss_family, ttl = MULTICAST_TTL;

	u->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (u->fd < 0)
		return -errno;
	udp_size(u->fd);
	if (sink_address_is_multicast(a) &&
	    setsockopt(u->fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
	               family == AF_INET ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, &ttl,
	               sizeof(ttl)) < 0)
		return -errno;
	return connect(u->fd, (const struct sockaddr *)&a->address, a->size) < 0 ? -errno : 0;
}

struct sink *
sink_udp_open(const struct sink_options *o, char *error, size_t error_size)
{
	struct sink_udp *u = calloc(1, sizeof(*u));
	struct sink_address address;
	struct mar start = *o->start;
	int rc;

	if (u == NULL) {
		snprintf(error, error_size, "output %s: out of memory", o->target);
		return NULL;
	}
	u->sink.ops = &udp_ops;
	u->sink.target = o->target;
	u->fd = -1;
	if (sink_address_find(o->target, SOCK_DGRAM, &address, error, error_size) != 0)
		goto fail;
	rc = udp_connect(u, &address);
	if (rc != 0) {
		snprintf(error, error_size, "output %s: %s", o->target, strerror(-rc));
		goto fail;
	}
	start.now_ns = sink_wall_ns();
	udp_send_mar(u, &start);
	return &u->sink;
fail:
	udp_close(&u->sink);
	return NULL;
}
