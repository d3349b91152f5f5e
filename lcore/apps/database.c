/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a rule set to a database, by way of the cache.
 */
#include "lcore/apps/database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hs.h>

#include "lcore/apps/cache.h"
#include "ring/log.h"

/* The arguments of hs_compile_multi(), and where each pattern is from. */
struct patterns {
	const char **expressions;
	unsigned *flags, *ids;
	const struct rule_pattern **from;
	unsigned count;
};

static void
patterns_fini(struct patterns *p)
{
	free(p->expressions);
	free(p->flags);
	free(p->ids);
	free(p->from);
}

static unsigned
hs_flags(unsigned flags)
{
	unsigned out = HS_FLAG_SINGLEMATCH;

	if (flags & RULE_CASELESS)
		out |= HS_FLAG_CASELESS;
	if (flags & RULE_DOT_ALL)
		out |= HS_FLAG_DOTALL;
	if (flags & RULE_MULTILINE)
		out |= HS_FLAG_MULTILINE;
	return out;
}

static int
patterns_init(struct patterns *p, unsigned room)
{
	p->expressions = calloc(room, sizeof(*p->expressions));
	p->flags = calloc(room, sizeof(*p->flags));
	p->ids = calloc(room, sizeof(*p->ids));
	p->from = calloc(room, sizeof(*p->from));
	return p->expressions == NULL || p->flags == NULL || p->ids == NULL || p->from == NULL
	               ? -ENOMEM
	               : 0;
}

/* Of several alternatives the later ones may not begin there: that costs time, and is right. */
static enum database_kind
kind_of(const struct rule *r, const struct rule_pattern *p)
{
	if (r->needs_port)
		return DATABASE_AT_PORT;
	return p->expression[0] == '^' && !(p->flags & RULE_MULTILINE) ? DATABASE_FIRST
	                                                               : DATABASE_ANYWHERE;
}

/* The patterns of one group, numbered from 0, and what each belongs to. */
static void
gather(struct patterns *p, struct database_group *g, const struct rule_set *set,
       unsigned transport, enum database_kind kind)
{
	p->count = 0;
	for (unsigned i = 0; i < set->count; i++) {
		const struct rule *r = &set->rules[i];

		for (unsigned k = 0; k < r->pattern_count; k++) {
			const struct rule_pattern *from = &r->patterns[k];

			if (!(r->transports & 1u << transport) || kind_of(r, from) != kind)
				continue;
			g->pattern[p->count] =
			        (struct database_pattern){ .rule = (uint16_t)i,
				                           .side = (uint8_t)from->side };
			p->expressions[p->count] = from->expression;
			p->flags[p->count] = hs_flags(from->flags);
			p->ids[p->count] = p->count;
			p->from[p->count++] = from;
		}
	}
	g->count = p->count;
}

/* What a compiled database is good for: the key of the cache. */
static char *
cache_key(const struct patterns *p, size_t *size)
{
	hs_platform_info_t platform = { 0 };
	char *key = NULL;
	FILE *stream = open_memstream(&key, size);

	if (stream == NULL)
		return NULL;
	(void)hs_populate_platform(&platform);
	fprintf(stream, "%s %u %llu\n", hs_version(), platform.tune, platform.cpu_features);
	for (unsigned i = 0; i < p->count; i++)
		fprintf(stream, "%u:%s\n", p->flags[i], p->expressions[i]);
	if (fclose(stream) == 0)
		return key;
	free(key);
	return NULL;
}

static int
compile(struct database_group *g, const struct patterns *p, const struct rule_set *set,
        char *error, size_t error_size)
{
	hs_compile_error_t *problem = NULL;
	int rc = -EINVAL;

	if (hs_compile_multi(p->expressions, p->flags, p->ids, p->count, HS_MODE_BLOCK, NULL,
	                     &g->patterns, &problem) == HS_SUCCESS)
		return 0;
	if (problem != NULL && problem->expression >= 0) {
		rules_complain(set, p->from[problem->expression], problem->message, error,
		               error_size);
	} else {
		snprintf(error, error_size, "the rules' patterns can't be compiled: %s",
		         problem != NULL ? problem->message : "no memory");
		rc = -ENOMEM;
	}
	hs_free_compile_error(problem);
	return rc;
}

/* From the cache, else compiled and put there. A cache that can't be written is a matter for the
 * curious: the next start takes longer. */
