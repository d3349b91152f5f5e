/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of rules, line by line: a line at the margin begins a rule, indented ones say
 * what it is. A rule is checked when it is whole, and a file's rules join the set when
 * all of them are sound.
 */
#include "config/rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/rules_line.h"

#define LINE_BYTES_MAX 8192
#define PATTERNS_MAX 256 /* of a rule */
#define PORTS_MAX 256

struct reader {
	struct rule_set *set;
	struct rules_place place;
	struct rule *rule; /* the one at hand; NULL: none yet */
	unsigned rule_line;
};

typedef int take_key(struct reader *, struct rules_line *);

static void
rule_fini(struct rule *r)
{
	for (unsigned i = 0; i < r->pattern_count; i++)
		free(r->patterns[i].expression);
	free(r->patterns);
	free(r->ports);
}

/* A copy of a name: lower-case letters, digits and . _ + - */
static int
take_name(struct rules_line *l, const char *what, char *name)
{
	const char *word;
	size_t len;

	if (!rules_word(l, &word, &len))
		return rules_refuse(l->place, "%s needs a name", what);
	if (strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789._+-") < len)
		return rules_refuse(l->place,
		                    "\"%.*s\" is no name: lower-case letters, digits and . _ + - "
		                    "make one",
		                    (int)(len < 40 ? len : 40), word);
	if (len > RULE_NAME_MAX)
		return rules_refuse(l->place, "a name has at most %d characters", RULE_NAME_MAX);
	memcpy(name, word, len);
	name[len] = '\0';
	return 0;
}

static int
take_category(struct reader *r, struct rules_line *l)
{
	return take_name(l, "category", r->rule->category);
}

static int
take_alert(struct reader *r, struct rules_line *l)
{
	return take_name(l, "alert", r->rule->alert);
}

static int
take_hint(struct reader *r, struct rules_line *l)
{
	return take_name(l, "hint", r->rule->hint);
}

static int
take_transport(struct reader *r, struct rules_line *l)
{
	static const struct {
		const char *name;
		unsigned bits;
	} transports[] = {
		{ "tcp", RULE_TCP },
		{ "udp", RULE_UDP },
		{ "sctp", RULE_SCTP },
		{ "any", RULE_ANY_TRANSPORT },
	};
	const char *word;
	size_t len;

	r->rule->transports = 0;
	while (rules_word(l, &word, &len)) {
		unsigned bits = 0;

		for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
			if (strlen(transports[i].name) == len &&
			    memcmp(transports[i].name, word, len) == 0)
				bits = transports[i].bits;
		if (bits == 0)
			break;
		r->rule->transports |= bits;
	}
	if (len == 0 && r->rule->transports != 0)
		return 0;
	return rules_refuse(l->place, "transport is tcp, udp, sctp, several of them, or any");
}

static int
compare_ports(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int
take_ports(struct reader *r, struct rules_line *l)
{
	struct rule *rule = r->rule;
	uint16_t ports[PORTS_MAX];
	unsigned count = 0;

	do {
		unsigned long port;

		if (count == PORTS_MAX)
			return rules_refuse(l->place, "a rule has at most %d ports", PORTS_MAX);
		if (rules_number(l, "a port", 1, 65535, &port) < 0)
			return -1;
		ports[count++] = (uint16_t)port;
		l->at += strspn(l->at, " \t\r");
	} while (*l->at != '\0' && *l->at != '#');
	free(rule->ports);
	rule->ports = malloc(count * sizeof(*ports));
	if (rule->ports == NULL)
		return rules_refuse(l->place, "out of memory");
	qsort(ports, count, sizeof(*ports), compare_ports);
	memcpy(rule->ports, ports, count * sizeof(*ports));
	rule->port_count = count;
	return 0;
}

static int
take_needs_port(struct reader *r, struct rules_line *l)
{
	(void)l;
	r->rule->needs_port = true;
	return 0;
}

static int
take_match(struct reader *r, struct rules_line *l)
{
	const char *word;
	size_t len;

	(void)rules_word(l, &word, &len);
	if (len == 3 && (memcmp(word, "all", 3) == 0 || memcmp(word, "any", 3) == 0)) {
		r->rule->match_all = word[1] == 'l';
		return 0;
	}
	return rules_refuse(l->place, "match is all (of the sides that have patterns) or any");
}

static int
take_confidence(struct reader *r, struct rules_line *l)
{
	unsigned long confidence;

	if (rules_number(l, "confidence", 1, 100, &confidence) < 0)
		return -1;
	r->rule->confidence = (uint8_t)confidence;
	return 0;
}

static int
take_pattern(struct reader *r, struct rules_line *l, enum rule_side side)
{
	struct rule *rule = r->rule;
	struct rule_pattern *more;

	if (rule->pattern_count == PATTERNS_MAX)
		return rules_refuse(l->place, "a rule has at most %d patterns", PATTERNS_MAX);
	more = reallocarray(rule->patterns, rule->pattern_count + 1, sizeof(*more));
	if (more == NULL)
		return rules_refuse(l->place, "out of memory");
	rule->patterns = more;
	more += rule->pattern_count++;
	*more = (struct rule_pattern){ .side = side, .file = r->set->file_count - 1 };
	return rules_pattern(l, more);
}

static int
take_client(struct reader *r, struct rules_line *l)
{
	return take_pattern(r, l, RULE_CLIENT);
}

static int
take_server(struct reader *r, struct rules_line *l)
{
	return take_pattern(r, l, RULE_SERVER);
}

static int
take_either(struct reader *r, struct rules_line *l)
{
	return take_pattern(r, l, RULE_EITHER);
}

static const struct {
	const char *name;
	take_key *take;
} keys[] = {
	{ "category", take_category },     { "transport", take_transport },
	{ "ports", take_ports },           { "needs-port", take_needs_port },
	{ "client", take_client },         { "server", take_server },
	{ "either", take_either },         { "match", take_match },
	{ "alert", take_alert },           { "hint", take_hint },
	{ "confidence", take_confidence },
};

static int
read_key(struct reader *r, struct rules_line *l, const char *word, size_t len)
{
	if (r->rule == NULL)
		return rules_refuse(l->place,
		                    "there is no rule yet that this line belongs to: a "
		                    "rule begins with \"rule ID APPLICATION\" at the margin");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].name) == len && memcmp(keys[i].name, word, len) == 0)
			return keys[i].take(r, l) < 0 ? -1 : rules_end(l);
	return rules_refuse(l->place,
	                    "\"%.*s\" says nothing of a rule: category, transport, ports, "
	                    "needs-port, client, server, either, match, confidence, alert, hint do",
	                    (int)(len < 40 ? len : 40), word);
}

