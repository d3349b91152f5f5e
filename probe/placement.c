/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files: one source feeds all workers, so beyond the cores that reader and
 * collector leave there is nothing to gain: with two cores a single worker that
 * reads for itself is the fastest. Lcores float over the CPUs and may outnumber
 * them.
 *
 * Live: a worker has a CPU to itself wherever there are enough, on the node of
 * the devices if that is known; all others share the first.
 */
#include "probe/placement.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <numa.h>

#include "ring/log.h"

#define FILE_WORKERS_MAX 8 /* more than one reader can feed */
#define NODE_FILE "/sys/bus/pci/devices/%s%s/numa_node"

/* libnuma's way to tell of what it can't parse, which it prints otherwise: numa(3). */
void
numa_warn(int num, char *fmt, ...) /* NOLINT(readability-non-const-parameter): libnuma's */
{
	(void)num;
	(void)fmt;
}

/* The CPUs to use, in the order of their use. */
struct cpu_list {
	unsigned v[CPU_SETSIZE];
	unsigned n;
};

static int
cpus_read(struct cpu_list *l, const struct config *c, char *error, size_t error_size)
{
	struct bitmask *wanted = NULL;
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		CPU_SET(0, &set);
	if (c->lcores != NULL && numa_available() >= 0)
		wanted = numa_parse_cpustring_all(c->lcores);
	if (c->lcores != NULL && wanted == NULL) {
		snprintf(error, error_size, "--lcores %.100s: that is no list of CPUs, as in 2-5,8",
		         c->lcores);
		return -EINVAL;
	}
	l->n = 0;
	for (unsigned i = 0; i < CPU_SETSIZE; i++) {
		const bool asked =
		        wanted != NULL && i < wanted->size && numa_bitmask_isbitset(wanted, i);

		if (asked && !CPU_ISSET(i, &set)) {
			snprintf(error, error_size,
			         "--lcores %.100s: CPU %u is not there, or not for this process",
			         c->lcores, i);
			numa_bitmask_free(wanted);
			return -EINVAL;
		}
		if (wanted != NULL ? asked : CPU_ISSET(i, &set))
			l->v[l->n++] = i;
	}
	if (wanted != NULL)
		numa_bitmask_free(wanted);
	if (l->n != 0)
		return 0;
	snprintf(error, error_size, "--lcores: no CPU is named");
	return -EINVAL;
}

static int
node_of_cpu(unsigned cpu)
{
	return numa_available() >= 0 ? numa_node_of_cpu((int)cpu) : -1;
}

/* The node of all CPUs, or -1 when they are on several. */
static int
common_node(const struct cpu_list *l)
{
	const int node = node_of_cpu(l->v[0]);

	for (unsigned i = 1; i < l->n; i++)
		if (node_of_cpu(l->v[i]) != node)
			return -1;
	return node;
}

/* The node of all devices, or -1 when it isn't known or there are several. */
static int
device_node(const struct interface_list *live)
{
	int common = -1;

	for (size_t i = 0; i < live->n; i++) {
		const char *address = live->v[i].name;
		char path[128];
		int node = -1;
		FILE *f;

		if (live->v[i].kind != INTERFACE_PCI)
			continue;
		snprintf(path, sizeof(path), NODE_FILE, strlen(address) < 10 ? "0000:" : "",
		         address);
		f = fopen(path, "re");
		if (f != NULL) {
			if (fscanf(f, "%9d", &node) != 1) /* NOLINT(cert-err34-c): the kernel's */
				node = -1;
			fclose(f);
		}
		if (node < 0 || (common >= 0 && common != node))
			return -1;
		common = node;
	}
	return common;
}

/* CPUs of the devices' node first. */
static void
prefer_node(struct cpu_list *l, int node)
{
	struct cpu_list sorted = { .n = 0 };
	unsigned near = 0;

	if (node < 0)
		return;
	for (int pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < l->n; i++)
			if ((node_of_cpu(l->v[i]) == node) == (pass == 0)) {
				sorted.v[sorted.n++] = l->v[i];
				near += pass == 0;
			}
	if (near == 0)
		log_line(LOG_LEVEL_WARNING,
		         "the devices are on NUMA node %d, but no CPU of it may be used: every "
		         "packet "
		         "crosses nodes",
		         node);
	*l = sorted;
}

