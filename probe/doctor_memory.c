/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory: huge pages and NUMA nodes, and what this process may do with them.
 */
#include "probe/doctor_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <numaif.h>

#include "probe/machine.h"

#define NODES "/sys/devices/system/node"
#define NODES_MAX 64
#define KERNEL_PAGES "/sys/kernel/mm/hugepages"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* One walk over sizes of pages on nodes. */
struct pages {
	const struct doctor *d;
	char folder[PATH_MAX]; /* of the sizes */
	int node;              /* -1: the kernel has no nodes */
	uint64_t total, free;  /* over all sizes */
	char text[256];        /* "512 of 2 MiB, 512 free" */
	char problem[128];     /* a page that can't be mapped */
	bool map;              /* try one of each size */
};

/* Takes a page on the node and gives it back: 0 or a negative errno. Never a signal. */
static int
page_try(uint64_t kib, int node)
{
	const size_t size = (size_t)kib << 10;
	const int log2_size = __builtin_ctzll(size);
	unsigned long mask = 0;
	int rc = 0;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
	                       (int)((unsigned)log2_size << MAP_HUGE_SHIFT),
	               -1, 0);

	if (p == MAP_FAILED)
		return -errno;
	if (node >= 0 && node < NODES_MAX) {
		mask = 1ul << node;
		if (mbind(p, size, MPOL_BIND, &mask, NODES_MAX, 0) < 0 && errno != ENOSYS &&
		    errno != EPERM)
			rc = -errno;
	}
	/* a kernel that doesn't know the advice says EINVAL: mapping it was all it could tell */
	if (rc == 0 && madvise(p, size, MADV_POPULATE_WRITE) < 0 && errno != EINVAL)
		rc = -errno;
	(void)munmap(p, size);
	return rc;
}

static void
pages_see(void *arg, const char *folder)
{
	struct pages *p = arg;
	uint64_t kib, total, unused;
	size_t at = strlen(p->text);
	int rc;

	if (sscanf(folder, "hugepages-%" SCNu64 "kB", &kib) != 1 || kib == 0 || /* NOLINT */
	    (kib & (kib - 1)) != 0 || kib > UINT64_C(1) << 30 ||
	    machine_number(p->d->root, &total, "%s/%s/nr_hugepages", p->folder, folder) < 0 ||
	    machine_number(p->d->root, &unused, "%s/%s/free_hugepages", p->folder, folder) < 0)
		return;
	p->total += total;
	p->free += unused;
	if (total == 0)
		return;
	(void)snprintf(p->text + at, sizeof(p->text) - at,
	               "%s%" PRIu64 " of %" PRIu64 " %s, %" PRIu64 " free", at != 0 ? "; " : "",
	               total, kib < 1u << 20 ? kib >> 10 : kib >> 20,
	               kib < 1u << 20 ? "MiB" : "GiB", unused);
	if (!p->map || unused == 0)
		return;
	rc = page_try(kib, p->node);
	if (rc < 0)
		(void)snprintf(p->problem, sizeof(p->problem), "%s", strerror(-rc));
}

static void
pages_count(struct pages *p, const struct doctor *d, const char *node)
{
	*p = (struct pages){ .d = d, .node = -1, .map = p->map };
	if (node == NULL) {
		(void)snprintf(p->folder, sizeof(p->folder), KERNEL_PAGES);
	} else {
		p->node = atoi(node + 4); /* NOLINT(cert-err34-c): is_node() looked */
		(void)snprintf(p->folder, sizeof(p->folder), NODES "/%.32s/hugepages", node);
	}
	(void)machine_each(d->root, pages_see, p, "%s", p->folder);
}

static bool
is_node(const char *name)
{
	const size_t digits = strncmp(name, "node", 4) == 0 ? strspn(name + 4, "0123456789") : 0;

	return digits >= 1 && digits <= 4 && name[4 + digits] == '\0';
}

struct all_pages {
	struct doctor *d;
	int node; /* only this one; -1: any */
	unsigned nodes;
	uint64_t total, free;
	bool say;
};

static void
pages_say(struct doctor *d, const struct pages *p, const char *node)
{
	if (p->total == 0)
		return;
	if (p->problem[0] != '\0')
		doctor_say(d, VERDICT_FAILED, "hugepages",
		           "%s: %s; one can't be mapped: %s; a container needs a limit of hugetlb "
		           "that allows it",
		           node, p->text, p->problem);
	else if (p->free == 0)
		doctor_say(d, VERDICT_WARNING, "hugepages",
		           "%s: %s: another program has them; nic-setup --hugepages N for more",
		           node, p->text);
	else
		doctor_say(d, VERDICT_OK, "hugepages", "%s: %s%s", node, p->text,
		           p->map ? ", can be mapped" : "");
}

