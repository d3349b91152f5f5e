/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two comparisons of the flow table, as vectors: one signature with all of
 * a bucket's, and one key with another. The same results everywhere; only the
 * instructions differ.
 */
#ifndef PANOPTES_LCORE_FLOW_MATCH_H
#define PANOPTES_LCORE_FLOW_MATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "lcore/dissect/flow_key.h"

/* The lanes compared; the 32 bytes at 'lanes' must be readable. */
#define FLOW_MATCH_LANES 16

/* Bit i is set where lane i equals 'signature'. */
#if defined(__SSE2__)
static inline uint32_t
flow_match_signature(const void *lanes, uint16_t signature)
{
	const __m128i wanted = _mm_set1_epi16((short)signature);
	const __m128i low = _mm_loadu_si128((const __m128i *)lanes);
	const __m128i high = _mm_loadu_si128((const __m128i *)lanes + 1);

	return (uint32_t)_mm_movemask_epi8(
	        _mm_packs_epi16(_mm_cmpeq_epi16(low, wanted), _mm_cmpeq_epi16(high, wanted)));
}
#elif defined(__ARM_NEON) && defined(__aarch64__)
static inline uint32_t
flow_match_signature(const void *lanes, uint16_t signature)
{
	static const uint16_t bits[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
	const uint16x8_t weight = vld1q_u16(bits);
	const uint16x8_t wanted = vdupq_n_u16(signature);
	const uint16x8_t low = vreinterpretq_u16_u8(vld1q_u8(lanes));
	const uint16x8_t high = vreinterpretq_u16_u8(vld1q_u8((const uint8_t *)lanes + 16));

	return (uint32_t)vaddvq_u16(vandq_u16(vceqq_u16(low, wanted), weight)) |
	       (uint32_t)vaddvq_u16(vandq_u16(vceqq_u16(high, wanted), weight)) << 8;
}
#else
static inline uint32_t
flow_match_signature(const void *lanes, uint16_t signature)
{
	uint16_t lane[FLOW_MATCH_LANES];
	uint32_t match = 0;

	memcpy(lane, lanes, sizeof(lane));
	for (unsigned i = 0; i < FLOW_MATCH_LANES; i++)
		match |= (uint32_t)(lane[i] == signature) << i;
	return match;
}
#endif

typedef uint64_t flow_match_vector __attribute__((vector_size(16)));

static inline bool
flow_match_key(const struct flow_key *a, const struct flow_key *b)
{
	flow_match_vector x[3], y[3], differing;

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	differing = (x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]);
	return (differing[0] | differing[1]) == 0;
}

#endif
