/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may stand in a spool's directory: the files of an earlier run, and what
 * somebody else put there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/spool.h"

#define TARGET "argus-tcp://a:1"
#define NAME "argus-tcp___a_1"

struct fixture {
	char dir[64], error[512];
	struct mar start;
	uint8_t record[8], got[SPOOL_FILE_SIZE];
};

static int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->dir, "/tmp/panoptes-spool-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->start = (struct mar){ .cause = CAUSE_START, .format = RECORD_FORMAT_3 };
	memcpy(f->record, (const uint8_t[]){ 0x13, 0x10, 0, 2, 1, 2, 3, 4 }, 8);
	*state = f;
	return 0;
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;
	char command[96];
	int rc;

	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	rc = system(command);
	free(f);
	return rc;
}

static struct spool *
open_spool(struct fixture *f)
{
	return spool_open(f->dir, TARGET, &f->start, 1 << 24, f->error, sizeof(f->error));
}

/* A file of the spool, by its number. */
static void
path_of(const struct fixture *f, unsigned long long number, char *path, size_t size)
{
	snprintf(path, size, "%s/%s.%012llu.argus", f->dir, NAME, number);
}

static void
leave_records(struct fixture *f, unsigned n)
{
	struct spool *s = open_spool(f);

	assert_non_null(s);
	for (unsigned i = 0; i < n; i++) {
		f->record[7] = (uint8_t)i;
		assert_int_equal(spool_put(s, f->record, 8, 1), 0);
	}
	spool_close(s);
}

static void
records_of_an_earlier_run_come_in_order(void **state)
{
	struct fixture *f = *state;
	uint64_t missing;
	uint32_t records;
	struct spool *s;

	leave_records(f, 3);
	leave_records(f, 2);
	s = open_spool(f);
	assert_non_null(s);
	assert_int_equal(spool_records(s), 5);
	assert_int_equal(spool_get(s, f->got, &records, &missing), 24);
	assert_int_equal(records, 3);
	assert_int_equal(f->got[23], 2);
	assert_int_equal(spool_get(s, f->got, &records, &missing), 16);
	assert_int_equal(f->got[15], 1);
	assert_int_equal(missing, 0);
	assert_true(spool_empty(s));
	spool_close(s);
}

/* A FIFO that nobody writes to is not waited for; a link, a folder is none of ours. */
static void
what_is_no_file_is_passed_over(void **state)
{
	struct fixture *f = *state;
	char path[128], elsewhere[128];
	uint64_t missing;
	uint32_t records;
	struct spool *s;
	int fd;

	leave_records(f, 1);
	path_of(f, 499999999999, path, sizeof(path));
	assert_int_equal(mkfifo(path, 0600), 0);
	path_of(f, 500000000001, path, sizeof(path));
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", f->dir);
	fd = open(elsewhere, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, f->record, 8), 8);
	close(fd);
	path_of(f, 500000000002, path, sizeof(path));
	assert_int_equal(symlink(elsewhere, path), 0);
	s = open_spool(f);
	assert_non_null(s);
	assert_int_equal(spool_records(s), 1);
	assert_int_equal(spool_get(s, f->got, &records, &missing), 8);
	assert_int_equal(spool_get(s, f->got, &records, &missing), 0);
	assert_int_equal(spool_put(s, f->record, 8, 1), 0);
	spool_close(s);
	assert_int_equal(access(elsewhere, F_OK), 0);
}

/* Records of two formats are not for one collector. */
static void
files_of_another_format_are_refused_and_kept(void **state)
{
	struct fixture *f = *state;
	char path[128];

	leave_records(f, 1);
	f->start.format = RECORD_FORMAT_5;
	assert_null(open_spool(f));
	assert_non_null(strstr(f->error, "another record format"));
	path_of(f, 500000000000, path, sizeof(path));
	assert_int_equal(access(path, F_OK), 0);
	f->start.format = RECORD_FORMAT_3;
	leave_records(f, 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		TEST(records_of_an_earlier_run_come_in_order),
		TEST(what_is_no_file_is_passed_over),
		TEST(files_of_another_format_are_refused_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
