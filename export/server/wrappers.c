/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules are asked by address; the library looks the name up when a rule has one.
 * A rule's user is never looked up (RFC 1413): the library would do that with a
 * signal of the whole process. Its option "twist", which would replace the
 * process, is refused by saying that we stay.
 */
#include "export/server/wrappers.h"

#include <tcpd.h>

bool
wrappers_grant(const struct sockaddr_storage *peer, const struct sockaddr_storage *local)
{
	struct sockaddr_storage from = *peer, to = *local;
	struct request_info request;

	resident = 1;
	request_init(&request, RQ_DAEMON, WRAPPERS_DAEMON, RQ_FILE, -1, RQ_USER, unknown,
	             RQ_CLIENT_SIN, &from, RQ_SERVER_SIN, &to, 0);
	sock_methods(&request);
	return hosts_access(&request) != 0;
}
