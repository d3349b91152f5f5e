/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/mar_account.h"

uint64_t
mar_account_dropped(const uint64_t sum[COUNTER_COUNT])
{
	static const enum counter losses[] = {
		COUNTER_drop_undecodable,  COUNTER_drop_link_type, COUNTER_drop_dispatch,
		COUNTER_packets_lost_ring, COUNTER_missed_kernel,  COUNTER_missed_port,
		COUNTER_missed_memory,     COUNTER_missed_errors,
	};
	uint64_t n = 0;

	for (unsigned i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		n += sum[losses[i]];
	return n;
}

static uint32_t
saturated(uint64_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

void
mar_account_take(struct mar_account *a, const struct counters *const *cores, unsigned n,
                 struct mar *m)
{
	uint64_t sum[COUNTER_COUNT] = { 0 };
	struct mar_account now;

	for (unsigned i = 0; i < n; i++)
		counters_sum(sum, cores[i]);
	now = (struct mar_account){
		.packets = sum[COUNTER_rx_packets],
		.bytes = sum[COUNTER_rx_bytes],
		.flows = sum[COUNTER_flows_opened],
		.dropped = mar_account_dropped(sum),
	};
	m->packets = now.packets - a->packets;
	m->bytes = now.bytes - a->bytes;
	m->flows = saturated(now.flows - a->flows);
	m->dropped = saturated(now.dropped - a->dropped);
	*a = now;
}
