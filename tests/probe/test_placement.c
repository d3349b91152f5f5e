/* SPDX-License-Identifier: BSD-3-Clause */
/* Who runs where: by what is read, what is captured from, and the CPUs there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "probe/placement.h"

static struct placement placement;
static char error[256];

static unsigned
cpus_here(void)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	return (unsigned)CPU_COUNT(&set);
}

static int
place(uint32_t workers, const char *lcores, const struct interface_list *live)
{
	struct config c = { .workers = workers, .lcores = (char *)(uintptr_t)lcores };

	error[0] = '\0';
	return placement_init(&placement, &c, live, error, sizeof(error));
}

static void
files_have_one_reader_and_lcores_that_float(void **state)
{
	(void)state;
	assert_int_equal(place(1, NULL, NULL), 0);
	assert_int_equal(placement.workers, 1);
	assert_int_equal(placement.dispatchers, 0);
	assert_int_equal(placement.lcores, 3);
	assert_false(placement.pinned || placement.poll);
	assert_int_equal(place(4, NULL, NULL), 0);
	assert_int_equal(placement.dispatchers, 1);
	assert_int_equal(placement.lcores, 7);
	assert_memory_equal(placement.lcores_at, "(0-6)@(", 7);
}

static void
live_workers_are_pinned_where_there_are_cpus(void **state)
{
	struct interface in[2] = {
		{ .kind = INTERFACE_VDEV, .name = (char *)"net_ring0" },
		{ .kind = INTERFACE_VDEV, .name = (char *)"net_ring1", .group = 1 }
	};
	const struct interface_list one = { .v = in, .n = 1, .groups = 1 };
	const struct interface_list two = { .v = in, .n = 2, .groups = 2 };
	const unsigned cpus = cpus_here();

	(void)state;
	assert_int_equal(place(1, NULL, &one), 0);
	assert_int_equal(placement.workers, 1);
	assert_int_equal(placement.pinned, cpus > 1);
	assert_int_equal(placement.poll, cpus > 2);
	/* independent interfaces have workers of their own */
	assert_int_equal(place(1, NULL, &two), 0);
	assert_int_equal(placement.workers, 2);
	assert_int_equal(placement.dispatchers, 2);
	assert_int_equal(placement.pinned, cpus > 2);
	/* each lcore is somewhere */
	assert_int_equal(place(64, NULL, &one), 0);
	assert_int_equal(placement.workers, 64);
	assert_true(strlen(placement.lcores_at) < sizeof(placement.lcores_at) - 1);
}

static void
cpus_can_be_chosen(void **state)
{
	cpu_set_t set;
	unsigned first = 0;
	char list[16], expect[64];

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	while (!CPU_ISSET(first, &set))
		first++;
	snprintf(list, sizeof(list), "%u", first);
	assert_int_equal(place(1, list, NULL), 0);
	assert_int_equal(placement.cpus, 1);
	snprintf(expect, sizeof(expect), "(0-2)@(%u-%u)", first, first);
	assert_string_equal(placement.lcores_at, expect);
	assert_int_equal(place(1, "1-x", NULL), -EINVAL);
	assert_non_null(strstr(error, "no list of CPUs"));
	assert_int_equal(place(1, "", NULL), -EINVAL);
	assert_int_equal(place(1, "100000", NULL), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_have_one_reader_and_lcores_that_float),
		cmocka_unit_test(live_workers_are_pinned_where_there_are_cpus),
		cmocka_unit_test(cpus_can_be_chosen),
	};

	return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
