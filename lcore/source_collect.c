/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * recvmmsg(2) into slots that have room for the headers before each payload.
 */
#include "lcore/source_collect.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <pcap/dlt.h>

#include <rte_cycles.h>

#define HEADERS_SIZE 48u /* IPv6 and UDP */
#define UDP_SIZE 8u
#define PAYLOAD_MAX 65507u
#define SLOT_SIZE ((64u << 10) + 64) /* headers and payload */
#define BUFFER_SIZE (UINT64_C(8) << 20)
#define CONTROL_SIZE 256
#define SECOND_NS UINT64_C(1000000000)

struct source_collect {
	struct source source; /* first: what callers see */
	struct source_collect_options options;
	int fd;
	struct sockaddr_storage local;
	uint64_t now_ns;
	uint32_t overflows; /* as the kernel counts */
	struct mmsghdr messages[VIEW_BURST];
	struct iovec vectors[VIEW_BURST];
	struct sockaddr_storage from[VIEW_BURST];
	_Alignas(8) uint8_t control[VIEW_BURST][CONTROL_SIZE];
	uint8_t *slots; /* VIEW_BURST of SLOT_SIZE; only what is used is ever touched */
};

static_assert(HEADERS_SIZE + PAYLOAD_MAX <= SLOT_SIZE, "a slot takes any datagram");

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Address and port of a socket's end, in network byte order; IPv4 in IPv6 is IPv4. */
static unsigned
endpoint(const struct sockaddr_storage *s, uint8_t address[16], uint8_t port[2])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (s->ss_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)s;

		memcpy(address, &four->sin_addr, 4);
		memcpy(port, &four->sin_port, 2);
		return 4;
	}
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)s;

	memcpy(port, &six->sin6_port, 2);
	memcpy(address, &six->sin6_addr, 16);
	if (memcmp(address, mapped, sizeof(mapped)) != 0)
		return 16;
	memmove(address, address + 12, 4);
	return 4;
}

/* The headers that the datagram came with, before its payload. Returns where they begin. */
static uint8_t *
put_headers(uint8_t *payload, uint32_t size, const struct sockaddr_storage *from,
            const struct sockaddr_storage *to)
{
	uint8_t src[16] = { 0 }, dst[16] = { 0 }, sport[2], dport[2];
	const unsigned length = endpoint(from, src, sport);
	uint8_t *udp = payload - UDP_SIZE, *ip;

	(void)endpoint(to, dst, dport);
	memcpy(udp, sport, 2);
	memcpy(udp + 2, dport, 2);
	put16(udp + 4, UDP_SIZE + size);
	put16(udp + 6, 0);
	if (length == 4) {
		ip = udp - 20;
		memset(ip, 0, 20);
		ip[0] = 0x45;
		put16(ip + 2, 20 + UDP_SIZE + size);
		ip[8] = 64;
		ip[9] = IPPROTO_UDP;
		memcpy(ip + 12, src, 4);
		memcpy(ip + 16, dst, 4);
		return ip;
	}
	ip = udp - 40;
	memset(ip, 0, 8);
	ip[0] = 0x60;
	put16(ip + 4, UDP_SIZE + size);
	ip[6] = IPPROTO_UDP;
	ip[7] = 64;
	memcpy(ip + 8, src, 16);
	memcpy(ip + 24, dst, 16);
	return ip;
}

/* Of a datagram: when it came, where to, and how many were lost before it. */
static uint64_t
read_control(struct source_collect *s, struct msghdr *h, struct sockaddr_storage *to)
{
	uint64_t time_ns = s->now_ns;
	uint32_t overflows;
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			time_ns = (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&overflows, CMSG_DATA(c), sizeof(overflows));
			counter_add(s->options.counters, COUNTER_missed_kernel,
			            overflows - s->overflows);
			s->overflows = overflows;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			((struct sockaddr_in *)to)->sin_addr = info.ipi_addr;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			((struct sockaddr_in6 *)to)->sin6_addr = info.ipi6_addr;
		}
	}
	return time_ns;
}

/* sFlow has its version in four bytes, all others in two. */
static uint8_t
kind_of(const uint8_t *payload, uint32_t size)
{
	return size >= 4 && payload[0] == 0 && payload[1] == 0 ? VIEW_SFLOW : VIEW_IMPORT;
}

static void
view_of(struct source_collect *s, unsigned i, struct packet_view *view)
{
	struct msghdr *h = &s->messages[i].msg_hdr;
	uint8_t *payload = s->vectors[i].iov_base;
	const uint32_t size = s->messages[i].msg_len;
	struct sockaddr_storage to = s->local;
	const uint64_t time_ns = read_control(s, h, &to);
	const uint8_t *packet = put_headers(payload, size, &s->from[i], &to);
	const uint32_t length = (uint32_t)(payload - packet) + size;

	*view = (struct packet_view){
		.data = packet,
		.time_ns = time_ns,
		.captured = length,
		.length = length,
		.link_type = DLT_RAW,
		.ingress = s->options.ingress,
		.flags = kind_of(payload, size),
	};
}

