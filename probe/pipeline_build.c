/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pipeline's parts, made in the order of the packets' way, freed in the
 * reverse. Main lcore only.
 */
#include "probe/pipeline_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <rte_malloc.h>

#include "lcore/filter.h"
#include "lcore/flow_engine.h"
#include "lcore/flow_import.h"
#include "lcore/intake.h"
#include "lcore/source_ring.h"
#include "probe/available_memory.h"

#define FLOWS_DEFAULT (4u << 20) /* all workers together; memory only where flows are */
#define FLOWS_MIN 1024u
#define RING_MEMORY (16u << 20) /* bytes of a worker's ring of records, before it is rounded up */
#define BATCHES 16              /* per worker, of up to 64 packets */
#define BATCHES_LIVE 64         /* the dispatcher does not wait */
#define MEMORY_SHARE 4          /* of what is available, the most that tables take unasked */
#define LABEL_PLAIN 124         /* characters of a label without metadata: a record's two lines */
#define DRAIN_BURSTS 8192       /* a full queue of the largest size, many times over */

static void
layout_of(const struct config *c, struct flow_record_layout *layout)
{
	const uint32_t user_size = c->control_plane ? USER_DATA_MAX : c->user_data_size;

	flow_record_layout_init(layout, c->jitter, user_size, user_size);
	if (config_tells_tunnels(c))
		flow_record_layout_add_tunnel(layout);
	if (c->apps)
		flow_record_layout_add_label(layout,
		                             c->apps_items != 0 ? FLOW_LABEL_MAX : LABEL_PLAIN);
}

/* Few large records are as good as many small ones, unless the operator said how many. */
static uint32_t
ring_slots_of(const struct config *c, const struct flow_record_layout *layout)
{
	const uint32_t fits = RING_MEMORY / layout->size;

	if (c->origin[KEY_ring_slots] != ORIGIN_DEFAULT || fits >= c->ring_slots)
		return c->ring_slots;
	return fits;
}

uint64_t
pipeline_memory(const struct config *c, const struct placement *p)
{
	struct flow_record_layout layout;
	uint64_t per_worker;

	layout_of(c, &layout);
	per_worker = flow_ring_memory(ring_slots_of(c, &layout), &layout) + sizeof(struct counters);
	if (p->dispatchers != 0)
		per_worker += packet_ring_memory(p->live ? BATCHES_LIVE : BATCHES);
	/* twice: the heap splits and aligns */
	return 2 * p->workers * per_worker;
}

static enum tunnel_mode
tunnel_mode_of(const struct config *c, bool inner)
{
	switch (c->tunnel) {
	case TUNNEL_OUTER:
		return TUNNELS_OUTER;
	case TUNNEL_INNER:
		return TUNNELS_INNER;
	case TUNNEL_BOTH:
		return inner ? TUNNELS_INNER : TUNNELS_OUTER;
	default:
		return c->tunnel_discovery ? TUNNELS_INNER : TUNNELS_ARGUS;
	}
}

/* For packets, or for what they carry in tunnels (VIEW_INNER). */
static struct dissect_options
dissect_options_of(const struct config *c, bool inner)
{
	/* layer 2 alone is its matrix, with another layer it comes on top of that */
	const uint32_t layers = FLOW_KEY_5TUPLE | FLOW_KEY_L2 | FLOW_KEY_L3_MATRIX;

	return (struct dissect_options){
		.key_vlan = (c->flow_key & FLOW_KEY_VLAN) != 0,
		.key_mpls = (c->flow_key & FLOW_KEY_LOCAL_MPLS) != 0,
		.key_mpls_stack = (c->flow_key & FLOW_KEY_COMPLETE_MPLS) != 0,
		.key_vni = (c->flow_key & FLOW_KEY_VNI) != 0,
		.key_tunnel = (c->flow_key & FLOW_KEY_TUNNEL_ID) != 0,
		.key_l2 = (c->flow_key & FLOW_KEY_L2_MATRIX) != 0 ||
		          (c->flow_key & layers) == FLOW_KEY_L2,
		.key_mac =
		        (c->flow_key & layers) != FLOW_KEY_L2 && (c->flow_key & FLOW_KEY_L2) != 0,
		.key_l3_matrix = (c->flow_key & FLOW_KEY_L3_MATRIX) != 0,
		.tunnels = tunnel_mode_of(c, inner),
	};
}

/* Packets that come twice need room for two. */
static unsigned
burst_of(const struct config *c)
{
	return c->tunnel == TUNNEL_BOTH && c->burst < 2 ? 2 : c->burst;
}

static int
create_rings(struct pipeline *p)
{
	const struct config *c = p->options.config;
	const int socket = p->options.placement->socket;

	for (unsigned w = 0; w < p->workers; w++) {
		char name[32];

		snprintf(name, sizeof(name), "flows%u", w);
		p->flow_rings[w] =
		        flow_ring_create(name, ring_slots_of(c, &p->layout), &p->layout, socket);
		if (p->flow_rings[w] == NULL)
			return -ENOMEM;
	}
	p->own_counters = p->workers + p->dispatchers;
	for (unsigned i = 0; i < p->own_counters; i++) {
		p->counters[i] =
		        rte_zmalloc_socket("counters", sizeof(struct counters), 64, socket);
		if (p->counters[i] == NULL)
			return -ENOMEM;
	}
	p->counting_cores = p->own_counters;
	for (unsigned i = 0; i < p->options.inputs->counter_count; i++)
		p->counters[p->counting_cores++] = p->options.inputs->counters[i];
	return 0;
}