static int
obtain(struct database *d, struct database_group *g, const struct patterns *p,
       const struct rule_set *set, const char *cache, char *error, size_t error_size)
{
	size_t size = 0, bytes = 0;
	char *key = cache != NULL ? cache_key(p, &size) : NULL;
	int rc = 0;

	if (key != NULL)
		g->patterns = cache_read(cache, key, size);
	if (g->patterns == NULL) {
		d->cached = false;
		rc = compile(g, p, set, error, error_size);
		if (rc == 0 && key != NULL) {
			const int written = cache_write(cache, key, size, g->patterns);

			if (written < 0)
				log_line(LOG_LEVEL_DEBUG, "compiled rules are not cached in %s: %s",
				         cache, strerror(-written));
		}
	}
	if (rc == 0 && hs_database_size(g->patterns, &bytes) == HS_SUCCESS)
		d->size += bytes;
	free(key);
	return rc;
}

static int
obtain_all(struct database *d, const struct rule_set *set, const char *cache, char *error,
           size_t error_size)
{
	struct patterns p = { 0 };
	int rc = patterns_init(&p, d->pattern_count);

	d->cached = true;
	if (rc < 0)
		snprintf(error, error_size, "no memory for the rules");
	for (unsigned i = 0; i < DATABASE_TRANSPORTS * DATABASE_KINDS && rc == 0; i++) {
		const unsigned transport = i / DATABASE_KINDS;
		const enum database_kind kind = (enum database_kind)(i % DATABASE_KINDS);
		struct database_group *g = &d->group[transport][kind];

		gather(&p, g, set, transport, kind);
		if (p.count != 0)
			rc = obtain(d, g, &p, set, cache, error, error_size);
	}
	patterns_fini(&p);
	return rc;
}

static void
add_port(struct database *d, const struct rule *r, uint16_t port)
{
	for (unsigned t = 0; t < DATABASE_TRANSPORTS && r->needs_port; t++)
		if (r->transports & 1u << t)
			d->port_needed[t][port / 64] |= UINT64_C(1) << (port % 64);
}

static int
add_rule(struct database *d, struct registry *registry, const struct rule *from, uint32_t *ports)
{
	struct database_rule *to = &d->rules[d->rule_count++];
	const int slot = registry_add_rule(registry, from);
	const int application = registry_add_name(registry, from->application, from->category);
	const int hint = from->hint[0] != '\0' ? registry_add_name(registry, from->hint, "") : 0;

	if (slot < 0 || application < 0 || hint < 0)
		return -ENOSPC;
	*to = (struct database_rule){
		.id = from->id,
		.slot = (uint16_t)slot,
		.application = (uint16_t)application,
		.hint = (uint16_t)hint,
		.transports = (uint8_t)from->transports,
		.confidence = from->confidence,
		.metadata = (uint8_t)metadata_protocol_of(from->application),
		.port_count = (uint16_t)from->port_count,
		.ports_at = *ports,
	};
	to->flags = (uint8_t)((from->match_all ? DATABASE_ALL : 0) |
	                      (from->needs_port ? DATABASE_PORT : 0) |
	                      (from->alert[0] != '\0' ? DATABASE_ALERT : 0) |
	                      (hint == 0 && strcmp(from->application, "any") != 0 ? DATABASE_NAMES
	                                                                          : 0));
	for (unsigned k = 0; k < from->pattern_count; k++)
		to->sides |= (uint8_t)(1u << from->patterns[k].side);
	for (unsigned i = 0; i < from->port_count; i++)
		add_port(d, from, d->ports[(*ports)++] = from->ports[i]);
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
	for (unsigned i = 0; i < DATABASE_TRANSPORTS * DATABASE_KINDS; i++) {
		struct database_group *g = &d->group[i / DATABASE_KINDS][i % DATABASE_KINDS];

		g->pattern = calloc(d->pattern_count + 1, sizeof(*g->pattern));
		if (g->pattern == NULL)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < set->count; i++)
		if (add_rule(d, registry, &set->rules[i], &used) < 0)
			return -ENOSPC;
	return 0;
}

static int
fill(struct database *d, const struct rule_set *set, struct registry *registry, const char *cache,
     char *error, size_t error_size)
{
	const int rc = add_rules(d, registry, set);

	if (rc == -ENOSPC)
		snprintf(error, error_size,
		         "too many rules: there is room for %u rules and %u names, of reloads "
		         "since the start together",
		         REGISTRY_RULES, REGISTRY_NAMES - 1);
	if (rc == -ENOMEM)
		snprintf(error, error_size, "no memory for the rules");
	if (rc < 0)
		return rc;
	if (d->pattern_count == 0) {
		snprintf(error, error_size, "there is no rule: name a file of them with --rules");
		return -EINVAL;
	}
	return obtain_all(d, set, cache, error, error_size);
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
	for (unsigned i = 0; i < DATABASE_TRANSPORTS * DATABASE_KINDS; i++) {
		struct database_group *g = &d->group[i / DATABASE_KINDS][i % DATABASE_KINDS];

		hs_free_database(g->patterns);
		free(g->pattern);
	}
	free(d->rules);
	free(d->ports);
	free(d);
}
