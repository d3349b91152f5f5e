/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may still be taken, on machines made of files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/available_memory.h"
#include "tests/probe/fake_machine.h"

static struct fake_machine machine;

static int
make_machine(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	fake_file(&machine, "/proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    1000 kB\n");
	return 0;
}

static int
remove_machine(void **state)
{
	(void)state;
	fake_machine_fini(&machine);
	return 0;
}

static void
what_the_machine_has_left(void **state)
{
	(void)state;
	assert_true(available_memory(machine.root) == 1024000);
	fake_file(&machine, "/proc/self/cgroup", "12:memory:/docker/1\n"); /* version 1 */
	assert_true(available_memory(machine.root) == 1024000);
}

/* A group without a limit says "max"; a parent's holds as well. */
static void
what_a_group_has_left(void **state)
{
	(void)state;
	fake_file(&machine, "/proc/self/cgroup", "0::/system.slice/a.service\n");
	assert_true(available_memory(machine.root) == 1024000);
	fake_file(&machine, "/sys/fs/cgroup/system.slice/a.service/memory.max", "max\n");
	fake_file(&machine, "/sys/fs/cgroup/system.slice/a.service/memory.current", "5\n");
	assert_true(available_memory(machine.root) == 1024000);
	fake_file(&machine, "/sys/fs/cgroup/system.slice/a.service/memory.max", "500000\n");
	assert_true(available_memory(machine.root) == 499995);
	fake_file(&machine, "/sys/fs/cgroup/system.slice/memory.max", "1000\n");
	fake_file(&machine, "/sys/fs/cgroup/system.slice/memory.current", "2000\n");
	assert_true(available_memory(machine.root) == 0);
}

/* In a container the group is the root. */
static void
what_a_container_has_left(void **state)
{
	(void)state;
	fake_file(&machine, "/proc/self/cgroup", "0::/\n");
	fake_file(&machine, "/sys/fs/cgroup/memory.max", "300000\n");
	fake_file(&machine, "/sys/fs/cgroup/memory.current", "100000\n");
	assert_true(available_memory(machine.root) == 200000);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_machine, remove_machine)
	const struct CMUnitTest tests[] = {
		TEST(what_the_machine_has_left),
		TEST(what_a_group_has_left),
		TEST(what_a_container_has_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
