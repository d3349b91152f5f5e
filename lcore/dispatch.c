/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets are copied into the batch that is being filled for their worker.
 * Batches are handed over when they are full, or together after as many bursts
 * as there are workers: so they are mostly full, and clocks stay close. Live they
 * are handed over every now and then, to workers that have nothing left to read: one
 * that is away for a while finds full batches, not many with little in them.
 *
 * Before waiting for a full ring all other batches are handed over: the collector
 * merges by the workers' clocks, so none may be left behind the one that is
 * waited for.
 */
#include "lcore/dispatch.h"

#include <errno.h>
#include <string.h>

#include "lcore/dissect/pair_hash.h"
#include "ring/backoff.h"

static void
publish(struct dispatch *d, unsigned w, bool end)
{
	struct packet_batch *b = packet_ring_reserve(d->rings[w]);

	if (b == NULL)
		return;
	b->now_ns = d->now_ns;
	b->end = end;
	packet_ring_publish(d->rings[w]);
}

/* The batch being filled for a worker; NULL when its ring is full and packets may be lost. */
static struct packet_batch *
batch_of(struct dispatch *d, unsigned w)
{
	struct packet_batch *b = packet_ring_reserve(d->rings[w]);
	struct backoff backoff = { 0 };

	if (b != NULL || !d->lossless)
		return b;
	for (unsigned other = 0; other < d->workers; other++) {
		if (other != w)
			publish(d, other, false);
	}
	while ((b = packet_ring_reserve(d->rings[w])) == NULL)
		backoff_wait(&backoff);
	return b;
}

static void
send(struct dispatch *d, unsigned w, const struct packet_view *v, uint8_t flags)
{
	struct packet_batch *b = batch_of(d, w);
	struct packet_batch_entry *e;

	if (b != NULL && !packet_batch_fits(b, v->captured)) {
		publish(d, w, false);
		b = batch_of(d, w);
	}
	if (b == NULL) {
		if (!(flags & VIEW_NOTICE))
			counter_add(d->counters,
			            v->flags & VIEW_INNER ? COUNTER_drop_inner
			                                  : COUNTER_drop_dispatch,
			            1);
		return;
	}
	e = &b->entries[b->count++];
	e->time_ns = v->time_ns;
	e->clock_ns = v->clock_ns;
	e->before_ns = v->before_ns;
	e->at = b->used;
	e->captured = v->captured;
	e->length = v->length;
	e->link_type = v->link_type;
	e->ingress = v->ingress;
	e->flags = v->flags | flags;
	memcpy(b->bytes + b->used, v->data, v->captured);
	b->used += v->captured;
}

/* 0 .. workers-1, evenly, without division. */
static unsigned
worker_of(const struct dispatch *d, uint32_t hash)
{
	return (unsigned)((uint64_t)hash * d->workers >> 32);
}

static void
dispatch_burst(struct dispatch *d, const struct packet_view *views, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct pair_hash hash;
		unsigned home;

		pair_hash_packet(&d->dissect[(views[i].flags & VIEW_INNER) != 0], &views[i], &hash);
		home = worker_of(d, hash.packet);
		send(d, home, &views[i], 0);
		if (hash.has_quoted && worker_of(d, hash.quoted) != home) {
			send(d, worker_of(d, hash.quoted), &views[i], VIEW_NOTICE);
			counter_add(d->counters, COUNTER_notices, 1);
		}
	}
}

static void
publish_all(struct dispatch *d, bool end)
{
	for (unsigned w = 0; w < d->workers; w++) {
		if (d->lossless || end)
			(void)batch_of(d, w);
		else if (packet_ring_waiting(d->rings[w]) != 0)
			continue;
		publish(d, w, end);
	}
	d->published_ns = d->now_ns;
}

/* Live, time passes without packets: workers are told now and then. */
#define PUBLISH_NS 250000

/* Whether all batches are to be handed over, after a burst of n packets. */
static bool
publish_is_due(const struct dispatch *d, unsigned bursts, int n)
{
	if (!d->lossless)
		return d->now_ns - d->published_ns >= PUBLISH_NS;
	return bursts >= d->workers || (n == 0 && bursts != 0);
}

static void
wait_for_packets(const struct dispatch *d, struct backoff *backoff)
{
	if (d->poll)
		backoff_pause();
	else
		backoff_wait(backoff);
}

int
dispatch_run(void *arg)
{
	struct dispatch *d = arg;
	struct packet_view views[VIEW_BURST];
	struct backoff backoff = { 0 };
	unsigned bursts = 0; /* since all batches were handed over */

	for (;;) {
		uint64_t now_ns = d->now_ns;
		const int n = d->source->ops->burst(d->source, views, d->burst, &now_ns);

		if (n < 0) {
			d->result = n == -ENODATA ? 0 : n;
			break;
		}
		dispatch_burst(d, views, (unsigned)n);
		d->source->ops->release(d->source);
		if (n > 0 || (d->lossless && now_ns != d->now_ns)) {
			backoff_reset(&backoff);
			bursts++;
		} else {
			wait_for_packets(d, &backoff);
		}
		d->now_ns = now_ns;
		if (publish_is_due(d, bursts, n)) {
			publish_all(d, false);
			bursts = 0;
		}
	}
	d->lossless = true; /* the end must arrive */
	publish_all(d, true);
	return d->result;
}
