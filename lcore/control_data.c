/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Block 0 is never given out. Blocks that were given back are a list; those that
 * never were given out lie behind 'fresh', so that their pages need not be there.
 */
#include "lcore/control_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lcore/memory.h"

#define BLOCK_SIZE 256
#define BLOCK_ROOM (BLOCK_SIZE - sizeof(uint32_t))

struct block {
	uint32_t next;
	uint8_t bytes[BLOCK_ROOM];
};

struct control_data {
	struct block *blocks;
	uint32_t count;
	uint32_t fresh; /* the first that was never given out */
	uint32_t spare; /* the first of those that were given back */
};

struct control_data *
control_data_create(uint32_t blocks, int socket)
{
	struct control_data *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->count = blocks + 1;
	d->fresh = 1;
	d->blocks = memory_alloc((size_t)d->count * BLOCK_SIZE, false, socket, MEMORY_SPARSE);
	if (d->blocks != NULL)
		return d;
	free(d);
	errno = ENOMEM;
	return NULL;
}

void
control_data_free(struct control_data *d)
{
	if (d == NULL)
		return;
	memory_free(d->blocks, (size_t)d->count * BLOCK_SIZE, false);
	free(d);
}

/* 0: there is none. */
static uint32_t
take_block(struct control_data *d)
{
	uint32_t i = d->spare;

	if (i != 0)
		d->spare = d->blocks[i].next;
	else if (d->fresh < d->count)
		i = d->fresh++;
	if (i != 0)
		d->blocks[i].next = 0;
	return i;
}

uint32_t
control_data_append(struct control_data *d, struct control_chain *c, const uint8_t *bytes,
                    uint32_t n)
{
	uint32_t done = 0;

	while (done < n) {
		const uint32_t at = c->size % BLOCK_ROOM;
		const uint32_t room = (uint32_t)BLOCK_ROOM - at;
		const uint32_t part = n - done < room ? n - done : room;

		if (at == 0) {
			const uint32_t fresh = take_block(d);

			if (fresh == 0)
				break;
			if (c->first == 0)
				c->first = fresh;
			else
				d->blocks[c->last].next = fresh;
			c->last = fresh;
		}
		memcpy(d->blocks[c->last].bytes + at, bytes + done, part);
		c->size += part;
		done += part;
	}
	return done;
}

uint32_t
control_data_copy(const struct control_data *d, const struct control_chain *c, uint8_t *to,
                  uint32_t max)
{
	const uint32_t n = c->size < max ? c->size : max;
	uint32_t done = 0;

	for (uint32_t i = c->first; done < n; i = d->blocks[i].next) {
		const uint32_t part = n - done < BLOCK_ROOM ? n - done : (uint32_t)BLOCK_ROOM;

		memcpy(to + done, d->blocks[i].bytes, part);
		done += part;
	}
	return n;
}

void
control_data_release(struct control_data *d, struct control_chain *c)
{
	if (c->first != 0) {
		d->blocks[c->last].next = d->spare;
		d->spare = c->first;
	}
	*c = (struct control_chain){ 0 };
}
