/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv4 first, then IPv6. Only the first address of a name is used.
 */
#include "export/sink_address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "config/target.h"

static int
find(const struct target *t, int family, int type, struct sink_address *a)
{
	const struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = type,
		.ai_flags = AI_NUMERICSERV,
	};
	struct addrinfo *found;
	const int rc = getaddrinfo(t->host, t->port, &hints, &found);

	if (rc != 0)
		return rc;
	memcpy(&a->address, found->ai_addr, found->ai_addrlen);
	a->size = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

int
sink_address_find(const char *target, int type, struct sink_address *a, char *error,
                  size_t error_size)
{
	const char *expected;
	struct target t;
	int rc;

	if (target_parse(target, &t, &expected) < 0) {
		snprintf(error, error_size, "output %s: expected %s", target, expected);
		return -EINVAL;
	}
	rc = find(&t, AF_INET, type, a);
	if (rc != 0 && find(&t, AF_INET6, type, a) != 0) {
		snprintf(error, error_size, "output %s: no address of %s: %s", target, t.host,
		         gai_strerror(rc));
		return -EHOSTUNREACH;
	}
	return 0;
}

bool
sink_address_is_multicast(const struct sink_address *a)
{
	if (a->address.ss_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, &a->address, sizeof(v4));
		return IN_MULTICAST(ntohl(v4.sin_addr.s_addr));
	} else {
		struct sockaddr_in6 v6;

		memcpy(&v6, &a->address, sizeof(v6));
		return IN6_IS_ADDR_MULTICAST(&v6.sin6_addr);
	}
}
