/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules in force: how a flow's application is decided, how many payloads are looked
 * at, what is counted; the cache on disk; rules that are replaced under a matcher.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/metadata_item.h"
#include "lcore/apps/matcher.h"

/* A matcher over rules of a test's own, in a directory of its own. */
struct bench {
	char directory[32], path[64];
	struct config config;
	struct apps *apps;
	struct matcher *matcher;
	struct counters counters;
	struct matcher_flow flow;
};

static struct bench bench;

static void
write_rules(const char *text)
{
	FILE *out = fopen(bench.path, "we");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void
load(const char *text)
{
	char error[512] = "";

	write_rules(text);
	if (apps_create(&bench.apps, &bench.config, 1, error, sizeof(error)) < 0)
		fail_msg("%s", error);
	bench.matcher = matcher_create(bench.apps, 0, 64, &bench.counters, -1);
	assert_non_null(bench.matcher);
	matcher_open(bench.matcher, &bench.flow);
}

static int
set_up(void **state)
{
	(void)state;
	memset(&bench, 0, sizeof(bench));
	snprintf(bench.directory, sizeof(bench.directory), "/tmp/apps.XXXXXX");
	if (mkdtemp(bench.directory) == NULL)
		return -1;
	snprintf(bench.path, sizeof(bench.path), "%s/my.rules", bench.directory);
	config_init(&bench.config);
	bench.config.apps = true;
	bench.config.apps_shipped = false;
	bench.config.apps_cache = strdup("no");
	bench.config.rules.v = calloc(1, sizeof(char *));
	bench.config.rules.v[0] = strdup(bench.path);
	bench.config.rules.n = 1;
	return 0;
}

static int
tear_down(void **state)
{
	DIR *d;
	const struct dirent *entry;

	(void)state;
	if (bench.matcher != NULL)
		matcher_close(bench.matcher, &bench.flow);
	matcher_free(bench.matcher);
	apps_free(bench.apps);
	config_fini(&bench.config);
	d = opendir(bench.directory);
	if (d == NULL)
		return -1;
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	closedir(d);
	return rmdir(bench.directory);
}

static unsigned
look_at(const char *payload, int dir, bool oriented, uint16_t port)
{
	const struct matcher_packet p = {
		.data = (const uint8_t *)payload,
		.size = (uint32_t)strlen(payload),
		.port = { 50000, port },
		.transport = RULE_TCP,
		.dir = (uint8_t)dir,
		.oriented = oriented,
	};

	return matcher_look(bench.matcher, &bench.flow, &p);
}

static void
assert_label(const char *expected)
{
	struct label label;

	matcher_label(bench.matcher, &bench.flow, &label);
	assert_int_equal(label.len, strlen(expected));
	assert_memory_equal(label.text, expected, label.len);
}

static uint64_t
count(enum counter c)
{
	return counter_get(&bench.counters, c);
}

static void
a_sure_rule_decides_at_once(void **state)
{
	(void)state;
	load("rule 1 a\n client /^A/\n confidence 80\n");
	assert_int_equal(look_at("A", 0, true, 1), 0); /* nothing more to look at */
	assert_label("app=a");
	assert_int_equal(count(COUNTER_apps_payloads), 1);
	/* whatever comes, it is not looked at */
	for (int i = 0; i < 10; i++)
		assert_int_equal(look_at("B", i % 2, true, 1), 0);
	assert_int_equal(count(COUNTER_apps_payloads), 1);
	assert_int_equal(count(COUNTER_apps_flows), 1);
	assert_int_equal(count(COUNTER_apps_labelled), 1);
	assert_int_equal(count(COUNTER_apps_bytes), 1);
}

static void
an_unsure_rule_waits_for_the_other_side(void **state)
{
	(void)state;
	load("rule 1 a\n client /^A/\n confidence 60\nrule 2 b\n server /^B/\n confidence 70\n");
	assert_int_equal(look_at("A", 0, true, 1), 3);
	assert_label("app=a"); /* the best so far */
	assert_int_equal(look_at("B", 1, true, 1), 0);
	assert_label("app=b");
}

static void
no_more_packets_than_configured_are_looked_at(void **state)
{
	(void)state;
	bench.config.apps_packets = 3;
	load("rule 1 a\n client /^A/\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(look_at("x", 0, true, 1), i < 2 ? 3 : 2);
	assert_int_equal(look_at("A", 0, true, 1), 2); /* too late */
	for (int i = 0; i < 3; i++)
		assert_int_equal(look_at("x", 1, true, 1), i < 2 ? 2 : 0);
	assert_label("");
	assert_int_equal(count(COUNTER_apps_payloads), 6);
	assert_int_equal(count(COUNTER_apps_unknown), 1);
	assert_int_equal(count(COUNTER_apps_labelled), 0);
}

static void
what_ends_undecided_is_counted(void **state)
{
	(void)state;
	load("rule 1 a\n client /^A/\n confidence 50\n");
	(void)look_at("A", 0, true, 1);
	assert_int_equal(count(COUNTER_apps_labelled), 0);
	matcher_close(bench.matcher, &bench.flow);
	assert_int_equal(count(COUNTER_apps_labelled), 1);
	assert_int_equal(apps_named(bench.apps, 1), 1);
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("B", 0, true, 1);
	matcher_close(bench.matcher, &bench.flow);
	assert_int_equal(count(COUNTER_apps_unknown), 1);
	assert_int_equal(count(COUNTER_apps_flows), 2);
}

static void
of_equals_the_port_decides_then_the_id(void **state)
{
	(void)state;
	load("rule 5 five\n ports 25\n client /^A/\nrule 3 three\n client /^A/\n"
	     "rule 4 four\n client /^A/\n ports 26\n");
	(void)look_at("A", 0, true, 27);
	assert_label("app=three");
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("A", 0, true, 25);
	assert_label("app=five");
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("A", 0, true, 26);
	assert_label("app=four");
}

static void
a_port_never_decides_alone(void **state)
{
	(void)state;
	load("rule 1 a\n ports 25\n client /^A/\nrule 2 b\n ports 25\n needs-port\n client /^B/\n");
	(void)look_at("x", 0, true, 25);
	assert_label("");
	(void)look_at("B", 0, true, 24);
	assert_label("");
	(void)look_at("B", 0, true, 25);
	assert_label("app=b");
}

static void
sides_are_kept_apart(void **state)
{
	(void)state;
	load("rule 1 a\n client /^A/\nrule 2 b\n server /^B/\nrule 3 c\n either /^C/\n");
	(void)look_at("A", 1, true, 1);
	(void)look_at("B", 0, true, 1);
	assert_label("");
	(void)look_at("C", 1, true, 1);
	assert_label("app=c");
	/* where nobody knows who opened it, both ways are possible; a little less sure */
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("A", 1, false, 1);
	assert_label("app=a");
	assert_int_equal(bench.flow.rank >> 2, 70);
}

static void
a_rule_may_need_both_sides(void **state)
{
	(void)state;
	load("rule 1 a\n client /^A/\n server /^B/\n match all\n");
	(void)look_at("A", 0, true, 1);
	assert_label("");
	(void)look_at("x", 1, true, 1);
	assert_label("");
	(void)look_at("B", 1, true, 1);
	assert_label("app=a");
	/* both from one side are not both sides */
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("A", 0, false, 1);
	(void)look_at("B", 0, false, 1);
	assert_label("");
	(void)look_at("B", 1, false, 1);
	assert_label("app=a");
}

static void
other_transports_are_other_rules(void **state)
{
	(void)state;
	load("rule 1 a\n transport udp\n client /^A/\nrule 2 b\n transport sctp udp\n client "
	     "/A/\n");
	(void)look_at("A", 0, true, 1);
	assert_label("");
}

static void
hints_and_alerts_stand_beside_the_application(void **state)
{
	(void)state;
	load("rule 1 a\n client /^A/\nrule 2 a\n client /two/\n hint h\n"
	     "rule 3 any\n client /bad/\n alert evil\nrule 4 any\n client /worse/\n alert evil\n"
	     "rule 5 any\n client /worst/\n alert evil\n");
	(void)look_at("A two bad worse worst", 0, true, 1);
	assert_label("app=a;hint=h;alert=3;alert=4");
	assert_int_equal(count(COUNTER_apps_alerts), 3);
	assert_int_equal(apps_matched(bench.apps, 2), 1);
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("bad", 0, true, 1); /* alone it is no application, and the flow goes on */
	(void)look_at("bad", 0, true, 1);
	assert_label("alert=3");
	assert_int_equal(apps_matched(bench.apps, 2), 3);
	assert_int_equal(count(COUNTER_apps_payloads), 3);
}

static void
a_wrong_pattern_is_told_with_its_place(void **state)
{
	char error[512];

	(void)state;
	write_rules("rule 1 a\n client /a/\nrule 2 b\n server /(?<=x)a/\n");
	assert_int_equal(apps_create(&bench.apps, &bench.config, 1, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "/my.rules:4:9: the pattern can't be compiled: "));
	write_rules("# none\n");
	assert_int_equal(apps_create(&bench.apps, &bench.config, 1, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "there is no rule"));
}

static void
cache_on(void)
{
	free(bench.config.apps_cache);
	bench.config.apps_cache = strdup(bench.directory);
}

static bool
loads_from_cache(const char *text)
{
	bool cached;

	load(text);
	(void)apps_size(bench.apps, &cached);
	(void)look_at("A", 0, true, 1);
	assert_label("app=a"); /* either way it works */
	matcher_close(bench.matcher, &bench.flow);
	matcher_free(bench.matcher);
	apps_free(bench.apps);
	bench.matcher = NULL;
	bench.apps = NULL;
	return cached;
}

/* The cache's file, which there is one of. */
static void
cache_path(char *path, size_t size)
{
	DIR *d = opendir(bench.directory);
	const struct dirent *entry;

	path[0] = '\0';
	while ((entry = readdir(d)) != NULL)
		if (strncmp(entry->d_name, "rules-", 6) == 0)
			snprintf(path, size, "%s/%.40s", bench.directory, entry->d_name);
	closedir(d);
	assert_true(path[0] != '\0');
}

static void
compiled_rules_are_kept_on_disk(void **state)
{
	static const char rules[] = "rule 1 a\n client /^A/\n";
	char path[128];
	struct stat st;
	int fd;

	(void)state;
	cache_on();
	assert_false(loads_from_cache(rules));
	assert_true(loads_from_cache(rules));
	/* the name is not part of what is compiled; the pattern is */
	assert_true(loads_from_cache("rule 77 a\n client /^A/\n category web\n"));
	cache_path(path, sizeof(path));
	assert_false(loads_from_cache("rule 1 a\n client /^A/i\n"));
	/* who may write it may run code here: such a file is not read */
	assert_int_equal(chmod(path, 0620), 0);
	assert_false(loads_from_cache(rules));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600); /* it was made anew */
	assert_true(loads_from_cache(rules));
	/* damage is found, wherever it is */
	for (off_t at = 0; at < st.st_size; at += st.st_size / 13 + 1) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		assert_int_equal(pwrite(fd, "\x5a\xa5\x5a", 3, at), 3);
		close(fd);
		(void)loads_from_cache(rules);
	}
	assert_int_equal(truncate(path, st.st_size / 2), 0);
	assert_false(loads_from_cache(rules));
}

