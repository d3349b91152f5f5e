/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A machine made of files, for the doctor to look at: what a test writes below a
 * root of its own, and what the doctor says of it.
 */
#ifndef PANOPTES_TESTS_PROBE_FAKE_MACHINE_H
#define PANOPTES_TESTS_PROBE_FAKE_MACHINE_H

#include <stddef.h>

#include "probe/doctor_internal.h"

struct fake_machine {
	char root[64];
	struct config config;
	struct doctor doctor; /* of it; its output goes to 'said' */
	char *said;
	size_t said_size;
};

void fake_machine_init(struct fake_machine *);
void fake_machine_fini(struct fake_machine *);

/* A file with this text, and the folders above it. */
void fake_file(const struct fake_machine *, const char *path, const char *text);
void fake_link(const struct fake_machine *, const char *path, const char *target);
void fake_folder(const struct fake_machine *, const char *path);

/* A NUMA node with pages of 2 MiB. */
void fake_node(const struct fake_machine *, unsigned node, const char *cpus, unsigned pages,
               unsigned unused);

/* A network device on the PCI bus; NULL: no driver, no IOMMU group. */
void fake_device(const struct fake_machine *, const char *address, const char *driver,
                 const char *node, const char *group);

/* Runs a check on a clean page: what it said. Valid until the next one. */
const char *fake_said(struct fake_machine *, void (*check)(struct doctor *));

#endif
