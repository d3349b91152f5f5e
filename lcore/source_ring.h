/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The source of a worker that a dispatcher feeds: batches of a packet ring.
 */
#ifndef PANOPTES_LCORE_SOURCE_RING_H
#define PANOPTES_LCORE_SOURCE_RING_H

#include "lcore/source.h"
#include "ring/packet_ring.h"

/* NULL when there is no memory. The ring stays the caller's. */
struct source *source_ring_create(struct packet_ring *);

#endif
