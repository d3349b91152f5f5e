/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a network output sends to. Asks the resolver, which may take long: main
 * lcore, at opening.
 */
#ifndef PANOPTES_EXPORT_SINK_ADDRESS_H
#define PANOPTES_EXPORT_SINK_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct sink_address {
	struct sockaddr_storage address;
	socklen_t size;
};

/* The address of the target, a URL; an IPv4 one where there are several, as argus's clients listen
 * there. 'type' is SOCK_DGRAM or SOCK_STREAM. 0, or -EINVAL, -EHOSTUNREACH and one line. */
int sink_address_find(const char *target, int type, struct sink_address *, char *error,
                      size_t error_size);

bool sink_address_is_multicast(const struct sink_address *);

#endif
