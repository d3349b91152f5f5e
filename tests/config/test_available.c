/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/capture_name.h"
#include "tests/config/loaded.h"

static void
assert_available(struct loaded *l)
{
	const int rc = config_check_available(&l->c, l->error, sizeof(l->error));

	assert_int_equal(l->rc, 0);
	if (rc != 0)
		print_error("%s\n", l->error);
	assert_int_equal(rc, 0);
	loaded_free(l);
}

static void
assert_not_available(struct loaded *l, const char *words)
{
	assert_int_equal(l->rc, 0);
	assert_int_equal(config_check_available(&l->c, l->error, sizeof(l->error)), -ENOTSUP);
	assert_contains(l->error, words);
	assert_contains(l->error, "not available yet");
	assert_null(strchr(l->error, '\n'));
	loaded_free(l);
}

static void
captures_to_files_are_there(void **state)
{
	struct loaded l;

	(void)state;
	assert_available(loaded_line(&l, "-X", "-r", "a", "-w", "-", "-AJmRZC", "-U", "9", "-S",
	                             "1", "-M", "2", "-e", "1", "-N", "5", "-T", "1", "-f", "-t",
	                             "-O", "-p", "-s", "96", "-D", "1", "-u", "nobody", "-g", "adm",
	                             "-", "tcp", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "a", "-w", "o", "tcp and port 80", NULL));
	assert_available(loaded_line(&l, "-X", "-R", "/tmp", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "a", "-w", "argus-udp://h:561", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "a", "-w", "udp://h", "tcp", NULL));
	assert_available(loaded_line(&l, "-X", "-b", "-r", "a", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "cisco:a", "ipfix:b", "./foo:c", NULL));
}

/* Whichever comes first, the id or the format. */
static void
long_source_ids_are_of_format_5(void **state)
{
	static const char uuid[] = "00112233-4455-6677-8899-aabbccddeeff";
	struct loaded l;

	(void)state;
	assert_available(loaded_line(&l, "-X", "-r", "a", "-e", uuid, "--format", "5", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "a", "--format", "5", "-e", "::1", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "a", "--format", "3", "-e", "1", NULL));
	loaded_line(&l, "-X", "-r", "a", "-e", "2001:db8::1", NULL);
	assert_int_equal(config_check_available(&l.c, l.error, sizeof(l.error)), -ENOTSUP);
	assert_contains(l.error, "option -e: an IPv6 address is an id of record format 5 alone");
	loaded_free(&l);
	loaded_text(&l, "ARGUS_MONITOR_ID=00112233-4455-6677-8899-aabbccddeeff\n");
	assert_int_equal(config_check_available(&l.c, l.error, sizeof(l.error)), -ENOTSUP);
	assert_contains(l.error, "ARGUS_MONITOR_ID: a UUID is an id of record format 5 alone");
	loaded_free(&l);
}

static void
assert_not_taken(struct loaded *l, const char *words)
{
	assert_int_equal(l->rc, 0);
	assert_int_equal(config_check_available(&l->c, l->error, sizeof(l->error)), -ENOTSUP);
	assert_contains(l->error, words);
	assert_null(strchr(l->error, '\n'));
	loaded_free(l);
}

static void
packets_come_from_somewhere_and_not_from_both(void **state)
{
	struct loaded l;

	(void)state;
	assert_available(loaded_line(&l, "-X", NULL)); /* the first interface that is up */
	assert_not_taken(loaded_line(&l, "-X", "-r", "a", "-i", "eth0", NULL), "not from both");
	assert_not_taken(loaded_line(&l, "-X", "-R", "/tmp", "-i", "eth0", NULL), "not from both");
	assert_available(loaded_line(&l, "-X", "-i", "eth0", NULL));
	assert_available(loaded_text(&l, "ARGUS_INTERFACE=ind:eth0/1,eth1/2\n"));
}