static void
node_see(void *arg, const char *name)
{
	struct all_pages *a = arg;
	struct pages p = { .map = a->say && doctor_is_here(a->d) };

	if (name != NULL && !is_node(name))
		return;
	pages_count(&p, a->d, name);
	if (a->node >= 0 && p.node != a->node)
		return;
	a->nodes++;
	a->total += p.total;
	a->free += p.free;
	if (a->say)
		pages_say(a->d, &p, name != NULL ? name : "all nodes");
}

static void
nodes_walk(struct all_pages *a)
{
	(void)machine_each(a->d->root, node_see, a, NODES);
	if (a->nodes == 0 && a->node < 0)
		node_see(a, NULL);
}

uint64_t
doctor_free_pages(const struct doctor *d, int node)
{
	struct doctor silent = *d;
	struct all_pages a = { .d = &silent, .node = node };

	nodes_walk(&a);
	return a.free;
}

void
doctor_check_hugepages(struct doctor *d)
{
	struct all_pages a = { .d = d, .node = -1, .say = true };

	nodes_walk(&a);
	if (a.total != 0)
		return;
	if (d->config->huge == HUGE_YES || doctor_bound_devices(d) != 0)
		doctor_say(d, VERDICT_FAILED, "hugepages",
		           "none, and %s them: nic-setup --hugepages 1024",
		           d->config->huge == HUGE_YES ? "--huge asks for"
		                                       : "a device of DPDK needs");
	else
		doctor_say(d, VERDICT_WARNING, "hugepages",
		           "none: captures are read without them, for a port of DPDK: nic-setup "
		           "--hugepages 1024");
}

static void
node_describe(void *arg, const char *name)
{
	struct doctor *d = arg;
	char cpus[256], field[64], total[64], unused[64];

	if (!is_node(name))
		return;
	(void)machine_text(d->root, cpus, sizeof(cpus), NODES "/%s/cpulist", name);
	(void)snprintf(field, sizeof(field), "Node %.8s MemTotal", name + 4);
	(void)machine_field(d->root, field, total, sizeof(total), NODES "/%s/meminfo", name);
	(void)snprintf(field, sizeof(field), "Node %.8s MemFree", name + 4);
	(void)machine_field(d->root, field, unused, sizeof(unused), NODES "/%s/meminfo", name);
	if (strtoull(total, NULL, 10) == 0)
		doctor_say(d, VERDICT_WARNING, "numa",
		           "%s has CPUs %s and no memory: a worker there waits for that of others; "
		           "put modules into its slots",
		           name, cpus[0] != '\0' ? cpus : "none");
	else
		doctor_say(d, VERDICT_OK, "numa", "%s: CPUs %s; memory %llu MiB, %llu free", name,
		           cpus[0] != '\0' ? cpus : "none", strtoull(total, NULL, 10) >> 10,
		           strtoull(unused, NULL, 10) >> 10);
}

void
doctor_check_nodes(struct doctor *d)
{
	(void)machine_each(d->root, node_describe, d, NODES);
}

void
doctor_check_rights(struct doctor *d)
{
	static const struct {
		unsigned bit;
		const char *name;
	} wanted[] = {
		{ CAP_IPC_LOCK, "CAP_IPC_LOCK" },   /* vfio keeps its memory in place */
		{ CAP_NET_RAW, "CAP_NET_RAW" },     /* packet sockets, mlx5 */
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN" }, /* promiscuous mode of the kernel's ports */
	};
	struct rlimit memlock = { 0 };
	char text[64], missing[96] = "";
	unsigned long long held;

	(void)machine_field(d->root, "CapEff", text, sizeof(text), "/proc/self/status");
	held = strtoull(text, NULL, 16);
	if (doctor_is_here(d) && getrlimit(RLIMIT_MEMLOCK, &memlock) == 0 &&
	    memlock.rlim_cur == RLIM_INFINITY)
		held |= 1u << CAP_IPC_LOCK; /* what the limit allows takes no right */
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const size_t at = strlen(missing);

		if ((held >> wanted[i].bit & 1) == 0)
			(void)snprintf(missing + at, sizeof(missing) - at, "%s%s",
			               at != 0 ? ", " : "", wanted[i].name);
	}
	if (missing[0] == '\0') {
		doctor_say(d, VERDICT_OK, "rights",
		           "to lock memory, to open ports and to set them up");
		return;
	}
	doctor_say(d, VERDICT_WARNING, "rights",
	           "without %s: captures can be read, ports may not open; run it as root, or by "
	           "panoptes@.service",
	           missing);
}
