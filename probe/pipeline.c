/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything that runs, in one struct. Lcores are waited for on a semaphore:
 * the EAL's own wait spins.
 */
#include "probe/pipeline.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <pcap/dlt.h>

#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "export/collector.h"
#include "lcore/dispatch.h"
#include "lcore/flow_engine.h"
#include "lcore/flow_import.h"
#include "lcore/intake.h"
#include "lcore/source_ring.h"
#include "lcore/worker.h"
#include "ring/flow_ring.h"
#include "ring/packet_ring.h"

#define FLOWS_DEFAULT (4u << 20) /* all workers together; memory only where flows are */
#define FLOWS_MIN 1024u
#define RING_MEMORY (16u << 20) /* bytes of a worker's ring of records, before it is rounded up */
#define BATCHES 16              /* per worker, of up to 64 packets */
#define JOBS_MAX (PLACEMENT_WORKERS_MAX + 2)

/* One lcore's work. */
struct job {
	lcore_function_t *run;
	void *arg;
	unsigned lcore;
	int result;
	sem_t *done;
};

struct pipeline {
	struct pipeline_options options;
	struct flow_record_layout layout;
	unsigned workers;
	uint32_t flows_per_worker;
	struct source *intake;
	struct counters *counters[PLACEMENT_WORKERS_MAX + 1]; /* workers', then the dispatcher's */
	unsigned counting_cores;
	struct packet_ring *packet_rings[PLACEMENT_WORKERS_MAX];
	struct flow_ring *flow_rings[PLACEMENT_WORKERS_MAX];
	struct worker worker[PLACEMENT_WORKERS_MAX];
	struct dispatch dispatch;
	struct collector *collector;
	int collector_result;
	sem_t done;
	struct job jobs[JOBS_MAX];
	unsigned job_count;
};

static void
layout_of(const struct config *c, struct flow_record_layout *layout)
{
	const uint32_t user_size = c->control_plane ? USER_DATA_MAX : c->user_data_size;

	flow_record_layout_init(layout, c->jitter, user_size, user_size);
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
	if (p->workers > 1)
		per_worker += packet_ring_memory(BATCHES);
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
		snprintf(name, sizeof(name), "packets%u", w);
		if (p->workers > 1)
			p->packet_rings[w] = packet_ring_create(name, BATCHES, socket);
		if (p->flow_rings[w] == NULL || (p->workers > 1 && p->packet_rings[w] == NULL))
			return -ENOMEM;
	}
	p->counting_cores = p->workers + (p->workers > 1);
	for (unsigned i = 0; i < p->counting_cores; i++) {
		p->counters[i] =
		        rte_zmalloc_socket("counters", sizeof(struct counters), 64, socket);
		if (p->counters[i] == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* The last counting core is the one that receives: the dispatcher, or the only worker. */
static int
create_intake(struct pipeline *p, char *error, size_t error_size)
{
	const struct config *c = p->options.config;
	struct intake_options o = {
		.source = p->options.source,
		.filter = p->options.filter,
		.counters = p->counters[p->counting_cores - 1],
		.control = p->options.control,
		.first_packet = c->first_packet,
		.last_packet = c->last_packet,
		.tunnels = c->tunnel == TUNNEL_BOTH,
		.file_on_error = c->packet_capture_on_error,
		.dissect = dissect_options_of(c, false),
	};

	if (c->packet_capture_file != NULL) {
		o.file = packet_file_create(c->packet_capture_file, error, error_size);
		if (o.file == NULL)
			return -EIO;
	}
	p->intake = intake_create(&o);
	if (p->intake == NULL) {
		packet_file_close(o.file);
		return -ENOMEM;
	}
	p->options.source = NULL;
	p->options.filter = NULL;
	return 0;
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
		.lossless = true,
		.socket = p->options.placement->socket,
		.seed = seed,
	};

	w->ring = p->flow_rings[i];
	w->counters = p->counters[i];
	for (int inner = 0; inner < 2; inner++)
		w->dissect[inner] = dissect_options_of(p->options.config, inner);
	w->burst = burst_of(p->options.config);
	w->engine = flow_engine_create(&o);
	if (w->engine == NULL)
		return -errno;
	if (p->options.imports) {
		w->import = flow_import_create(w->engine, w->counters, &w->dissect[0]);
		if (w->import == NULL)
			return -ENOMEM;
	}
	w->source = p->workers > 1 ? source_ring_create(p->packet_rings[i]) : p->intake;
	return w->source != NULL ? 0 : -ENOMEM;
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
	if (p->workers > 1) {
		struct dispatch *d = &p->dispatch;

		d->source = p->intake;
		memcpy(d->rings, p->packet_rings, sizeof(d->rings));
		d->workers = p->workers;
		d->counters = p->counters[p->workers];
		memcpy(d->dissect, p->worker[0].dissect, sizeof(d->dissect));
		d->burst = burst_of(p->options.config);
		d->lossless = true;
	}
	return 0;
}

static int
create_collector(struct pipeline *p, char *error, size_t error_size)
{
	const struct collector_options o = {
		.config = p->options.config,
		.layout = &p->layout,
		.rings = p->flow_rings,
		.worker_counters = (const struct counters *const *)p->counters,
		.workers = p->workers,
		.counting_cores = p->counting_cores,
		.flows_per_worker = p->flows_per_worker,
		.control = p->options.control,
	};

	p->collector = collector_create(&o, error, error_size);
	return p->collector != NULL ? 0 : -EIO;
}

struct pipeline *
pipeline_create(const struct pipeline_options *options, char *error, size_t error_size)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	const uint32_t flows = options->config->flows != 0 ? options->config->flows : FLOWS_DEFAULT;
	int rc;

	if (p == NULL) {
		options->source->ops->close(options->source);
		filter_free(options->filter);
		snprintf(error, error_size, "no memory");
		return NULL;
	}
	error[0] = '\0';
	p->options = *options;
	p->workers = options->placement->workers;
	p->flows_per_worker = flows / p->workers > FLOWS_MIN ? flows / p->workers : FLOWS_MIN;
	sem_init(&p->done, 0, 0);
	layout_of(options->config, &p->layout);
	rc = create_rings(p);
	if (rc == 0)
		rc = create_intake(p, error, error_size);
	if (rc == 0)
		rc = create_workers(p);
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
		if (p->workers > 1 && p->worker[w].source != NULL)
			p->worker[w].source->ops->close(p->worker[w].source);
	}
	if (p->intake != NULL)
		p->intake->ops->close(p->intake);
	else if (p->options.source != NULL)
		p->options.source->ops->close(p->options.source);
	filter_free(p->options.filter);
	for (unsigned i = 0; i < p->counting_cores; i++)
		rte_free(p->counters[i]);
	for (unsigned w = 0; w < p->workers; w++) {
		packet_ring_free(p->packet_rings[w]);
		flow_ring_free(p->flow_rings[w]);
	}
	sem_destroy(&p->done);
	free(p);
}

