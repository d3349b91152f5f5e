/* SPDX-License-Identifier: BSD-3-Clause */
#include "probe/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
parse_id(const char *text, unsigned *id)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || v >= UINT32_MAX)
		return false;
	*id = (unsigned)v;
	return true;
}

static int
drop_group(const char *group, char *error, size_t size)
{
	const struct group *g = getgrnam(group);
	gid_t gid;

	if (g != NULL) {
		gid = g->gr_gid;
	} else if (!parse_id(group, &gid)) {
		snprintf(error, size, "-g %.64s: no such group", group);
		return -EINVAL;
	}
	if (setgroups(1, &gid) < 0 || setgid(gid) < 0) {
		const int e = errno;

		snprintf(error, size, "-g %.64s: %s", group, strerror(e));
		return -e;
	}
	return 0;
}

static int
drop_user(const char *user, bool keep_group, char *error, size_t size)
{
	const struct passwd *p = getpwnam(user);
	uid_t uid;

	if (p != NULL) {
		uid = p->pw_uid;
	} else if (!parse_id(user, &uid)) {
		snprintf(error, size, "-u %.64s: no such user", user);
		return -EINVAL;
	}
	if ((p != NULL && !keep_group &&
	     (initgroups(user, p->pw_gid) < 0 || setgid(p->pw_gid) < 0)) ||
	    setuid(uid) < 0) {
		const int e = errno;

		snprintf(error, size, "-u %.64s: %s", user, strerror(e));
		return -e;
	}
	return 0;
}

int
privileges_drop(const char *user, const char *group, char *error, size_t error_size)
{
	int rc = 0;

	if (group != NULL)
		rc = drop_group(group, error, error_size);
	if (rc == 0 && user != NULL)
		rc = drop_user(user, group != NULL, error, error_size);
	return rc;
}