static void
an_unknown_kind_of_capture_is_refused_with_the_known_ones(void **state)
{
	struct loaded *l, storage;

	(void)state;
	l = loaded_line(&storage, "-X", "-r", "foo:flows.pcap", NULL);
	assert_int_equal(l->rc, 0);
	assert_int_equal(config_check_available(&l->c, l->error, sizeof(l->error)), -ENOTSUP);
	assert_contains(l->error, "option -r: foo:flows.pcap: ");
	assert_contains(l->error, CAPTURE_PREFIXES);
	assert_null(strchr(l->error, '\n'));
	loaded_free(l);
}

static void
an_output_to_nowhere_is_refused_with_what_would_be_right(void **state)
{
	static const struct {
		const char *target, *says;
	} rows[] = {
		{ "http://h", "output http://h: expected a file, -, argus-udp://" },
		{ "argus-udp://h:0", "output argus-udp://h:0: expected a port from 1 to 65535" },
	};
	struct loaded l;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		loaded_line(&l, "-X", "-r", "a", "-w", rows[i].target, NULL);
		assert_int_equal(l.rc, 0);
		assert_int_equal(config_check_available(&l.c, l.error, sizeof(l.error)), -ENOTSUP);
		assert_contains(l.error, rows[i].says);
		assert_null(strchr(l.error, '\n'));
		loaded_free(&l);
	}
}

static void
rotation_needs_a_name_with_a_time_and_a_spool_tcp(void **state)
{
	struct loaded l;

	(void)state;
	assert_available(loaded_line(&l, "-X", "-r", "a", "--rotate", "5m", "-w", "-", "-w",
	                             "/a/%H.%M", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "a", "--rotate", "0", "-w", "o", NULL));
	assert_available(loaded_line(&l, "-X", "-r", "a", "-w", "/a/%H", NULL));
	loaded_line(&l, "-X", "-r", "a", "--rotate", "5m", "-w", "o", "-w", "udp://[::1%lo]", NULL);
	assert_int_equal(l.rc, 0);
	assert_int_equal(config_check_available(&l.c, l.error, sizeof(l.error)), -ENOTSUP);
	assert_contains(l.error, "option --rotate: no output is a file with a time in its name");
	loaded_free(&l);
	assert_available(
	        loaded_line(&l, "-X", "-r", "a", "--spool", "/a", "-w", "argus-tcp://h", NULL));
	loaded_line(&l, "-X", "-r", "a", "--spool", "/a", "-w", "o", NULL);
	assert_int_equal(config_check_available(&l.c, l.error, sizeof(l.error)), -ENOTSUP);
	assert_contains(l.error, "option --spool: no output is of argus-tcp://");
	loaded_free(&l);
}

static void
switched_off_they_are_no_matter(void **state)
{
	struct loaded l;

	(void)state;
	assert_available(loaded_line(&l, "-X", "-r", "a", "-P", "0", "-B", "", "-d", "-d", "-w",
	                             "o", "", NULL));
	assert_available(loaded_line(&l, "-r", "a", "-P", "561", "-i", "eth0", "-C", "-X", NULL));
}