/* Each intake has a filter of its own: one core runs it. */
static int
create_filter(const struct pipeline *p, struct filter **filter, char *error, size_t error_size)
{
	const struct inputs *in = p->options.inputs;
	int rc = 0;

	*filter = NULL;
	if (p->options.filter == NULL)
		return 0;
	*filter = filter_create(p->options.filter, p->options.config->filter_optimize);
	if (*filter == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < in->links && rc == 0; i++)
		rc = filter_prepare(*filter, in->link_types[i], 0, error, error_size);
	if (rc < 0)
		filter_free(*filter);
	return rc;
}

/* The input's source becomes the intake's. */
static int
create_intake(struct pipeline *p, struct feed *f, struct input *input, char *error,
              size_t error_size)
{
	const struct config *c = p->options.config;
	struct intake_options o = {
		.source = input->source,
		.counters = f->counters,
		.control = p->options.control,
		.first_packet = c->first_packet,
		.last_packet = c->last_packet,
		.drain = p->options.inputs->live ? DRAIN_BURSTS : 0,
		.tunnels = c->tunnel == TUNNEL_BOTH,
		.file_on_error = c->packet_capture_on_error,
		.dissect = dissect_options_of(c, false),
	};
	int rc = create_filter(p, &o.filter, error, error_size);

	if (rc < 0)
		return rc;
	if (c->packet_capture_file != NULL) {
		o.file = packet_file_create(c->packet_capture_file, error, error_size);
		if (o.file == NULL) {
			filter_free(o.filter);
			return -EIO;
		}
	}
	f->intake = intake_create(&o);
	if (f->intake == NULL) {
		packet_file_close(o.file);
		filter_free(o.filter);
		return -ENOMEM;
	}
	input->source = NULL;
	return 0;
}

/* Ports' and interfaces' losses are told for all of them; those who are busy heed them. */
static void
watch_losses(const struct pipeline *p, struct worker *w)
{
	const struct config *c = p->options.config;
	uint32_t optional = 0;

	w->sheds = p->options.inputs->live && c->overload == OVERLOAD_POLICY_SHED;
	w->losses = (const struct counters *const *)&p->counters[p->workers];
	w->loss_count = p->counting_cores - p->workers;
	optional |= c->apps ? 1u << OVERLOAD_PAYLOAD : 0;
	optional |= c->user_data_size != 0 ? 1u << OVERLOAD_USER : 0;
	optional |= c->jitter ? 1u << OVERLOAD_JITTER : 0;
	overload_init(&w->overload, optional);
}

