/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/mar_account.h"

#define SAMPLING_NS UINT64_C(1000000000) /* between two MARs for a rate that changes */

uint64_t
mar_account_dropped(const uint64_t sum[COUNTER_COUNT])
{
	static const enum counter losses[] = {
		COUNTER_drop_undecodable, COUNTER_drop_link_type, COUNTER_drop_dispatch,
		COUNTER_drop_sampled,     COUNTER_drop_table,     COUNTER_packets_lost_ring,
		COUNTER_missed_kernel,    COUNTER_missed_port,    COUNTER_missed_memory,
		COUNTER_missed_errors,
	};
	uint64_t n = 0;

	for (unsigned i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		n += sum[losses[i]];
	return n;
}

bool
mar_account_sampling(struct mar_account *a, struct flow_ring *const *rings, unsigned n,
                     uint64_t now_ns)
{
	uint32_t rate = 1;

	for (unsigned i = 0; i < n; i++) {
		const uint32_t r = flow_ring_sampling(rings[i]);

		rate = r > rate ? r : rate;
	}
	a->sampling_now = rate;
	a->sampling = rate > a->sampling ? rate : a->sampling;
	if (a->sampling_before == 0)
		a->sampling_before = rate; /* the first look */
	if (rate == a->sampling_before || now_ns < a->sampling_due_ns)
		return false;
	a->sampling_due_ns = now_ns + SAMPLING_NS;
	return true;
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
		.sampling = a->sampling_now,
		.sampling_before = a->sampling_now,
		.sampling_due_ns = a->sampling_due_ns,
		.sampling_now = a->sampling_now,
		.packets = sum[COUNTER_rx_packets],
		.bytes = sum[COUNTER_rx_bytes],
		.flows = sum[COUNTER_flows_opened],
		.dropped = mar_account_dropped(sum),
	};
	m->packets = now.packets - a->packets;
	m->bytes = now.bytes - a->bytes;
	m->flows = saturated(now.flows - a->flows);
	m->dropped = saturated(now.dropped - a->dropped);
	m->sampling = a->sampling > 1 ? a->sampling : 0;
	*a = now;
}
