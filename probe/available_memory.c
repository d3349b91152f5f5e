/* SPDX-License-Identifier: BSD-3-Clause */
#include "probe/available_memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "probe/machine.h"

#define GROUPS "/sys/fs/cgroup"

/* What is left of a group's limit, if it has one ("max" is no number). */
static uint64_t
left_in_group(const char *root, const char *group)
{
	uint64_t limit, used;

	if (machine_number(root, &limit, GROUPS "%s/memory.max", group) != 0 ||
	    machine_number(root, &used, GROUPS "%s/memory.current", group) != 0)
		return UINT64_MAX;
	return used < limit ? limit - used : 0;
}

uint64_t
available_memory(const char *root)
{
	char text[64], line[PATH_MAX], *group;
	uint64_t bytes, left;

	if (machine_field(root, "MemAvailable", text, sizeof(text), "/proc/meminfo") != 0)
		return 0;
	bytes = strtoull(text, NULL, 10) << 10;
	if (machine_text(root, line, sizeof(line), "/proc/self/cgroup") != 0 ||
	    strncmp(line, "0::/", 4) != 0)
		return bytes;
	/* from the group itself up to the root, which is "" below GROUPS */
	for (group = line + 3;; *strrchr(group, '/') = '\0') {
		if (strcmp(group, "/") == 0)
			group[0] = '\0';
		left = left_in_group(root, group);
		bytes = left < bytes ? left : bytes;
		if (group[0] == '\0')
			return bytes;
	}
}
