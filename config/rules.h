/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules that name a flow's application by its payload: their text format, read into
 * plain structures. What a pattern means is the matching engine's matter; here it is
 * text with a place to complain of. Everything is owned by the rule set, made and
 * freed by one core (the main lcore, at start and on a reload).
 *
 * The format is described in docs/applications.md.
 */
#ifndef PANOPTES_CONFIG_RULES_H
#define PANOPTES_CONFIG_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULE_NAME_MAX 32 /* characters of an application's, category's, alert's or hint's name */
#define RULE_SHIPPED_IDS 1000000 /* ids below are for the rules that come with the probe */

/* Who sent the payload that a pattern is looked for in: the client is the flow's initiator. */
enum rule_side { RULE_CLIENT, RULE_SERVER, RULE_EITHER };

/* Bits of rule_pattern.flags. */
#define RULE_CASELESS 0x01
#define RULE_DOT_ALL 0x02   /* a dot matches a newline, too */
#define RULE_MULTILINE 0x04 /* ^ and $ match at lines */

/* Bits of rule.transports. */
#define RULE_TCP 0x01
#define RULE_UDP 0x02
#define RULE_SCTP 0x04
#define RULE_ANY_TRANSPORT 0x07

struct rule_pattern {
	enum rule_side side;
	unsigned flags;
	char *expression;      /* a regular expression on bytes; what was hex is \xNN and dots */
	unsigned file;         /* index into rule_set.files, */
	unsigned line, column; /* ... and where the pattern begins there, from 1 */
};

struct rule {
	uint32_t id;
	char application[RULE_NAME_MAX + 1];
	char category[RULE_NAME_MAX + 1];
	char alert[RULE_NAME_MAX + 1]; /* "": none */
	char hint[RULE_NAME_MAX +
	          1]; /* "": the rule names the application, else it only adds hint= */
	unsigned transports;
	bool match_all;     /* each side that has patterns must have matched */
	bool needs_port;    /* the rule is for weak patterns: nothing without one of its ports */
	uint8_t confidence; /* 1 to 100 */
	uint16_t *ports;    /* ascending; host byte order */
	unsigned port_count;
	struct rule_pattern *patterns;
	unsigned pattern_count;
};

struct rule_set {
	struct rule *rules; /* ascending by id */
	unsigned count;
	char **files; /* names as given */
	unsigned file_count;
};

/* Adds the rules of one file. Returns 0, or -1 with one line in 'error': "FILE:LINE:COLUMN: what is
 * wrong, and what would be right"; the set then holds what it held before. */
int rules_read_file(struct rule_set *, const char *path, char *error, size_t error_size);

/* Adds the rules of every *.rules file of a directory, in the order of names. As above. A directory
 * without one is an error. */
int rules_read_directory(struct rule_set *, const char *path, char *error, size_t error_size);

/* The same from memory; 'name' stands for the path. What the fuzzer calls. */
int rules_read_text(struct rule_set *, const char *name, const char *text, size_t len, char *error,
                    size_t error_size);

/* For an error found later, by the engine that compiles the pattern. */
void rules_complain(const struct rule_set *, const struct rule_pattern *, const char *reason,
                    char *error, size_t error_size);

void rules_free(struct rule_set *);

#endif
