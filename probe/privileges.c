/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nothing is believed: after the change the kernel is asked who this process is, and
 * whether it could be root again.
 */
#include "probe/privileges.h"

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
find_group(struct privileges *p, const char *group, char *error, size_t size)
{
	const struct group *g = getgrnam(group);

	if (g != NULL) {
		p->gid = g->gr_gid;
	} else if (!parse_id(group, &p->gid)) {
		snprintf(error, size, "-g %.64s: no such group", group);
		return -EINVAL;
	}
	p->set_gid = true;
	p->groups[0] = p->gid;
	p->group_count = 1;
	return 0;
}

/* A user who is known brings groups along, unless one was named. */
static int
find_user(struct privileges *p, const char *user, char *error, size_t size)
{
	const struct passwd *entry = getpwnam(user);
	const bool is_id = entry == NULL && parse_id(user, &p->uid);

	if (is_id)
		entry = getpwuid(p->uid);
	if (is_id && entry == NULL && p->set_gid)
		return 0;
	if (entry == NULL) {
		snprintf(error, size, "-u %.64s: no such user%s", user,
		         is_id ? ", so that its group has to be named, with -g" : "");
		return -EINVAL;
	}
	p->uid = entry->pw_uid;
	if (p->set_gid)
		return 0;
	p->gid = entry->pw_gid;
	p->set_gid = true;
	p->group_count = PRIVILEGES_GROUPS_MAX;
	if (getgrouplist(entry->pw_name, p->gid, p->groups, &p->group_count) < 0)
		p->group_count = PRIVILEGES_GROUPS_MAX; /* as many as fit */
	return 0;
}

int
privileges_find(struct privileges *p, const char *user, const char *group, char *error,
                size_t error_size)
{
	int rc = 0;

	*p = (struct privileges){ .user = user, .group = group };
	if (group != NULL)
		rc = find_group(p, group, error, error_size);
	if (rc == 0 && user != NULL)
		rc = find_user(p, user, error, error_size);
	return rc;
}

int
privileges_confine(const char *directory, char *error, size_t error_size)
{
	tzset(); /* its file is out of reach inside */
	/* glibc loads it when a thread is ended; inside it would not be found */
	(void)dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL);
	if (chroot(directory) < 0 || chdir("/") < 0) {
		const int e = errno;

		snprintf(error, error_size, "-c %.200s: %s", directory, strerror(e));
		return -e;
	}
	return 0;
}

static int
fail(char option, const char *name, char *error, size_t error_size)
{
	const int e = errno;

	snprintf(error, error_size, "-%c %.64s: %s", option, name, strerror(e));
	return -e;
}

/* Real, effective and saved ids are those that were asked for, and root's are out of reach. */
static bool
is_dropped(const struct privileges *p)
{
	uid_t u[3];
	gid_t g[3];

	if (getresuid(&u[0], &u[1], &u[2]) < 0 || getresgid(&g[0], &g[1], &g[2]) < 0)
		return false;
	for (int i = 0; i < 3; i++)
		if ((p->user != NULL && u[i] != p->uid) || (p->set_gid && g[i] != p->gid))
			return false;
	return p->user == NULL || p->uid == 0 || setuid(0) < 0;
}

int
privileges_drop(const struct privileges *p, capabilities keep, char *error, size_t error_size)
{
	int rc = 0;

	if (p->user != NULL && keep != 0)
		rc = capabilities_hold();
	if (rc < 0) {
		errno = -rc;
		return fail('u', p->user, error, error_size);
	}
	if (p->set_gid && (setgroups((size_t)p->group_count, p->groups) < 0 || setgid(p->gid) < 0))
		return fail(p->group != NULL ? 'g' : 'u', p->group != NULL ? p->group : p->user,
		            error, error_size);
	if (p->user != NULL && setuid(p->uid) < 0)
		return fail('u', p->user, error, error_size);
	if (p->user != NULL && p->uid != 0 && keep != 0)
		rc = capabilities_reduce(keep);
	if (rc == 0 && is_dropped(p))
		return 0;
	snprintf(error, error_size, "-%c %.64s: rights could not be given up for good",
	         p->user != NULL ? 'u' : 'g', p->user != NULL ? p->user : p->group);
	return -EPERM;
}