static int
create_worker(struct pipeline *p, unsigned i, uint64_t seed)
{
	struct worker *w = &p->worker[i];
	const struct flow_engine_options o = {
		.config = p->options.config,
		.layout = &p->layout,
		.ring = p->flow_rings[i],
		.counters = p->counters[i],
		.control = p->options.control,
		.flows = p->flows_per_worker,
		.worker = (uint8_t)i,
		.lossless = !p->options.inputs->live,
		.socket = p->options.placement->socket,
		.seed = seed,
		.apps = p->options.apps,
	};

	w->ring = p->flow_rings[i];
	w->counters = p->counters[i];
	for (int inner = 0; inner < 2; inner++)
		w->dissect[inner] = dissect_options_of(p->options.config, inner);
	w->burst = burst_of(p->options.config);
	w->poll = p->options.placement->poll;
	watch_losses(p, w);
	w->engine = flow_engine_create(&o);
	if (w->engine == NULL)
		return -errno;
	if (p->options.imports) {
		w->import = flow_import_create(w->engine, w->counters, &w->dissect[0]);
		if (w->import == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* Live, nobody waits for memory while packets come. Where there is plenty, tables get all of
 * theirs. */
static void
populate_tables(struct pipeline *p)
{
	uint64_t wanted = 0;

	for (unsigned w = 0; w < p->workers; w++)
		wanted += flow_engine_memory(p->worker[w].engine);
	p->populates_all = wanted <= available_memory("") / MEMORY_SHARE;
	for (unsigned w = 0; w < p->workers; w++)
		flow_engine_populate(p->worker[w].engine, false);
}

static int
create_workers(struct pipeline *p)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return -errno;
	for (unsigned i = 0; i < p->workers; i++) {
		const int rc = create_worker(p, i, seed);

		if (rc < 0)
			return rc;
	}
	if (p->options.inputs->live)
		populate_tables(p);
	return 0;
}

/* Several workers: each behind a ring that the feed's dispatcher fills. */
static int
create_dispatch(struct pipeline *p, struct feed *f)
{
	struct dispatch *d = &f->dispatch;

	*d = (struct dispatch){
		.source = f->intake,
		.workers = f->workers,
		.counters = f->counters,
		.burst = burst_of(p->options.config),
		.lossless = !p->options.inputs->live,
		.poll = p->options.placement->poll,
	};
	memcpy(d->dissect, p->worker[0].dissect, sizeof(d->dissect));
	for (unsigned i = 0; i < f->workers; i++) {
		const unsigned w = f->first_worker + i;
		char name[32];

		snprintf(name, sizeof(name), "packets%u", w);
		d->rings[i] = p->packet_rings[w] =
		        packet_ring_create(name, p->options.inputs->live ? BATCHES_LIVE : BATCHES,
		                           p->options.placement->socket);
		if (d->rings[i] == NULL)
			return -ENOMEM;
		p->worker[w].source = source_ring_create(d->rings[i]);
		if (p->worker[w].source == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int
create_feeds(struct pipeline *p, char *error, size_t error_size)
{
	struct inputs *in = p->options.inputs;
	unsigned next_worker = 0, next_dispatcher = p->workers;
	int rc = 0;

	for (unsigned i = 0; i < in->n && rc == 0; i++) {
		struct feed *f = &p->feeds[p->feed_count++];

		f->first_worker = next_worker;
		f->workers = in->v[i].workers;
		next_worker += f->workers;
		for (unsigned w = f->first_worker; w < next_worker; w++)
			p->source_ids[w] = in->v[i].source_id;
		f->counters = p->counters[f->workers > 1 ? next_dispatcher++ : f->first_worker];
		rc = create_intake(p, f, &in->v[i], error, error_size);
		if (rc == 0 && f->workers > 1)
			rc = create_dispatch(p, f);
		else if (rc == 0)
			p->worker[f->first_worker].source = f->intake;
	}
	return rc;
}

static int
create_collector(struct pipeline *p, char *error, size_t error_size)
{
	struct collector_options o = {
		.config = p->options.config,
		.layout = &p->layout,
		.rings = p->flow_rings,
		.worker_counters = (const struct counters *const *)p->counters,
		.workers = p->workers,
		.counting_cores = p->counting_cores,
		.flows_per_worker = p->flows_per_worker,
		.source_ids = p->source_ids,
		.live = p->options.inputs->live,
		.settles = p->options.inputs->live,
		.control = p->options.control,
	};

	if (p->options.inputs->live && p->options.inputs->links != 0 &&
	    p->options.inputs->link_types[0] <= UINT8_MAX)
		o.interface_type = (uint8_t)p->options.inputs->link_types[0];
	p->collector = collector_create(&o, error, error_size);
	return p->collector != NULL ? 0 : -EIO;
}

struct pipeline *
pipeline_create(const struct pipeline_options *options, char *error, size_t error_size)
{
	const struct inputs *in = options->inputs;
	struct pipeline *p = calloc(1, sizeof(*p));
	const uint32_t flows = options->config->flows != 0 ? options->config->flows : FLOWS_DEFAULT;
	int rc;

	if (p != NULL)
		p->feeds = calloc(in->n, sizeof(*p->feeds));
	if (p == NULL || p->feeds == NULL) {
		free(p);
		snprintf(error, error_size, "no memory");
		return NULL;
	}
	error[0] = '\0';
	p->options = *options;
	p->workers = in->workers;
	for (unsigned i = 0; i < in->n; i++)
		p->dispatchers += in->v[i].workers > 1;
	p->flows_per_worker = flows / p->workers > FLOWS_MIN ? flows / p->workers : FLOWS_MIN;
	sem_init(&p->done, 0, 0);
	layout_of(options->config, &p->layout);
	rc = create_rings(p);
	if (rc == 0)
		rc = create_workers(p);
	if (rc == 0)
		rc = create_feeds(p, error, error_size);
	if (rc < 0 && error[0] == '\0')
		snprintf(error, error_size, "no memory for %u workers with %u flows each (%s)",
		         p->workers, p->flows_per_worker, strerror(-rc));
	if (rc == 0)
		rc = create_collector(p, error, error_size);
	if (rc == 0)
		return p;
	pipeline_free(p);
	return NULL;
}

void
pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	collector_free(p->collector);
	for (unsigned w = 0; w < p->workers; w++) {
		flow_import_free(p->worker[w].import);
		flow_engine_free(p->worker[w].engine);
		if (p->packet_rings[w] != NULL && p->worker[w].source != NULL)
			p->worker[w].source->ops->close(p->worker[w].source);
	}
	for (unsigned i = 0; i < p->feed_count; i++)
		if (p->feeds[i].intake != NULL)
			p->feeds[i].intake->ops->close(p->feeds[i].intake);
	for (unsigned i = 0; i < p->own_counters; i++)
		rte_free(p->counters[i]);
	for (unsigned w = 0; w < p->workers; w++) {
		packet_ring_free(p->packet_rings[w]);
		flow_ring_free(p->flow_rings[w]);
	}
	sem_destroy(&p->done);
	free(p->feeds);
	free(p);
}
