/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules, compiled: hyperscan databases in block mode, and what their pattern numbers
 * mean. Made by the main lcore, read-only from then on; workers share it, each with a
 * scratch of its own.
 *
 * A payload is scanned for what can matter to it alone: patterns are in groups by
 * transport, and in each by whether they begin at the payload's first byte or are looked
 * for anywhere; those of rules that need a port are in groups by port. Small automata cost
 * a fraction of what one of all patterns does.
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
#define DATABASE_ALL 0x01 /* each side of 'sides' must have matched */
#define DATABASE_ALERT 0x04
#define DATABASE_NAMES 0x08 /* the application; else a hint alone, or an alert */

struct database_rule {
	uint32_t id;
	uint16_t slot;              /* in the registry */
	uint16_t application, hint; /* names in the registry; hint 0: none */
	uint8_t confidence;
	uint8_t flags;
	uint8_t sides;    /* with patterns, a bit for each enum rule_side */
	uint8_t metadata; /* enum metadata_protocol of the application */
	uint16_t port_count;
	uint32_t ports_at; /* ascending */
};

struct database_pattern {
	uint16_t rule;
	uint8_t number; /* of the rule's patterns */
	uint8_t side;   /* enum rule_side */
};

#define DATABASE_TRANSPORTS 3 /* by bit of RULE_TCP, RULE_UDP, RULE_SCTP */

struct database_group {
	struct hs_database *patterns;     /* NULL: there is none */
	struct database_pattern *pattern; /* by hyperscan's id */
	unsigned count;
};

/* Of each transport there are two groups, then come those by port. */
enum database_kind {
	DATABASE_FIRST,    /* at the payload's first byte */
	DATABASE_ANYWHERE, /* and what may be so */
	DATABASE_KINDS
};
#define DATABASE_PORTS_AT (DATABASE_TRANSPORTS * DATABASE_KINDS)
#define DATABASE_GROUPS_MAX 4096

struct database {
	struct database_group *groups;
	unsigned group_count;
	uint16_t port_group[DATABASE_TRANSPORTS][65536]; /* index into groups; 0: none */
	struct database_rule *rules;
	uint16_t *ports;
	unsigned rule_count, pattern_count;
	size_t size; /* bytes of hyperscan's */
	bool cached; /* it was read from the cache */
};

#define DATABASE_RULES_MAX UINT16_MAX

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
