/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/export/fake_flow_ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct flow_ring {
	uint32_t slots, size;
	_Atomic uint32_t head, tail; /* put, released */
	uint32_t reserved;
	_Atomic uint64_t clock_ns;
	_Atomic uint32_t rung, sampling;
	char *slot;
};

struct flow_ring *
flow_ring_create(const char *name, uint32_t slots, const struct flow_record_layout *layout,
                 int socket)
{
	struct flow_ring *r = calloc(1, sizeof(*r));
	void *memory = NULL;

	(void)name;
	(void)socket;
	r->slots = 1;
	while (r->slots < slots)
		r->slots *= 2;
	r->size = layout->size;
	if (posix_memalign(&memory, 64, (size_t)r->slots * r->size) != 0)
		abort();
	r->slot = memory;
	return r;
}

void
flow_ring_free(struct flow_ring *r)
{
	if (r == NULL)
		return;
	free(r->slot);
	free(r);
}

static char *
slot_of(const struct flow_ring *r, uint32_t i)
{
	return r->slot + (size_t)(i & (r->slots - 1)) * r->size;
}

struct flow_record *
flow_ring_reserve(struct flow_ring *r)
{
	const uint32_t at = atomic_load(&r->head) + r->reserved;

	if (at - atomic_load(&r->tail) == r->slots)
		return NULL;
	r->reserved++;
	return (struct flow_record *)(void *)slot_of(r, at);
}

void
flow_ring_commit(struct flow_ring *r)
{
	flow_ring_flush(r);
}

void
flow_ring_flush(struct flow_ring *r)
{
	atomic_store(&r->head, atomic_load(&r->head) + r->reserved);
	r->reserved = 0;
}

const struct flow_record *
flow_ring_peek(struct flow_ring *r)
{
	const uint32_t tail = atomic_load(&r->tail);

	if (tail == atomic_load(&r->head))
		return NULL;
	return (const struct flow_record *)(const void *)slot_of(r, tail);
}

void
flow_ring_release(struct flow_ring *r)
{
	atomic_fetch_add(&r->tail, 1);
}

void
flow_ring_set_clock(struct flow_ring *r, uint64_t now_ns)
{
	atomic_store(&r->clock_ns, now_ns);
}

void
flow_ring_set_overload(struct flow_ring *r, unsigned rung, uint32_t sampling)
{
	atomic_store(&r->rung, rung);
	atomic_store(&r->sampling, sampling);
}

uint32_t
flow_ring_sampling(const struct flow_ring *r)
{
	return atomic_load(&r->sampling);
}

uint64_t
flow_ring_clock(const struct flow_ring *r)
{
	return atomic_load(&r->clock_ns);
}

bool
fake_flow_ring_put(struct flow_ring *r, const struct flow_record *record)
{
	struct flow_record *slot = flow_ring_reserve(r);

	if (slot == NULL)
		return false;
	memcpy(slot, record, r->size);
	flow_ring_commit(r);
	return true;
}

uint32_t
fake_flow_ring_used(const struct flow_ring *r)
{
	return atomic_load(&r->head) - atomic_load(&r->tail);
}
