/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What telemetry tells of applications and rules. An answer has room for some hundred
 * entries: of applications the commonest are told, of rules those that matched.
 */
#include "probe/telemetry_apps.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN_MAX 200 /* rte_telemetry's dictionaries end soon after */

struct shown {
	uint64_t count;
	unsigned number;
	bool first; /* before all others, however small */
};

static int
compare(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	if (x->first != y->first)
		return x->first ? -1 : 1;
	return (x->count < y->count) - (x->count > y->count);
}

static void
add_container(struct rte_tel_data *d, unsigned number, struct rte_tel_data *part)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", number);
	if (rte_tel_data_add_dict_container(d, key, part, 0) < 0)
		rte_tel_data_free(part);
}

static void
add_application(struct rte_tel_data *d, const struct apps *a, const struct shown *s, unsigned at)
{
	const struct registry_name *name = registry_name(apps_registry(a), s->number);
	struct rte_tel_data *one = rte_tel_data_alloc();

	if (one == NULL)
		return;
	rte_tel_data_start_dict(one);
	(void)rte_tel_data_add_dict_string(one, "application", name->text);
	(void)rte_tel_data_add_dict_string(one, "category", name->category);
	(void)rte_tel_data_add_dict_u64(one, "flows", s->count);
	add_container(d, at, one);
}

static void
add_rule(struct rte_tel_data *d, const struct apps *a, const struct shown *s, unsigned at)
{
	const struct registry *r = apps_registry(a);
	const struct registry_rule *rule = registry_rule(r, s->number);
	struct rte_tel_data *one = rte_tel_data_alloc();

	if (one == NULL)
		return;
	rte_tel_data_start_dict(one);
	(void)rte_tel_data_add_dict_u64(one, "rule", rule->id);
	(void)rte_tel_data_add_dict_string(one, "application",
	                                   registry_name(r, rule->application)->text);
	(void)rte_tel_data_add_dict_string(one, "alert", rule->alert);
	(void)rte_tel_data_add_dict_u64(one, "matches", s->count);
	add_container(d, at, one);
}

void
telemetry_applications(const struct apps *a, struct rte_tel_data *d)
{
	const unsigned names = registry_names(apps_registry(a));
	struct shown *shown = calloc(names + 1, sizeof(*shown));
	unsigned n = 0;

	for (unsigned i = 1; shown != NULL && i <= names; i++) {
		const uint64_t count = apps_named(a, i);

		if (count != 0)
			shown[n++] = (struct shown){ .count = count, .number = i };
	}
	if (n != 0)
		qsort(shown, n, sizeof(*shown), compare);
	for (unsigned i = 0; i < n && i < SHOWN_MAX; i++)
		add_application(d, a, &shown[i], i);
	free(shown);
}

void
telemetry_rules(const struct apps *a, struct rte_tel_data *d)
{
	const unsigned rules = registry_rules(apps_registry(a));
	struct shown *shown = calloc(rules + 1, sizeof(*shown));
	unsigned n = 0;

	for (unsigned i = 0; shown != NULL && i < rules; i++) {
		const uint64_t count = apps_matched(a, i);
		const bool alert = registry_rule(apps_registry(a), i)->alert[0] != '\0';

		if (count != 0 || alert)
			shown[n++] = (struct shown){ count, i, alert };
	}
	if (n != 0)
		qsort(shown, n, sizeof(*shown), compare);
	for (unsigned i = 0; i < n && i < SHOWN_MAX; i++)
		add_rule(d, a, &shown[i], i);
	free(shown);
}
