/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the doctor says of machines of several shapes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "probe/doctor.h"
#include "tests/probe/fake_machine.h"

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

/* The check says this many of each verdict, and these words. */
static void
says(void (*check)(struct doctor *), unsigned ok, unsigned warnings, unsigned failed,
     const char *words)
{
	const char *said = fake_said(&m, check);
	const unsigned *v = m.doctor.verdicts;

	if (v[VERDICT_OK] != ok || v[VERDICT_WARNING] != warnings || v[VERDICT_FAILED] != failed ||
	    strstr(said, words) == NULL)
		print_error("wanted %u ok, %u warnings, %u FAILED and \"%s\"; said:\n%s", ok,
		            warnings, failed, words, said);
	assert_int_equal(v[VERDICT_OK], ok);
	assert_int_equal(v[VERDICT_WARNING], warnings);
	assert_int_equal(v[VERDICT_FAILED], failed);
	assert_non_null(strstr(said, words));
}

#define CPUINFO(flags) "processor\t: 0\nflags\t\t: " flags "\n"
#define STEADY " constant_tsc nonstop_tsc"

static void
cpu_features_are_judged(void **state)
{
	static const char source[] =
	        "/sys/devices/system/clocksource/clocksource0/current_clocksource";

	(void)state;
	says(doctor_check_features, 0, 1, 0, "names no features");
	fake_file(&m, "/proc/cpuinfo", CPUINFO("fpu sse4_2 avx2 avx512f" STEADY));
	says(doctor_check_features, 2, 0, 0, "SSE4.2, AVX2, AVX-512\n");
	fake_file(&m, source, "hpet\n");
	says(doctor_check_features, 1, 1, 0, "the kernel goes by hpet");
	fake_file(&m, source, "tsc\n");
	says(doctor_check_features, 2, 0, 0, "never stops");
	fake_file(&m, "/proc/cpuinfo", CPUINFO("fpu sse4_2" STEADY));
	says(doctor_check_features, 1, 1, 0, "no AVX2");
	fake_file(&m, "/proc/cpuinfo", CPUINFO("fpu avx2" STEADY));
	says(doctor_check_features, 1, 0, 1, "no SSE4.2");
	fake_file(&m, "/proc/cpuinfo", CPUINFO("sse4_2 avx2 constant_tsc"));
	says(doctor_check_features, 1, 1, 0, "packet times can be off");
	fake_file(&m, "/proc/cpuinfo", "Features\t: fp asimd crc32\n");
	says(doctor_check_features, 1, 0, 0, "ARM with CRC");
	fake_file(&m, "/proc/cpuinfo", "Features\t: fp asimd\n");
	says(doctor_check_features, 0, 0, 1, "ARM without CRC");
}

