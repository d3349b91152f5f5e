/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * argus's option line and panoptes's own options: what each does, which words
 * belong to it, in which order they count, and what is refused.
 */
#include <stdlib.h>
#include <unistd.h>

#include <errno.h>

#include "config/metadata_item.h"
#include "tests/config/loaded.h"

/* A configuration file for -F, gone with conf_free(). */
static char conf_path[] = "/tmp/panoptes-test.XXXXXX";

static int
conf_create(void **state)
{
	static const char text[] = "ARGUS_OUTPUT_FILE=from-file\nARGUS_FLOW_STATUS_INTERVAL=60\n"
	                           "ARGUS_FILTER=\"udp\"\nARGUS_DAEMON=yes\nARGUS_INTERFACE=eth9\n"
	                           "ARGUS_TCP_TIMEOUT=77\nARGUS_GENERATE_MAC_DATA=yes\n"
	                           "ARGUS_MONITOR_ID=5\nARGUS_ACCESS_PORT=561\n";
	const int fd = mkstemp(conf_path);
	const size_t n = sizeof(text) - 1;
	int rc;

	(void)state;
	if (fd < 0)
		return -1;
	rc = write(fd, text, n) == (ssize_t)n ? 0 : -1;
	close(fd);
	return rc;
}

static int
conf_free(void **state)
{
	(void)state;
	return unlink(conf_path);
}

static void
each_flag_does_what_it_says(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-A", "-b", "-C", "-d", "-f", "-J", "-m", "-O", "-p",
	                          "-R", "-t", "-Z", "--stats", "--no-huge", NULL));
	assert_true(l.c.app_bytes && l.c.control_plane && l.c.daemon && l.c.follow && l.c.jitter &&
	            l.c.mac && l.c.response_time && l.c.tsh && l.c.packet_size && l.c.statistics);
	assert_false(l.c.filter_optimize || l.c.promiscuous);
	assert_int_equal(l.c.action, CONFIG_DUMP_FILTER);
	assert_int_equal(l.c.huge, HUGE_NO);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-XAmJ", "--huge", NULL));
	assert_true(l.c.app_bytes && l.c.mac && l.c.jitter);
	assert_int_equal(l.c.huge, HUGE_YES);
	loaded_free(&l);
}

static void
each_argument_arrives(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-B", "::1,127.0.0.1", "-B192.0.2.1", "-c", "/jail",
	                          "-D", "3", "-e", "7", "-g", "adm", "-u", "nobody", NULL));
	assert_int_equal(l.c.bind_addresses.n, 3);
	assert_string_equal(l.c.chroot_dir, "/jail");
	assert_int_equal(l.c.debug_level, 3);
	assert_int_equal(l.c.source_id.bytes[3], 7);
	assert_string_equal(l.c.group, "adm");
	assert_string_equal(l.c.user, "nobody");
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-M", "300", "-N", "5", "-P", "561", "-s", "96", "-S",
	                          "0.7", "-T", "2.5", "-U", "32", NULL));
	assert_int_equal(l.c.mar_interval_s, 300);
	assert_true(l.c.first_packet == 0 && l.c.last_packet == 5);
	assert_int_equal(l.c.access_port, 561);
	assert_int_equal(l.c.snaplen, 96);
	assert_true(l.c.status_interval_ns == 700000000);
	assert_true(l.c.time_scale == 2.5);
	assert_int_equal(l.c.user_data_size, 32);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "--workers", "4", "--flows=1M", "--burst", "16",
	                          "--ring-slots", "256", "--eal", "-m 64", NULL));
	assert_int_equal(l.c.workers, 4);
	assert_int_equal(l.c.flows, 1000000);
	assert_int_equal(l.c.burst, 16);
	assert_int_equal(l.c.ring_slots, 256);
	assert_string_equal(l.c.eal, "-m 64");
	loaded_free(&l);
}

