/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow exports that exporters send to this machine, as a source: what comes in at
 * a UDP socket, with the IP and UDP header before it that it came with, so that
 * the datagrams are packets like any others: NetFlow, IPFIX, and sFlow, told
 * apart by their first bytes. It makes system calls on its core.
 *
 * One core owns the source.
 */
#ifndef PANOPTES_LCORE_SOURCE_COLLECT_H
#define PANOPTES_LCORE_SOURCE_COLLECT_H

#include <stddef.h>
#include <stdint.h>

#include "lcore/source.h"
#include "ring/counters.h"
#include "ring/tsc_clock.h"

struct source_collect_options {
	const char *host, *port; /* an address of this machine, a multicast group, or "" for any */
	uint64_t buffer;         /* bytes of the socket's buffer; 0: a built-in size */
	uint8_t ingress;         /* of its views */
	const struct tsc_clock *clock;
	struct counters *counters; /* of the core that runs it: missed_kernel */
};

/* Opens the socket. NULL on failure, with one line in 'error'. */
struct source *source_collect_create(const struct source_collect_options *, char *error,
                                     size_t error_size);

#endif
