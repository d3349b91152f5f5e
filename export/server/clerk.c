/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One mutex guards the list of jobs and their states; it is never held while a
 * job is worked on. A clerk that is freed in the middle of a job is left to its
 * thread, which frees it when the job ends.
 */
#include "export/server/clerk.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "export/filter/record_filter.h"
#include "export/server/wrappers.h"

enum { JOB_IDLE = 0, JOB_TAKEN, JOB_POSTED, JOB_RUNS, JOB_DONE, JOB_ABANDONED };

struct clerk {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t posted;
	struct clerk_job *first, *last;
	bool stop, runs;
	bool orphan; /* the thread frees it */
	unsigned jobs;
	struct clerk_job job[];
};

static void
work(struct clerk_job *j)
{
	if (j->task == CLERK_ACCESS)
		j->granted = wrappers_grant(&j->peer, &j->local);
	else
		j->filter = record_filter_compile(j->text, j->reason, sizeof(j->reason));
}

static void
job_clear(struct clerk_job *j)
{
	if (j->state == JOB_DONE || j->state == JOB_ABANDONED)
		record_filter_free(j->filter);
	j->filter = NULL;
	j->state = JOB_IDLE;
}

static void
clerk_destroy(struct clerk *c)
{
	for (unsigned i = 0; i < c->jobs; i++)
		job_clear(&c->job[i]);
	pthread_cond_destroy(&c->posted);
	pthread_mutex_destroy(&c->mutex);
	free(c);
}

/* The next job, with the mutex held; NULL: it is over. */
static struct clerk_job *
next_job(struct clerk *c)
{
	struct clerk_job *j;

	while (c->first == NULL && !c->stop)
		pthread_cond_wait(&c->posted, &c->mutex);
	if (c->stop)
		return NULL;
	j = c->first;
	c->first = j->next;
	j->next = NULL;
	return j;
}

static void *
clerk_main(void *arg)
{
	struct clerk *c = arg;
	struct clerk_job *j;
	bool orphan;

	pthread_mutex_lock(&c->mutex);
	while ((j = next_job(c)) != NULL) {
		if (j->state == JOB_ABANDONED) {
			job_clear(j);
			continue;
		}
		j->state = JOB_RUNS;
		c->runs = true;
		pthread_mutex_unlock(&c->mutex);
		work(j);
		pthread_mutex_lock(&c->mutex);
		c->runs = false;
		if (j->state == JOB_ABANDONED)
			job_clear(j);
		else
			j->state = JOB_DONE;
	}
	orphan = c->orphan;
	pthread_mutex_unlock(&c->mutex);
	if (orphan)
		clerk_destroy(c);
	return NULL;
}

struct clerk *
clerk_create(unsigned jobs)
{
	struct clerk *c = calloc(1, sizeof(*c) + jobs * sizeof(struct clerk_job));
	sigset_t all, before;
	int rc;

	if (c == NULL)
		return NULL;
	c->jobs = jobs;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->posted, NULL);
	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&c->thread, NULL, clerk_main, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		return c;
	clerk_destroy(c);
	return NULL;
}

void
clerk_free(struct clerk *c)
{
	bool orphan;

	if (c == NULL)
		return;
	pthread_mutex_lock(&c->mutex);
	c->stop = true;
	c->orphan = orphan = c->runs;
	if (orphan)
		pthread_detach(c->thread);
	pthread_cond_signal(&c->posted);
	pthread_mutex_unlock(&c->mutex);
	if (orphan)
		return;
	pthread_join(c->thread, NULL);
	clerk_destroy(c);
}

struct clerk_job *
clerk_job_get(struct clerk *c)
{
	struct clerk_job *j = NULL;

	pthread_mutex_lock(&c->mutex);
	for (unsigned i = 0; i < c->jobs && j == NULL; i++) {
		if (c->job[i].state == JOB_IDLE)
			j = &c->job[i];
	}
	if (j != NULL) {
		j->state = JOB_TAKEN;
		j->next = NULL;
		j->granted = false;
		j->reason[0] = '\0';
	}
	pthread_mutex_unlock(&c->mutex);
	return j;
}

void
clerk_job_post(struct clerk *c, struct clerk_job *j)
{
	pthread_mutex_lock(&c->mutex);
	j->state = JOB_POSTED;
	if (c->first == NULL)
		c->first = j;
	else
		c->last->next = j;
	c->last = j;
	pthread_cond_signal(&c->posted);
	pthread_mutex_unlock(&c->mutex);
}

bool
clerk_job_done(struct clerk *c, const struct clerk_job *j)
{
	bool done;

	pthread_mutex_lock(&c->mutex);
	done = j->state == JOB_DONE;
	pthread_mutex_unlock(&c->mutex);
	return done;
}

void
clerk_job_put(struct clerk *c, struct clerk_job *j)
{
	pthread_mutex_lock(&c->mutex);
	if (j->state == JOB_POSTED || j->state == JOB_RUNS)
		j->state = JOB_ABANDONED;
	else
		job_clear(j);
	pthread_mutex_unlock(&c->mutex);
}