/* An argus.conf of a live probe, and a capture. */
static void
what_a_file_says_about_live_capture_is_no_matter(void **state)
{
	static const char text[] = "ARGUS_DAEMON=yes\nARGUS_INTERFACE=eth0\nARGUS_ACCESS_PORT=561\n"
	                           "ARGUS_BIND_IP=127.0.0.1\nARGUS_SET_PID=yes\n"
	                           "ARGUS_PID_PATH=/run\nARGUS_PCAP_BUF_SIZE=1G\n"
	                           "ARGUS_MIN_SSF=40\nARGUS_MAX_SSF=128\n"
	                           "ARGUS_GO_PROMISCUOUS=yes\nARGUS_ENV=\"A=b\"\n"
	                           "ARGUS_EVENT_DATA=\"prog:/usr/bin/uptime:30s\"\n";
	static const char jail[] = "ARGUS_CHROOT_DIR=/jail\n";
	struct loaded l;

	(void)state;
	loaded_line(&l, "-X", "-r", "a", "-w", "o", NULL);
	assert_int_equal(config_load_text(&l.c, "probe.conf", text, sizeof(text) - 1, l.error,
	                                  sizeof(l.error)),
	                 0);
	assert_int_equal(l.c.warnings.n, 0);
	assert_false(config_listens(&l.c));
	assert_available(&l);
	/* but for a jail: there captures would not be found */
	loaded_line(&l, "-X", "-r", "a", "-w", "o", NULL);
	assert_int_equal(config_load_text(&l.c, "probe.conf", jail, sizeof(jail) - 1, l.error,
	                                  sizeof(l.error)),
	                 0);
	assert_not_taken(&l, "ARGUS_CHROOT_DIR: only live capture");
	assert_not_taken(loaded_line(&l, "-X", "-r", "a", "-c", "/jail", NULL), "option -c");
	assert_available(loaded_line(&l, "-X", "-i", "eth0", "-c", "/jail", NULL));
}

static void
clients_may_come_in_where_argus_lets_them_or_the_line_asks(void **state)
{
	static const char port[] = "ARGUS_ACCESS_PORT=561\n";
	static const char *const with[][2] = { { "-f", NULL }, { "-T", "1" }, { "-P", "562" } };
	struct loaded l;

	(void)state;
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++) {
		loaded_line(&l, "-X", "-r", "a", with[i][0], with[i][1], NULL);
		if (i < 2) {
			assert_false(config_listens(&l.c));
			assert_int_equal(config_load_text(&l.c, "probe.conf", port,
			                                  sizeof(port) - 1, l.error,
			                                  sizeof(l.error)),
			                 0);
		}
		assert_true(config_listens(&l.c));
		assert_available(&l);
	}
	loaded_line(&l, "-X", "-r", "a", "-P", "0", NULL);
	assert_false(config_listens(&l.c));
	loaded_free(&l);
}

static void
encryption_is_refused_where_clients_may_come_in(void **state)
{
	static const char text[] = "ARGUS_MIN_SSF=40\n";
	struct loaded l;

	(void)state;
	loaded_line(&l, "-X", "-r", "a", "-P", "561", NULL);
	assert_int_equal(config_load_text(&l.c, "probe.conf", text, sizeof(text) - 1, l.error,
	                                  sizeof(l.error)),
	                 0);
	assert_not_available(&l, "ARGUS_MIN_SSF");
}

static void
the_flag_that_switches_a_files_daemon_off_is_fine(void **state)
{
	char path[] = "/tmp/panoptes-test.XXXXXX";
	const int fd = mkstemp(path);
	struct loaded l;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "ARGUS_DAEMON=yes\n", 17), 17);
	close(fd);
	assert_available(loaded_line(&l, "-F", path, "-d", "-r", "a", NULL));
	assert_available(loaded_line(&l, "-F", path, "-r", "a", NULL));
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_to_files_are_there),
		cmocka_unit_test(long_source_ids_are_of_format_5),
		cmocka_unit_test(packets_come_from_somewhere_and_not_from_both),
		cmocka_unit_test(an_unknown_kind_of_capture_is_refused_with_the_known_ones),
		cmocka_unit_test(an_output_to_nowhere_is_refused_with_what_would_be_right),
		cmocka_unit_test(rotation_needs_a_name_with_a_time_and_a_spool_tcp),
		cmocka_unit_test(switched_off_they_are_no_matter),
		cmocka_unit_test(what_a_file_says_about_live_capture_is_no_matter),
		cmocka_unit_test(clients_may_come_in_where_argus_lets_them_or_the_line_asks),
		cmocka_unit_test(encryption_is_refused_where_clients_may_come_in),
		cmocka_unit_test(the_flag_that_switches_a_files_daemon_off_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
