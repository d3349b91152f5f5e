/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receive-side scaling with the probe's key, tried in software: DPDK computes what a
 * network card would, so that the key is known to be right before a card is blamed.
 */
#include "probe/doctor_internal.h"

#include <string.h>
#include <sys/random.h>

#include <rte_common.h>
#include <rte_thash.h>

#include "probe/port_rss.h"

#define TUPLES 8192
#define QUEUES 16
#define QUEUES_MAX 64
#define TABLE_SLOTS 128 /* a card's redirection table: the hash's low bits, then the queue */

/* SplitMix64 */
static uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void
random_words(uint64_t *state, uint32_t *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		words[i] = (uint32_t)random_next(state);
}

/* Source, destination and ports, as the card puts them before it hashes: in 'to' turned round. */
static void
turn(const uint32_t *from, uint32_t *to, unsigned address_words)
{
	memcpy(to, from + address_words, address_words * sizeof(*to));
	memcpy(to + address_words, from, address_words * sizeof(*to));
	to[2 * address_words] = from[2 * address_words] << 16 | from[2 * address_words] >> 16;
}

void
doctor_rss_try(const uint8_t *key, unsigned queues, unsigned tuples, uint64_t seed,
               struct rss_trial *t)
{
	unsigned count[QUEUES_MAX] = { 0 };

	memset(t, 0, sizeof(*t));
	t->tuples = tuples;
	for (unsigned i = 0; i < tuples; i++) {
		const unsigned address_words = i % 2 == 0 ? 1 : 4;
		const unsigned words = 2 * address_words + 1;
		uint32_t there[9], back[9];
		unsigned queue;

		random_words(&seed, there, words);
		turn(there, back, address_words);
		queue = rte_softrss(there, words, key) % TABLE_SLOTS % queues;
		t->apart += queue != rte_softrss(back, words, key) % TABLE_SLOTS % queues;
		count[queue]++;
	}
	t->fewest = tuples;
	for (unsigned q = 0; q < queues; q++) {
		t->fewest = RTE_MIN(t->fewest, count[q]);
		t->most = RTE_MAX(t->most, count[q]);
	}
}

void
doctor_check_rss(struct doctor *d)
{
	uint8_t key[PORT_RSS_KEY_MAX];
	struct rss_trial t;
	uint64_t seed = 1;

	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	port_rss_key(key, sizeof(key));
	doctor_rss_try(key, QUEUES, TUPLES, seed, &t);
	if (t.apart != 0 || t.fewest < TUPLES / QUEUES / 2 || t.most > 2 * TUPLES / QUEUES)
		doctor_say(d, VERDICT_FAILED, "rss-key",
		           "of %u random tuples %u have their directions on different queues, a "
		           "queue has %u to %u: this build of DPDK hashes wrong; install its "
		           "package anew",
		           t.tuples, t.apart, t.fewest, t.most);
	else
		doctor_say(d, VERDICT_OK, "rss-key",
		           "symmetric: both directions of %u random tuples, IPv4 and IPv6, meet on "
		           "one of %u queues; a queue has %u to %u",
		           t.tuples, QUEUES, t.fewest, t.most);
}
