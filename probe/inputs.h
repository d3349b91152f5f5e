/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What packets come from, ready to be polled: capture files, or live ports and
 * interfaces. An input is one source and the number of workers that it feeds;
 * with more than one there is a dispatcher between. A port with a symmetric hash
 * is several inputs, one queue and one worker each.
 *
 * Main lcore only. Sources go over to the pipeline; ports, mempools, clock and
 * counters stay here and outlive it.
 */
#ifndef PANOPTES_PROBE_INPUTS_H
#define PANOPTES_PROBE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "config/interface.h"
#include "lcore/source.h"
#include "probe/capabilities.h"
#include "probe/placement.h"
#include "probe/port.h"
#include "ring/counters.h"
#include "ring/tsc_clock.h"

#define INPUTS_MAX PLACEMENT_WORKERS_MAX
#define INPUTS_COUNTERS_MAX (1 + INTERFACES_MAX + INPUTS_MAX)

struct input {
	struct source *source; /* NULL: it has gone over */
	unsigned workers;
	struct source_id source_id; /* of its records; SOURCE_ID_NONE: the probe's */
};

struct inputs {
	struct input v[INPUTS_MAX];
	unsigned n;
	unsigned workers;                    /* of all */
	bool imports;                        /* some of them yield flow exports */
	bool has_kernel_ports, has_sockets;  /* of AF_XDP, of AF_PACKET */
	bool live;                           /* time is the clock's, and nothing is waited for */
	uint16_t link_types[INTERFACES_MAX]; /* that their packets are known to have */
	unsigned links;

	/* live */
	struct tsc_clock clock;
	struct port ports[INTERFACES_MAX];
	unsigned port_count;
	/* the main lcore's is the first; then of interfaces, and of inputs with time stamps */
	struct counters *counters[INPUTS_COUNTERS_MAX];
	unsigned counter_count;
};

/* Bytes that ports will take from EAL's memory for packet buffers. */
uint64_t inputs_memory(const struct config *, const struct interface_list *,
                       const struct placement *);

/* One source of capture files. */
void inputs_of_captures(struct inputs *, struct source *, unsigned workers);

/* Opens ports and interfaces; needs EAL. 0; -EINVAL: the configuration asks for what can't be;
 * another negative errno; one line in 'error' then. inputs_close() is due in any case. */
int inputs_open_live(struct inputs *, const struct config *, const struct interface_list *,
                     const struct placement *, char *error, size_t error_size);

/* The rights that the inputs need as long as they run. */
capabilities inputs_capabilities(const struct inputs *);

/* Ten times a second, while the pipeline runs: the clock is set, ports are looked after. */
void inputs_tick(struct inputs *);

/* Counts what ports lost up to now. */
void inputs_settle(struct inputs *);

void inputs_close(struct inputs *);

#endif
