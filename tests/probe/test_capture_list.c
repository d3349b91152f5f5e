/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/capture_list.h"

static char directory[] = "/tmp/test_capture_list.XXXXXX";

static const char *const made[] = { "b",      "b/2.pcap", "b/10.pcap", "a.pcap",
	                            "c.pcap", ".hidden",  "empty" };

static char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		FILE *f;

		if (strcmp(made[i], "b") == 0 || strcmp(made[i], "empty") == 0) {
			if (mkdir(path_of(made[i]), 0700) != 0)
				return -1;
			continue;
		}
		f = fopen(path_of(made[i]), "w");
		if (f == NULL || fclose(f) != 0)
			return -1;
	}
	return symlink(".", path_of("b/loop"));
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path_of("b/loop"));
	for (size_t i = sizeof(made) / sizeof(made[0]); i-- > 0;)
		(void)remove(path_of(made[i]));
	return rmdir(directory);
}

static void
files_keep_their_order_and_directories_are_walked_by_name(void **state)
{
	static const char *const wanted[] = { "a.pcap", "b/10.pcap", "b/2.pcap", "c.pcap" };
	char *files[] = { (char *)"z", (char *)"-", (char *)"y" };
	char *dirs[] = { directory };
	const struct config c = { .capture_files = { files, 3 }, .capture_dirs = { dirs, 1 } };
	struct string_list list;
	char error[256];

	(void)state;
	assert_int_equal(capture_list_init(&list, &c, error, sizeof(error)), 0);
	assert_int_equal(list.n, 7);
	assert_string_equal(list.v[0], "z");
	assert_string_equal(list.v[1], "-");
	assert_string_equal(list.v[2], "y");
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(list.v[3 + i], path_of(wanted[i]));
	capture_list_fini(&list);
}

static void
a_directory_without_captures_is_an_error_with_its_name(void **state)
{
	char missing[] = "/nonexistent";
	char *dirs[] = { NULL };
	const struct config c = { .capture_dirs = { dirs, 1 } };
	struct string_list list;
	char error[256];

	(void)state;
	dirs[0] = missing;
	assert_int_equal(capture_list_init(&list, &c, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "/nonexistent"));
	dirs[0] = path_of("empty");
	assert_int_equal(capture_list_init(&list, &c, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "no capture files"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_keep_their_order_and_directories_are_walked_by_name),
		cmocka_unit_test(a_directory_without_captures_is_an_error_with_its_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
