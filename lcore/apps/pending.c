/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow names its slot by the slot's number and by how often the slot has been taken,
 * 16 bits each: so it finds out that another has it now. Slots are taken away in turn,
 * which is nearly in the order of their messages' age.
 */
#include "lcore/apps/pending.h"

#include <stdlib.h>
#include <string.h>

#include "lcore/memory.h"

#define NUMBER_MASK 0xffffu
#define TAKEN_SHIFT 16

struct piece {
	uint32_t begin, end;
};

struct slot {
	uint32_t next; /* free slot, from 1; 0: none */
	uint16_t taken;
	bool held;
	unsigned pieces;
	struct pending_note note;
	struct piece piece[PENDING_PIECES]; /* ascending, with gaps between */
	uint8_t bytes[PENDING_SIZE];
};

struct pending {
	struct slot *slots;
	unsigned count;
	unsigned fresh;  /* slots from here on were never used: no pages are there */
	unsigned turn;   /* whose is the next to be taken away, once all are held */
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

static struct slot *
slot_of(const struct pending *p, uint32_t slot)
{
	return &p->slots[(slot & NUMBER_MASK) - 1];
}

bool
pending_held(const struct pending *p, uint32_t slot)
{
	const struct slot *s;

	if (slot == 0)
		return false;
	s = slot_of(p, slot);
	return s->held && s->taken == slot >> TAKEN_SHIFT;
}

bool
pending_release(struct pending *p, uint32_t *slot)
{
	const bool held = pending_held(p, *slot);

	if (held) {
		struct slot *s = slot_of(p, *slot);

		s->held = false;
		s->next = p->unused;
		p->unused = *slot & NUMBER_MASK;
	}
	*slot = 0;
	return held;
}

bool
pending_take(struct pending *p, uint32_t *slot)
{
	uint32_t number;
	struct slot *s;
	bool away = false;

	(void)pending_release(p, slot);
	number = p->unused;
	if (number != 0) {
		p->unused = p->slots[number - 1].next;
	} else if (p->fresh < p->count) {
		number = ++p->fresh;
	} else {
		number = ++p->turn;
		if (p->turn == p->count)
			p->turn = 0;
		away = true;
	}
	s = &p->slots[number - 1];
	s->held = true;
	s->taken++;
	s->pieces = 0;
	memset(&s->note, 0, sizeof(s->note));
	*slot = (uint32_t)s->taken << TAKEN_SHIFT | number;
	return away;
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
pending_add(struct pending *p, uint32_t slot, uint64_t offset, const void *bytes, size_t size)
{
	struct slot *s = slot_of(p, slot);

	if (size == 0 || offset >= PENDING_SIZE)
		return 0;
	if (size > PENDING_SIZE - offset)
		size = PENDING_SIZE - (size_t)offset;
	if (join(s, (uint32_t)offset, (uint32_t)(offset + size)) < 0)
		return -1;
	memcpy(s->bytes + offset, bytes, size);
	return 0;
}

size_t
pending_bytes(const struct pending *p, uint32_t slot, const uint8_t **bytes)
{
	const struct slot *s = slot_of(p, slot);

	*bytes = s->bytes;
	return s->pieces != 0 && s->piece[0].begin == 0 ? s->piece[0].end : 0;
}

struct pending_note *
pending_note(struct pending *p, uint32_t slot)
{
	return &slot_of(p, slot)->note;
}
