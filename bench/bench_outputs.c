/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an output costs the collector: CPU time of its thread for each record.
 *
 *	bench_outputs FILE.argus RECORDS TARGET...
 *
 * takes the records of FILE over and over, in blocks as the collector makes
 * them, and gives each target RECORDS of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/target.h"
#include "export/argus/wire.h"
#include "export/sink.h"

#define BLOCK_SIZE ((size_t)256 * 1024)
#define FILE_MAX ((size_t)64 << 20)

static double
seconds(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The flow records of a file; MARs are left out. */
static uint8_t *
load(const char *path, size_t *size)
{
	uint8_t *bytes = malloc(FILE_MAX);
	FILE *file = fopen(path, "rb");
	size_t got, at = 0, n;

	*size = 0;
	if (bytes == NULL || file == NULL) {
		perror(path);
		exit(1);
	}
	got = fread(bytes, 1, FILE_MAX, file);
	fclose(file);
	while ((n = record_size(bytes + at, got - at)) != 0) {
		if (!record_is_mar(bytes + at)) {
			memmove(bytes + *size, bytes + at, n);
			*size += n;
		}
		at += n;
	}
	return bytes;
}

/* Blocks until there are enough records. */
static void
give(struct sink *s, const uint8_t *bytes, size_t size, uint64_t records)
{
	size_t at = 0;

	while (records != 0) {
		struct sink_block b = { .bytes = bytes + at };
		size_t n;

		while (b.records < records && (n = record_size(bytes + at, size - at)) != 0 &&
		       b.size + n <= BLOCK_SIZE) {
			at += n;
			b.size += n;
			b.records++;
		}
		if (b.records == 0)
			at = 0;
		else
			s->ops->write(s, &b);
		records -= b.records;
	}
}

static int
measure(const char *name, const uint8_t *bytes, size_t size, uint64_t records)
{
	const struct mar start = { .cause = CAUSE_START };
	const struct mar stop = { .cause = CAUSE_STOP };
	const struct sink_options o = { .target = name, .start = &start, .waits = true };
	const char *expected;
	struct target target;
	char error[256] = "unknown target";
	struct sink *s = NULL;
	double cpu, wall;

	if (target_parse(name, &target, &expected) == 0)
		s = (target.kind == TARGET_UDP   ? sink_udp_open
		     : target.kind == TARGET_TCP ? sink_tcp_open
		                                 : sink_file_open)(&o, error, sizeof(error));
	if (s == NULL) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
	wall = seconds(CLOCK_MONOTONIC);
	give(s, bytes, size, records);
	s->ops->mar(s, &stop);
	if (s->ops->finish != NULL)
		s->ops->finish(s);
	cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
	wall = seconds(CLOCK_MONOTONIC) - wall;
	printf("%-30s %8.1f ns CPU a record, %8.0f records a second, %5.1f bytes a record, "
	       "%" PRIu64 " lost\n",
	       name, cpu * 1e9 / (double)records, (double)records / wall,
	       (double)s->bytes_written / (double)records, s->records_lost);
	return s->ops->close(s) != 0;
}

int
main(int argc, char *argv[])
{
	uint8_t *bytes;
	size_t size;
	int status = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: bench_outputs FILE.argus RECORDS TARGET...\n");
		return 2;
	}
	bytes = load(argv[1], &size);
	if (size == 0) {
		fprintf(stderr, "%s: no flow records\n", argv[1]);
		return 1;
	}
	for (int i = 3; i < argc; i++)
		status |= measure(argv[i], bytes, size, strtoull(argv[2], NULL, 10));
	free(bytes);
	return status;
}
