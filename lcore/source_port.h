/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One receive queue of a DPDK port as a source. Views lie in the port's mbufs;
 * what of a packet is in further segments is not captured, but for packets whose
 * first one has hardly more than headers: those are put together in a copy.
 *
 * A packet's time is what the port stamped on it, where it does; else that of its
 * burst, by the clock. Within a queue it never goes back. One core owns the source; port and
 * mempool belong to whoever opened them.
 */
#ifndef PANOPTES_LCORE_SOURCE_PORT_H
#define PANOPTES_LCORE_SOURCE_PORT_H

#include <stdint.h>

#include "lcore/port_stamp.h"
#include "lcore/source.h"
#include "ring/counters.h"
#include "ring/tsc_clock.h"

struct source_port_options {
	uint16_t port, queue;
	uint16_t descriptors; /* of the queue */
	uint32_t snaplen;     /* bytes of each packet; 0: what is there */
	uint8_t ingress;      /* of its views */
	int socket;           /* NUMA node of the port, or -1 */
	const struct tsc_clock *clock;
	const struct port_stamp *stamp; /* NULL: the port does not stamp */
	struct counters *counters;      /* with a stamp: of the core that polls */
};

/* NULL and errno on failure. The port is configured and started by the time of the first burst. */
struct source *source_port_create(const struct source_port_options *);

#endif
