/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names and rules that flows, records and counters speak of by a small number. They
 * only ever grow: a number outlives the reload of the rules that it came from. The
 * main lcore adds; a worker reads what it learnt of through a database that was
 * published after it.
 */
#ifndef PANOPTES_LCORE_APPS_REGISTRY_H
#define PANOPTES_LCORE_APPS_REGISTRY_H

#include <stdint.h>

#include "config/rules.h"

#define REGISTRY_NAMES 8192  /* applications and hints; number 0 is none */
#define REGISTRY_RULES 16384 /* rule ids */

struct registry_name {
	char text[RULE_NAME_MAX + 1];
	char category[RULE_NAME_MAX + 1]; /* of an application: the first rule's that names it */
	uint8_t length;
};

struct registry_rule {
	uint32_t id;
	uint16_t application; /* number of its name */
	char alert[RULE_NAME_MAX + 1];
};

struct registry;

/* NULL: no memory. */
struct registry *registry_create(void);
void registry_free(struct registry *);

/* The number of a name, or of a rule, that may be new; a negative errno: -ENOSPC where there is no
 * room for one more, -ENOMEM. */
int registry_add_name(struct registry *, const char *name, const char *category);
int registry_add_rule(struct registry *, const struct rule *);

const struct registry_name *registry_name(const struct registry *, unsigned number);
const struct registry_rule *registry_rule(const struct registry *, unsigned number);
/* How many there are; numbers of names begin with 1. Any core may ask. */
unsigned registry_names(const struct registry *);
unsigned registry_rules(const struct registry *);

#endif