static void
a_reload_changes_new_decisions_alone(void **state)
{
	char error[512];
	struct matcher_flow old;

	(void)state;
	load("rule 1 a\n client /^A/\nrule 2 half\n client /^H/\n server /^I/\n match all\n");
	(void)look_at("A", 0, true, 1);
	old = bench.flow;
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("H", 0, true, 1);
	write_rules(
	        "rule 9 new\n client /^A/\nrule 2 half\n client /^X/\n server /^I/\n match all\n");
	assert_int_equal(apps_reload(bench.apps, error, sizeof(error)), 0);
	assert_false(apps_tidy(bench.apps)); /* the matcher uses what was */
	assert_int_equal(apps_reload(bench.apps, error, sizeof(error)), -EBUSY);
	matcher_begin(bench.matcher);
	assert_true(apps_tidy(bench.apps));
	(void)look_at("I", 1, true, 1);
	assert_label(""); /* what waited was the old rules' */
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("A", 0, true, 1);
	assert_label("app=new");
	bench.flow = old;
	assert_label("app=a");
	write_rules("rule 9 new\n client /(/\n");
	assert_int_equal(apps_reload(bench.apps, error, sizeof(error)), -EINVAL);
	matcher_open(bench.matcher, &bench.flow);
	(void)look_at("A", 0, true, 1);
	assert_label("app=new");
}