static void
an_argument_behind_an_equals_sign_may_be_left_out(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "--apps", "--rules", "a", "--rules=b", NULL));
	assert_true(l.c.apps);
	assert_int_equal(l.c.apps_items, 0);
	assert_int_equal(l.c.rules.n, 2);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "--apps=+sni,+ja4", NULL));
	assert_int_equal(l.c.apps_items, METADATA_SNI | METADATA_JA4);
	loaded_free(&l);
	loaded_line(&l, "-X", "--apps=sni", NULL);
	assert_int_equal(l.rc, -EINVAL);
	assert_contains(l.error, "option --apps: \"sni\" is not yes, no, or items");
	loaded_free(&l);
}

/* argus skips a packets and stops behind packet b: tried there. */
static void
a_range_leaves_out_its_first_packets(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-N", "5-10", NULL));
	assert_true(l.c.first_packet == 6 && l.c.last_packet == 10);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-N", "0-5", NULL));
	assert_true(l.c.first_packet == 0 && l.c.last_packet == 5);
	loaded_free(&l);
}

static void
files_go_on_to_the_next_option(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-r", "b", "a", "c d", "-A", "-re", "f", "-r", "-", "-",
	                          "tcp", NULL));
	assert_int_equal(l.c.capture_files.n, 6);
	assert_string_equal(l.c.capture_files.v[0], "b");
	assert_string_equal(l.c.capture_files.v[1], "a");
	assert_string_equal(l.c.capture_files.v[2], "c d");
	assert_string_equal(l.c.capture_files.v[3], "e");
	assert_string_equal(l.c.capture_files.v[4], "f");
	assert_string_equal(l.c.capture_files.v[5], "-");
	assert_string_equal(l.c.packet_filter, "tcp");
	assert_true(l.c.app_bytes);
	loaded_free(&l);
}

static void
interfaces_of_one_option_belong_together(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-i", "en0", "en1", "-i", "dup:en2,en3/7", NULL));
	assert_int_equal(l.c.interfaces.n, 2);
	assert_string_equal(l.c.interfaces.v[0], "en0 en1");
	assert_string_equal(l.c.interfaces.v[1], "dup:en2,en3/7");
	loaded_free(&l);
}

static void
an_output_may_have_a_filter_word(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-w", "a", "tcp and port 80", "-w", "b", "-w", "-",
	                          "-A", "-wc", "", "-", "udp", NULL));
	assert_int_equal(l.c.outputs.n, 4);
	assert_string_equal(l.c.outputs.v[0].target, "a");
	assert_string_equal(l.c.outputs.v[0].filter, "tcp and port 80");
	assert_string_equal(l.c.outputs.v[1].target, "b");
	assert_null(l.c.outputs.v[1].filter);
	assert_string_equal(l.c.outputs.v[2].target, "-");
	assert_string_equal(l.c.outputs.v[3].target, "c");
	assert_null(l.c.outputs.v[3].filter);
	assert_string_equal(l.c.packet_filter, "udp");
	loaded_free(&l);
}

static void
response_times_unless_a_directory_follows(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-R", "/tmp", "/", "-w", "x", NULL));
	assert_false(l.c.response_time);
	assert_int_equal(l.c.capture_dirs.n, 2);
	assert_string_equal(l.c.capture_dirs.v[0], "/tmp");
	assert_string_equal(l.c.capture_dirs.v[1], "/");
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-r", "x", "-R", "-", "tcp", NULL));
	assert_true(l.c.response_time);
	assert_int_equal(l.c.capture_dirs.n, 0);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-R", NULL));
	assert_true(l.c.response_time);
	loaded_free(&l);
	/* as in argus: a word of the filter */
	assert_loaded(loaded_line(&l, "-X", "-R", "tcp", NULL));
	assert_true(l.c.response_time);
	assert_string_equal(l.c.packet_filter, "tcp");
	loaded_free(&l);
	assert_refused(loaded_line(&l, "-X", "-R", "/no/such/folder", NULL), "not a directory");
	loaded_free(&l);
}

