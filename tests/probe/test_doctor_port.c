/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports are started, looked at and stopped, and can be again. The driver is DPDK's
 * null, which takes a key and says what it took.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_eal.h>
#include <rte_ethdev.h>

#include "tests/probe/fake_machine.h"
#include "tests/ring/eal_setup.h"

static struct fake_machine m;

static int
setup(void **state)
{
	(void)state;
	fake_machine_init(&m);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fake_machine_fini(&m);
	return 0;
}

static void
no_port_is_a_warning_unless_a_device_is_bound(void **state)
{
	(void)state;
	assert_non_null(strstr(fake_said(&m, doctor_check_ports), "DPDK has none: nic-setup"));
	assert_int_equal(m.doctor.verdicts[VERDICT_WARNING], 1);
	fake_device(&m, "0000:3b:00.0", "vfio-pci", "1\n", "12");
	assert_non_null(strstr(fake_said(&m, doctor_check_ports), "though devices are bound"));
	assert_int_equal(m.doctor.verdicts[VERDICT_FAILED], 1);
}

static void
a_port_is_tried_and_given_back(void **state)
{
	const char *said;

	(void)state;
	if (rte_vdev_init("net_null0", "") != 0)
		skip(); /* DPDK was built without it */
	for (unsigned i = 0; i < 2; i++) {
		said = fake_said(&m, doctor_check_ports);
		assert_non_null(strstr(said, "ok       port       net_null0: net_null, no"));
		assert_non_null(strstr(said, "ok       link       net_null0: up, 10000 Mbit/s"));
		assert_non_null(
		        strstr(said, "ok       rss        net_null0: takes a symmetric key of 40"));
		assert_int_equal(m.doctor.verdicts[VERDICT_FAILED], 0);
	}
	assert_int_equal(rte_vdev_uninit("net_null0"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_port_is_a_warning_unless_a_device_is_bound),
		TEST(a_port_is_tried_and_given_back),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
