/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Listening sockets, one an address. Main lcore, before the program gives up
 * its rights: a port below 1024 needs them.
 */
#ifndef PANOPTES_EXPORT_SERVER_LISTEN_H
#define PANOPTES_EXPORT_SERVER_LISTEN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "config/config.h"

#define LISTENERS_MAX 16
#define ENDPOINT_SIZE 64 /* "192.0.2.1:561", "[2001:db8::1]:561" */

struct listeners {
	unsigned n;
	uint16_t port; /* of the first */
	int fd[LISTENERS_MAX];
	char name[LISTENERS_MAX][ENDPOINT_SIZE];
};

/*
 * Listens at 'port' (0: the kernel chooses, for each) of the addresses or names;
 * none: 127.0.0.1 and ::1, of which one may be missing. Sockets do not block. 0 or
 * a negative errno with one line in 'error'; close with listeners_close().
 */
int listeners_open(struct listeners *, const struct string_list *addresses, uint16_t port,
                   char *error, size_t error_size);
void listeners_close(struct listeners *);

/* The address and port in text; returns 'out'. */
const char *endpoint_name(const struct sockaddr_storage *, char out[ENDPOINT_SIZE]);
/* The address alone in 16 bytes, an IPv4 one mapped (RFC 4291 2.5.5.2). */
void endpoint_address(const struct sockaddr_storage *, uint8_t out[16]);

#endif