static void
the_filter_is_what_follows_a_dash(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-", "tcp", "and", "port 80", NULL));
	assert_string_equal(l.c.packet_filter, "tcp and port 80");
	loaded_free(&l);
	/* options are known behind one dash, and a second dash is a minus */
	assert_loaded(loaded_line(&l, "-X", "-", "ip[2:2]", "-", "20", "-A", ">", "5", NULL));
	assert_string_equal(l.c.packet_filter, "ip[2:2] - 20 > 5");
	assert_true(l.c.app_bytes);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "--", "-A", "-", "--workers", NULL));
	assert_string_equal(l.c.packet_filter, "-A - --workers");
	assert_false(l.c.app_bytes);
	loaded_free(&l);
	/* a word that belongs to no option, without any dash */
	assert_loaded(loaded_line(&l, "-X", "-A", "tcp", "-m", "or", "udp", NULL));
	assert_string_equal(l.c.packet_filter, "tcp or udp");
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-", NULL));
	assert_null(l.c.packet_filter);
	loaded_free(&l);
	/* the argument of an option, not the end of them */
	assert_loaded(loaded_line(&l, "-X", "-u", "--", "-A", NULL));
	assert_string_equal(l.c.user, "--");
	assert_true(l.c.app_bytes);
	loaded_free(&l);
}

static void
a_file_counts_where_it_stands(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-S", "1", "-F", conf_path, NULL));
	assert_true(l.c.status_interval_ns == UINT64_C(60000000000));
	assert_int_equal(l.c.origin[KEY_status_interval], ORIGIN_FILE);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-F", conf_path, "-S", "1", "-", "tcp", NULL));
	assert_true(l.c.status_interval_ns == UINT64_C(1000000000));
	assert_int_equal(l.c.origin[KEY_status_interval], ORIGIN_LINE);
	assert_string_equal(l.c.packet_filter, "tcp");
	assert_string_equal(l.c.outputs.v[0].target, "from-file");
	loaded_free(&l);
	/* the filter of the line wins wherever the file stands */
	assert_loaded(loaded_line(&l, "tcp", "-F", conf_path, NULL));
	assert_string_equal(l.c.packet_filter, "tcp");
	loaded_free(&l);
	/* and an empty one is none */
	assert_loaded(loaded_line(&l, "-F", conf_path, "-", NULL));
	assert_null(l.c.packet_filter);
	loaded_free(&l);
}

static void
the_first_output_of_the_line_replaces_those_of_files(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-F", conf_path, "-w", "a", "-w", "b", "-i", "e1", NULL));
	assert_int_equal(l.c.outputs.n, 2);
	assert_string_equal(l.c.outputs.v[0].target, "a");
	assert_int_equal(l.c.interfaces.n, 1);
	assert_string_equal(l.c.interfaces.v[0], "e1");
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-w", "a", "-F", conf_path, NULL));
	assert_int_equal(l.c.outputs.n, 1);
	assert_string_equal(l.c.outputs.v[0].target, "from-file");
	loaded_free(&l);
}

static void
the_daemon_flag_turns_round_what_the_file_says(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-F", conf_path, NULL));
	assert_true(l.c.daemon);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-F", conf_path, "-d", NULL));
	assert_false(l.c.daemon);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-d", "-d", NULL));
	assert_false(l.c.daemon);
	loaded_free(&l);
}

static void
reset_forgets_what_argus_forgets(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-F", conf_path, "-r", "in", "-Z", "-U", "9", "-w", "x",
	                          "--workers", "3", "-X", NULL));
	assert_int_equal(l.c.outputs.n + l.c.interfaces.n, 0);
	assert_true(l.c.status_interval_ns == UINT64_C(5000000000));
	assert_int_equal(l.c.source_id.kind, SOURCE_ID_NONE);
	assert_int_equal(l.c.access_port + l.c.user_data_size, 0);
	assert_null(l.c.packet_filter);
	assert_false(l.c.mac);
	assert_int_equal(l.c.origin[KEY_outputs], ORIGIN_DEFAULT);
	/* and what it keeps */
	assert_int_equal(l.c.tcp_timeout_s, 77);
	assert_true(l.c.packet_size);
	assert_true(l.c.daemon);
	assert_int_equal(l.c.capture_files.n, 1);
	assert_int_equal(l.c.workers, 3);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-A", "-X", "-m", NULL));
	assert_false(l.c.app_bytes);
	assert_true(l.c.mac);
	loaded_free(&l);
}

