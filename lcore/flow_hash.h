/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keyed hash of a flow key. First NH, the universal hash of UMAC (RFC 4418)
 * at twice its word size: for any two different keys, whoever chose them, the
 * 128-bit sums collide with a probability of 2^-64 over the secret. Then a
 * multiplication folded onto itself that spreads the sum over all bits of the
 * result and hides it. Unlike a CRC it is not linear: a difference of keys
 * that collides under one secret says nothing about the next run.
 */
#ifndef PANOPTES_LCORE_FLOW_HASH_H
#define PANOPTES_LCORE_FLOW_HASH_H

#include <stdint.h>
#include <string.h>

#include "lcore/dissect/flow_key.h"

#define FLOW_HASH_WORDS (sizeof(struct flow_key) / sizeof(uint64_t))

__extension__ typedef unsigned __int128 flow_hash_wide;

struct flow_hash_secret {
	uint64_t nh[FLOW_HASH_WORDS];
	uint64_t fold[2];
};

/* The secret's words from the seed, by the splitmix64 generator. */
static inline void
flow_hash_secret_init(struct flow_hash_secret *secret, uint64_t seed)
{
	for (unsigned i = 0; i < FLOW_HASH_WORDS + 2; i++) {
		uint64_t word = seed += UINT64_C(0x9e3779b97f4a7c15);

		word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
		word ^= word >> 31;
		if (i < FLOW_HASH_WORDS)
			secret->nh[i] = word;
		else
			secret->fold[i - FLOW_HASH_WORDS] = word;
	}
}

static inline uint32_t
flow_hash(const struct flow_hash_secret *secret, const struct flow_key *key)
{
	uint64_t words[FLOW_HASH_WORDS];
	flow_hash_wide sum = 0;
	uint64_t fold;

	memcpy(words, key, sizeof(words));
	for (unsigned i = 0; i < FLOW_HASH_WORDS; i += 2)
		sum += (flow_hash_wide)(words[i] + secret->nh[i]) *
		       (words[i + 1] + secret->nh[i + 1]);
	sum = (flow_hash_wide)((uint64_t)sum ^ secret->fold[0]) *
	      ((uint64_t)(sum >> 64) ^ secret->fold[1]);
	fold = (uint64_t)sum ^ (uint64_t)(sum >> 64);
	return (uint32_t)(fold ^ (fold >> 32));
}

#endif
