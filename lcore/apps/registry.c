/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two arrays, searched by hash tables of numbers while rules are loaded.
 */
#include "lcore/apps/registry.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <rte_jhash.h>

#define NAME_SLOTS (2 * REGISTRY_NAMES) /* powers of two */
#define RULE_SLOTS (2 * REGISTRY_RULES)

struct registry {
	_Atomic unsigned names, rules;
	struct registry_name name[REGISTRY_NAMES];
	struct registry_rule rule[REGISTRY_RULES];
	uint16_t name_at[NAME_SLOTS]; /* number, 0: free */
	uint16_t rule_at[RULE_SLOTS]; /* number + 1, 0: free */
};

struct registry *
registry_create(void)
{
	return calloc(1, sizeof(struct registry));
}

void
registry_free(struct registry *r)
{
	free(r);
}

/* The library's hash reads words: the name is put where it may. */
static uint32_t
name_hash(const char *name, size_t length)
{
	uint32_t words[(RULE_NAME_MAX + 3) / 4] = { 0 };

	memcpy(words, name, length);
	return rte_jhash(words, (uint32_t)length, 0);
}

int
registry_add_name(struct registry *r, const char *name, const char *category)
{
	const size_t length = strnlen(name, RULE_NAME_MAX);
	const unsigned number = atomic_load_explicit(&r->names, memory_order_relaxed) + 1;
	uint32_t at = name_hash(name, length) & (NAME_SLOTS - 1);
	struct registry_name *n;

	for (; r->name_at[at] != 0; at = (at + 1) & (NAME_SLOTS - 1)) {
		n = &r->name[r->name_at[at]];
		if (n->length == length && memcmp(n->text, name, length) == 0)
			return r->name_at[at];
	}
	if (number >= REGISTRY_NAMES)
		return -ENOSPC;
	n = &r->name[number];
	memcpy(n->text, name, length);
	memcpy(n->category, category, strnlen(category, RULE_NAME_MAX));
	n->length = (uint8_t)length;
	r->name_at[at] = (uint16_t)number;
	atomic_store_explicit(&r->names, number, memory_order_release);
	return (int)number;
}

int
registry_add_rule(struct registry *r, const struct rule *rule)
{
	const unsigned number = atomic_load_explicit(&r->rules, memory_order_relaxed);
	uint32_t at = rte_jhash_1word(rule->id, 0) & (RULE_SLOTS - 1);
	int application;
	struct registry_rule *new;

	for (; r->rule_at[at] != 0; at = (at + 1) & (RULE_SLOTS - 1))
		if (r->rule[r->rule_at[at] - 1].id == rule->id)
			return r->rule_at[at] - 1;
	if (number >= REGISTRY_RULES)
		return -ENOSPC;
	application = registry_add_name(r, rule->application, rule->category);
	if (application < 0)
		return application;
	new = &r->rule[number];
	new->id = rule->id;
	new->application = (uint16_t)application;
	memcpy(new->alert, rule->alert, sizeof(new->alert));
	r->rule_at[at] = (uint16_t)(number + 1);
	atomic_store_explicit(&r->rules, number + 1, memory_order_release);
	return (int)number;
}

const struct registry_name *
registry_name(const struct registry *r, unsigned number)
{
	return &r->name[number];
}

const struct registry_rule *
registry_rule(const struct registry *r, unsigned number)
{
	return &r->rule[number];
}

unsigned
registry_names(const struct registry *r)
{
	return atomic_load_explicit(&r->names, memory_order_acquire);
}

unsigned
registry_rules(const struct registry *r)
{
	return atomic_load_explicit(&r->rules, memory_order_acquire);
}