static int
job_main(void *arg)
{
	struct job *j = arg;

	j->result = j->run(j->arg);
	sem_post(j->done);
	return j->result;
}

static void
job_start(struct pipeline *p, unsigned lcore, lcore_function_t *run, void *arg)
{
	struct job *j = &p->jobs[p->job_count++];

	*j = (struct job){ .run = run, .arg = arg, .lcore = lcore, .done = &p->done };
	rte_eal_remote_launch(job_main, j, lcore);
}

int
pipeline_run(struct pipeline *p)
{
	const struct placement *at = p->options.placement;

	job_start(p, at->collector_lcore, collector_run, p->collector);
	for (unsigned w = 0; w < p->workers; w++)
		job_start(p, at->worker_lcore[w], worker_run, &p->worker[w]);
	if (p->workers > 1)
		job_start(p, at->dispatch_lcore, dispatch_run, &p->dispatch);

	for (unsigned ended = 0; ended < p->job_count;)
		ended += sem_wait(&p->done) == 0; /* a signal interrupts it: wait on */
	for (unsigned i = 0; i < p->job_count; i++)
		rte_eal_wait_lcore(p->jobs[i].lcore);
	p->collector_result = p->jobs[0].result;
	return 0;
}

const char *
pipeline_source_problem(const struct pipeline *p, int *error)
{
	*error = p->workers > 1 ? p->dispatch.result : p->worker[0].result;
	return *error != 0 ? p->intake->problem : NULL;
}

const char *
pipeline_output_problem(const struct pipeline *p)
{
	const char *problem = collector_problem(p->collector);

	if (problem == NULL && p->collector_result != 0)
		return strerror(-p->collector_result);
	return problem;
}

void
pipeline_ledger(const struct pipeline *p, struct ledger *l)
{
	struct collector_totals totals;

	collector_totals(p->collector, &totals);
	ledger_init(l, (const struct counters *const *)p->counters, p->counting_cores, &totals);
}
