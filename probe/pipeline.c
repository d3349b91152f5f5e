/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The run of a pipeline that was built. Lcores are waited for on a semaphore:
 * the EAL's own wait spins.
 */
#include "probe/pipeline_internal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_lcore.h>

#include "lcore/apps/apps.h"
#include "probe/telemetry.h"
#include "ring/log.h"

#define TICK_NS 100000000 /* live: between two looks at clock and ports */
#define OVERLOAD_TICKS 10 /* between two lines of overload */

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

/* New rules, when a signal asked for them; old ones that all workers have left. */
static void
look_after_apps(struct pipeline *p)
{
	char line[512];

	if (control_take_reload(p->options.control) &&
	    apps_reload(p->options.apps, line, sizeof(line)) < 0)
		log_line(LOG_LEVEL_ERROR, "%s; the rules stay as they were", line);
	(void)apps_tidy(p->options.apps);
}

/* Says so when workers begin to do without something, or no longer do; once a second at most. */
static void
tell_overload(struct pipeline *p)
{
	unsigned rung = 0, worker = 0;
	char words[80];

	for (unsigned w = 0; w < p->workers; w++) {
		const unsigned r = flow_ring_overload(p->flow_rings[w]);

		worker = r > rung ? w : worker;
		rung = r > rung ? r : rung;
	}
	if (p->overload_ticks != 0)
		p->overload_ticks--;
	if (rung == p->overload_told || p->overload_ticks != 0)
		return;
	p->overload_told = rung;
	p->overload_ticks = OVERLOAD_TICKS;
	if (rung == OVERLOAD_NONE)
		log_line(LOG_LEVEL_NOTICE, "overload: it is over, all is done again");
	else
		log_line(LOG_LEVEL_WARNING, "overload: worker %u: %s", worker,
		         overload_words(rung, words, sizeof(words)));
}

/* Until one more lcore has ended; a live probe's clock and ports are looked after meanwhile. By
 * the monotonic clock: the other one may be set while this waits. */
static unsigned
wait_for_one(struct pipeline *p)
{
	struct timespec until;

	if (!p->options.inputs->live)
		return sem_wait(&p->done) == 0; /* a signal interrupts it: wait on */
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	if (sem_clockwait(&p->done, CLOCK_MONOTONIC, &until) == 0)
		return 1;
	inputs_tick(p->options.inputs);
	for (unsigned w = 0; w < p->workers; w++)
		flow_engine_populate(p->worker[w].engine, p->populates_all);
	tell_overload(p);
	if (p->options.apps != NULL)
		look_after_apps(p);
	return 0;
}

/* The collector is the last: it waits for what ports lost until the others had ended. */
static void
wait_for_all(struct pipeline *p)
{
	for (unsigned ended = 0; ended < p->job_count;) {
		ended += wait_for_one(p);
		if (ended + 1 != p->job_count || control_settled(p->options.control))
			continue;
		inputs_settle(p->options.inputs);
		control_settle(p->options.control);
	}
}

int
pipeline_run(struct pipeline *p)
{
	const struct placement *at = p->options.placement;
	const struct telemetry_view view = {
		.counters = (const struct counters *const *)p->counters,
		.counting_cores = p->counting_cores,
		.workers = p->workers,
		.flows_per_worker = p->flows_per_worker,
		.rings = p->flow_rings,
		.config = p->options.config,
		.inputs = p->options.inputs,
		.collector = p->collector,
		.apps = p->options.apps,
	};
	unsigned next = 0;

	telemetry_start(&view);
	job_start(p, at->collector_lcore, collector_run, p->collector);
	for (unsigned w = 0; w < p->workers; w++)
		job_start(p, at->worker_lcore[w], worker_run, &p->worker[w]);
	for (unsigned i = 0; i < p->feed_count; i++)
		if (p->feeds[i].workers > 1)
			job_start(p, at->dispatch_lcore[next++], dispatch_run,
			          &p->feeds[i].dispatch);

	wait_for_all(p);
	for (unsigned i = 0; i < p->job_count; i++)
		rte_eal_wait_lcore(p->jobs[i].lcore);
	telemetry_stop();
	p->collector_result = p->jobs[0].result;
	return 0;
}

const char *
pipeline_source_problem(const struct pipeline *p, int *error)
{
	for (unsigned i = 0; i < p->feed_count; i++) {
		const struct feed *f = &p->feeds[i];

		*error = f->workers > 1 ? f->dispatch.result : p->worker[f->first_worker].result;
		if (*error != 0)
			return f->intake->problem;
	}
	*error = 0;
	return NULL;
}

const char *
pipeline_output_notice(const struct pipeline *p)
{
	return collector_notice(p->collector);
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
