/* SPDX-License-Identifier: BSD-3-Clause */
/* File output: append, rotation, and what happens when writing fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/sink.h"

#define RECORD_SIZE 100u
#define RECORDS 40u

struct fixture {
	char dir[64], path[128], moved[128];
	uint8_t bytes[RECORDS * RECORD_SIZE];
	struct sink_block block;
	struct mar start, stop;
};

static int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->dir, "/tmp/panoptes-sink-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/out", f->dir);
	snprintf(f->moved, sizeof(f->moved), "%s/out.1", f->dir);
	for (unsigned i = 0; i < RECORDS; i++) {
		uint8_t *p = f->bytes + i * RECORD_SIZE;

		p[0] = 0x13;
		p[1] = 0x10;
		p[3] = RECORD_SIZE / 4;
	}
	f->block = (struct sink_block){ f->bytes, sizeof(f->bytes), RECORDS };
	f->start = (struct mar){ .cause = CAUSE_START };
	f->stop = (struct mar){ .cause = CAUSE_STOP };
	*state = f;
	return 0;
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	unlink(f->moved);
	rmdir(f->dir);
	free(f);
	return 0;
}

static struct sink *
sink_open(const char *target, const struct mar *start)
{
	const struct sink_options o = { .target = target, .start = start };
	char error[256] = "";
	struct sink *s = sink_file_open(&o, error, sizeof(error));

	assert_string_equal(error, "");
	assert_non_null(s);
	return s;
}

/* Records of a whole, readable file by the first two bytes; -1: damaged. */
static int
count(const char *path, unsigned type, unsigned cause)
{
	uint8_t h[4];
	FILE *file = fopen(path, "rb");
	int n = 0;

	assert_non_null(file);
	while (fread(h, 1, sizeof(h), file) == sizeof(h)) {
		const long words = h[2] << 8 | h[3];
		uint8_t rest[4096];

		n += h[0] == type && h[1] == cause;
		if (words == 0 || fread(rest, 4, (size_t)words - 1, file) != (size_t)words - 1) {
			n = -1;
			break;
		}
	}
	if (ftell(file) % 4 != 0)
		n = -1;
	fclose(file);
	return n;
}

static uint32_t
stop_records(const char *path)
{
	uint8_t mar[WIRE_MAR_SIZE];
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_int_equal(fseek(file, -WIRE_MAR_SIZE, SEEK_END), 0);
	assert_int_equal(fread(mar, 1, sizeof(mar), file), sizeof(mar));
	fclose(file);
	assert_int_equal(mar[1], 0x30);
	return (uint32_t)mar[74] << 8 | mar[75];
}

static void
file_is_appended_to_by_every_run(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	umask(022);
	for (int run = 1; run <= 2; run++) {
		struct sink *s = sink_open(f->path, &f->start);

		s->ops->write(s, &f->block);
		assert_int_equal(s->records_written, RECORDS);
		s->ops->mar(s, &f->stop);
		assert_int_equal(s->error, 0);
		assert_int_equal(s->ops->close(s), 0);
		assert_int_equal(stop_records(f->path), RECORDS + 1);
	}
	assert_int_equal(count(f->path, 0x83, 0x10), 2);
	assert_int_equal(count(f->path, 0x13, 0x10), 2 * RECORDS);
	assert_int_equal(count(f->path, 0x83, 0x30), 2);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
}

static void
file_moved_away_is_begun_anew(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f->path, &f->start);

	s->ops->write(s, &f->block);
	assert_int_equal(rename(f->path, f->moved), 0);
	s->ops->write(s, &f->block);
	s->ops->write(s, &f->block);
	s->ops->mar(s, &f->stop);
	assert_int_equal(s->records_written, 3 * RECORDS);
	assert_int_equal(s->ops->close(s), 0);
	assert_int_equal(count(f->moved, 0x83, 0x10), 1);
	assert_int_equal(count(f->moved, 0x13, 0x10), RECORDS);
	assert_int_equal(count(f->path, 0x83, 0x10), 1);
	assert_int_equal(count(f->path, 0x13, 0x10), 2 * RECORDS);
	/* the new file's own records, as a reader of it counts them */
	assert_int_equal(stop_records(f->path), 2 * RECORDS + 1);
}

static void
file_deleted_or_emptied_is_begun_anew(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f->path, &f->start);

	s->ops->write(s, &f->block);
	assert_int_equal(unlink(f->path), 0);
	s->ops->write(s, &f->block);
	assert_int_equal(count(f->path, 0x83, 0x10), 1);
	assert_int_equal(count(f->path, 0x13, 0x10), RECORDS);
	assert_int_equal(truncate(f->path, 0), 0);
	s->ops->mar(s, &f->stop); /* a MAR must not come first, either */
	assert_int_equal(count(f->path, 0x83, 0x10), 1);
	assert_int_equal(count(f->path, 0x83, 0x30), 1);
	assert_int_equal(stop_records(f->path), 1);
	assert_int_equal(s->ops->close(s), 0);
}

