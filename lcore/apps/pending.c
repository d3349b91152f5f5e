/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcore/apps/pending.h"

#include <stdlib.h>
#include <string.h>

#include "lcore/memory.h"

struct piece {
	uint32_t begin, end;
};

struct slot {
	uint32_t next; /* free slot, from 1; 0: none */
	uint32_t note;
	unsigned pieces;
	struct piece piece[PENDING_PIECES]; /* ascending, with gaps between */
	uint8_t bytes[PENDING_SIZE];
};

struct pending {
	struct slot *slots;
	unsigned count;
	unsigned fresh;  /* slots from here on were never used: no pages are there */
	uint32_t unused; /* the first of those that were given back, from 1; 0: none */
};

struct pending *
pending_create(unsigned slots, int numa_node)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->count = slots;
	p->slots = memory_alloc((size_t)slots * sizeof(*p->slots), false, numa_node, MEMORY_SPARSE);
	if (p->slots != NULL)
		return p;
	free(p);
	return NULL;
}

void
pending_free(struct pending *p)
{
	if (p == NULL)
		return;
	memory_free(p->slots, (size_t)p->count * sizeof(*p->slots), false);
	free(p);
}

static uint32_t
take(struct pending *p)
{
	uint32_t slot = p->unused;

	if (slot != 0)
		p->unused = p->slots[slot - 1].next;
	else if (p->fresh < p->count)
		slot = ++p->fresh;
	if (slot != 0)
		p->slots[slot - 1].note = p->slots[slot - 1].pieces = 0;
	return slot;
}

void
pending_release(struct pending *p, uint32_t *slot)
{
	if (*slot == 0)
		return;
	p->slots[*slot - 1].next = p->unused;
	p->unused = *slot;
	*slot = 0;
}

/* The pieces as they are with one more: those that it touches become one with it. */
static int
join(struct slot *s, uint32_t begin, uint32_t end)
{
	unsigned first = 0, after;

	while (first < s->pieces && s->piece[first].end < begin)
		first++;
	for (after = first; after < s->pieces && s->piece[after].begin <= end; after++) {
		begin = s->piece[after].begin < begin ? s->piece[after].begin : begin;
		end = s->piece[after].end > end ? s->piece[after].end : end;
	}
	if (first == after && s->pieces == PENDING_PIECES)
		return -1;
	memmove(&s->piece[first + 1], &s->piece[after], (s->pieces - after) * sizeof(s->piece[0]));
	s->piece[first] = (struct piece){ begin, end };
	s->pieces = s->pieces - (after - first) + 1;
	return 0;
}

int
pending_add(struct pending *p, uint32_t *slot, uint64_t offset, const void *bytes, size_t size)
{
	struct slot *s;

	if (size == 0 || offset >= PENDING_SIZE)
		return 0;
	if (size > PENDING_SIZE - offset)
		size = PENDING_SIZE - (size_t)offset;
	if (*slot == 0)
		*slot = take(p);
	if (*slot == 0)
		return -1;
	s = &p->slots[*slot - 1];
	if (join(s, (uint32_t)offset, (uint32_t)(offset + size)) < 0)
		return -1;
	memcpy(s->bytes + offset, bytes, size);
	return 0;
}

size_t
pending_bytes(const struct pending *p, uint32_t slot, const uint8_t **bytes)
{
	const struct slot *s;

	if (slot == 0)
		return 0;
	s = &p->slots[slot - 1];
	*bytes = s->bytes;
	return s->pieces != 0 && s->piece[0].begin == 0 ? s->piece[0].end : 0;
}

uint32_t *
pending_note(struct pending *p, uint32_t slot)
{
	return &p->slots[slot - 1].note;
}
