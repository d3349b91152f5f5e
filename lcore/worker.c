/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The worker's loop. A step with more to it is a function of its own.
 */
#include "lcore/worker.h"

#include <errno.h>

#include "ring/backoff.h"

/* Views of packets without even a link header are dropped here, by name. */
static unsigned
dissect_burst(struct worker *w, struct packet *packets, struct packet_view *views, unsigned n)
{
	unsigned k = 0;

	for (unsigned i = 0; i < n; i++) {
		if (k != i)
			views[k] = views[i];
		k += dissect(&w->dissect[(views[i].flags & VIEW_INNER) != 0], &views[i],
		             &packets[k]) == DISSECT_OK;
	}
	if (k != n)
		counter_add(w->counters, COUNTER_drop_undecodable, n - k);
	return k;
}

/* One packet at a time: what an export tells comes behind its carrier and before what is next. */
static void
import_burst(struct worker *w, const struct packet *packets, const struct packet_view *views,
             unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		flow_engine_burst(w->engine, &packets[i], &views[i], 1);
		flow_import_packet(w->import, &packets[i], &views[i]);
	}
}

static uint64_t
lost_so_far(const struct worker *w)
{
	uint64_t n = counter_get(w->counters, COUNTER_records_lost_ring);

	for (unsigned i = 0; i < w->loss_count; i++)
		n += counter_get(w->losses[i], COUNTER_missed_port) +
		     counter_get(w->losses[i], COUNTER_missed_memory) +
		     counter_get(w->losses[i], COUNTER_missed_kernel) +
		     counter_get(w->losses[i], COUNTER_drop_dispatch);
	return n;
}

/* Bursts since the last look for signs of overload. */
struct watch {
	uint64_t due_ns;
	uint32_t bursts, packets;
};

/* Looks for signs of overload, and has the engine do without more or less. */
static void
look_for_overload(struct worker *w, const struct watch *watch, uint64_t now_ns)
{
	struct overload_signs signs = {
		.ring_used = flow_ring_used(w->ring),
		.ring_size = flow_ring_capacity(w->ring),
		.lost = lost_so_far(w),
		.busy = (uint64_t)watch->packets * 2 >= (uint64_t)watch->bursts * w->burst,
	};
	const unsigned before = w->overload.rung;

	source_backlog(w->source, &signs.input_used, &signs.input_size);
	if (!overload_judge(&w->overload, now_ns, &signs))
		return;
	flow_engine_shed(w->engine, w->overload.rung);
	flow_ring_set_overload(w->ring, w->overload.rung,
	                       1u << overload_sampling(w->overload.rung));
	if (w->overload.rung > before)
		counter_add(w->counters, COUNTER_overload_steps, 1);
}

static inline void
watch_overload(struct worker *w, struct watch *watch, unsigned packets, uint64_t now_ns)
{
	watch->bursts++;
	watch->packets += packets;
	if (now_ns < watch->due_ns)
		return;
	look_for_overload(w, watch, now_ns);
	*watch = (struct watch){ .due_ns = now_ns + OVERLOAD_LOOK_NS };
}

int
worker_run(void *arg)
{
	struct worker *w = arg;
	struct packet_view views[VIEW_BURST];
	struct packet packets[VIEW_BURST];
	struct backoff backoff = { 0 };
	struct watch watch = { 0 };
	uint64_t now_ns = 0;

	for (;;) {
		const int n = w->source->ops->burst(w->source, views, w->burst, &now_ns);
		bool more;

		if (n < 0) {
			w->result = n == -ENODATA ? 0 : n;
			break;
		}
		if (n > 0) {
			const unsigned k = dissect_burst(w, packets, views, (unsigned)n);

			if (w->import != NULL)
				import_burst(w, packets, views, k);
			else
				flow_engine_burst(w->engine, packets, views, k);
		}
		w->source->ops->release(w->source);
		more = flow_engine_advance(w->engine, now_ns, (unsigned)n);
		flow_ring_flush(w->ring);
		flow_ring_set_clock(w->ring, now_ns);
		if (w->sheds)
			watch_overload(w, &watch, (unsigned)n, now_ns);
		if (n > 0 || more)
			backoff_reset(&backoff);
		else if (w->poll)
			backoff_pause();
		else
			backoff_wait(&backoff);
	}
	flow_engine_flush(w->engine);
	return w->result;
}