static atomic_bool stop;

static void *
match_on(void *arg)
{
	uint64_t flows = 0;

	(void)arg;
	while (!atomic_load(&stop)) {
		struct label label;

		matcher_begin(bench.matcher);
		matcher_open(bench.matcher, &bench.flow);
		(void)look_at("A", 0, true, 1);
		matcher_label(bench.matcher, &bench.flow, &label);
		matcher_close(bench.matcher, &bench.flow);
		flows += label.len == 5 && memcmp(label.text, "app=", 4) == 0;
	}
	return (void *)(uintptr_t)flows;
}

/* No flow is without a label while rules come and go. */
static void
rules_are_replaced_while_a_worker_matches(void **state)
{
	char error[512];
	pthread_t thread;
	void *flows;

	(void)state;
	load("rule 1 a\n client /^A/\n");
	assert_int_equal(pthread_create(&thread, NULL, match_on, NULL), 0);
	for (int i = 0; i < 50; i++) {
		write_rules(i % 2 ? "rule 1 a\n client /^A/\n" : "rule 2 b\n client /^A/\n");
		while (apps_reload(bench.apps, error, sizeof(error)) == -EBUSY)
			;
	}
	atomic_store(&stop, true);
	assert_int_equal(pthread_join(thread, &flows), 0);
	assert_true((uintptr_t)flows > 0);
	assert_int_equal((uintptr_t)flows, count(COUNTER_apps_labelled));
	assert_int_equal(count(COUNTER_apps_labelled), count(COUNTER_apps_flows));
	assert_int_equal(count(COUNTER_apps_unknown), 0);
	assert_int_equal(apps_named(bench.apps, 1) + apps_named(bench.apps, 2),
	                 count(COUNTER_apps_labelled));
}

