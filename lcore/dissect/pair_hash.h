/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which worker a packet belongs to: a hash of what all packets of its flow have
 * in common, both ways round, fragments included, i.e. the two addresses that
 * key the flow. It is a pure function, called by the dispatcher; it need not
 * resist anyone, since it only spreads load.
 *
 * Equal flow keys have equal hashes, and so have all fragments of a datagram
 * whose first one keys the flow by the fragments' own addresses.
 */
#ifndef PANOPTES_LCORE_DISSECT_PAIR_HASH_H
#define PANOPTES_LCORE_DISSECT_PAIR_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/dissect.h"

struct pair_hash {
	uint32_t packet; /* of the packet's flow; 0 where it has no key */
	uint32_t quoted; /* of the flow that an ICMP error quotes, if has_quoted */
	bool has_quoted;
};

/* Both at once, for one dissection. */
void pair_hash_packet(const struct dissect_options *, const struct packet_view *,
                      struct pair_hash *);

/* Either alone. pair_hash_quoted: whether the packet quotes a flow. */
uint32_t pair_hash(const struct dissect_options *, const struct packet_view *);
bool pair_hash_quoted(const struct dissect_options *, const struct packet_view *, uint32_t *hash);

#endif