/* What a rule must have, known at its end. */
static int
check_rule(const struct reader *r)
{
	struct rules_place place = r->place;

	if (r->rule == NULL)
		return 0;
	place.line = r->rule_line;
	place.column = 1;
	if (r->rule->pattern_count == 0)
		return rules_refuse(&place,
		                    "rule %u has no pattern: a line client, server or either",
		                    r->rule->id);
	if (r->rule->needs_port && r->rule->port_count == 0)
		return rules_refuse(&place, "rule %u needs a port and has none: a line ports",
		                    r->rule->id);
	return 0;
}

static int
begin_rule(struct reader *r, struct rules_line *l)
{
	struct rule_set *set = r->set;
	unsigned long id;
	struct rule *more;

	if (check_rule(r) < 0 || rules_number(l, "a rule's id", 1, UINT32_MAX, &id) < 0)
		return -1;
	for (unsigned i = 0; i < set->count; i++)
		if (set->rules[i].id == id)
			return rules_refuse(l->place, "there is a rule %lu already: ids are unique",
			                    id);
	more = reallocarray(set->rules, set->count + 1, sizeof(*more));
	if (more == NULL)
		return rules_refuse(l->place, "out of memory");
	set->rules = more;
	r->rule = &more[set->count++];
	r->rule_line = r->place.line;
	*r->rule = (struct rule){
		.id = (uint32_t)id,
		.transports = RULE_ANY_TRANSPORT,
		.confidence = 80,
	};
	return take_name(l, "a rule", r->rule->application) < 0 ? -1 : rules_end(l);
}

