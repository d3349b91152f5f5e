/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end-of-run account: every packet received and every record made must be
 * somewhere.
 */
#ifndef PANOPTES_PROBE_LEDGER_H
#define PANOPTES_PROBE_LEDGER_H

#include <stdint.h>
#include <stdio.h>

#include "export/collector.h"
#include "ring/counters.h"

struct ledger {
	uint64_t sum[COUNTER_COUNT]; /* over all counting cores */
	struct collector_totals totals;
	int64_t packets_unaccounted; /* 0, or there is a bug */
	int64_t records_unaccounted;
};

void ledger_init(struct ledger *, const struct counters *const *counters, unsigned n,
                 const struct collector_totals *);
/* "name value" lines. */
void ledger_print(const struct ledger *, FILE *);

#endif