static void
full_disk_is_a_counted_loss(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f->path, &f->start);

	s->ops->write(s, &f->block);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(symlink("/dev/full", f->path), 0);
	s->ops->write(s, &f->block);
	assert_int_equal(s->error, -ENOSPC);
	s->ops->write(s, &f->block);
	s->ops->mar(s, &f->stop);
	assert_int_equal(s->records_written, RECORDS);
	assert_int_equal(s->records_lost, 2 * RECORDS);
	s->ops->close(s);
}

/* The limit stands for a disk: full, then not any more. */
static void
full_disk_is_tried_again(void **state)
{
	struct fixture *f = *state;
	const struct sink_options o = { .target = f->path, .start = &f->start, .retries = true };
	struct rlimit old, limit;
	char error[256];
	struct sink *s = sink_file_open(&o, error, sizeof(error));

	assert_non_null(s);
	signal(SIGXFSZ, SIG_IGN);
	s->ops->write(s, &f->block);
	assert_int_equal(s->trouble, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = WIRE_MAR_SIZE + (RECORDS + 7) * RECORD_SIZE + RECORD_SIZE / 2;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	s->ops->write(s, &f->block);
	assert_int_equal(s->trouble, -EFBIG);
	assert_int_equal(s->error, 0);
	assert_int_equal(s->records_lost, RECORDS - 7);
	/* the disk has no room for another file either */
	assert_int_equal(rename(f->path, f->moved), 0);
	limit.rlim_cur = 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	s->ops->write(s, &f->block);
	s->ops->mar(s, &f->stop);
	assert_int_equal(s->trouble, -EFBIG);
	assert_int_equal(s->records_lost, 2 * RECORDS - 7);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	s->ops->write(s, &f->block);
	assert_int_equal(s->trouble, 0);
	assert_int_equal(s->records_written, 2 * RECORDS + 7);
	s->ops->mar(s, &f->stop);
	/* what was lost is told at the end */
	assert_int_equal(s->ops->close(s), -EFBIG);
	assert_int_equal(count(f->moved, 0x13, 0x10), RECORDS + 7);
	assert_int_equal(count(f->path, 0x83, 0x10), 1);
	assert_int_equal(count(f->path, 0x13, 0x10), RECORDS);
	assert_int_equal(stop_records(f->path), RECORDS + 1);
}

/* A device can't be cut back to whole records: it ends there. */
static void
full_device_is_not_tried_again(void **state)
{
	struct fixture *f = *state;
	const struct sink_options o = { .target = f->path, .start = &f->start, .retries = true };
	char error[256];
	struct sink *s = sink_file_open(&o, error, sizeof(error));

	assert_non_null(s);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(symlink("/dev/full", f->path), 0);
	s->ops->write(s, &f->block);
	assert_int_equal(s->error, -ENOSPC);
	assert_int_equal(s->records_lost, RECORDS);
	assert_int_equal(s->ops->close(s), -ENOSPC);
}

static void
full_disk_at_the_start_is_one_clear_line(void **state)
{
	struct fixture *f = *state;
	struct sink_options o = { .target = "/dev/full", .start = &f->start };
	char error[256];

	assert_null(sink_file_open(&o, error, sizeof(error)));
	assert_string_equal(error, "output /dev/full: No space left on device");
	o.target = "/nowhere/at/all";
	assert_null(sink_file_open(&o, error, sizeof(error)));
	assert_string_equal(error, "output /nowhere/at/all: No such file or directory");
}

static void
write_cut_short_leaves_whole_records(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f->path, &f->start);
	struct rlimit old, limit;

	/* room for seven records and a half */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = WIRE_MAR_SIZE + 7 * RECORD_SIZE + RECORD_SIZE / 2;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	s->ops->write(s, &f->block);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(s->error, -EFBIG);
	assert_int_equal(s->records_written, 7);
	assert_int_equal(s->records_lost, RECORDS - 7);
	assert_int_equal(s->bytes_written, WIRE_MAR_SIZE + 7 * RECORD_SIZE);
	s->ops->close(s);
	assert_int_equal(count(f->path, 0x13, 0x10), 7);
}

static void
closed_pipe_is_a_counted_loss(void **state)
{
	struct fixture *f = *state;
	const int out = dup(STDOUT_FILENO);
	struct sink *s;
	int p[2];

	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	assert_int_equal(pipe(p), 0);
	assert_true(dup2(p[1], STDOUT_FILENO) >= 0);
	s = sink_open("-", &f->start);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	close(p[1]);
	close(out);
	s->ops->write(s, &f->block);
	close(p[0]);
	s->ops->write(s, &f->block);
	assert_int_equal(s->error, -EPIPE);
	assert_int_equal(s->records_written, RECORDS);
	assert_int_equal(s->records_lost, RECORDS);
	s->ops->close(s);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		TEST(file_is_appended_to_by_every_run),
		TEST(file_moved_away_is_begun_anew),
		TEST(file_deleted_or_emptied_is_begun_anew),
		TEST(full_disk_is_a_counted_loss),
		TEST(full_disk_is_tried_again),
		TEST(full_device_is_not_tried_again),
		TEST(full_disk_at_the_start_is_one_clear_line),
		TEST(write_cut_short_leaves_whole_records),
		TEST(closed_pipe_is_a_counted_loss),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
