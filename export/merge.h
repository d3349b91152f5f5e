/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes records from several rings in the order of their report times.
 *
 * Each ring is in order by itself, and its clock promises that nothing earlier
 * will come. A record is handed out once no other ring can still bring one that
 * belongs before it; records of the same time are ordered by their first packet
 * and then their key, so the order doesn't depend on how flows were spread. One
 * ring alone is passed through as it is.
 *
 * Collector lcore only.
 */
#ifndef PANOPTES_EXPORT_MERGE_H
#define PANOPTES_EXPORT_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ring/flow_record.h"
#include "ring/flow_ring.h"

struct merge_lane {
	struct flow_ring *ring;
	const struct flow_record *head; /* NULL: empty when last looked at */
};

struct merge {
	unsigned lanes;
	struct merge_lane *lane;
	/* Nothing of this lane is earlier: its head's time, or its clock when it is empty;
	 * UINT64_MAX once it has ended. */
	uint64_t *bound_ns;
	/* This lane goes on without another look at the others as long as it is earlier. */
	unsigned run_lane;
	uint64_t run_until_ns;
};

/* 0 or -ENOMEM. */
int merge_init(struct merge *, struct flow_ring *const *rings, unsigned n);
void merge_fini(struct merge *);

/*
 * The next record, and which ring it is from; NULL when none may go yet. It
 * stays valid until merge_release. 'hurry' hands out the earliest there is
 * without waiting for empty rings.
 */
const struct flow_record *merge_next(struct merge *, bool hurry, unsigned *lane);
void merge_release(struct merge *, unsigned lane);

/* Records wait in some ring for another ring's clock. */
bool merge_waiting(struct merge *);
/* No record that is earlier will be handed out, unless in a hurry; UINT64_MAX at the end. */
uint64_t merge_time(const struct merge *);
/* Every ring has ended and is empty. */
bool merge_ended(const struct merge *);

#endif
