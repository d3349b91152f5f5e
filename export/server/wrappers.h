/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's own access rules: /etc/hosts.allow and /etc/hosts.deny, by libwrap,
 * under the daemon name that argus has there, so that the rules of a site that
 * ran argus go on holding. Only one thread may ask, and it may have to wait: a
 * rule with a host name looks names up.
 */
#ifndef PANOPTES_EXPORT_SERVER_WRAPPERS_H
#define PANOPTES_EXPORT_SERVER_WRAPPERS_H

#include <stdbool.h>
#include <sys/socket.h>

#define WRAPPERS_DAEMON "argus"

/* Whether a connection from 'peer' to 'local' may be; host without rules: yes. */
bool wrappers_grant(const struct sockaddr_storage *peer, const struct sockaddr_storage *local);

#endif
