/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash with chains over a fixed array; links are indices plus one. One that was
 * withdrawn stays in its slot, belongs to no session and is the first to be evicted.
 */
#include "lcore/import/template_store.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096u

struct template_store {
	uint16_t bucket[BUCKETS]; /* 0: empty */
	uint32_t count;
	uint64_t lookups;
	struct import_template template[TEMPLATES_MAX];
};

struct template_store *
template_store_create(void)
{
	return calloc(1, sizeof(struct template_store));
}

void
template_store_free(struct template_store *s)
{
	free(s);
}

static uint32_t
bucket_of(uint64_t session, uint16_t id)
{
	const uint64_t h = (session << 16 | id) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 52) % BUCKETS;
}

static struct import_template *
find(struct template_store *s, uint64_t session, uint16_t id)
{
	uint16_t number = s->bucket[bucket_of(session, id)];

	for (; number != 0; number = s->template[number - 1].next) {
		struct import_template *t = &s->template[number - 1];

		if (t->session == session && t->id == id)
			return t;
	}
	return NULL;
}

static void
remove_template(struct template_store *s, const struct import_template *t)
{
	const uint16_t number = (uint16_t)(t - s->template + 1);
	uint16_t *at = &s->bucket[bucket_of(t->session, t->id)];

	while (*at != 0 && *at != number)
		at = &s->template[*at - 1].next;
	if (*at == number)
		*at = t->next;
}

const struct import_template *
template_get(struct template_store *s, uint64_t session, uint16_t id)
{
	struct import_template *t = find(s, session, id);

	if (t != NULL)
		t->used = ++s->lookups;
	return t;
}

/* An unused slot; whether something was there. */
static bool
take_slot(struct template_store *s, struct import_template **slot)
{
	uint32_t oldest = 0;
	bool evicted;

	if (s->count < TEMPLATES_MAX) {
		*slot = &s->template[s->count++];
		return false;
	}
	for (uint32_t i = 1; i < TEMPLATES_MAX; i++) {
		if (s->template[i].used < s->template[oldest].used)
			oldest = i;
	}
	*slot = &s->template[oldest];
	evicted = (*slot)->session != 0;
	if (evicted)
		remove_template(s, *slot);
	return evicted;
}

bool
template_put(struct template_store *s, const struct import_template *t)
{
	struct import_template *slot = find(s, t->session, t->id);
	const uint32_t bucket = bucket_of(t->session, t->id);
	bool evicted = false;
	uint16_t next;

	if (slot == NULL) {
		evicted = take_slot(s, &slot);
		slot->next = s->bucket[bucket];
		s->bucket[bucket] = (uint16_t)(slot - s->template + 1);
	}
	next = slot->next;
	memcpy(slot, t, offsetof(struct import_template, field));
	memcpy(slot->field, t->field, t->count * sizeof(t->field[0]));
	slot->next = next;
	slot->used = ++s->lookups;
	return evicted;
}

static void
withdraw(struct template_store *s, struct import_template *t)
{
	remove_template(s, t);
	t->session = 0;
	t->used = 0;
}

void
template_withdraw(struct template_store *s, uint64_t session, uint16_t id, bool options)
{
	struct import_template *one = id != 0 ? find(s, session, id) : NULL;

	if (one != NULL)
		withdraw(s, one);
	for (uint32_t i = 0; i < s->count && id == 0; i++) {
		struct import_template *t = &s->template[i];

		if (t->session == session && t->options == options)
			withdraw(s, t);
	}
}
