/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The text of rules: what each line says, and where a mistake is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/rules.h"

static int
read_text(struct rule_set *set, const char *text, char *error, size_t size)
{
	error[0] = '\0';
	return rules_read_text(set, "a.rules", text, strlen(text), error, size);
}

static void
a_rule_says_what_its_lines_say(void **state)
{
	struct rule_set set = { 0 };
	char error[256];
	const struct rule *r;

	(void)state;
	assert_int_equal(read_text(&set,
	                           "# a comment\n\n"
	                           "rule 7 tls # one more\n"
	                           "  category web\n\ttransport tcp sctp\n"
	                           "  ports 8443 443 # a hint\n"
	                           "  client /^\\x16a\\/b # c/is\n"
	                           "  server hex 16 0? ?a ??\n"
	                           "  either hex any ff\n"
	                           "  match all\n  confidence 91\n  alert odd.one\n  hint x\n"
	                           "rule 3 b\n  client /q/m\n",
	                           error, sizeof(error)),
	                 0);
	assert_int_equal(set.count, 2);
	assert_int_equal(set.rules[0].id, 3); /* ascending */
	assert_int_equal(set.rules[0].confidence, 80);
	assert_int_equal(set.rules[0].transports, RULE_ANY_TRANSPORT);
	assert_int_equal(set.rules[0].patterns[0].flags, RULE_MULTILINE);
	r = &set.rules[1];
	assert_string_equal(r->application, "tls");
	assert_string_equal(r->category, "web");
	assert_string_equal(r->alert, "odd.one");
	assert_string_equal(r->hint, "x");
	assert_int_equal(r->transports, RULE_TCP | RULE_SCTP);
	assert_int_equal(r->port_count, 2);
	assert_true(r->ports[0] == 443 && r->ports[1] == 8443);
	assert_true(r->match_all && !r->needs_port);
	assert_int_equal(r->confidence, 91);
	assert_int_equal(r->pattern_count, 3);
	assert_string_equal(r->patterns[0].expression, "^\\x16a\\/b # c");
	assert_int_equal(r->patterns[0].flags, RULE_CASELESS | RULE_DOT_ALL);
	assert_int_equal(r->patterns[0].side, RULE_CLIENT);
	assert_int_equal(r->patterns[0].line, 7);
	assert_int_equal(r->patterns[0].column, 10);
	assert_string_equal(r->patterns[1].expression,
	                    "^\\x16[\\x00-\\x0f][\\x0a\\x1a\\x2a\\x3a\\x4a\\x5a\\x6a\\x7a\\x8a"
	                    "\\x9a\\xaa\\xba\\xca\\xda\\xea\\xfa].");
	assert_string_equal(r->patterns[2].expression, "(?:)\\xff");
	rules_complain(&set, &r->patterns[1], "because", error, sizeof(error));
	assert_string_equal(error, "a.rules:8:10: the pattern can't be compiled: because");
	rules_free(&set);
}

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "client /a/\n", "a.rules:1:1: \"client\": a rule begins with" },
	{ " client /a/\n", "a.rules:1:2: there is no rule yet" },
	{ "rule x y\n", "a.rules:1:6: a rule's id is a number, 1 to 4294967295" },
	{ "rule 0 y\n", "a.rules:1:6: a rule's id is a number" },
	{ "rule 1\n", "a.rules:1:7: a rule needs a name" },
	{ "rule 1 Y\n", "a.rules:1:8: \"Y\" is no name" },
	{ "rule 1 y z\n", "a.rules:1:10: \"z\" is too much" },
	{ "rule 1 abcdefghijklmnopqrstuvwxyzabcdefg\n", "a.rules:1:8: a name has at most 32" },
	{ "rule 1 y\n", "a.rules:1:1: rule 1 has no pattern" },
	{ "rule 1 y\nrule 2 z\n client /a/\n", "a.rules:1:1: rule 1 has no pattern" },
	{ "rule 1 y\n client /a/\nrule 1 z\n", "a.rules:3:6: there is a rule 1 already" },
	{ "rule 1 y\n klient /a/\n", "a.rules:2:2: \"klient\" says nothing of a rule" },
	{ "rule 1 y\n client\n", "a.rules:2:8: a pattern is /expression/flags or hex" },
	{ "rule 1 y\n client a\n", "a.rules:2:9: a pattern is" },
	{ "rule 1 y\n client /a\n", "a.rules:2:9: the expression has no end" },
	{ "rule 1 y\n client //\n", "a.rules:2:9: the expression is empty" },
	{ "rule 1 y\n client /a/ix\n", "a.rules:2:13: 'x' is no flag of a pattern" },
	{ "rule 1 y\n client /a/ b\n", "a.rules:2:13: \"b\" is too much" },
	{ "rule 1 y\n client hex\n", "a.rules:2:12: hex needs bytes" },
	{ "rule 1 y\n client hex 1\n", "a.rules:2:13: \"1\" is no byte" },
	{ "rule 1 y\n client hex 11 any\n", "a.rules:2:16: \"any\" is no byte" },
	{ "rule 1 y\n transport tcp icmp\n", "a.rules:2:16: transport is tcp, udp, sctp" },
	{ "rule 1 y\n ports 0\n", "a.rules:2:8: a port is a number, 1 to 65535" },
	{ "rule 1 y\n ports 80,81\n", "a.rules:2:8: a port is a number" },
	{ "rule 1 y\n needs-port\n client /a/\n", "a.rules:1:1: rule 1 needs a port" },
	{ "rule 1 y\n needs-port 80\n", "a.rules:2:13: \"80\" is too much" },
	{ "rule 1 y\n match both\n", "a.rules:2:8: match is all" },
	{ "rule 1 y\n confidence 101\n", "a.rules:2:13: confidence is a number, 1 to 100" },
	{ "rule 1 y\n alert\n", "a.rules:2:7: alert needs a name" },
};

