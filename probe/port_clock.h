/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port's own clock, which it stamps packets by: read (rte_eth_read_clock) and
 * compared with the system's several times a second, as the CPU's counter is. Main
 * lcore only.
 */
#ifndef PANOPTES_PROBE_PORT_CLOCK_H
#define PANOPTES_PROBE_PORT_CLOCK_H

#include <stdint.h>

#include "lcore/port_stamp.h"

/* Of a port that was started. Takes a twentieth of a second if its clock can be read; if not, its
 * stamps are taken for the time of day. */
void port_clock_begin(uint16_t port, struct port_stamp *);

/* Ten times a second. */
void port_clock_tick(uint16_t port, struct port_stamp *);

/* Where packet times come from, in a word; NULL: not from the port. */
const char *port_clock_name(const struct port_stamp *);

#endif
