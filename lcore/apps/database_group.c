/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcore/apps/database_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hs.h>

/* Which of a transport's patterns a group has. */
struct choice {
	unsigned transport;
	enum database_kind kind;
	unsigned port; /* of rules that need it; 0: rules that need none, of 'kind' */
};

/* The arguments of hs_compile_multi(). */
struct arguments {
	const char **expressions;
	unsigned *flags, *ids;
};

static bool
has_port(const struct rule *r, unsigned port)
{
	for (unsigned i = 0; i < r->port_count; i++)
		if (r->ports[i] == port)
			return true;
	return false;
}

/* Of several alternatives the later ones may not begin at the first byte: that costs time, and is
 * right. */
static bool
is_chosen(const struct choice *c, const struct rule *r, const struct rule_pattern *p)
{
	const bool first = p->expression[0] == '^' && !(p->flags & RULE_MULTILINE);

	if (!(r->transports & 1u << c->transport) || r->needs_port != (c->port != 0))
		return false;
	if (c->port != 0)
		return has_port(r, c->port);
	return (c->kind == DATABASE_FIRST) == first;
}

/* The patterns of one group, numbered from 0, and what each belongs to. */
static int
gather(struct database_group *g, const struct rule_set *set, const struct choice *c)
{
	unsigned room = 0;

	for (unsigned i = 0; i < set->count; i++)
		for (unsigned k = 0; k < set->rules[i].pattern_count; k++)
			room += is_chosen(c, &set->rules[i], &set->rules[i].patterns[k]);
	g->count = 0;
	g->pattern = calloc(room + 1, sizeof(*g->pattern));
	if (g->pattern == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < set->count; i++) {
		const struct rule *r = &set->rules[i];

		for (unsigned k = 0; k < r->pattern_count; k++)
			if (is_chosen(c, r, &r->patterns[k]))
				g->pattern[g->count++] = (struct database_pattern){
					.rule = (uint16_t)i,
					.number = (uint8_t)k,
					.side = (uint8_t)r->patterns[k].side,
				};
	}
	return 0;
}

static bool
same_patterns(const struct database_group *a, const struct database_group *b)
{
	return a->count == b->count &&
	       memcmp(a->pattern, b->pattern, a->count * sizeof(*a->pattern)) == 0;
}

/* The group of a port, which may be another port's as well. */
static int
group_port(struct database *d, const struct rule_set *set, unsigned transport, uint16_t port)
{
	const struct choice choice = { .transport = transport, .port = port };
	struct database_group *new = &d->groups[d->group_count];
	unsigned at = DATABASE_PORTS_AT;

	if (d->group_count == DATABASE_GROUPS_MAX)
		return -ENOSPC;
	if (gather(new, set, &choice) < 0)
		return -ENOMEM;
	while (at < d->group_count && !same_patterns(&d->groups[at], new))
		at++;
	if (at == d->group_count) {
		d->group_count++;
	} else {
		free(new->pattern);
		new->pattern = NULL;
	}
	d->port_group[transport][port] = (uint16_t)at;
	return 0;
}

static int
group_ports(struct database *d, const struct rule_set *set, const struct rule *r)
{
	for (unsigned t = 0; t < DATABASE_TRANSPORTS; t++) {
		if (!(r->transports & 1u << t))
			continue;
		for (unsigned i = 0; i < r->port_count; i++) {
			int rc = 0;

			if (d->port_group[t][r->ports[i]] == 0)
				rc = group_port(d, set, t, r->ports[i]);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

int
database_group_all(struct database *d, const struct rule_set *set)
{
	int rc = 0;

	d->groups = calloc(DATABASE_GROUPS_MAX + 1, sizeof(*d->groups));
	if (d->groups == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < DATABASE_PORTS_AT && rc == 0; i++) {
		const struct choice choice = { .transport = i / DATABASE_KINDS,
			                       .kind = (enum database_kind)(i % DATABASE_KINDS) };

		rc = gather(&d->groups[i], set, &choice);
		d->group_count++;
	}
	for (unsigned i = 0; i < set->count && rc == 0; i++)
		if (set->rules[i].needs_port)
			rc = group_ports(d, set, &set->rules[i]);
	return rc;
}

static const struct rule_pattern *
pattern_of(const struct rule_set *set, const struct database_pattern *p)
{
	return &set->rules[p->rule].patterns[p->number];
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

void
database_group_describe(const struct database_group *g, const struct rule_set *set, FILE *out)
{
	fprintf(out, "%u\n", g->count);
	for (unsigned i = 0; i < g->count; i++) {
		const struct rule_pattern *p = pattern_of(set, &g->pattern[i]);

		fprintf(out, "%u:%s\n", hs_flags(p->flags), p->expression);
	}
}

static void
arguments_fini(struct arguments *a)
{
	free(a->expressions);
	free(a->flags);
	free(a->ids);
}

static int
arguments_init(struct arguments *a, const struct rule_set *set, const struct database_group *g)
{
	a->expressions = calloc(g->count, sizeof(*a->expressions));
	a->flags = calloc(g->count, sizeof(*a->flags));
	a->ids = calloc(g->count, sizeof(*a->ids));
	if (a->expressions == NULL || a->flags == NULL || a->ids == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < g->count; i++) {
		const struct rule_pattern *from = pattern_of(set, &g->pattern[i]);

		a->expressions[i] = from->expression;
		a->flags[i] = hs_flags(from->flags);
		a->ids[i] = i;
	}
	return 0;
}

static int
complain(const struct database_group *g, const struct rule_set *set,
         const hs_compile_error_t *problem, char *error, size_t error_size)
{
	if (problem != NULL && problem->expression >= 0) {
		rules_complain(set, pattern_of(set, &g->pattern[problem->expression]),
		               problem->message, error, error_size);
		return -EINVAL;
	}
	snprintf(error, error_size, "the rules' patterns can't be compiled: %s",
	         problem != NULL ? problem->message : "no memory");
	return -ENOMEM;
}

int
database_group_compile(struct database_group *g, const struct rule_set *set, char *error,
                       size_t error_size)
{
	struct arguments a = { 0 };
	hs_compile_error_t *problem = NULL;
	int rc = 0;

	if (g->count == 0)
		return 0;
	if (arguments_init(&a, set, g) < 0 ||
	    hs_compile_multi(a.expressions, a.flags, a.ids, g->count, HS_MODE_BLOCK, NULL,
	                     &g->patterns, &problem) != HS_SUCCESS)
		rc = complain(g, set, problem, error, error_size);
	hs_free_compile_error(problem);
	arguments_fini(&a);
	return rc;
}
