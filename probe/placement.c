/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One source feeds all workers, so beyond the cores that reader and collector
 * leave there is nothing to gain: with two cores a single worker that reads
 * for itself is the fastest.
 */
#include "probe/placement.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <numa.h>

#define FILE_WORKERS_MAX 8 /* more than one reader can feed */

static unsigned
cpus_describe(const cpu_set_t *set, char *out, size_t size)
{
	unsigned count = 0;
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < CPU_SETSIZE; i++) {
		unsigned last = i;

		if (!CPU_ISSET(i, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		count += last - i + 1;
		if (at < size)
			at += (size_t)snprintf(out + at, size - at, "%s%u-%u", at ? "," : "", i,
			                       last);
		i = last;
	}
	return count;
}

/* The node of all our CPUs, or -1 when they are on several. */
static int
common_node(const cpu_set_t *set)
{
	int node = -1;

	if (numa_available() < 0)
		return -1;
	for (unsigned i = 0; i < CPU_SETSIZE; i++) {
		int n;

		if (!CPU_ISSET(i, set))
			continue;
		n = numa_node_of_cpu((int)i);
		if (node >= 0 && n != node)
			return -1;
		node = n;
	}
	return node;
}

static unsigned
default_workers(unsigned cpus)
{
	if (cpus <= 3)
		return 1;
	return cpus - 2 < FILE_WORKERS_MAX ? cpus - 2 : FILE_WORKERS_MAX;
}

void
placement_init(struct placement *p, const struct config *c)
{
	cpu_set_t set;
	unsigned cpus;

	memset(p, 0, sizeof(*p));
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		CPU_SET(0, &set);
	cpus = cpus_describe(&set, p->cpus, sizeof(p->cpus));
	p->socket = c->huge == HUGE_YES ? common_node(&set) : -1;
	p->workers = c->workers != 0 ? c->workers : default_workers(cpus);
	if (p->workers > PLACEMENT_WORKERS_MAX)
		p->workers = PLACEMENT_WORKERS_MAX;
	p->lcores = 1; /* the main lcore waits and handles signals */
	p->collector_lcore = p->lcores++;
	p->dispatch_lcore = p->workers > 1 ? p->lcores++ : PLACEMENT_NONE;
	for (unsigned w = 0; w < p->workers; w++)
		p->worker_lcore[w] = p->lcores++;
}
