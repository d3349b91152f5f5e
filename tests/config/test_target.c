/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/target.h"

#include <errno.h>

#include "tests/config/loaded.h"

static void
what_has_no_scheme_is_a_file(void **state)
{
	static const char *const files[] = { "-", "out", "/a:b/c", "host:561", "argus-udp:/x" };
	const char *expected;
	struct target t;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		assert_int_equal(target_parse(files[i], &t, &expected), 0);
		assert_int_equal(t.kind, TARGET_FILE);
	}
}

static void
urls_are_host_and_port(void **state)
{
	static const struct {
		const char *text, *host, *port;
		enum target_kind kind;
	} rows[] = {
		{ "argus-udp://h", "h", "561", TARGET_UDP },
		{ "udp://192.0.2.1:1", "192.0.2.1", "1", TARGET_UDP },
		{ "argus-tcp://h:562", "h", "562", TARGET_TCP },
		{ "argus-udp://[::1]", "::1", "561", TARGET_UDP },
		{ "argus-udp://[ff02::1%eth0]:65535", "ff02::1%eth0", "65535", TARGET_UDP },
	};
	const char *expected;
	struct target t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(target_parse(rows[i].text, &t, &expected), 0);
		assert_int_equal(t.kind, rows[i].kind);
		assert_string_equal(t.host, rows[i].host);
		assert_string_equal(t.port, rows[i].port);
	}
}

static void
what_is_wrong_is_told(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "tcp://h", TARGET_URLS },           { "://h", TARGET_URLS },
		{ "x argus-udp://h", TARGET_URLS },   { "argus-udp://", "a host" },
		{ "argus-udp://:561", "a host" },     { "argus-udp://h/x", "a host" },
		{ "argus-udp://[::1", "a host" },     { "argus-udp://[::1]561", "a host" },
		{ "argus-udp://h:", "a port" },       { "argus-udp://h:0", "a port" },
		{ "argus-udp://h:65536", "a port" },  { "argus-udp://h:5 61", "a port" },
		{ "argus-udp://h:000561", "a port" }, { "argus-udp://::1", "a host" },
	};
	char host[TARGET_HOST_SIZE + 16] = "udp://";
	const char *expected;
	struct target t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(target_parse(rows[i].text, &t, &expected), -EINVAL);
		assert_contains(expected, rows[i].says);
	}
	memset(host + 6, 'a', TARGET_HOST_SIZE - 1);
	assert_int_equal(target_parse(host, &t, &expected), 0);
	host[6 + TARGET_HOST_SIZE - 1] = 'a';
	assert_int_equal(target_parse(host, &t, &expected), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_scheme_is_a_file),
		cmocka_unit_test(urls_are_host_and_port),
		cmocka_unit_test(what_is_wrong_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
