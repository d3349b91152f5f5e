/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is meant by -u and -g, and that what is given up is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe/privileges.h"

/* No user or group of a usual system has it. */
#define STRANGER 2147483001u
#define STRANGER_TEXT "2147483001"

static void
a_name_brings_its_groups(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct privileges p;
	char error[128] = "";
	uid_t uid;
	gid_t gid;

	(void)state;
	if (nobody == NULL) {
		skip();
		return;
	}
	uid = nobody->pw_uid;
	gid = nobody->pw_gid;
	assert_int_equal(privileges_find(&p, "nobody", NULL, error, sizeof(error)), 0);
	assert_int_equal(p.uid, uid);
	assert_true(p.set_gid);
	assert_int_equal(p.gid, gid);
	assert_true(p.group_count >= 1);
}

static void
a_number_is_a_user_like_a_name(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct privileges p;
	char error[128] = "", number[16];
	gid_t gid;

	(void)state;
	if (nobody == NULL) {
		skip();
		return;
	}
	gid = nobody->pw_gid;
	snprintf(number, sizeof(number), "%u", nobody->pw_uid);
	assert_int_equal(privileges_find(&p, number, NULL, error, sizeof(error)), 0);
	assert_int_equal(p.uid, strtoul(number, NULL, 10));
	assert_true(p.set_gid);
	assert_int_equal(p.gid, gid);
}

static void
a_number_without_a_user_needs_a_group(void **state)
{
	struct privileges p;
	char error[128] = "";

	(void)state;
	if (getpwuid(STRANGER) != NULL)
		skip();
	assert_int_equal(privileges_find(&p, STRANGER_TEXT, NULL, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, "-u " STRANGER_TEXT
	                           ": no such user, so that its group has to be named, with -g");
	assert_int_equal(privileges_find(&p, STRANGER_TEXT, STRANGER_TEXT, error, sizeof(error)),
	                 0);
	assert_int_equal(p.uid, STRANGER);
	assert_int_equal(p.gid, STRANGER);
	assert_int_equal(p.group_count, 1);
}

static void
nobody_of_that_name_is_an_error(void **state)
{
	static const char *const wrong[] = { "no such one", "-1", "4294967295", "12x", "" };
	struct privileges p;
	char error[128];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		error[0] = '\0';
		assert_int_equal(privileges_find(&p, wrong[i], NULL, error, sizeof(error)),
		                 -EINVAL);
		assert_non_null(strstr(error, "no such user"));
		error[0] = '\0';
		assert_int_equal(privileges_find(&p, NULL, wrong[i], error, sizeof(error)),
		                 -EINVAL);
		assert_non_null(strstr(error, "no such group"));
	}
}

/* In a child: 0 when all is as it should be, else the number of what is not. */
static int
drop_to_stranger(void)
{
	struct privileges p;
	char error[128];
	gid_t groups[8];

	if (privileges_find(&p, STRANGER_TEXT, STRANGER_TEXT, error, sizeof(error)) != 0 ||
	    privileges_drop(&p, 0, error, sizeof(error)) != 0)
		return 1;
	if (getuid() != STRANGER || geteuid() != STRANGER || getgid() != STRANGER)
		return 2;
	if (getgroups(8, groups) != 1 || groups[0] != STRANGER)
		return 3;
	return setuid(0) == 0 || setgid(0) == 0 ? 4 : 0;
}

/* Another child: ids that were asked for and are not there must not pass. */
static int
drop_without_right(void)
{
	struct privileges p;
	char error[128] = "";

	if (privileges_find(&p, STRANGER_TEXT, STRANGER_TEXT, error, sizeof(error)) != 0 ||
	    setuid(65534) < 0)
		return 1;
	return privileges_drop(&p, 0, error, sizeof(error)) < 0 && error[0] != '\0' ? 0 : 2;
}

static char jail[64];

/* And one more: local time is that of outside, also inside of an empty directory. Nothing has
 * asked for the time zone before, as in a probe that starts. */
static int
confine_and_look(void)
{
	const time_t when = 1700000000;
	char error[128];
	struct tm local;

	setenv("TZ", ":Europe/Berlin", 1);
	if (privileges_confine(jail, error, sizeof(error)) != 0)
		return 1;
	localtime_r(&when, &local);
	return local.tm_gmtoff == 3600 ? 0 : 2;
}

static void
in_child(int (*run)(void))
{
	pid_t child;
	int status;

	if (geteuid() != 0)
		skip();
	child = fork();
	if (child == 0)
		_exit(run());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
rights_are_given_up_for_good(void **state)
{
	(void)state;
	in_child(drop_to_stranger);
}

static void
what_can_not_be_done_is_an_error(void **state)
{
	(void)state;
	in_child(drop_without_right);
}

static void
the_time_zone_goes_into_the_jail(void **state)
{
	(void)state;
	if (geteuid() != 0 || access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
		skip();
	strcpy(jail, "/tmp/panoptes-jail-XXXXXX");
	assert_non_null(mkdtemp(jail));
	in_child(confine_and_look);
	assert_int_equal(rmdir(jail), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_brings_its_groups),
		cmocka_unit_test(a_number_is_a_user_like_a_name),
		cmocka_unit_test(a_number_without_a_user_needs_a_group),
		cmocka_unit_test(nobody_of_that_name_is_an_error),
		cmocka_unit_test(rights_are_given_up_for_good),
		cmocka_unit_test(what_can_not_be_done_is_an_error),
		cmocka_unit_test(the_time_zone_goes_into_the_jail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
