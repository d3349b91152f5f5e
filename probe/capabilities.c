/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each lcore does it for itself: the kernel lets no other.
 */
#include "probe/capabilities.h"

#include <errno.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include <rte_launch.h>
#include <rte_lcore.h>

static int
hold(void *unused)
{
	(void)unused;
	return prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) < 0 ? -errno : 0;
}

/* The set, as far as this thread is permitted to have it. */
static int
raise_permitted(cap_t set, cap_t had, capabilities keep)
{
	for (cap_value_t c = 0; c <= CAP_LAST_CAP; c++) {
		cap_flag_value_t permitted = CAP_CLEAR;

		if ((keep >> c & 1) == 0 || cap_get_flag(had, c, CAP_PERMITTED, &permitted) < 0 ||
		    permitted == CAP_CLEAR)
			continue;
		if (cap_set_flag(set, CAP_PERMITTED, 1, &c, CAP_SET) < 0 ||
		    cap_set_flag(set, CAP_EFFECTIVE, 1, &c, CAP_SET) < 0)
			return -errno;
	}
	return cap_set_proc(set) < 0 ? -errno : 0;
}

static int
reduce(void *arg)
{
	const capabilities *keep = arg;
	cap_t set = cap_init(), had = cap_get_proc();
	int rc = -ENOMEM;

	if (set != NULL && had != NULL)
		rc = raise_permitted(set, had, *keep);
	cap_free(set);
	cap_free(had);
	return rc;
}

/* On this core and every other. */
static int
on_all(lcore_function_t *f, void *arg)
{
	int rc = f(arg);

	for (unsigned lcore = 0; lcore < RTE_MAX_LCORE; lcore++) {
		int other;

		if (!rte_lcore_is_enabled(lcore) || lcore == rte_get_main_lcore())
			continue;
		other = rte_eal_remote_launch(f, arg, lcore);
		if (other == 0)
			other = rte_eal_wait_lcore(lcore);
		if (rc == 0)
			rc = other;
	}
	return rc;
}

int
capabilities_hold(void)
{
	return on_all(hold, NULL);
}

int
capabilities_reduce(capabilities keep)
{
	return on_all(reduce, &keep);
}
