/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules, compiled: one hyperscan database of all patterns in block mode, and what its
 * pattern numbers mean. Made by the main lcore, read-only from then on; workers share
 * it, each with a scratch of its own.
 */
#ifndef PANOPTES_LCORE_APPS_DATABASE_H
#define PANOPTES_LCORE_APPS_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/rules.h"
#include "lcore/apps/metadata.h"
#include "lcore/apps/registry.h"

struct hs_database;

/* Bits of database_rule.flags. */
#define DATABASE_ALL 0x01  /* each side of 'sides' must have matched */
#define DATABASE_PORT 0x02 /* nothing without one of its ports */
#define DATABASE_ALERT 0x04
#define DATABASE_NAMES 0x08 /* the application; else a hint alone, or an alert */

struct database_rule {
	uint32_t id;
	uint16_t slot;              /* in the registry */
	uint16_t application, hint; /* names in the registry; hint 0: none */
	uint8_t transports;
	uint8_t confidence;
	uint8_t flags;
	uint8_t sides;    /* with patterns, a bit for each enum rule_side */
	uint8_t metadata; /* enum metadata_protocol of the application */
	uint16_t port_count;
	uint32_t ports_at; /* ascending */
};

struct database_pattern {
	uint16_t rule;
	uint8_t side; /* enum rule_side */
};

struct database {
	struct hs_database *patterns;
	struct database_rule *rules;
	struct database_pattern *pattern; /* by hyperscan's id */
	uint16_t *ports;
	unsigned rule_count, pattern_count;
	size_t size; /* bytes of hyperscan's */
	bool cached; /* it was read from the cache */
};

#define DATABASE_RULES_MAX UINT16_MAX
#define DATABASE_PATTERNS_MAX 65535

/* 0; -EINVAL: a rule is wrong, and -ENOTSUP: this CPU can't run the library. One line in 'error'.
 * 'cache': the cache's directory, or NULL. */
int database_create(struct database **, const struct rule_set *, struct registry *,
                    const char *cache, char *error, size_t error_size);
void database_free(struct database *);

static inline bool
database_has_port(const struct database *d, const struct database_rule *r, uint16_t port)
{
	const uint16_t *ports = d->ports + r->ports_at;

	for (unsigned i = 0; i < r->port_count; i++)
		if (ports[i] == port)
			return true;
	return false;
}

#endif
