/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Network devices as the kernel sees them: whose they are, where they are, and
 * whether their owner can have them.
 */
#include "probe/doctor_internal.h"

#include <ctype.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/machine.h"

#define DEVICES "/sys/bus/pci/devices"
#define GROUPS "/sys/kernel/iommu_groups"
#define UNSAFE "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
#define NAME_SIZE 32 /* of a device, an interface, a driver */

struct device {
	struct doctor *d;
	char driver[NAME_SIZE];
	char interface[NAME_SIZE]; /* its first; "": none */
	char group[NAME_SIZE];     /* of the IOMMU; "": none */
	int node;                  /* -1: not said */
};

static bool
is_one_of(const char *driver, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(driver, *list) == 0)
			return true;
	return false;
}

/* DPDK has the device to itself. */
static bool
is_bound(const char *driver)
{
	static const char *const list[] = { "vfio-pci", "igb_uio", "uio_pci_generic", NULL };

	return is_one_of(driver, list);
}

/* DPDK and the kernel both use it. */
static bool
is_shared(const char *driver)
{
	static const char *const list[] = { "mlx5_core", "mlx4_core", "mana", NULL };

	return is_one_of(driver, list);
}

static void
first_name(void *arg, const char *name)
{
	char *first = arg;

	if (first[0] == '\0')
		(void)snprintf(first, NAME_SIZE, "%.31s", name);
}

struct below {
	const char *root, *address;
	char *first;
};

/* A port of virtio has its interface one folder below. */
static void
below_see(void *arg, const char *name)
{
	const struct below *b = arg;

	if (strncmp(name, "virtio", 6) == 0)
		(void)machine_each(b->root, first_name, b->first, DEVICES "/%s/%s/net", b->address,
		                   name);
}

/* False: not a network device. */
static bool
device_read(struct device *dev, struct doctor *d, const char *address)
{
	struct below below = { d->root, address, dev->interface };
	char class[16];
	uint64_t node;

	memset(dev, 0, sizeof(*dev));
	dev->d = d;
	if (machine_text(d->root, class, sizeof(class), DEVICES "/%s/class", address) < 0 ||
	    strncmp(class, "0x02", 4) != 0)
		return false;
	(void)machine_link(d->root, dev->driver, sizeof(dev->driver), DEVICES "/%s/driver",
	                   address);
	(void)machine_link(d->root, dev->group, sizeof(dev->group), DEVICES "/%s/iommu_group",
	                   address);
	(void)machine_each(d->root, first_name, dev->interface, DEVICES "/%s/net", address);
	if (dev->interface[0] == '\0')
		(void)machine_each(d->root, below_see, &below, DEVICES "/%s", address);
	/* -1, where the machine doesn't say, is no number to machine_number */
	dev->node = -1;
	if (machine_number(d->root, &node, DEVICES "/%s/numa_node", address) == 0 && node < 1024)
		dev->node = (int)node;
	return true;
}

static void
count(void *arg, const char *name)
{
	(void)name;
	++*(unsigned *)arg;
}

struct groups {
	const char *root;
	unsigned n;
};

/* vfio makes groups up where it does without an IOMMU. */
static void
group_see(void *arg, const char *group)
{
	struct groups *g = arg;
	char name[32];

	(void)machine_text(g->root, name, sizeof(name), GROUPS "/%s/name", group);
	g->n += strcmp(name, "vfio-noiommu") != 0;
}

void
doctor_check_iommu(struct doctor *d)
{
	struct groups groups = { .root = d->root };
	char unsafe[8];

	(void)machine_each(d->root, group_see, &groups, GROUPS);
	(void)machine_text(d->root, unsafe, sizeof(unsafe), UNSAFE);
	if (groups.n != 0)
		doctor_say(d, VERDICT_OK, "iommu", "on, %u groups", groups.n);
	else if (unsafe[0] == 'Y' || unsafe[0] == '1')
		doctor_say(d, VERDICT_WARNING, "iommu",
		           "none, and vfio does without: a device of DPDK can write to all memory; "
		           "turn it on in the firmware (VT-d, AMD-Vi) and with intel_iommu=on "
		           "iommu=pt on the kernel's command line");
	else
		doctor_say(d, VERDICT_WARNING, "iommu",
		           "none: vfio-pci takes no device; turn it on in the firmware (VT-d, "
		           "AMD-Vi) and with intel_iommu=on iommu=pt on the kernel's command line, "
		           "or see nic-setup --no-iommu");
}

/* "0-3,8" has a CPU of the set; what isn't such a list has all. */
static bool
list_meets(const char *list, const cpu_set_t *set)
{
	while (isdigit((unsigned char)*list)) {
		char *end;
		const unsigned long from = strtoul(list, &end, 10);
		const unsigned long to = *end == '-' ? strtoul(end + 1, &end, 10) : from;

		for (size_t i = from; i <= to && i < CPU_SETSIZE; i++)
			if (CPU_ISSET(i, set))
				return true;
		if (*end != ',')
			return false;
		list = end + 1;
	}
	return true;
}

