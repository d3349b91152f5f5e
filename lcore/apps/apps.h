/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules in force: read, compiled, published to the workers, and replaced while
 * they run. A generation is a database with a scratch for each worker; a worker takes
 * up a new one between two bursts, and the old one is freed when all have done so. The
 * main lcore owns all of it; workers read.
 */
#ifndef PANOPTES_LCORE_APPS_APPS_H
#define PANOPTES_LCORE_APPS_APPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "lcore/apps/database.h"
#include "lcore/apps/registry.h"

#define APPS_WORKERS_MAX 128

struct hs_scratch;

struct apps_generation {
	struct database *database;
	unsigned number; /* 1, 2, ... */
	struct hs_scratch *scratch[APPS_WORKERS_MAX];
};

struct apps;

/* Reads and compiles what the configuration names. The configuration must stay. 0; a negative errno
 * with one line in 'error': -EINVAL for a wrong rule. */
int apps_create(struct apps **, const struct config *, unsigned workers, char *error,
                size_t error_size);
void apps_free(struct apps *);

/* The same anew, while workers run. On failure the old rules stay in force. */
int apps_reload(struct apps *, char *error, size_t error_size);

/* Frees what no worker uses any more; now and then. Whether all is done. */
bool apps_tidy(struct apps *);

/* What a worker shall use from now on. */
const struct apps_generation *apps_generation(const struct apps *);
/* ... and that it does. */
void apps_acknowledge(struct apps *, unsigned worker, unsigned number);

const struct registry *apps_registry(const struct apps *);
const struct config *apps_config(const struct apps *);

/* Where each worker counts, by number of the registry; read by any core. */
struct apps_counts {
	_Atomic uint64_t matched[REGISTRY_RULES]; /* flows in which a rule matched */
	_Atomic uint64_t named[REGISTRY_NAMES];   /* flows whose application that is */
};
struct apps_counts *apps_counts(const struct apps *, unsigned worker);
/* Over all workers. */
uint64_t apps_matched(const struct apps *, unsigned rule);
uint64_t apps_named(const struct apps *, unsigned name);

/* Size of the compiled database in bytes; and whether it came from the cache. */
size_t apps_size(const struct apps *, bool *cached);

#endif
