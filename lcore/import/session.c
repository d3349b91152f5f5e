/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash with chains over a fixed array; links are indices plus one. Sessions are
 * few and live long, so the oldest is found by looking at each.
 */
#include "lcore/import/session.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024u

struct session_store {
	uint16_t bucket[BUCKETS]; /* 0: empty */
	uint32_t count;
	uint64_t lookups, made;
	struct session session[SESSIONS_MAX];
};

struct session_store *
session_store_create(void)
{
	return calloc(1, sizeof(struct session_store));
}

void
session_store_free(struct session_store *s)
{
	free(s);
}

static uint32_t
bucket_of(const struct session_key *key)
{
	const uint8_t *p = (const uint8_t *)key;
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < sizeof(*key); i++)
		h = (h ^ p[i]) * 16777619u;
	return (h ^ h >> 16) % BUCKETS;
}

static void
unlink_session(struct session_store *s, uint16_t number)
{
	uint16_t *at = &s->bucket[bucket_of(&s->session[number - 1].key)];

	while (*at != number)
		at = &s->session[*at - 1].next;
	*at = s->session[number - 1].next;
}

/* The number of an unused session. */
static uint16_t
take_session(struct session_store *s, bool *evicted)
{
	uint32_t oldest = 0;

	*evicted = s->count == SESSIONS_MAX;
	if (!*evicted)
		return (uint16_t)++s->count;
	for (uint32_t i = 1; i < SESSIONS_MAX; i++) {
		if (s->session[i].used < s->session[oldest].used)
			oldest = i;
	}
	unlink_session(s, (uint16_t)(oldest + 1));
	return (uint16_t)(oldest + 1);
}

struct session *
session_get(struct session_store *s, const struct import_origin *o, uint16_t version,
            uint32_t domain, bool *evicted)
{
	struct session_key key = { .domain = domain, .version = version, .ipv6 = o->ipv6 };
	struct session *found;
	uint16_t number;
	uint32_t bucket;

	memcpy(key.exporter, o->exporter, sizeof(key.exporter));
	memcpy(key.collector, o->collector, sizeof(key.collector));
	*evicted = false;
	bucket = bucket_of(&key);
	number = s->bucket[bucket];
	while (number != 0 && memcmp(&s->session[number - 1].key, &key, sizeof(key)) != 0)
		number = s->session[number - 1].next;
	if (number == 0) {
		number = take_session(s, evicted);
		found = &s->session[number - 1];
		*found = (struct session){ .id = ++s->made, .key = key, .next = s->bucket[bucket] };
		s->bucket[bucket] = number;
	}
	found = &s->session[number - 1];
	found->used = ++s->lookups;
	return found;
}
