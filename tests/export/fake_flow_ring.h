/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stands in for ring/flow_ring.c where a test needs no EAL: the same promises,
 * an array under a single pair of atomic indices. Both sides may be one thread.
 */
#ifndef PANOPTES_TESTS_EXPORT_FAKE_FLOW_RING_H
#define PANOPTES_TESTS_EXPORT_FAKE_FLOW_RING_H

#include "ring/flow_ring.h"

/* Copies a record of the ring's layout in and makes it visible. False when full. */
bool fake_flow_ring_put(struct flow_ring *, const struct flow_record *);
/* Records not yet released. */
uint32_t fake_flow_ring_used(const struct flow_ring *);

#endif