static void
the_slowest_governor_counts(void **state)
{
	(void)state;
	says(doctor_check_speed, 1, 0, 0, "doesn't set the clock speed");
	fake_file(&m, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
	fake_file(&m, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
	fake_folder(&m, "/sys/devices/system/cpu/cpufreq");
	says(doctor_check_speed, 1, 0, 0, "performance on all 2 CPUs");
	fake_file(&m, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
	says(doctor_check_speed, 0, 1, 0, "powersave on 1 of 2 CPUs");
}

static void
isolation_is_told(void **state)
{
	(void)state;
	says(doctor_check_isolation, 0, 1, 0, "share their CPUs");
	fake_file(&m, "/sys/devices/system/cpu/isolated", "\n");
	says(doctor_check_isolation, 0, 1, 0, "share their CPUs");
	fake_file(&m, "/sys/devices/system/cpu/isolated", "2-7\n");
	says(doctor_check_isolation, 1, 0, 0, "CPUs 2-7 are kept");
}

static struct timex clock_now;
static int clock_state;

static void
judge_clock(struct doctor *d)
{
	doctor_judge_clock(d, &clock_now, clock_state);
}

static void
a_clock_that_nobody_keeps_is_a_warning(void **state)
{
	(void)state;
	clock_now =
	        (struct timex){ .status = STA_PLL | STA_NANO, .offset = -4200, .maxerror = 512 };
	clock_state = TIME_OK;
	says(judge_clock, 1, 0, 0, "offset -4 us, at most 512 us off");
	clock_now.status = STA_PLL;
	says(judge_clock, 1, 0, 0, "offset -4200 us");
	clock_now.status = STA_UNSYNC;
	says(judge_clock, 0, 1, 0, "run chrony");
	clock_now.status = 0;
	clock_state = TIME_ERROR;
	says(judge_clock, 0, 1, 0, "run chrony");
	clock_state = -1;
	errno = EPERM;
	says(judge_clock, 0, 1, 0, "adjtimex");
}

static void
huge_pages_are_counted_by_node(void **state)
{
	(void)state;
	says(doctor_check_hugepages, 0, 1, 0, "none: captures are read without them");
	fake_node(&m, 0, "0-7", 0, 0);
	says(doctor_check_hugepages, 0, 1, 0, "none");
	fake_node(&m, 1, "8-15", 512, 500);
	fake_file(&m, "/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages",
	          "4\n");
	fake_file(&m, "/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/free_hugepages",
	          "0\n");
	says(doctor_check_hugepages, 1, 0, 0,
	     "node1: 512 of 2 MiB, 500 free; 4 of 1 GiB, 0 free\n");
	assert_int_equal(doctor_free_pages(&m.doctor, 0), 0);
	assert_int_equal(doctor_free_pages(&m.doctor, 1), 500);
	assert_int_equal(doctor_free_pages(&m.doctor, -1), 500);
	fake_node(&m, 1, "8-15", 512, 0);
	says(doctor_check_hugepages, 0, 1, 0, "another program has them");
}

static void
huge_pages_are_counted_without_nodes(void **state)
{
	(void)state;
	fake_file(&m, "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "64\n");
	fake_file(&m, "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "64\n");
	says(doctor_check_hugepages, 1, 0, 0, "all nodes: 64 of 2 MiB, 64 free");
	assert_int_equal(doctor_free_pages(&m.doctor, -1), 64);
}

static void
huge_pages_that_are_asked_for_must_be_there(void **state)
{
	(void)state;
	m.config.huge = HUGE_YES;
	says(doctor_check_hugepages, 0, 0, 1, "--huge asks for them");
	m.config.huge = HUGE_AUTO;
	fake_device(&m, "0000:3b:00.0", "vfio-pci", "0\n", "12");
	says(doctor_check_hugepages, 0, 0, 1, "a device of DPDK needs them");
}

static void
odd_page_counts_do_no_harm(void **state)
{
	(void)state;
	fake_node(&m, 0, "0", 4, 4);
	fake_file(&m, "/sys/devices/system/node/node0/hugepages/hugepages-3kB/nr_hugepages", "9\n");
	fake_file(&m, "/sys/devices/system/node/node0/hugepages/hugepages-3kB/free_hugepages",
	          "9\n");
	fake_file(&m, "/sys/devices/system/node/node0/hugepages/hugepages-64kB/nr_hugepages",
	          "x\n");
	fake_folder(&m, "/sys/devices/system/node/node0/hugepages/hugepages-kB");
	fake_folder(&m, "/sys/devices/system/node/node99999");
	fake_folder(&m, "/sys/devices/system/node/nodes");
	says(doctor_check_hugepages, 1, 0, 0, "node0: 4 of 2 MiB, 4 free\n");
}

static void
nodes_are_described(void **state)
{
	(void)state;
	says(doctor_check_nodes, 0, 0, 0, "");
	fake_node(&m, 0, "0-7", 0, 0);
	fake_node(&m, 1, "8-15", 0, 0);
	says(doctor_check_nodes, 2, 0, 0, "node1: CPUs 8-15; memory 16 MiB, 8 free");
	fake_file(&m, "/sys/devices/system/node/node1/meminfo", "Node 1 MemTotal: 0 kB\n");
	says(doctor_check_nodes, 1, 1, 0, "node1 has CPUs 8-15 and no memory");
}

static void
rights_are_told_by_capabilities(void **state)
{
	(void)state;
	says(doctor_check_rights, 0, 1, 0, "CAP_IPC_LOCK, CAP_NET_RAW, CAP_NET_ADMIN");
	fake_file(&m, "/proc/self/status", "Name:\tpanoptes\nCapEff:\t000001ffffffffff\n");
	says(doctor_check_rights, 1, 0, 0, "to lock memory");
	fake_file(&m, "/proc/self/status", "CapEff:\t0000000000003000\n");
	says(doctor_check_rights, 0, 1, 0, "without CAP_IPC_LOCK:");
}

static void
an_iommu_is_told_by_its_groups(void **state)
{
	(void)state;
	says(doctor_check_iommu, 0, 1, 0, "vfio-pci takes no device");
	fake_file(&m, "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
	says(doctor_check_iommu, 0, 1, 0, "can write to all memory");
	fake_folder(&m, "/sys/kernel/iommu_groups");
	says(doctor_check_iommu, 0, 1, 0, "can write to all memory");
	fake_file(&m, "/sys/kernel/iommu_groups/7/name", "vfio-noiommu\n");
	says(doctor_check_iommu, 0, 1, 0, "can write to all memory");
	fake_folder(&m, "/sys/kernel/iommu_groups/0");
	fake_folder(&m, "/sys/kernel/iommu_groups/1");
	says(doctor_check_iommu, 1, 0, 0, "on, 2 groups");
}

static void
devices_are_told_by_their_owner(void **state)
{
	(void)state;
	says(doctor_check_devices, 0, 0, 0, "");
	fake_device(&m, "0000:02:00.0", "igb", "-1\n", "1");
	fake_folder(&m, "/sys/bus/pci/devices/0000:02:00.0/net");
	fake_folder(&m, "/sys/bus/pci/devices/0000:02:00.0/net/eth0");
	says(doctor_check_devices, 1, 0, 0, "0000:02:00.0: the kernel's (eth0, igb)");
	fake_device(&m, "0000:03:00.0", "virtio-pci", "-1\n", NULL);
	fake_folder(&m, "/sys/bus/pci/devices/0000:03:00.0/virtio3");
	fake_folder(&m, "/sys/bus/pci/devices/0000:03:00.0/virtio3/net");
	fake_folder(&m, "/sys/bus/pci/devices/0000:03:00.0/virtio3/net/ens3");
	says(doctor_check_devices, 2, 0, 0, "the kernel's (ens3, virtio-pci)");
	fake_device(&m, "0000:04:00.0", NULL, "0\n", NULL);
	says(doctor_check_devices, 3, 0, 0, "0000:04:00.0: nobody's");
	fake_file(&m, "/sys/bus/pci/devices/0000:05:00.0/class", "0x010600\n");
	says(doctor_check_devices, 3, 0, 0, "0000:02:00.0");
	assert_null(strstr(m.said, "0000:05:00.0"));
	assert_int_equal(doctor_bound_devices(&m.doctor), 0);
	fake_device(&m, "0000:06:00.0", "mlx5_core", "0\n", "4");
	says(doctor_check_devices, 3, 1, 0, "mlx5_core without its verbs: modprobe mlx5_ib");
	fake_folder(&m, "/sys/class/infiniband");
	fake_folder(&m, "/sys/class/infiniband/mlx5_0");
	says(doctor_check_devices, 4, 0, 0, "shared by the kernel and DPDK");
}

static void
a_bound_device_must_open_and_have_pages_near(void **state)
{
	(void)state;
	fake_device(&m, "0000:3b:00.0", "vfio-pci", "1\n", "12");
	assert_int_equal(doctor_bound_devices(&m.doctor), 1);
	says(doctor_check_devices, 0, 0, 1, "/dev/vfio/12 can't be opened");
	fake_file(&m, "/dev/vfio/12", "");
	says(doctor_check_devices, 1, 0, 0, "0000:3b:00.0: with vfio-pci, ready for DPDK");
	fake_node(&m, 0, "0-7", 256, 256);
	fake_node(&m, 1, "8-15", 256, 0);
	says(doctor_check_devices, 0, 1, 0, "is on node 1, which has no free huge pages");
	fake_node(&m, 1, "8-15", 256, 1);
	says(doctor_check_devices, 1, 0, 0, "ready");
	fake_device(&m, "0000:3b:00.1", "uio_pci_generic", "1\n", NULL);
	says(doctor_check_devices, 1, 1, 0, "uio_pci_generic, which guards no memory");
	assert_int_equal(doctor_bound_devices(&m.doctor), 2);
}

static void
a_device_without_an_iommu_has_a_file_of_its_own(void **state)
{
	(void)state;
	fake_device(&m, "0000:3b:00.0", "vfio-pci", "-1\n", "0");
	fake_file(&m, "/dev/vfio/noiommu-0", "");
	says(doctor_check_devices, 1, 0, 0, "ready for DPDK");
}

static void
interface_add(const char *name)
{
	struct string_list *list = &m.config.interfaces;

	list->v = realloc(list->v, (list->n + 1) * sizeof(*list->v));
	assert_non_null(list->v);
	list->v[list->n] = strdup(name);
	assert_non_null(list->v[list->n++]);
}

static struct interface_list live;

static void
check_interfaces(struct doctor *d)
{
	interface_list_clear(&live);
	doctor_check_interfaces(d, &live);
}

static void
interfaces_that_are_configured_must_be_there(void **state)
{
	(void)state;
	says(check_interfaces, 0, 0, 0, "");
	assert_int_equal(live.n, 0);
	fake_folder(&m, "/sys/class");
	fake_folder(&m, "/sys/class/net");
	fake_folder(&m, "/sys/class/net/span0");
	fake_device(&m, "0000:3b:00.0", "vfio-pci", "1\n", "12");
	says(check_interfaces, 0, 0, 0, "");
	assert_int_equal(live.n, 1); /* what DPDK has is looked at unasked */
	assert_string_equal(live.v[0].name, "0000:3b:00.0");
	interface_add("span0/7");
	interface_add("3b:00.0");
	interface_add("net_null0,size=64");
	says(check_interfaces, 2, 0, 0, "3b:00.0: is there");
	assert_int_equal(live.n, 3);
	interface_add("span1");
	interface_add("0000:3b:00.1");
	says(check_interfaces, 2, 0, 2, "span1: there is no such interface");
	assert_non_null(strstr(m.said, "0000:3b:00.1: there is no such PCI device"));
	interface_add("ind:");
	says(check_interfaces, 0, 0, 1, "ind:");
	interface_list_clear(&live);
}

static void
the_whole_ends_with_its_sums_and_a_status(void **state)
{
	char *said;
	size_t size;
	FILE *out = open_memstream(&said, &size);

	(void)state;
	assert_non_null(out);
	fake_file(&m, "/proc/cpuinfo", CPUINFO("sse4_2 avx2" STEADY));
	assert_int_equal(doctor_run(&m.config, m.root, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(said, "ok       rss-key"));
	assert_non_null(strstr(said, ", 0 FAILED\n"));
	free(said);

	fake_device(&m, "0000:3b:00.0", "vfio-pci", "1\n", "12");
	out = open_memstream(&said, &size);
	assert_non_null(out);
	assert_int_equal(doctor_run(&m.config, m.root, out), 1);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(said, ", 2 FAILED\n"));
	free(said);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cpu_features_are_judged),
		TEST(the_slowest_governor_counts),
		TEST(isolation_is_told),
		TEST(a_clock_that_nobody_keeps_is_a_warning),
		TEST(huge_pages_are_counted_by_node),
		TEST(huge_pages_are_counted_without_nodes),
		TEST(huge_pages_that_are_asked_for_must_be_there),
		TEST(odd_page_counts_do_no_harm),
		TEST(nodes_are_described),
		TEST(rights_are_told_by_capabilities),
		TEST(an_iommu_is_told_by_its_groups),
		TEST(devices_are_told_by_their_owner),
		TEST(a_bound_device_must_open_and_have_pages_near),
		TEST(a_device_without_an_iommu_has_a_file_of_its_own),
		TEST(interfaces_that_are_configured_must_be_there),
		TEST(the_whole_ends_with_its_sums_and_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
