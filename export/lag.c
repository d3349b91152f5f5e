/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/lag.h"

uint64_t
lag_quantile_ms(const struct lag *l, unsigned in)
{
	uint64_t records[LAG_BUCKETS], sum = 0, above = 0;

	for (unsigned i = 0; i < LAG_BUCKETS; i++)
		sum += records[i] = atomic_load_explicit(&l->records[i], memory_order_relaxed);
	if (sum == 0)
		return 0;
	for (unsigned i = LAG_BUCKETS - 1; i > 0; i--) {
		above += records[i];
		if (above > sum / in)
			return lag_bucket_end_ms(i);
	}
	return lag_bucket_end_ms(0);
}
