/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What comes before the flows: a source, the packet filter on its bursts, and
 * the choice of packets that -N makes (it counts packets that the filter let
 * through), and seeing what is in tunnels twice. An intake is itself a source, so that a worker and
 * the dispatcher are fed alike. It counts rx_packets, rx_bytes and filtered.
 *
 * One core owns it; closing it closes what it was made of.
 */
#ifndef PANOPTES_LCORE_INTAKE_H
#define PANOPTES_LCORE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/dissect.h"
#include "lcore/filter.h"
#include "lcore/packet_file.h"
#include "lcore/source.h"
#include "ring/control.h"
#include "ring/counters.h"

struct intake_options {
	struct source *source;
	struct filter *filter;    /* NULL: none */
	struct packet_file *file; /* gets a copy of what the worker gets; NULL: none */
	bool file_on_error;       /* ... only of what 'dissect' makes no sense of */
	struct dissect_options dissect;
	struct counters *counters;     /* of the core that runs it */
	const struct control *control; /* told to stop: the source has ended */
	uint64_t first_packet;         /* counted from 1; 0: from the start */
	uint64_t last_packet;          /* 0: no limit */
	unsigned drain; /* bursts at most that are still taken when told to stop, until
	                   there is nothing: what waits in a live source's queue */
	bool tunnels; /* a packet in a tunnel comes once more, as VIEW_INNER, right behind itself */
};

/* NULL when there is no memory; then nothing was closed. */
struct source *intake_create(const struct intake_options *);

#endif
