/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts a small, private EAL for a test program: no huge pages, no devices,
 * nothing left behind.
 */
#ifndef PANOPTES_TESTS_RING_EAL_SETUP_H
#define PANOPTES_TESTS_RING_EAL_SETUP_H

#include <rte_eal.h>

static inline int
test_eal_setup(void **state)
{
	static char *args[] = {
		(char *)"test",
		(char *)"--no-huge",
		(char *)"--no-pci",
		(char *)"--no-shconf",
		(char *)"--no-telemetry",
		(char *)"--log-level=error",
		(char *)"-m",
		(char *)"128",
	};

	(void)state;
	return rte_eal_init((int)(sizeof(args) / sizeof(args[0])), args) < 0 ? -1 : 0;
}

static inline int
test_eal_teardown(void **state)
{
	(void)state;
	return rte_eal_cleanup() == 0 ? 0 : -1;
}

#endif
