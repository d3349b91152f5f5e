/* SPDX-License-Identifier: BSD-3-Clause */
/* File output in periods and compressed: what is in which file, what a crash leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "export/argus/wire.h"
#include "export/sink.h"

#define SIZE 100u
#define RECORDS 40u
#define NS UINT64_C(1000000000)
#define ROOM (8u << 20)

struct fixture {
	char dir[64], target[128], path[160];
	uint8_t bytes[RECORDS * SIZE];
	struct sink_block block;
	struct mar start, status, stop;
	struct rotation rotation;
	uint8_t *got;
	size_t got_size;
};

static int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->dir, "/tmp/panoptes-periods-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->got = malloc(ROOM);
	assert_non_null(f->got);
	for (unsigned i = 0; i < RECORDS; i++) {
		uint8_t *p = f->bytes + i * SIZE;

		p[0] = WIRE_FAR;
		p[1] = CAUSE_START;
		p[3] = SIZE / 4;
		p[7] = (uint8_t)i;
	}
	f->block = (struct sink_block){ f->bytes, sizeof(f->bytes), RECORDS };
	f->start = (struct mar){ .cause = CAUSE_START };
	f->status = (struct mar){ .cause = CAUSE_STATUS };
	f->stop = (struct mar){ .cause = CAUSE_STOP };
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	rotation_init(&f->rotation, 300);
	*state = f;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;

	nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f->got);
	free(f);
	return 0;
}

static struct sink *
sink_open(struct fixture *f, const char *name, bool rotates)
{
	struct sink_options o = { .target = f->target, .start = &f->start, .rotates = rotates };
	char error[256] = "";
	struct sink *s;

	snprintf(f->target, sizeof(f->target), "%s/%s", f->dir, name);
	s = sink_file_open(&o, error, sizeof(error));
	assert_string_equal(error, "");
	assert_non_null(s);
	return s;
}

static void
period(struct fixture *f, struct sink *s, uint64_t time_s)
{
	assert_true(rotation_moves(&f->rotation, time_s * NS));
	s->ops->rotate(s, &f->rotation);
}

static const char *
path_of(struct fixture *f, const char *name)
{
	snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, name);
	return f->path;
}

/* Records of a kind in what was read; -1: damaged. */
static int
count(const struct fixture *f, unsigned type, unsigned cause)
{
	size_t at = 0, size;
	int n = 0;

	while ((size = record_size(f->got + at, f->got_size - at)) != 0) {
		n += f->got[at] == type && f->got[at + 1] == cause;
		at += size;
	}
	return at == f->got_size ? n : -1;
}

static void
slurp(struct fixture *f, const char *name)
{
	FILE *file = fopen(path_of(f, name), "rb");

	assert_non_null(file);
	f->got_size = fread(f->got, 1, ROOM, file);
	assert_true(feof(file));
	fclose(file);
}

/* One START, so many records, one STOP that counts them and itself, in this order. */
static void
assert_whole(const struct fixture *f, int records)
{
	const uint8_t *last = f->got + f->got_size - WIRE_MAR_SIZE;

	assert_true(f->got_size >= 2 * WIRE_MAR_SIZE);
	assert_int_equal(f->got[0], WIRE_MAR);
	assert_int_equal(f->got[1], CAUSE_START);
	assert_int_equal(count(f, WIRE_MAR, CAUSE_START), 1);
	assert_int_equal(count(f, WIRE_FAR, CAUSE_START), records);
	assert_int_equal(count(f, WIRE_MAR, CAUSE_STOP), 1);
	assert_int_equal(last[1], CAUSE_STOP);
	assert_int_equal(last[74] << 8 | last[75], records + 1);
}

static void
each_period_has_a_file_that_is_whole(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, "a/%Y-%m-%d/%H.%M.%S.argus", true);

	period(f, s, 1700000123);
	s->ops->write(s, &f->block);
	s->ops->write(s, &f->block);
	period(f, s, 1700000400);
	/* nothing in this one: no file, and no MAR before there is one */
	s->ops->mar(s, &f->status);
	period(f, s, 1700006400);
	s->ops->write(s, &f->block);
	s->ops->mar(s, &f->stop);
	assert_int_equal(s->records_written, 3 * RECORDS);
	assert_int_equal(s->error, 0);
	assert_int_equal(s->ops->close(s), 0);
	slurp(f, "a/2023-11-14/22.15.00.argus");
	assert_whole(f, 2 * RECORDS);
	assert_int_equal(access(path_of(f, "a/2023-11-14/22.20.00.argus"), F_OK), -1);
	slurp(f, "a/2023-11-15/00.00.00.argus");
	assert_whole(f, RECORDS);
}

static void
name_that_stays_is_one_file(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, "%H", true);

	period(f, s, 1700000123);
	s->ops->write(s, &f->block);
	period(f, s, 1700000400);
	s->ops->write(s, &f->block);
	s->ops->mar(s, &f->stop);
	assert_int_equal(s->ops->close(s), 0);
	slurp(f, "22");
	assert_whole(f, 2 * RECORDS);
}

static void
file_of_a_period_moved_away_is_begun_anew(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, "%M", true);
	char moved[160];

	period(f, s, 1700000123);
	s->ops->write(s, &f->block);
	snprintf(moved, sizeof(moved), "%s/moved", f->dir);
	assert_int_equal(rename(path_of(f, "15"), moved), 0);
	s->ops->write(s, &f->block);
	period(f, s, 1700000400);
	assert_int_equal(s->ops->close(s), 0);
	slurp(f, "15");
	assert_whole(f, RECORDS);
	slurp(f, "moved");
	assert_int_equal(count(f, WIRE_FAR, CAUSE_START), RECORDS);
}