/* Each mistake is told with its place, and the set stays as it was. */
static void
a_mistake_is_told_with_its_place(void **state)
{
	struct rule_set set = { 0 };
	char error[512];

	(void)state;
	assert_int_equal(read_text(&set, "rule 9 kept\n client /k/\n", error, sizeof(error)), 0);
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		assert_int_equal(read_text(&set, mistakes[i].text, error, sizeof(error)), -1);
		if (strncmp(error, mistakes[i].error, strlen(mistakes[i].error)) != 0)
			print_error("%s", mistakes[i].text);
		assert_memory_equal(error, mistakes[i].error, strlen(mistakes[i].error));
		assert_null(strchr(error, '\n'));
		assert_int_equal(set.count, 1);
		assert_int_equal(set.file_count, 1);
		assert_string_equal(set.rules[0].application, "kept");
	}
	rules_free(&set);
}

static void
long_lines_and_many_items_are_refused(void **state)
{
	struct rule_set set = { 0 };
	char error[512], *text = malloc(20000);
	int n;

	(void)state;
	n = sprintf(text, "rule 1 y\n client /");
	memset(text + n, 'a', 9000);
	memcpy(text + n + 9000, "/\n", 3);
	assert_int_equal(read_text(&set, text, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "a.rules:2:1: the line is longer than"));
	n = sprintf(text, "rule 1 y\n");
	for (int i = 0; i < 257; i++)
		n += sprintf(text + n, " client /a/\n");
	assert_int_equal(read_text(&set, text, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "a.rules:258:2: a rule has at most 256 patterns"));
	n = sprintf(text, "rule 1 y\n ports");
	for (int i = 0; i < 257; i++)
		n += sprintf(text + n, " %d", i + 1);
	assert_int_equal(read_text(&set, text, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "a rule has at most 256 ports"));
	free(text);
	rules_free(&set);
}

static void
write_file(const char *directory, const char *name, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	out = fopen(path, "we");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void
a_directory_is_read_by_name(void **state)
{
	char directory[] = "/tmp/rules.XXXXXX", error[512], path[256];
	static const char *const names[] = { "b.rules", "a.rules", ".c.rules", "d.txt" };
	struct rule_set set = { 0 };

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(rules_read_directory(&set, directory, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "there is no file *.rules in it"));
	write_file(directory, "b.rules", "rule 2 b\n client /b/\n");
	write_file(directory, "a.rules", "rule 1 a\n client /a/\n");
	write_file(directory, ".c.rules", "nonsense\n");
	write_file(directory, "d.txt", "nonsense\n");
	assert_int_equal(rules_read_directory(&set, directory, error, sizeof(error)), 0);
	assert_int_equal(set.count, 2);
	assert_int_equal(set.rules[1].patterns[0].file, 1);
	assert_non_null(strstr(set.files[0], "/a.rules"));
	rules_free(&set);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(rules_read_directory(&set, directory, error, sizeof(error)), -1);
	assert_int_equal(rules_read_file(&set, directory, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "can't be opened: No such file"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_says_what_its_lines_say),
		cmocka_unit_test(a_mistake_is_told_with_its_place),
		cmocka_unit_test(long_lines_and_many_items_are_refused),
		cmocka_unit_test(a_directory_is_read_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
