/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A batch may be larger than the burst that is asked for; then it is yielded in
 * parts. The clock is the batch's, told with its last part.
 */
#include "lcore/source_ring.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static_assert(PACKET_BATCH_MAX == VIEW_BURST, "a batch is a burst");

struct source_ring {
	struct source source; /* first: what callers see */
	struct packet_ring *ring;
	const struct packet_batch *batch; /* being yielded */
	unsigned at;
	uint64_t now_ns;
	bool ended;
};

static int
ring_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct source_ring *s = (struct source_ring *)source;
	const struct packet_batch *b = s->batch;
	unsigned n = 0;

	*now_ns = s->now_ns;
	if (b == NULL) {
		if (s->ended)
			return -ENODATA;
		b = s->batch = packet_ring_peek(s->ring);
		s->at = 0;
		if (b == NULL)
			return 0;
	}
	for (; n < max && s->at < b->count; n++, s->at++) {
		const struct packet_batch_entry *e = &b->entries[s->at];

		views[n] = (struct packet_view){
			.data = b->bytes + e->at,
			.time_ns = e->time_ns,
			.clock_ns = e->clock_ns,
			.before_ns = e->before_ns,
			.captured = e->captured,
			.length = e->length,
			.link_type = e->link_type,
			.ingress = e->ingress,
			.flags = e->flags,
		};
	}
	if (s->at == b->count) {
		s->now_ns = b->now_ns;
		s->ended = b->end;
	}
	*now_ns = s->now_ns;
	return (int)n;
}

static void
ring_release(struct source *source)
{
	struct source_ring *s = (struct source_ring *)source;

	if (s->batch != NULL && s->at == s->batch->count) {
		s->batch = NULL;
		packet_ring_release(s->ring);
	}
}

static void
ring_backlog(struct source *source, uint32_t *used, uint32_t *size)
{
	const struct source_ring *s = (const struct source_ring *)source;

	*used = packet_ring_waiting(s->ring);
	*size = packet_ring_capacity(s->ring);
}

static void
ring_close(struct source *source)
{
	free(source);
}

static const struct source_ops ring_ops = {
	.burst = ring_burst,
	.release = ring_release,
	.backlog = ring_backlog,
	.close = ring_close,
};

struct source *
source_ring_create(struct packet_ring *ring)
{
	struct source_ring *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->source.ops = &ring_ops;
	s->ring = ring;
	return &s->source;
}
