/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shipped rules over the real matcher: of each pattern a payload that it must
 * match and a near miss that its rule must not, as cases.py makes them. The file of
 * cases is named by PANOPTES_RULE_CASES.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lcore/apps/matcher.h"

#define LINE_SIZE 65536
#define RULES_MIN 300
#define APPLICATIONS_MIN 120

static struct config config;
static struct apps *apps;
static struct counters counters;

static int
set_up(void **state)
{
	char error[512];

	(void)state;
	config_init(&config);
	config.apps = true;
	config.apps_cache = strdup("no");
	if (apps_create(&apps, &config, 1, error, sizeof(error)) == 0)
		return 0;
	print_error("%s\n", error);
	return -1;
}

static int
tear_down(void **state)
{
	(void)state;
	apps_free(apps);
	config_fini(&config);
	return 0;
}

static unsigned
slot_of(uint32_t id)
{
	const struct registry *r = apps_registry(apps);

	for (unsigned i = 0; i < registry_rules(r); i++)
		if (registry_rule(r, i)->id == id)
			return i;
	fail_msg("there is no rule %u", id);
	return 0;
}

static size_t
read_hex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]); text += 2) {
		const char pair[3] = { text[0], text[1], '\0' };

		out[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

/* Payloads of a line, each in memory of its own size, so that a sanitizer sees what reads on. */
static void
look_at_each(struct matcher *m, struct matcher_flow *f, char *rest, uint8_t transport,
             uint16_t port)
{
	for (char *who = strtok(rest, " \n"); who != NULL; who = strtok(NULL, " \n")) {
		const char *digits = strtok(NULL, " \n");
		uint8_t *bytes = malloc(strlen(digits) / 2 + 1);
		uint8_t *exact;
		struct matcher_packet p = { .transport = transport,
			                    .port = { 50000, port },
			                    .dir = *who == 's',
			                    .oriented = true };

		p.size = (uint32_t)read_hex(digits, bytes);
		exact = malloc(p.size + (p.size == 0));
		memcpy(exact, bytes, p.size);
		p.data = exact;
		(void)matcher_look(m, f, &p);
		free(exact);
		free(bytes);
	}
}

/* The bit of a transport's name. */
static uint8_t
transport_of(const char *name)
{
	if (strcmp(name, "tcp") == 0)
		return RULE_TCP;
	return strcmp(name, "udp") == 0 ? RULE_UDP : RULE_SCTP;
}

static bool
run_case(struct matcher *m, char *line)
{
	const char *id = strtok(line, " "), *sign = strtok(NULL, " "), *name = strtok(NULL, " ");
	const char *port = strtok(NULL, " ");
	char *rest = strtok(NULL, "\n");
	struct matcher_flow flow;
	unsigned slot;
	uint64_t before;
	bool matched;

	assert_non_null(id);
	assert_non_null(rest);
	slot = slot_of((uint32_t)strtoul(id, NULL, 10));
	before = apps_matched(apps, slot);
	matcher_open(m, &flow);
	look_at_each(m, &flow, rest, transport_of(name), (uint16_t)strtoul(port, NULL, 10));
	matcher_close(m, &flow);
	matched = apps_matched(apps, slot) != before;
	if (matched != (*sign == '+'))
		print_error("rule %s: %s\n", id, matched ? "a near miss matches" : "no match");
	return matched == (*sign == '+');
}

static void
each_rule_matches_its_own_alone(void **state)
{
	const char *path = getenv("PANOPTES_RULE_CASES");
	FILE *in = path != NULL ? fopen(path, "re") : NULL;
	struct matcher *m = matcher_create(apps, 0, 16, &counters, -1);
	static char line[LINE_SIZE];
	unsigned positives = 0, negatives = 0, wrong = 0;

	(void)state;
	assert_non_null(m);
	if (in == NULL) {
		fail_msg("PANOPTES_RULE_CASES names no file");
		return;
	}
	while (fgets(line, LINE_SIZE, in) != NULL) {
		const bool positive = strchr(line, '+') != NULL;

		positives += positive;
		negatives += !positive;
		wrong += !run_case(m, line);
	}
	fclose(in);
	matcher_free(m);
	assert_int_equal(wrong, 0);
	assert_true(positives > RULES_MIN && negatives > RULES_MIN);
}

static void
there_are_rules_for_many_applications(void **state)
{
	(void)state;
	assert_true(registry_rules(apps_registry(apps)) >= RULES_MIN);
	assert_true(registry_names(apps_registry(apps)) >= APPLICATIONS_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_rules_for_many_applications),
		cmocka_unit_test(each_rule_matches_its_own_alone),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