static int
read_line(struct reader *r, const char *text)
{
	struct rules_line l = { .place = &r->place, .begin = text, .at = text };
	const char *word;
	size_t len;

	if (!rules_word(&l, &word, &len))
		return 0;
	if (word != text)
		return read_key(r, &l, word, len);
	if (len == 4 && memcmp(word, "rule", 4) == 0)
		return begin_rule(r, &l);
	return rules_refuse(&r->place,
	                    "\"%.*s\": a rule begins with \"rule ID APPLICATION\", and "
	                    "the lines that say what it is are indented",
	                    (int)(len < 40 ? len : 40), word);
}

static int
read_lines(struct reader *r, FILE *in)
{
	char text[LINE_BYTES_MAX];

	while (fgets(text, sizeof(text), in) != NULL) {
		const size_t len = strcspn(text, "\n");

		r->place.line++;
		r->place.column = 1;
		if (len == sizeof(text) - 1)
			return rules_refuse(&r->place, "the line is longer than %d bytes",
			                    LINE_BYTES_MAX - 2);
		text[len] = '\0';
		if (read_line(r, text) < 0)
			return -1;
	}
	if (ferror(in))
		return rules_refuse(&r->place, "can't be read: %s", strerror(errno));
	return check_rule(r);
}

static int
add_file(struct rule_set *set, const char *path)
{
	char **more = reallocarray(set->files, set->file_count + 1, sizeof(*more));

	if (more == NULL)
		return -1;
	set->files = more;
	more[set->file_count] = strdup(path);
	if (more[set->file_count] == NULL)
		return -1;
	set->file_count++;
	return 0;
}

static int
compare_ids(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The set without what a file with a mistake has brought. */
static void
take_back(struct rule_set *set, unsigned count)
{
	while (set->count > count)
		rule_fini(&set->rules[--set->count]);
	free(set->files[--set->file_count]);
}

static int
read_stream(struct rule_set *set, const char *path, FILE *in, char *error, size_t error_size)
{
	const unsigned count = set->count;
	struct reader r = {
		.set = set,
		.place = { .file = path, .error = error, .error_size = error_size },
	};

	if (add_file(set, path) < 0) {
		snprintf(error, error_size, "%.200s: out of memory", path);
		return -1;
	}
	if (read_lines(&r, in) < 0) {
		take_back(set, count);
		return -1;
	}
	if (set->count != 0)
		qsort(set->rules, set->count, sizeof(*set->rules), compare_ids);
	return 0;
}

int
rules_read_file(struct rule_set *set, const char *path, char *error, size_t error_size)
{
	FILE *in = fopen(path, "re");
	int rc;

	if (in == NULL) {
		snprintf(error, error_size, "%.200s: can't be opened: %s", path, strerror(errno));
		return -1;
	}
	rc = read_stream(set, path, in, error, error_size);
	fclose(in);
	return rc;
}

int
rules_read_text(struct rule_set *set, const char *name, const char *text, size_t len, char *error,
                size_t error_size)
{
	FILE *in = len != 0 ? fmemopen((void *)(uintptr_t)text, len, "r") : NULL;
	int rc = 0;

	if (in != NULL) {
		rc = read_stream(set, name, in, error, error_size);
		fclose(in);
	}
	return rc;
}

static int
is_rule_file(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 6 && strcmp(entry->d_name + len - 6, ".rules") == 0;
}

int
rules_read_directory(struct rule_set *set, const char *path, char *error, size_t error_size)
{
	struct dirent **entries = NULL;
	const int n = scandir(path, &entries, is_rule_file, alphasort);
	int rc = n > 0 ? 0 : -1;

	if (n <= 0)
		snprintf(error, error_size, "%.200s: %s", path,
		         n < 0 ? strerror(errno) : "there is no file *.rules in it");
	for (int i = 0; i < n; i++) {
		char name[4096];

		if (rc == 0) {
			snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
			rc = rules_read_file(set, name, error, error_size);
		}
		free(entries[i]);
	}
	free(entries);
	return rc;
}

void
rules_complain(const struct rule_set *set, const struct rule_pattern *p, const char *reason,
               char *error, size_t error_size)
{
	snprintf(error, error_size, "%.200s:%u:%u: the pattern can't be compiled: %s",
	         set->files[p->file], p->line, p->column, reason);
}

void
rules_free(struct rule_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		rule_fini(&set->rules[i]);
	for (unsigned i = 0; i < set->file_count; i++)
		free(set->files[i]);
	free(set->rules);
	free(set->files);
	*set = (struct rule_set){ 0 };
}
