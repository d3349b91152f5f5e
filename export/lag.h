/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How late records are: from the time at which a flow's record was due to the
 * time at which the collector has it, as a histogram over powers of two of a
 * millisecond. Of live packets; in captures, time is the packets' own.
 *
 * The collector writes, any thread reads.
 */
#ifndef PANOPTES_EXPORT_LAG_H
#define PANOPTES_EXPORT_LAG_H

#include <stdatomic.h>
#include <stdint.h>

#define LAG_BUCKETS 18 /* below 1 ms, 1 to 2, 2 to 4, ...; the last from 65,536 ms */

struct lag {
	_Atomic uint64_t records[LAG_BUCKETS];
	_Atomic uint64_t max_ns;
};

/* Milliseconds at which a bucket ends. */
static inline uint64_t
lag_bucket_end_ms(unsigned bucket)
{
	return bucket + 1 < LAG_BUCKETS ? UINT64_C(1) << bucket : UINT64_MAX;
}

/* A record that was due at 'due_ns' is here at 'now_ns', both since the epoch. */
static inline void
lag_add(struct lag *l, uint64_t due_ns, uint64_t now_ns)
{
	const uint64_t lag_ns = now_ns > due_ns ? now_ns - due_ns : 0;
	const uint64_t ms = lag_ns / 1000000;
	unsigned bucket = ms != 0 ? 64 - (unsigned)__builtin_clzll(ms) : 0;
	uint64_t n;

	if (bucket >= LAG_BUCKETS)
		bucket = LAG_BUCKETS - 1;
	n = atomic_load_explicit(&l->records[bucket], memory_order_relaxed);
	atomic_store_explicit(&l->records[bucket], n + 1, memory_order_relaxed);
	if (lag_ns > atomic_load_explicit(&l->max_ns, memory_order_relaxed))
		atomic_store_explicit(&l->max_ns, lag_ns, memory_order_relaxed);
}

/* Milliseconds that at most one record of 'in' exceeds (1000: p99.9), rounded up to a bucket's end;
 * 0 without records. */
uint64_t lag_quantile_ms(const struct lag *, unsigned in);

#endif
