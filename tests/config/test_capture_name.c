/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/capture_name.h"

static void
assert_name(const char *name, const char *path, enum capture_kind kind)
{
	enum capture_kind got;
	const char *p = capture_name_path(name, &got);

	if (path == NULL) {
		assert_null(p);
		return;
	}
	assert_string_equal(p, path);
	assert_int_equal(got, kind);
}

static void
a_prefix_names_the_kind(void **state)
{
	(void)state;
	assert_name("cisco:a.pcap", "a.pcap", CAPTURE_FLOWS);
	assert_name("netflow:/x/a:b", "/x/a:b", CAPTURE_FLOWS);
	assert_name("ipfix:-", "-", CAPTURE_FLOWS);
	assert_name("paloalto:a", "a", CAPTURE_FLOWS);
	assert_name("sflow:a", "a", CAPTURE_SFLOW);
}

static void
a_path_is_a_path(void **state)
{
	static const char *const paths[] = { "a.pcap", "-",  "./cisco:a", "a b:c",
		                             "2:a",    ":a", "",          "a-b:c" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_name(paths[i], paths[i], CAPTURE_PACKETS);
}

static void
an_unknown_prefix_is_none_unless_the_file_is_there(void **state)
{
	char directory[] = "/tmp/test_capture_name.XXXXXX";
	int file;

	(void)state;
	assert_name("foo:a", NULL, CAPTURE_PACKETS);
	assert_name("cisc:a", NULL, CAPTURE_PACKETS);
	assert_name("ciscos:a", NULL, CAPTURE_PACKETS);
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	file = open("cisco:a", O_CREAT | O_WRONLY, 0600);
	assert_true(file >= 0);
	(void)close(file);
	assert_name("cisco:a", "cisco:a", CAPTURE_PACKETS);
	assert_int_equal(unlink("cisco:a"), 0);
	assert_int_equal(rmdir(directory), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_names_the_kind),
		cmocka_unit_test(a_path_is_a_path),
		cmocka_unit_test(an_unknown_prefix_is_none_unless_the_file_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
