/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a port says that it received a packet: the receive time stamp that a NIC
 * with that offload leaves in the mbuf (rte_mbuf_dyn), as nanoseconds since the
 * epoch.
 *
 * Drivers differ in what they count. A port whose clock can be read
 * (rte_eth_read_clock) is followed by a line like the one of the CPU's counter; of
 * others the stamps are taken for nanoseconds or microseconds since the epoch,
 * whichever they are. A stamp that is not of the last second is never believed.
 *
 * Whoever opened the port owns the struct; any lcore reads it.
 */
#ifndef PANOPTES_LCORE_PORT_STAMP_H
#define PANOPTES_LCORE_PORT_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "ring/tsc_clock.h"

#define PORT_STAMP_EARLY_NS UINT64_C(1000000000) /* a packet may have waited as long as that, */
#define PORT_STAMP_LATE_NS UINT64_C(1000000)     /* and the port's clock may be ahead by that */

struct port_stamp {
	bool wanted;            /* the port was configured to stamp */
	int offset;             /* of the stamp in an mbuf */
	uint64_t flag;          /* of ol_flags: this one has a stamp */
	bool has_clock;         /* 'clock' follows the port's */
	struct tsc_clock clock; /* its ticks are the port's */
};

/* Where mbufs keep stamps. 0, or a negative errno: there is no room for them. */
int port_stamp_init(struct port_stamp *);

/* Whether some driver stamps without being asked, as net_pcap does. */
bool port_stamp_registered(void);

/* When 'm' was received, given the time now; 0: there is no stamp, or none to believe. */
uint64_t port_stamp_ns(const struct port_stamp *, const struct rte_mbuf *m, uint64_t now_ns);

#endif