static void
directory_that_cannot_be_is_told_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct sink_options o = { .target = f->target, .start = &f->start, .rotates = true };
	char error[256] = "";
	FILE *file = fopen(path_of(f, "file"), "w");

	assert_non_null(file);
	fclose(file);
	snprintf(f->target, sizeof(f->target), "%s/file/%%H", f->dir);
	assert_null(sink_file_open(&o, error, sizeof(error)));
	assert_non_null(strstr(error, "/file/%H: Not a directory"));
}

/* --- compression --------------------------------------------------------- */

static void
inflate_all(struct fixture *f, const char *name)
{
	gzFile file = gzopen(path_of(f, name), "rb");
	int n;

	assert_non_null(file);
	n = gzread(file, f->got, ROOM);
	assert_true(n >= 0);
	f->got_size = (size_t)n;
	assert_int_equal(gzclose(file), Z_OK);
}

/* Frame after frame, as zstdcat does; how many there were. */
static unsigned
unzstd_all(struct fixture *f, const char *name)
{
	FILE *file = fopen(path_of(f, name), "rb");
	uint8_t *in = malloc(ROOM);
	size_t size, at = 0;
	unsigned frames = 0;

	assert_non_null(file);
	assert_non_null(in);
	size = fread(in, 1, ROOM, file);
	fclose(file);
	f->got_size = 0;
	while (at < size) {
		const size_t frame = ZSTD_findFrameCompressedSize(in + at, size - at);
		size_t n;

		assert_false(ZSTD_isError(frame));
		n = ZSTD_decompress(f->got + f->got_size, ROOM - f->got_size, in + at, frame);
		assert_false(ZSTD_isError(n));
		f->got_size += n;
		at += frame;
		frames++;
	}
	free(in);
	return frames;
}

static void
compressed_files_hold_the_same(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = { "x.gz", "x.zst" };

	for (int i = 0; i < 2; i++) {
		struct sink *s = sink_open(f, names[i], false);

		for (int n = 0; n < 700; n++) /* several frames */
			s->ops->write(s, &f->block);
		assert_true(s->records_written < 700 * RECORDS);
		s->ops->mar(s, &f->stop);
		assert_int_equal(s->records_written, 700 * RECORDS);
		assert_int_equal(s->error, 0);
		assert_int_equal(s->ops->close(s), 0);
		if (i == 0)
			inflate_all(f, names[i]);
		else
			assert_int_equal(unzstd_all(f, names[i]), 1 + 3);
		assert_int_equal(count(f, WIRE_MAR, CAUSE_START), 1);
		assert_int_equal(count(f, WIRE_FAR, CAUSE_START), 700 * RECORDS);
		assert_int_equal(count(f, WIRE_MAR, CAUSE_STOP), 1);
	}
}

static void
waiting_frame_goes_out_after_some_seconds(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, "x.zst", false);

	s->ops->write(s, &f->block);
	s->ops->poll(s, 100 * NS);
	s->ops->poll(s, 105 * NS - 1);
	assert_int_equal(s->records_written, 0);
	s->ops->poll(s, 105 * NS);
	assert_int_equal(s->records_written, RECORDS);
	/* what a crash would leave now */
	assert_int_equal(unzstd_all(f, "x.zst"), 2);
	assert_int_equal(count(f, WIRE_FAR, CAUSE_START), RECORDS);
	s->ops->write(s, &f->block);
	s->ops->poll(s, 106 * NS);
	s->ops->finish(s);
	assert_int_equal(s->records_written, 2 * RECORDS);
	assert_int_equal(s->ops->close(s), 0);
}

static void
compressed_periods_are_whole_files(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, "%M.gz", true);

	period(f, s, 1700000123);
	s->ops->write(s, &f->block);
	period(f, s, 1700000400);
	s->ops->write(s, &f->block);
	assert_int_equal(s->records_written, RECORDS);
	s->ops->mar(s, &f->stop);
	assert_int_equal(s->ops->close(s), 0);
	inflate_all(f, "15.gz");
	assert_whole(f, RECORDS);
	inflate_all(f, "20.gz");
	assert_whole(f, RECORDS);
}

static void
full_disk_loses_the_whole_frame(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, "x.gz", false);

	s->ops->write(s, &f->block);
	assert_int_equal(unlink(f->target), 0);
	assert_int_equal(symlink("/dev/full", f->target), 0);
	s->ops->finish(s);
	assert_int_equal(s->error, -ENOSPC);
	s->ops->write(s, &f->block);
	s->ops->mar(s, &f->stop);
	s->ops->finish(s);
	assert_int_equal(s->records_written, 0);
	assert_int_equal(s->records_lost, 2 * RECORDS);
	s->ops->close(s);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		TEST(each_period_has_a_file_that_is_whole),
		TEST(name_that_stays_is_one_file),
		TEST(file_of_a_period_moved_away_is_begun_anew),
		TEST(directory_that_cannot_be_is_told_at_the_start),
		TEST(compressed_files_hold_the_same),
		TEST(waiting_frame_goes_out_after_some_seconds),
		TEST(compressed_periods_are_whole_files),
		TEST(full_disk_loses_the_whole_frame),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