static int
collect_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct source_collect *s = (struct source_collect *)source;
	const uint64_t time_ns = tsc_clock_ns(s->options.clock, rte_rdtsc());
	int n;

	if (time_ns > s->now_ns)
		s->now_ns = time_ns;
	*now_ns = s->now_ns;
	for (unsigned i = 0; i < max; i++) {
		s->messages[i].msg_hdr.msg_controllen = CONTROL_SIZE;
		s->messages[i].msg_hdr.msg_namelen = sizeof(s->from[i]);
	}
	n = recvmmsg(s->fd, s->messages, max, MSG_DONTWAIT, NULL);
	if (n < 0) /* nothing there, or an ICMP error that an earlier answer met */
		return 0;
	for (int i = 0; i < n; i++)
		view_of(s, (unsigned)i, &views[i]);
	return n;
}

static void
collect_release(struct source *source)
{
	(void)source; /* slots are overwritten by the next burst */
}

static void
collect_close(struct source *source)
{
	struct source_collect *s = (struct source_collect *)source;

	if (s->fd >= 0)
		close(s->fd);
	free(s->slots);
	free(s);
}

static const struct source_ops collect_ops = {
	.burst = collect_burst,
	.release = collect_release,
	.close = collect_close,
};

/* A group is joined where the kernel would route to it. */
static int
join_group(int fd, const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct ip_mreqn group = { .imr_multiaddr =
			                          ((const struct sockaddr_in *)a)->sin_addr };

		if (!IN_MULTICAST(ntohl(group.imr_multiaddr.s_addr)))
			return 0;
		return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group));
	}
	struct ipv6_mreq group = { .ipv6mr_multiaddr =
		                           ((const struct sockaddr_in6 *)a)->sin6_addr };

	if (!IN6_IS_ADDR_MULTICAST(&group.ipv6mr_multiaddr))
		return 0;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group));
}

static int
open_at(struct source_collect *s, const struct addrinfo *a)
{
	const uint64_t buffer = s->options.buffer != 0 ? s->options.buffer : BUFFER_SIZE;
	const int on = 1, size = buffer < INT32_MAX ? (int)buffer : INT32_MAX;
	socklen_t length = sizeof(s->local);

	s->fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return -errno;
	/* beyond the system's limit where rights allow, else up to it */
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)setsockopt(s->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	(void)setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (a->ai_family == AF_INET)
		(void)setsockopt(s->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	else
		(void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	if (bind(s->fd, a->ai_addr, a->ai_addrlen) < 0 || join_group(s->fd, a->ai_addr) < 0 ||
	    getsockname(s->fd, (struct sockaddr *)&s->local, &length) < 0)
		return -errno;
	return 0;
}

static int
collect_open(struct source_collect *s, char *error, size_t error_size)
{
	const struct source_collect_options *o = &s->options;
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(o->host[0] != '\0' ? o->host : NULL, o->port, &hints, &found);

	if (rc != 0) {
		snprintf(error, error_size, "udp://%s:%s: %s", o->host, o->port, gai_strerror(rc));
		return -EINVAL;
	}
	rc = open_at(s, found);
	freeaddrinfo(found);
	if (rc < 0)
		snprintf(error, error_size, "udp://%s:%s: %s", o->host, o->port, strerror(-rc));
	return rc;
}

static void
set_up_messages(struct source_collect *s)
{
	for (unsigned i = 0; i < VIEW_BURST; i++) {
		s->vectors[i] = (struct iovec){ s->slots + (size_t)i * SLOT_SIZE + HEADERS_SIZE,
			                        PAYLOAD_MAX };
		s->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &s->from[i],
			.msg_iov = &s->vectors[i],
			.msg_iovlen = 1,
			.msg_control = s->control[i],
		};
	}
}

struct source *
source_collect_create(const struct source_collect_options *options, char *error, size_t error_size)
{
	struct source_collect *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->slots = malloc((size_t)VIEW_BURST * SLOT_SIZE);
	if (s == NULL || s->slots == NULL) {
		snprintf(error, error_size, "udp://%s:%s: no memory", options->host, options->port);
		free(s);
		return NULL;
	}
	s->source.ops = &collect_ops;
	s->options = *options;
	s->fd = -1;
	set_up_messages(s);
	if (collect_open(s, error, error_size) == 0)
		return &s->source;
	collect_close(&s->source);
	return NULL;
}
