/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/probe/fake_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
fake_machine_init(struct fake_machine *m)
{
	memset(m, 0, sizeof(*m));
	(void)snprintf(m->root, sizeof(m->root), "/tmp/test_doctor.XXXXXX");
	assert_non_null(mkdtemp(m->root));
	config_init(&m->config);
	m->doctor.config = &m->config;
	m->doctor.root = m->root;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
fake_machine_fini(struct fake_machine *m)
{
	config_fini(&m->config);
	free(m->said);
	assert_int_equal(nftw(m->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void
path_of(const struct fake_machine *m, const char *path, char *out, size_t size)
{
	(void)snprintf(out, size, "%s%s", m->root, path);
	for (char *at = strchr(out + strlen(m->root) + 1, '/'); at != NULL;
	     at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(out, 0700) != 0)
			assert_int_equal(errno, EEXIST);
		*at = '/';
	}
}

void
fake_file(const struct fake_machine *m, const char *path, const char *text)
{
	char name[512];
	FILE *f;

	path_of(m, path, name, sizeof(name));
	f = fopen(name, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

void
fake_link(const struct fake_machine *m, const char *path, const char *target)
{
	char name[512];

	path_of(m, path, name, sizeof(name));
	assert_int_equal(symlink(target, name), 0);
}

void
fake_folder(const struct fake_machine *m, const char *path)
{
	char name[512];

	path_of(m, path, name, sizeof(name));
	assert_int_equal(mkdir(name, 0700), 0);
}

void
fake_node(const struct fake_machine *m, unsigned node, const char *cpus, unsigned pages,
          unsigned unused)
{
	char path[160], text[160];

	(void)snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpulist", node);
	(void)snprintf(text, sizeof(text), "%s\n", cpus);
	fake_file(m, path, text);
	(void)snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/meminfo", node);
	(void)snprintf(text, sizeof(text),
	               "Node %u MemTotal:       16384 kB\nNode %u MemFree:         8192 kB\n", node,
	               node);
	fake_file(m, path, text);
	(void)snprintf(path, sizeof(path),
	               "/sys/devices/system/node/node%u/hugepages/hugepages-2048kB/nr_hugepages",
	               node);
	(void)snprintf(text, sizeof(text), "%u\n", pages);
	fake_file(m, path, text);
	(void)snprintf(path, sizeof(path),
	               "/sys/devices/system/node/node%u/hugepages/hugepages-2048kB/free_hugepages",
	               node);
	(void)snprintf(text, sizeof(text), "%u\n", unused);
	fake_file(m, path, text);
}

void
fake_device(const struct fake_machine *m, const char *address, const char *driver, const char *node,
            const char *group)
{
	char path[160], text[160];

	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/class", address);
	fake_file(m, path, "0x020000\n");
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/numa_node", address);
	fake_file(m, path, node);
	if (driver != NULL) {
		(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", address);
		(void)snprintf(text, sizeof(text), "../../../bus/pci/drivers/%s", driver);
		fake_link(m, path, text);
	}
	if (group != NULL) {
		(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
		(void)snprintf(text, sizeof(text), "../../../kernel/iommu_groups/%s", group);
		fake_link(m, path, text);
	}
}

const char *
fake_said(struct fake_machine *m, void (*check)(struct doctor *))
{
	free(m->said);
	m->said = NULL;
	memset(m->doctor.verdicts, 0, sizeof(m->doctor.verdicts));
	m->doctor.out = open_memstream(&m->said, &m->said_size);
	assert_non_null(m->doctor.out);
	check(&m->doctor);
	assert_int_equal(fclose(m->doctor.out), 0);
	return m->said;
}
