/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hash of an address pair is a sum of what either address makes, so that
 * their order, which some keys have and fragments do not, does not matter.
 */
#include "lcore/dissect/pair_hash.h"

#include <string.h>

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	return x;
}

static uint64_t
address_hash(const uint8_t address[16])
{
	uint64_t half[2];

	memcpy(half, address, sizeof(half));
	return mix(mix(half[0]) + half[1]);
}

static uint32_t
key_hash(const struct flow_key *key)
{
	return (uint32_t)(mix(address_hash(key->addr[0]) + address_hash(key->addr[1])) >> 16);
}

void
pair_hash_packet(const struct dissect_options *options, const struct packet_view *view,
                 struct pair_hash *hash)
{
	struct packet packet;

	hash->packet = 0;
	hash->quoted = 0;
	hash->has_quoted = false;
	if (dissect(options, view, &packet) != DISSECT_OK)
		return;
	hash->packet = key_hash(&packet.key);
	if (packet.flags & PACKET_QUOTE) {
		hash->quoted = key_hash(&packet.quote);
		hash->has_quoted = true;
	}
}

uint32_t
pair_hash(const struct dissect_options *options, const struct packet_view *view)
{
	struct pair_hash hash;

	pair_hash_packet(options, view, &hash);
	return hash.packet;
}

bool
pair_hash_quoted(const struct dissect_options *options, const struct packet_view *view,
                 uint32_t *hash)
{
	struct pair_hash both;

	pair_hash_packet(options, view, &both);
	*hash = both.quoted;
	return both.has_quoted;
}
