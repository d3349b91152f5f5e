/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a MAR says of the packets: how many came, in how many new flows, and how
 * many were lost since the MAR before. A packet is lost if it reached the probe's
 * port or interface and is in no record: dropped by name, missed by port or
 * kernel, damaged, or in a record that found no room.
 *
 * The collector's; counters are other cores'.
 */
#ifndef PANOPTES_EXPORT_MAR_ACCOUNT_H
#define PANOPTES_EXPORT_MAR_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "export/argus/record.h"
#include "ring/counters.h"
#include "ring/flow_ring.h"

/* Counted up to the last MAR. */
struct mar_account {
	uint64_t packets, bytes, flows, dropped;
	/* of new flows one in so many is taken: now, the most since the last MAR, and when that was
	 * written; 0: nobody looked yet */
	uint32_t sampling_now, sampling, sampling_before;
	uint64_t sampling_due_ns; /* a change of it is worth a MAR */
};

/* Packets that were lost, of counters that were summed up. */
uint64_t mar_account_dropped(const uint64_t sum[COUNTER_COUNT]);

/* Takes note of the rate that overloaded workers sample new flows at, the highest of them. Whether
 * it is another one than when the last MAR was written, so that one is due: once a second at most.
 */
bool mar_account_sampling(struct mar_account *, struct flow_ring *const *rings, unsigned n,
                          uint64_t now_ns);

/* Fills in packets, bytes, flows, dropped and sampling: what 'n' cores have counted since the last
 * call. Where 32 bits are too few, it is as much as they hold. */
void mar_account_take(struct mar_account *, const struct counters *const *cores, unsigned n,
                      struct mar *);

#endif
