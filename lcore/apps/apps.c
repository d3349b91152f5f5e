/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loading, publishing and reclaiming generations of rules.
 */
#include "lcore/apps/apps.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hs.h>

#include "ring/log.h"

struct apps {
	const struct config *config;
	struct registry *registry;
	_Atomic(struct apps_generation *) current;
	struct apps_generation *retired; /* some worker may still use it; NULL: none */
	unsigned workers;
	struct apps_counts *counts[APPS_WORKERS_MAX];
	struct {
		_Alignas(64) _Atomic unsigned number;
	} seen[APPS_WORKERS_MAX]; /* generation that a worker uses */
};

/* The rules that come with the probe: of the source tree for a program that was not installed. */
static const char *
shipped_directory(void)
{
	static const char build[] = PANOPTES_BUILD_DIR "/";
	char path[4096];
	const ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	if (n > (ssize_t)sizeof(build) && memcmp(path, build, sizeof(build) - 1) == 0)
		return PANOPTES_RULES_SOURCE_DIR;
	return PANOPTES_RULES_DIR;
}

static int
read_rules(struct rule_set *set, const struct config *c, char *error, size_t error_size)
{
	int rc = 0;

	if (c->apps_shipped)
		rc = rules_read_directory(set, shipped_directory(), error, error_size);
	for (size_t i = 0; i < c->rules.n && rc == 0; i++)
		rc = rules_read_file(set, c->rules.v[i], error, error_size);
	return rc < 0 ? -EINVAL : 0;
}

#define CACHE_DIRECTORY "/var/cache/panoptes"

static const char *
cache_directory(const struct config *c)
{
	if (c->apps_cache == NULL)
		return CACHE_DIRECTORY;
	return strcmp(c->apps_cache, "no") != 0 ? c->apps_cache : NULL;
}

static void
generation_free(struct apps_generation *g)
{
	if (g == NULL)
		return;
	for (unsigned w = 0; w < APPS_WORKERS_MAX; w++)
		hs_free_scratch(g->scratch[w]);
	database_free(g->database);
	free(g);
}

static int
allocate_scratch(struct apps_generation *g, unsigned workers)
{
	for (unsigned i = 0; i < g->database->group_count; i++) {
		const struct database_group *of = &g->database->groups[i];

		if (of->patterns != NULL &&
		    hs_alloc_scratch(of->patterns, &g->scratch[0]) != HS_SUCCESS)
			return -ENOMEM;
	}
	for (unsigned w = 1; w < workers; w++)
		if (hs_clone_scratch(g->scratch[0], &g->scratch[w]) != HS_SUCCESS)
			return -ENOMEM;
	return 0;
}

/* NULL, and then *rc says why, with one line in 'error'. */
static struct apps_generation *
generation_create(const struct apps *a, int *rc, char *error, size_t error_size)
{
	struct apps_generation *g = calloc(1, sizeof(*g));
	struct rule_set set = { 0 };

	if (g == NULL) {
		snprintf(error, error_size, "no memory for the rules");
		*rc = -ENOMEM;
		return NULL;
	}
	*rc = read_rules(&set, a->config, error, error_size);
	if (*rc == 0)
		*rc = database_create(&g->database, &set, a->registry, cache_directory(a->config),
		                      error, error_size);
	rules_free(&set);
	if (*rc == 0) {
		*rc = allocate_scratch(g, a->workers);
		if (*rc < 0)
			snprintf(error, error_size, "no memory to match rules with");
	}
	if (*rc == 0)
		return g;
	generation_free(g);
	return NULL;
}

/* Visible to workers with all that it points to. */
static void
publish(struct apps *a, struct apps_generation *g)
{
	struct apps_generation *old = atomic_load_explicit(&a->current, memory_order_relaxed);

	g->number = old != NULL ? old->number + 1 : 1;
	a->retired = old;
	atomic_store_explicit(&a->current, g, memory_order_release);
	log_line(LOG_LEVEL_NOTICE, "%u application rules with %u patterns are in force (%zu KiB%s)",
	         g->database->rule_count, g->database->pattern_count, g->database->size >> 10,
	         g->database->cached ? ", from the cache" : "");
}

int
apps_create(struct apps **out, const struct config *c, unsigned workers, char *error,
            size_t error_size)
{
	struct apps *a = aligned_alloc(64, sizeof(*a));
	struct apps_generation *g = NULL;
	int rc = -ENOMEM;

	snprintf(error, error_size, "no memory for the rules");
	if (a == NULL)
		return rc;
	memset(a, 0, sizeof(*a));
	a->config = c;
	a->workers = workers;
	a->registry = registry_create();
	if (a->registry != NULL)
		rc = 0;
	for (unsigned w = 0; w < workers && rc == 0; w++) {
		a->counts[w] = calloc(1, sizeof(*a->counts[w]));
		if (a->counts[w] == NULL)
			rc = -ENOMEM;
	}
	if (rc == 0)
		g = generation_create(a, &rc, error, error_size);
	if (g == NULL) {
		apps_free(a);
		return rc;
	}
	publish(a, g);
	*out = a;
	return 0;
}

void
apps_free(struct apps *a)
{
	if (a == NULL)
		return;
	generation_free(a->retired);
	generation_free(atomic_load_explicit(&a->current, memory_order_relaxed));
	for (unsigned w = 0; w < a->workers; w++)
		free(a->counts[w]);
	registry_free(a->registry);
	free(a);
}

int
apps_reload(struct apps *a, char *error, size_t error_size)
{
	struct apps_generation *g;
	int rc;

	if (!apps_tidy(a)) {
		snprintf(error, error_size,
		         "the rules that were loaded before are not in force "
		         "at every worker yet");
		return -EBUSY;
	}
	g = generation_create(a, &rc, error, error_size);
	if (g != NULL)
		publish(a, g);
	return rc;
}

bool
apps_tidy(struct apps *a)
{
	const struct apps_generation *g = apps_generation(a);

	if (a->retired == NULL)
		return true;
	for (unsigned w = 0; w < a->workers; w++)
		if (atomic_load_explicit(&a->seen[w].number, memory_order_acquire) != g->number)
			return false;
	generation_free(a->retired);
	a->retired = NULL;
	return true;
}

const struct apps_generation *
apps_generation(const struct apps *a)
{
	return atomic_load_explicit(&a->current, memory_order_acquire);
}

void
apps_acknowledge(struct apps *a, unsigned worker, unsigned number)
{
	atomic_store_explicit(&a->seen[worker].number, number, memory_order_release);
}

const struct registry *
apps_registry(const struct apps *a)
{
	return a->registry;
}

const struct config *
apps_config(const struct apps *a)
{
	return a->config;
}

struct apps_counts *
apps_counts(const struct apps *a, unsigned worker)
{
	return a->counts[worker];
}

uint64_t
apps_matched(const struct apps *a, unsigned rule)
{
	uint64_t sum = 0;

	for (unsigned w = 0; w < a->workers; w++)
		sum += atomic_load_explicit(&a->counts[w]->matched[rule], memory_order_relaxed);
	return sum;
}

uint64_t
apps_named(const struct apps *a, unsigned name)
{
	uint64_t sum = 0;

	for (unsigned w = 0; w < a->workers; w++)
		sum += atomic_load_explicit(&a->counts[w]->named[name], memory_order_relaxed);
	return sum;
}

size_t
apps_size(const struct apps *a, bool *cached)
{
	const struct apps_generation *g = apps_generation(a);

	*cached = g->database->cached;
	return g->database->size;
}