static void
metadata_stands_behind_the_application(void **state)
{
	(void)state;
	bench.config.apps_items = METADATA_HOST | METADATA_STATUS;
	load("rule 1 http\n client /^GET /\n");
	assert_int_equal(look_at("GET / HTTP/1.1\r\nHost: a;b\r\n\r\n", 0, true, 80), 2);
	assert_label("app=http;host=a%3Bb");
	assert_int_equal(look_at("HTTP/1.1 404 No\r\n\r\n", 1, true, 80) & 2, 0);
	assert_label("app=http;host=a%3Bb;status=404");
	assert_int_equal(count(COUNTER_apps_payloads), 1); /* only the first was matched */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sure_rule_decides_at_once),
		TEST(an_unsure_rule_waits_for_the_other_side),
		TEST(no_more_packets_than_configured_are_looked_at),
		TEST(what_ends_undecided_is_counted),
		TEST(of_equals_the_port_decides_then_the_id),
		TEST(a_port_never_decides_alone),
		TEST(sides_are_kept_apart),
		TEST(a_rule_may_need_both_sides),
		TEST(other_transports_are_other_rules),
		TEST(hints_and_alerts_stand_beside_the_application),
		TEST(a_wrong_pattern_is_told_with_its_place),
		TEST(compiled_rules_are_kept_on_disk),
		TEST(a_reload_changes_new_decisions_alone),
		TEST(rules_are_replaced_while_a_worker_matches),
		TEST(metadata_stands_behind_the_application),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