static unsigned
file_workers(unsigned cpus)
{
	if (cpus <= 3)
		return 1;
	return cpus - 2 < FILE_WORKERS_MAX ? cpus - 2 : FILE_WORKERS_MAX;
}

/* The kernel hands out less than one worker can take. */
static unsigned
live_workers(const struct interface_list *live, unsigned cpus)
{
	bool devices = false;

	for (size_t i = 0; i < live->n; i++)
		devices |= live->v[i].kind == INTERFACE_PCI || live->v[i].kind == INTERFACE_VDEV;
	return devices && cpus > 3 ? cpus - 2 : 1;
}

static void __attribute__((format(printf, 2, 3)))
append(struct placement *p, const char *format, ...)
{
	const size_t n = strlen(p->lcores_at);
	va_list list;

	va_start(list, format);
	vsnprintf(p->lcores_at + n, sizeof(p->lcores_at) - n, format, list);
	va_end(list);
}

/* Lcores first .. last on any of the CPUs from..to of the list. */
static void
append_floating(struct placement *p, const struct cpu_list *l, unsigned first, unsigned last,
                unsigned from, unsigned to)
{
	append(p, "%s(%u-%u)@(", p->lcores_at[0] != '\0' ? "," : "", first, last);
	for (unsigned i = from; i < to; i++) {
		unsigned end = i;

		while (end + 1 < to && l->v[end + 1] == l->v[end] + 1)
			end++;
		append(p, "%s%u-%u", i != from ? "," : "", l->v[i], l->v[end]);
		i = end;
	}
	append(p, ")");
}

static void
describe(struct placement *p, const struct cpu_list *l)
{
	const unsigned first_worker = p->lcores - p->workers;

	if (!p->pinned) {
		append_floating(p, l, 0, p->lcores - 1, 0, l->n);
		return;
	}
	/* what is left beyond the workers' CPUs serves the rest */
	append_floating(p, l, 0, first_worker - 1, 0, l->n - p->workers);
	for (unsigned w = 0; w < p->workers; w++)
		append(p, ",%u@%u", first_worker + w, l->v[l->n - p->workers + w]);
}

int
placement_init(struct placement *p, const struct config *c, const struct interface_list *live,
               char *error, size_t error_size)
{
	struct cpu_list cpus;
	unsigned automatic;

	memset(p, 0, sizeof(*p));
	if (cpus_read(&cpus, c, error, error_size) < 0)
		return -EINVAL;
	p->cpus = cpus.n;
	p->live = live != NULL;
	if (live != NULL && c->lcores == NULL)
		prefer_node(&cpus, device_node(live));
	p->socket = c->huge == HUGE_YES ? common_node(&cpus) : -1;
	automatic = live != NULL ? live_workers(live, cpus.n) : file_workers(cpus.n);
	p->workers = c->workers != 0 ? c->workers : automatic;
	if (live != NULL && p->workers < live->groups)
		p->workers = live->groups;
	if (p->workers > PLACEMENT_WORKERS_MAX)
		p->workers = PLACEMENT_WORKERS_MAX;
	p->lcores = 1; /* the main lcore waits and handles signals */
	p->collector_lcore = p->lcores++;
	/* live, it is known later which groups need one */
	p->dispatchers = p->workers == 1 ? 0 : live != NULL ? live->groups : 1;
	for (unsigned i = 0; i < p->dispatchers; i++)
		p->dispatch_lcore[i] = p->lcores++;
	for (unsigned w = 0; w < p->workers; w++)
		p->worker_lcore[w] = p->lcores++;
	p->pinned = live != NULL && cpus.n > p->workers;
	p->poll = live != NULL && (c->power == POWER_POLL || (c->power == POWER_AUTO && p->pinned &&
	                                                      cpus.n > p->workers + 1));
	describe(p, &cpus);
	return 0;
}
