/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EAL arguments. Reading files needs no device, no huge pages, no other process
 * and no rights, so several panoptes can run at once and leave nothing behind.
 * Lcores float over the CPUs they are given: they may outnumber them.
 */
#include "probe/eal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#define EAL_ARGS_MAX 64
#define CPU_FILE "/sys/devices/system/cpu/cpu0/topology/core_id"
#define EAL_MEMORY_SLACK (16u << 20) /* heap headers and what DPDK itself takes */

struct eal_args {
	int n;
	char *v[EAL_ARGS_MAX];
};

static void
args_free(struct eal_args *a)
{
	for (int i = 0; i < a->n; i++)
		free(a->v[i]);
	a->n = 0;
}

static int __attribute__((format(printf, 2, 3)))
args_add(struct eal_args *a, const char *format, ...)
{
	va_list list;
	int rc;

	if (a->n == EAL_ARGS_MAX)
		return -E2BIG;
	va_start(list, format);
	rc = vasprintf(&a->v[a->n], format, list);
	va_end(list);
	if (rc < 0)
		return -ENOMEM;
	a->n++;
	return 0;
}

/* Words separated by blanks; no quoting. */
static int
args_add_words(struct eal_args *a, const char *words)
{
	char *copy = strdup(words), *save = NULL;
	int rc = copy != NULL ? 0 : -ENOMEM;

	for (char *w = rc == 0 ? strtok_r(copy, " \t", &save) : NULL; w != NULL && rc == 0;
	     w = strtok_r(NULL, " \t", &save))
		rc = args_add(a, "%s", w);
	free(copy);
	return rc;
}

/* No device but those that are named. */
static int
args_add_devices(struct eal_args *a, const struct interface_list *live)
{
	bool pci = false;
	int rc = 0;

	for (size_t i = 0; live != NULL && i < live->n; i++) {
		if (live->v[i].kind != INTERFACE_PCI)
			continue;
		rc |= args_add(a, "-a");
		rc |= args_add(a, "%s", live->v[i].name);
		pci = true;
	}
	return pci ? rc : args_add(a, "--no-pci");
}

static int
args_build(struct eal_args *a, const struct eal_plan *plan)
{
	const uint64_t mib = (plan->memory_bytes + EAL_MEMORY_SLACK + (1u << 20) - 1) >> 20;
	int rc = 0;

	rc |= args_add(a, "panoptes");
	rc |= args_add(a, "--lcores=%s", plan->lcores);
	rc |= args_add(a, "--main-lcore=0");
	rc |= args_add(a, "%s", plan->huge ? "--in-memory" : "--no-huge");
	if (plan->huge) /* few pieces of memory: virtio-user shares no more than eight */
		rc |= args_add(a, "--single-file-segments");
	rc |= args_add(a, "-m");
	rc |= args_add(a, "%" PRIu64, mib);
	rc |= args_add(a, "--no-shconf");
	rc |= plan->name != NULL ? args_add(a, "--file-prefix=%s", plan->name)
	                         : args_add(a, "--no-telemetry");
	rc |= args_add_devices(a, plan->live);
	rc |= args_add(a, "--log-level=critical");
	if (plan->extra != NULL)
		rc |= args_add_words(a, plan->extra);
	return rc;
}

/* EAL makes a directory even where it has nothing to share. Users other than root get one of their
 * own, so that they do not meet in the same place. */
static void
runtime_make(char *path)
{
	if (geteuid() == 0 || mkdtemp(path) == NULL)
		path[0] = '\0';
	else
		setenv("XDG_RUNTIME_DIR", path, 1);
}

static void
runtime_remove(const char *path)
{
	static const char *const inner[] = { "/dpdk/rte", "/dpdk", "" };
	char name[128];

	for (size_t i = 0; path[0] != '\0' && i < sizeof(inner) / sizeof(inner[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, inner[i]);
		(void)rmdir(name);
	}
}

int
eal_start(const struct eal_plan *plan, char *error, size_t error_size)
{
	char runtime[] = "/tmp/panoptes.XXXXXX";
	struct eal_args a = { 0 };
	char *v[EAL_ARGS_MAX];
	int rc;

	if (args_build(&a, plan) != 0) {
		args_free(&a);
		snprintf(error, error_size, "--eal: too many arguments (at most %u)",
		         EAL_ARGS_MAX - 11);
		return -EINVAL;
	}
	if (access(CPU_FILE, F_OK) != 0) {
		args_free(&a);
		snprintf(error, error_size,
		         "%s is not there: DPDK finds CPUs there; mount sysfs on /sys", CPU_FILE);
		return -ENOENT;
	}
	memcpy(v, a.v, sizeof(v)); /* EAL reorders what it is given */
	if (plan->name == NULL)
		runtime_make(runtime);
	rc = rte_eal_init(a.n, v);
	if (plan->name == NULL)
		runtime_remove(runtime);
	if (rc < 0)
		snprintf(error, error_size,
		         "DPDK's environment does not start: %s (%s; \"--eal --log-level=debug\" "
		         "tells more)",
		         rte_strerror(rte_errno),
		         plan->huge ? "are there huge pages? --no-huge does without"
		                    : "is there memory?");
	args_free(&a);
	return rc < 0 ? -EIO : 0;
}

uint64_t
eal_huge_free(void)
{
	static const char name[] = "/proc/meminfo";
	unsigned long long pages = 0, kib = 0;
	char line[128];
	FILE *f = fopen(name, "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		/* the kernel's own numbers */
		(void)sscanf(line, "HugePages_Free: %llu", &pages); /* NOLINT(cert-err34-c) */
		(void)sscanf(line, "Hugepagesize: %llu", &kib);     /* NOLINT(cert-err34-c) */
	}
	if (f != NULL)
		fclose(f);
	return (uint64_t)pages * kib * 1024;
}

void
eal_print(const struct eal_plan *plan, FILE *out)
{
	struct eal_args a = { 0 };

	if (args_build(&a, plan) == 0)
		for (int i = 1; i < a.n; i++)
			fprintf(out, "eal %s\n", a.v[i]);
	args_free(&a);
}

void
eal_stop(void)
{
	(void)rte_eal_cleanup();
}
