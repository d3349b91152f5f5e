/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an output's target means: a file, or a URL of records sent over the
 * network. Pure; any core.
 */
#ifndef PANOPTES_CONFIG_TARGET_H
#define PANOPTES_CONFIG_TARGET_H

#include <stdbool.h>
#include <string.h>

#define TARGET_HOST_SIZE 256
#define TARGET_PORT_SIZE 6
#define TARGET_PORT_DEFAULT "561" /* argus's */

enum target_kind {
	TARGET_FILE = 0, /* a path, or - */
	TARGET_UDP,      /* argus-udp://, udp:// */
	TARGET_TCP,      /* argus-tcp:// */
	TARGET_KINDS
};

/* The URLs that are known, for messages. */
#define TARGET_URLS "argus-udp://host[:port] or argus-tcp://host[:port]"

struct target {
	enum target_kind kind;
	char host[TARGET_HOST_SIZE]; /* a name or an address, an IPv6 one without its brackets */
	char port[TARGET_PORT_SIZE]; /* 1 to 65535, in decimal */
};

/* 0; or -EINVAL, and what would be right in 'expected'. Whatever has no :// is a file. */
int target_parse(const char *text, struct target *, const char **expected);

/* Whether a file's name has a conversion of strftime(3), for rotation. */
static inline bool
target_has_time(const char *path)
{
	return strchr(path, '%') != NULL;
}

#endif