static void
the_system_file_is_read_without_reset_or_file(void **state)
{
	struct config system;
	struct loaded l;
	char error[512];

	(void)state;
	config_init(&system);
	if (config_load_file(&system, "/etc/argus.conf", error, sizeof(error)) != 0 ||
	    system.outputs.n == 0) {
		config_fini(&system);
		skip();
	}
	loaded_line(&l, "-A", NULL);
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.c.outputs.n, system.outputs.n);
	loaded_free(&l);
	/* wherever they stand, alone or among others */
	loaded_line(&l, "-A", "-mX", NULL);
	assert_int_equal(l.c.outputs.n, 0);
	loaded_free(&l);
	loaded_line(&l, "-A", "-F", "/dev/null", NULL);
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.c.outputs.n, 0);
	loaded_free(&l);
	/* an X in an argument is none */
	loaded_line(&l, "-u", "-X", NULL);
	assert_int_equal(l.c.outputs.n, system.outputs.n);
	loaded_free(&l);
	config_fini(&system);
}

static void
help_comes_before_all_else(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-F", "/no/such/file", "-S", "often", "-h", NULL));
	assert_int_equal(l.c.action, CONFIG_HELP);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "--help", "--nonsense", NULL));
	assert_int_equal(l.c.action, CONFIG_HELP);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "--version", NULL));
	assert_int_equal(l.c.action, CONFIG_VERSION);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "--print-manual", NULL));
	assert_int_equal(l.c.action, CONFIG_MANUAL);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-b", NULL));
	assert_int_equal(l.c.action, CONFIG_DUMP_FILTER);
	loaded_free(&l);
}

static void
what_looks_at_a_machine_has_the_configuration(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "--doctor", "-i", "eth7", NULL));
	assert_int_equal(l.c.action, CONFIG_DOCTOR);
	assert_int_equal(l.c.interfaces.n, 1);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "--dry-run", "-i", "eth7", "--workers", "3", NULL));
	assert_int_equal(l.c.action, CONFIG_DRY_RUN);
	assert_int_equal(l.c.interfaces.n, 1);
	assert_int_equal(l.c.workers, 3);
	loaded_free(&l);
}

