/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a rule set to a database: rules in the engine's form, their patterns in groups
 * (database_group.c), and those compiled, or out of the cache.
 */
#include "lcore/apps/database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hs.h>

#include "lcore/apps/cache.h"
#include "lcore/apps/database_group.h"
#include "ring/log.h"

/* What compiled databases are good for: the key of the cache. */
static char *
cache_key(const struct database *d, const struct rule_set *set, size_t *size)
{
	hs_platform_info_t platform = { 0 };
	char *key = NULL;
	FILE *stream = open_memstream(&key, size);

	if (stream == NULL)
		return NULL;
	(void)hs_populate_platform(&platform);
	fprintf(stream, "%s %u %llu\n", hs_version(), platform.tune, platform.cpu_features);
	for (unsigned i = 0; i < d->group_count; i++)
		database_group_describe(&d->groups[i], set, stream);
	if (fclose(stream) == 0)
		return key;
	free(key);
	return NULL;
}

/* The cache has them as an array. False: it has not. */
static bool
fetch(struct database *d, const char *cache, const char *key, size_t size)
{
	struct hs_database **all = calloc(d->group_count, sizeof(struct hs_database *));
	const bool found = all != NULL && cache_read(cache, key, size, all, d->group_count) == 0;

	for (unsigned i = 0; i < d->group_count && found; i++)
		d->groups[i].patterns = all[i];
	free(all);
	return found;
}

/* A cache that can't be written is a matter for the curious: the next start takes longer. */
static void
store(const struct database *d, const char *cache, const char *key, size_t size)
{
	struct hs_database **all = calloc(d->group_count, sizeof(struct hs_database *));
	int rc = -ENOMEM;

	for (unsigned i = 0; i < d->group_count && all != NULL; i++)
		all[i] = d->groups[i].patterns;
	if (all != NULL)
		rc = cache_write(cache, key, size, all, d->group_count);
	if (rc < 0)
		log_line(LOG_LEVEL_DEBUG, "compiled rules are not cached in %s: %s", cache,
		         strerror(-rc));
	free(all);
}

static int
compile(struct database *d, const struct rule_set *set, char *error, size_t error_size)
{
	int rc = 0;

	for (unsigned i = 0; i < d->group_count && rc == 0; i++)
		rc = database_group_compile(&d->groups[i], set, error, error_size);
	return rc;
}

/* From the cache, else compiled and put there. */
static int
obtain(struct database *d, const struct rule_set *set, const char *cache, char *error,
       size_t error_size)
{
	size_t size = 0;
	char *key = cache != NULL ? cache_key(d, set, &size) : NULL;
	int rc = 0;

	d->cached = key != NULL && fetch(d, cache, key, size);
	if (!d->cached)
		rc = compile(d, set, error, error_size);
	if (rc == 0 && key != NULL && !d->cached)
		store(d, cache, key, size);
	for (unsigned i = 0; i < d->group_count && rc == 0; i++) {
		size_t bytes = 0;

		if (hs_database_size(d->groups[i].patterns, &bytes) == HS_SUCCESS)
			d->size += bytes;
	}
	free(key);
	return rc;
}

static int
add_rule(struct database *d, struct registry *registry, const struct rule *from, uint32_t *ports)
{
	struct database_rule *to = &d->rules[d->rule_count++];
	const int slot = registry_add_rule(registry, from);
	const int application = registry_add_name(registry, from->application, from->category);
	const int hint = from->hint[0] != '\0' ? registry_add_name(registry, from->hint, "") : 0;
	const bool names = hint == 0 && strcmp(from->application, "any") != 0;

	if (slot < 0 || application < 0 || hint < 0)
		return -ENOSPC;
	*to = (struct database_rule){
		.id = from->id,
		.slot = (uint16_t)slot,
		.application = (uint16_t)application,
		.hint = (uint16_t)hint,
		.confidence = from->confidence,
		.metadata = (uint8_t)metadata_protocol_of(from->application),
		.port_count = (uint16_t)from->port_count,
		.ports_at = *ports,
	};
	to->flags = (uint8_t)((from->match_all ? DATABASE_ALL : 0) |
	                      (from->alert[0] != '\0' ? DATABASE_ALERT : 0) |
	                      (names ? DATABASE_NAMES : 0));
	if (from->port_count != 0)
		memcpy(d->ports + *ports, from->ports, from->port_count * sizeof(*from->ports));
	*ports += from->port_count;
	for (unsigned k = 0; k < from->pattern_count; k++)
		to->sides |= (uint8_t)(1u << from->patterns[k].side);
	return 0;
}

static int
add_rules(struct database *d, struct registry *registry, const struct rule_set *set)
{
	unsigned ports = 0;
	uint32_t used = 0;

	for (unsigned i = 0; i < set->count; i++) {
		d->pattern_count += set->rules[i].pattern_count;
		ports += set->rules[i].port_count;
	}
	if (set->count > DATABASE_RULES_MAX)
		return -ENOSPC;
	d->rules = calloc(set->count + 1, sizeof(*d->rules));
	d->ports = calloc(ports + 1, sizeof(*d->ports));
	if (d->rules == NULL || d->ports == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < set->count; i++)
		if (add_rule(d, registry, &set->rules[i], &used) < 0)
			return -ENOSPC;
	return database_group_all(d, set);
}

static int
fill(struct database *d, const struct rule_set *set, struct registry *registry, const char *cache,
     char *error, size_t error_size)
{
	const int rc = add_rules(d, registry, set);

	if (rc == -ENOSPC)
		snprintf(error, error_size,
		         "too many rules: there is room for %u rules, %u names, of reloads since "
		         "the start together, and %u ports with rules of their own",
		         REGISTRY_RULES, REGISTRY_NAMES - 1, DATABASE_GROUPS_MAX);
	if (rc == -ENOMEM)
		snprintf(error, error_size, "no memory for the rules");
	if (rc < 0)
		return rc;
	if (d->pattern_count == 0) {
		snprintf(error, error_size, "there is no rule: name a file of them with --rules");
		return -EINVAL;
	}
	return obtain(d, set, cache, error, error_size);
}

int
database_create(struct database **out, const struct rule_set *set, struct registry *registry,
                const char *cache, char *error, size_t error_size)
{
	struct database *d;
	int rc;

	if (hs_valid_platform() != HS_SUCCESS) {
		snprintf(error, error_size,
		         "this CPU lacks what the pattern library (hyperscan) needs: applications "
		         "can't be labelled");
		return -ENOTSUP;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL) {
		snprintf(error, error_size, "no memory for the rules");
		return -ENOMEM;
	}
	rc = fill(d, set, registry, cache, error, error_size);
	if (rc == 0)
		*out = d;
	else
		database_free(d);
	return rc;
}

void
database_free(struct database *d)
{
	if (d == NULL)
		return;
	for (unsigned i = 0; i < d->group_count; i++) {
		hs_free_database(d->groups[i].patterns);
		free(d->groups[i].pattern);
	}
	free(d->groups);
	free(d->rules);
	free(d->ports);
	free(d);
}