/* Says what is wrong with the node of a device that a probe can use; true: nothing. */
static bool
check_node(const struct device *dev, const char *address)
{
	struct doctor *d = dev->d;
	char cpus[256];
	cpu_set_t set;

	if (dev->node < 0)
		return true;
	CPU_ZERO(&set);
	(void)machine_text(d->root, cpus, sizeof(cpus), "/sys/devices/system/node/node%d/cpulist",
	                   dev->node);
	if (doctor_is_here(d) && sched_getaffinity(0, sizeof(set), &set) == 0 &&
	    !list_meets(cpus, &set)) {
		doctor_say(
		        d, VERDICT_WARNING, "device",
		        "%s: is on node %d, and this process may use none of its CPUs (%s): each "
		        "packet crosses over; taskset -c %s panoptes ...",
		        address, dev->node, cpus, cpus);
		return false;
	}
	if (doctor_free_pages(d, dev->node) == 0 && doctor_free_pages(d, -1) != 0) {
		doctor_say(d, VERDICT_WARNING, "device",
		           "%s: is on node %d, which has no free huge pages, where others have: "
		           "nic-setup --hugepages %d=1024",
		           address, dev->node, dev->node);
		return false;
	}
	return true;
}

static void
check_bound(const struct device *dev, const char *address)
{
	struct doctor *d = dev->d;

	if (strcmp(dev->driver, "vfio-pci") != 0)
		doctor_say(d, VERDICT_WARNING, "device",
		           "%s: with %s, which guards no memory: nic-setup %s takes vfio-pci",
		           address, dev->driver, address);
	else if (!machine_access(d->root, R_OK | W_OK, "/dev/vfio/%s", dev->group) &&
	         !machine_access(d->root, R_OK | W_OK, "/dev/vfio/noiommu-%s", dev->group))
		doctor_say(
		        d, VERDICT_FAILED, "device",
		        "%s: with vfio-pci, but /dev/vfio/%s can't be opened: run it as root, or "
		        "give that file to the user who runs it",
		        address, dev->group[0] != '\0' ? dev->group : "GROUP");
	else if (check_node(dev, address))
		doctor_say(d, VERDICT_OK, "device", "%s: with vfio-pci, ready for DPDK", address);
}

static void
device_see(void *arg, const char *address)
{
	struct doctor *d = arg;
	struct device dev;
	unsigned verbs = 0;

	if (!device_read(&dev, d, address))
		return;
	if (is_bound(dev.driver)) {
		check_bound(&dev, address);
	} else if (is_shared(dev.driver)) {
		(void)machine_each(d->root, count, &verbs, "/sys/class/infiniband");
		if (verbs == 0)
			doctor_say(d, VERDICT_WARNING, "device",
			           "%s: %s without its verbs: modprobe %.4s_ib; apt-get install "
			           "rdma-core",
			           address, dev.driver, dev.driver);
		else if (check_node(&dev, address))
			doctor_say(d, VERDICT_OK, "device",
			           "%s: %s (%s), shared by the kernel and DPDK", address,
			           dev.interface, dev.driver);
	} else if (dev.driver[0] == '\0') {
		doctor_say(d, VERDICT_OK, "device", "%s: nobody's; nic-setup %s gives it to DPDK",
		           address, address);
	} else {
		doctor_say(d, VERDICT_OK, "device",
		           "%s: the kernel's (%s%s%s); nic-setup %s gives it to DPDK", address,
		           dev.interface, dev.interface[0] != '\0' ? ", " : "", dev.driver,
		           address);
	}
}

void
doctor_check_devices(struct doctor *d)
{
	(void)machine_each(d->root, device_see, d, DEVICES);
}

struct bound {
	const struct doctor *d;
	unsigned n;
};

static void
bound_see(void *arg, const char *address)
{
	struct bound *b = arg;
	struct doctor silent = *b->d;
	struct device dev;

	b->n += device_read(&dev, &silent, address) && is_bound(dev.driver);
}

unsigned
doctor_bound_devices(const struct doctor *d)
{
	struct bound b = { .d = d };

	(void)machine_each(d->root, bound_see, &b, DEVICES);
	return b.n;
}

struct available {
	const struct doctor *d;
	struct interface_list *list;
};

static void
available_see(void *arg, const char *address)
{
	struct available *a = arg;
	struct doctor silent = *a->d;
	struct interface in = { .kind = INTERFACE_PCI };
	struct device dev;

	if (!device_read(&dev, &silent, address) || !is_bound(dev.driver) ||
	    a->list->n == INTERFACES_MAX)
		return;
	in.name = strdup(address);
	if (in.name != NULL)
		a->list->v[a->list->n++] = in;
}

void
doctor_list_bound(const struct doctor *d, struct interface_list *list)
{
	struct available available = { d, list };

	(void)machine_each(d->root, available_see, &available, DEVICES);
}
