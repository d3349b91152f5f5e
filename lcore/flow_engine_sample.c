/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sampled packets: counted like any, and then what they stand for besides. Runs on
 * the worker lcore.
 */
#include "lcore/flow_engine_internal.h"

void
flow_engine_sample(struct flow_engine *e, const struct packet *packet,
                   const struct packet_view *view, uint32_t weight)
{
	const uint64_t refused = counter_get(e->counters, COUNTER_import_samples_refused);
	const uint32_t fits = packet->bytes != 0 ? BYTES_MAX / packet->bytes : BYTES_MAX;

	if (weight > fits) {
		counter_add(e->counters, COUNTER_import_samples_clamped, 1);
		weight = fits;
	}
	e->weight = weight > 1 ? weight - 1 : 0;
	e->special = e->start_records || e->weight != 0;
	flow_engine_burst(e, packet, view, 1);
	if (counter_get(e->counters, COUNTER_import_samples_refused) == refused)
		counter_add(e->counters, COUNTER_import_samples, 1);
	e->weight = 0;
	e->special = e->start_records;
}
