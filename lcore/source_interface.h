/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A kernel's network interface as a source, by libpcap (AF_PACKET): for any
 * machine, any link type, beside the kernel's own use of the interface. It makes
 * system calls on its core; ports that DPDK drives do not.
 *
 * An interface that goes away is looked for once a second and taken up again. One
 * core owns the source.
 */
#ifndef PANOPTES_LCORE_SOURCE_INTERFACE_H
#define PANOPTES_LCORE_SOURCE_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lcore/source.h"
#include "ring/counters.h"
#include "ring/tsc_clock.h"

struct source_interface_options {
	const char *name; /* copied */
	uint32_t snaplen; /* bytes of each packet; 0: whole packets */
	uint64_t buffer;  /* bytes of the kernel's buffer; 0: a built-in size */
	bool promiscuous;
	uint8_t ingress; /* of its views */
	const struct tsc_clock *clock;
	struct counters *counters; /* of the core that runs it: missed_kernel, link_losses */
};

/* Opens and activates the interface. NULL on failure, with one line in 'error'. */
struct source *source_interface_create(const struct source_interface_options *, char *error,
                                       size_t error_size);

/* libpcap's DLT_ of the interface. */
uint16_t source_interface_link_type(const struct source *);

#endif
