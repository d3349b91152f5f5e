/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is captured from: argus's interface expressions, read into a list.
 *
 *	eth0			one interface
 *	eth0/srcid		its records carry an id of their own
 *	ind:eth0/1,eth1/2	each on its own: flows of two interfaces never meet
 *	bond:eth0,eth1/srcid	as if they were one: a flow may use either
 *	dup:eth0,eth1/srcid	the same; each carries one direction
 *	[eth0,eth1]/srcid	the brackets hold the names, the id is of all
 *	all			every interface that is up, on its own
 *
 * An interface is a kernel's by its name, a device by its PCI address, or a DPDK
 * virtual device by its driver's name and arguments: net_memif0,role=client.
 * udp://address:port listens for flow exports. The latter two take the whole
 * expression, or stand in brackets.
 */
#ifndef PANOPTES_CONFIG_INTERFACE_H
#define PANOPTES_CONFIG_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "config/target.h"

#define INTERFACES_MAX 32

enum interface_kind {
	INTERFACE_KERNEL = 0,
	INTERFACE_PCI,
	INTERFACE_VDEV,
	INTERFACE_COLLECT, /* a UDP socket that flow exports are sent to */
};

struct interface {
	enum interface_kind kind;
	char *name;     /* with a virtual device's arguments */
	unsigned group; /* those of one number share their flows; counted from 0 */
	bool has_source_id;
	struct source_id source_id;
};

struct interface_list {
	struct interface *v;
	size_t n;
	unsigned groups;
};

/* Reads expressions as they were configured. 0; -EINVAL: one line in 'error' says what is wrong
 * with which; -ENOMEM. interface_list_clear() is due in any case. 'all' and no expression look at
 * the machine. */
int interface_list_read(struct interface_list *, const struct string_list *expressions, char *error,
                        size_t error_size);
/* Adds the first interface that is up: what argus captures from when nothing is named. As above. */
int interface_list_first_up(struct interface_list *, char *error, size_t error_size);
/* Address (empty: any) and port of INTERFACE_COLLECT's name; false: it is none. */
bool interface_collect_target(const char *name, struct target *);

void interface_list_clear(struct interface_list *);

#endif