static void
what_is_wrong_is_refused_in_one_line(void **state)
{
	static const struct {
		const char *words[4];
		const char *says;
	} rows[] = {
		{ { "-q" }, "option -q is unknown" },
		{ { "-Aq" }, "option -q is unknown" },
		{ { "-\n" }, "is unknown" },
		{ { "--nonsense" }, "option --nonsense is unknown" },
		{ { "--nonsense=\x1b[31m" }, "--nonsense=?[31m" },
		{ { "--h" }, "unknown" }, /* --help or --huge */
		{ { "--huge=yes" }, "option --huge takes no argument" },
		{ { "-r" }, "option -r: its argument is missing (file ...)" },
		{ { "--workers" }, "option --workers: its argument is missing (n)" },
		{ { "--workers", "none" }, "option --workers: \"none\" is not a number (0 to 64)" },
		{ { "--workers", "100000" }, "\"100000\" is not a number (0 to 64)" },
		{ { "--burst", "0" }, "option --burst: \"0\" is not a number (1 to 64)" },
		{ { "--burst", "65" }, "(1 to 64)" },
		{ { "--flows", "-3" }, "option --flows: \"-3\"" },
		{ { "--ring-slots", "1" }, "(64 to 1048576)" },
		{ { "-S", "abc" },
		  "option -S: \"abc\" is not a number of seconds (0.000001 to 31536000, or 0)" },
		{ { "-S", "" }, "option -S: \"\" is not" },
		{ { "-M", "-5" }, "option -M: \"-5\"" },
		{ { "-U", "much" }, "option -U: \"much\" is not a number (0 to 32000)" },
		{ { "-P", "70000" }, "option -P: \"70000\"" },
		{ { "-N", "0" }, "option -N: \"0\" is not a number of packets" },
		{ { "-N", "10-5" }, "\"10-5\"" },
		{ { "-N", "5-5" }, "\"5-5\"" },
		{ { "-N", "-5" }, "\"-5\"" },
		{ { "-T", "-1" }, "option -T: \"-1\"" },
		{ { "-T", "1000001" }, "\"1000001\"" },
		{ { "-w", "-Z" }, "option -w: \"-Z\" is not a file" },
		{ { "-w", "" }, "option -w: \"\"" },
		{ { "-r", "-A" }, "option -r: \"-A\" is not a capture file" },
		{ { "-r", "a", "" }, "option -r: \"\"" },
		{ { "-F", "/no/such/file" }, "/no/such/file: can't be opened" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const *w = rows[i].words;
		struct loaded l;

		loaded_line(&l, "-X", w[0], w[1], w[2], w[3], NULL);
		assert_refused(&l, rows[i].says);
		loaded_free(&l);
	}
}

static void
a_mistake_in_a_file_names_file_and_line(void **state)
{
	char path[] = "/tmp/panoptes-test.XXXXXX";
	const int fd = mkstemp(path);
	struct loaded l;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "\nARGUS_DAEMON=perhaps\n", 22), 22);
	close(fd);
	assert_refused(loaded_line(&l, "-r", "x", "-F", path, NULL),
	               ":2: ARGUS_DAEMON: \"perhaps\"");
	assert_contains(l.error, path);
	loaded_free(&l);
	unlink(path);
}

static void
user_data_has_a_greatest_size(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-U", "32000", NULL));
	assert_int_equal(l.c.user_data_size, 32000);
	loaded_free(&l);
	assert_warned(loaded_line(&l, "-X", "-U", "65535", NULL), "option -U: lowered to 32000");
	assert_int_equal(l.c.user_data_size, 32000);
	loaded_free(&l);
	assert_warned(loaded_text(&l, "ARGUS_CAPTURE_DATA_LEN=5G\n"), "lowered to 32000");
	assert_int_equal(l.c.user_data_size, 32000);
	loaded_free(&l);
}

static void
no_words_at_all_are_fine(void **state)
{
	char *const argv[] = { NULL };
	struct config c;
	char error[512];

	(void)state;
	config_init(&c);
	assert_int_equal(config_load(&c, 0, argv, error, sizeof(error)), 0);
	config_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_flag_does_what_it_says),
		cmocka_unit_test(each_argument_arrives),
		cmocka_unit_test(an_argument_behind_an_equals_sign_may_be_left_out),
		cmocka_unit_test(a_range_leaves_out_its_first_packets),
		cmocka_unit_test(files_go_on_to_the_next_option),
		cmocka_unit_test(interfaces_of_one_option_belong_together),
		cmocka_unit_test(an_output_may_have_a_filter_word),
		cmocka_unit_test(response_times_unless_a_directory_follows),
		cmocka_unit_test(the_filter_is_what_follows_a_dash),
		cmocka_unit_test(a_file_counts_where_it_stands),
		cmocka_unit_test(the_first_output_of_the_line_replaces_those_of_files),
		cmocka_unit_test(the_daemon_flag_turns_round_what_the_file_says),
		cmocka_unit_test(reset_forgets_what_argus_forgets),
		cmocka_unit_test(the_system_file_is_read_without_reset_or_file),
		cmocka_unit_test(help_comes_before_all_else),
		cmocka_unit_test(what_looks_at_a_machine_has_the_configuration),
		cmocka_unit_test(what_is_wrong_is_refused_in_one_line),
		cmocka_unit_test(a_mistake_in_a_file_names_file_and_line),
		cmocka_unit_test(user_data_has_a_greatest_size),
		cmocka_unit_test(no_words_at_all_are_fine),
	};

	return cmocka_run_group_tests(tests, conf_create, conf_free);
}
