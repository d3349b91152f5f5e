/* SPDX-License-Identifier: BSD-3-Clause */
/* One process has the file; what others leave or do in between is no hindrance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/pid_file.h"

#define NOBODY 65534

static char directory[64], path[128];
static int removals; /* how often another process removes the file before we lock it */

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);

int
__wrap_flock(int fd, int operation)
{
	if (removals > 0) {
		removals--;
		assert_return_code(unlink(path), errno);
	}
	return __real_flock(fd, operation);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/panoptes-pid-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/panoptes.eth0.0.pid", directory);
	removals = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

/* The process that the file names; 0: none, or no file. */
static long
named(void)
{
	char text[32] = "";
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	return strtol(text, NULL, 10);
}

static void
a_second_one_is_told_who_has_it(void **state)
{
	struct pid_file a, b;
	char error[256] = "", expected[256];

	(void)state;
	assert_int_equal(pid_file_create(&a, directory, "eth0", error, sizeof(error)), 0);
	assert_int_equal(named(), getpid());
	assert_int_equal(pid_file_create(&b, directory, "eth0", error, sizeof(error)), -EEXIST);
	snprintf(expected, sizeof(expected),
	         "pid file %s: panoptes is running already, as process %ld", path, (long)getpid());
	assert_string_equal(error, expected);
	assert_int_equal(named(), getpid());
	pid_file_remove(&a);
	assert_int_equal(access(path, F_OK), -1);
}

static void
one_that_a_crash_left_is_taken_over(void **state)
{
	struct pid_file a;
	char error[256] = "";
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	fputs("999999999\nand more\n", f);
	fclose(f);
	assert_int_equal(pid_file_create(&a, directory, "eth0", error, sizeof(error)), 0);
	assert_int_equal(named(), getpid());
	pid_file_remove(&a);
}

static void
one_that_is_removed_before_it_is_locked_is_made_anew(void **state)
{
	struct pid_file a, b;
	char error[256] = "";

	(void)state;
	removals = 2;
	assert_int_equal(pid_file_create(&a, directory, "eth0", error, sizeof(error)), 0);
	assert_int_equal(removals, 0);
	assert_int_equal(named(), getpid());
	assert_int_equal(pid_file_create(&b, directory, "eth0", error, sizeof(error)), -EEXIST);
	pid_file_remove(&a);
	assert_int_equal(access(path, F_OK), -1);
}

static void
a_link_in_its_place_is_not_followed(void **state)
{
	char target[128], error[256] = "";
	struct pid_file a;
	struct stat st;

	(void)state;
	snprintf(target, sizeof(target), "%s/precious", directory);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(pid_file_create(&a, directory, "eth0", error, sizeof(error)), -ELOOP);
	assert_int_equal(stat(target, &st), -1);
	assert_non_null(strstr(error, path));
}

/* A user who may not remove it any more leaves none that names a process. */
static void
without_rights_it_names_nobody(void **state)
{
	struct pid_file a;
	char error[256] = "";
	int status;
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip();
	child = fork();
	if (child == 0) {
		const int rc = pid_file_create(&a, directory, "eth0", error, sizeof(error));

		if (rc != 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(1);
		pid_file_remove(&a);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(named(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_second_one_is_told_who_has_it, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_a_crash_left_is_taken_over, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(
		        one_that_is_removed_before_it_is_locked_is_made_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_in_its_place_is_not_followed, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(without_rights_it_names_nobody, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
