/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Giving rights up once everything that needs them is open: -c, then -g, then
 * -u. Who is meant is looked up before, as there may be no such files in a jail.
 * Main lcore only.
 */
#ifndef PANOPTES_PROBE_PRIVILEGES_H
#define PANOPTES_PROBE_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "probe/capabilities.h"

#define PRIVILEGES_GROUPS_MAX 64

struct privileges {
	const char *user, *group; /* as configured; NULL: stays as it is */
	uid_t uid;
	gid_t gid;
	bool set_gid;
	gid_t groups[PRIVILEGES_GROUPS_MAX]; /* supplementary ones */
	int group_count;
};

/* Names or numbers; NULL: leave it. A number that no user has goes with a group alone: never does a
 * user keep the groups of root. 0, or -EINVAL with one line in 'error': there is no such one. */
int privileges_find(struct privileges *, const char *user, const char *group, char *error,
                    size_t error_size);

/* Shuts the process in a directory, which becomes / and the working directory; the time zone
 * stays that of outside. Needs root. 0, or a
 * negative errno with one line in 'error'. */
int privileges_confine(const char *directory, char *error, size_t error_size);

/* Becomes who was found, for good, which is verified; of root's rights another user has those
 * capabilities alone. 0, or a negative errno with one line in 'error'. */
int privileges_drop(const struct privileges *, capabilities keep, char *error, size_t error_size);

#endif
