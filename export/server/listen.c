/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An IPv6 socket takes IPv6 alone, so that each address is one that was asked for.
 */
#include "export/server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 64

void
endpoint_address(const struct sockaddr_storage *s, uint8_t out[16])
{
	memset(out, 0, 16);
	if (s->ss_family == AF_INET6) {
		memcpy(out, &((const struct sockaddr_in6 *)s)->sin6_addr, 16);
	} else if (s->ss_family == AF_INET) {
		out[10] = out[11] = 0xff;
		memcpy(out + 12, &((const struct sockaddr_in *)s)->sin_addr, 4);
	}
}

const char *
endpoint_name(const struct sockaddr_storage *s, char out[ENDPOINT_SIZE])
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (s->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)s;

		inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof(text));
		snprintf(out, ENDPOINT_SIZE, "[%s]:%u", text, ntohs(six->sin6_port));
	} else if (s->ss_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)s;

		inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text));
		snprintf(out, ENDPOINT_SIZE, "%s:%u", text, ntohs(four->sin_port));
	} else {
		snprintf(out, ENDPOINT_SIZE, "a local client");
	}
	return out;
}

static uint16_t
port_of(const struct sockaddr_storage *s)
{
	struct sockaddr_in four; /* the port of an IPv6 address is at the same place */

	memcpy(&four, s, sizeof(four));
	return ntohs(four.sin_port);
}

static int
listen_at(const struct addrinfo *a, struct listeners *l)
{
	const int fd =
	        socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	struct sockaddr_storage bound = { 0 };
	socklen_t size = sizeof(bound);
	const int on = 1;
	int rc = 0;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &size) < 0)
		rc = -errno;
	if (rc < 0) {
		close(fd);
		return rc;
	}
	endpoint_name(&bound, l->name[l->n]);
	if (l->n == 0)
		l->port = port_of(&bound);
	l->fd[l->n++] = fd;
	return 0;
}

/* All that a name stands for. */
static int
listen_name(struct listeners *l, const char *name, uint16_t port, char *error, size_t error_size)
{
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		                        .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char service[8];
	int rc;

	snprintf(service, sizeof(service), "%u", port);
	rc = getaddrinfo(name, service, &hints, &list);
	if (rc != 0) {
		snprintf(error, error_size, "option -B: %.100s: %s", name, gai_strerror(rc));
		return -EINVAL;
	}
	for (const struct addrinfo *a = list; a != NULL && rc == 0; a = a->ai_next) {
		if (a->ai_family != AF_INET && a->ai_family != AF_INET6)
			continue;
		rc = l->n < LISTENERS_MAX ? listen_at(a, l) : -E2BIG;
	}
	freeaddrinfo(list);
	if (rc == -E2BIG)
		snprintf(error, error_size, "option -B: more than %u addresses", LISTENERS_MAX);
	else if (rc < 0)
		snprintf(error, error_size, "can't listen at %.100s port %u: %s", name, port,
		         strerror(-rc));
	return rc;
}

/* A host may do without one of the two families. */
static int
listen_loopback(struct listeners *l, uint16_t port, char *error, size_t error_size)
{
	static const char *const names[] = { "127.0.0.1", "::1" };

	for (size_t i = 0; i < 2; i++) {
		const int rc = listen_name(l, names[i], port, error, error_size);

		if (rc < 0 && rc != -EADDRNOTAVAIL && rc != -EAFNOSUPPORT)
			return rc;
	}
	return l->n != 0 ? 0 : -EADDRNOTAVAIL;
}

int
listeners_open(struct listeners *l, const struct string_list *addresses, uint16_t port, char *error,
               size_t error_size)
{
	int rc = 0;

	*l = (struct listeners){ 0 };
	if (addresses->n == 0)
		rc = listen_loopback(l, port, error, error_size);
	for (size_t i = 0; i < addresses->n && rc == 0; i++)
		rc = listen_name(l, addresses->v[i], port, error, error_size);
	if (rc < 0)
		listeners_close(l);
	return rc;
}

void
listeners_close(struct listeners *l)
{
	while (l->n != 0)
		close(l->fd[--l->n]);
}
