/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lcore/intake.h"
#include "lcore/source_capture.h"
#include "tests/lcore/capture_builder.h"

#define PACKETS 40
#define MAGIC_US 0xa1b2c3d4

static struct capture_bytes bytes;
static char directory[] = "/tmp/test_source_capture.XXXXXX";
static char paths[6][64];

static const char *
write_file(unsigned i, size_t len)
{
	FILE *f;

	snprintf(paths[i], sizeof(paths[i]), "%s/%u.pcap", directory, i);
	f = fopen(paths[i], "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.v, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return paths[i];
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++)
		(void)unlink(paths[i]);
	return rmdir(directory);
}

static struct source *
open_paths(const char *const *list, size_t n, double scale)
{
	const struct source_capture_options o = { .paths = list,
		                                  .path_count = n,
		                                  .time_scale = scale };
	char error[256];

	return source_capture_create(&o, error, sizeof(error));
}

/* Counts all packets to the end; *end is how it ended. */
static unsigned
drain(struct source *s, int *end, uint64_t *now_ns)
{
	struct packet_view views[VIEW_BURST];
	unsigned seen = 0;
	uint64_t before = 0;
	int n;

	*now_ns = 0;
	while ((n = s->ops->burst(s, views, VIEW_BURST, now_ns)) >= 0) {
		assert_true(*now_ns >= before); /* the clock never goes back */
		before = *now_ns;
		seen += (unsigned)n;
		s->ops->release(s);
	}
	*end = n;
	return seen;
}

static void
files_are_read_one_after_the_other(void **state)
{
	const char *list[3];
	struct source *s;
	uint64_t now_ns;
	int end;

	(void)state;
	pcap_build(&bytes, false, MAGIC_US, PACKETS);
	list[0] = write_file(0, bytes.len);
	pcap_build(&bytes, true, MAGIC_US, 0);
	list[1] = write_file(1, bytes.len);
	pcap_build(&bytes, true, 0xa1b23c4d, 3);
	list[2] = write_file(2, bytes.len);
	s = open_paths(list, 3, 0);
	assert_non_null(s);
	assert_int_equal(drain(s, &end, &now_ns), PACKETS + 3);
	assert_int_equal(end, -ENODATA);
	assert_true(now_ns == packet_time_ns(PACKETS - 1));
	assert_string_equal(s->problem, "");
	s->ops->close(s);
}

static void
a_damaged_file_ends_there_and_the_next_is_read(void **state)
{
	const char *list[3];
	struct source *s;
	uint64_t now_ns;
	int end;

	(void)state;
	pcap_build(&bytes, false, MAGIC_US, PACKETS);
	list[0] = write_file(0, bytes.len - 3);
	list[1] = "/nonexistent/capture.pcap";
	list[2] = write_file(1, bytes.len);
	s = open_paths(list, 3, 0);
	assert_int_equal(drain(s, &end, &now_ns), 2 * PACKETS - 1);
	assert_int_equal(end, -EBADMSG);
	assert_non_null(strstr(s->problem, list[0]));
	assert_non_null(strstr(s->problem, "packet 40"));
	s->ops->close(s);
}

static void
a_missing_file_is_told_by_name(void **state)
{
	const char *list[] = { "/nonexistent/capture.pcap" };
	const struct source_capture_options o = { .paths = list, .path_count = 1 };
	char error[256];

	(void)state;
	assert_null(source_capture_create(&o, error, sizeof(error)));
	assert_string_equal(error, "/nonexistent/capture.pcap: No such file or directory");
}

static void
packets_of_a_foreign_link_type_are_marked_and_told(void **state)
{
	struct packet_view views[VIEW_BURST];
	const char *list[1];
	struct source *s;
	uint64_t now_ns;
	int end;

	(void)state;
	bytes.len = 0;
	bytes.big = false;
	ng_section(&bytes);
	ng_interface(&bytes, 1, 6, 0);
	ng_interface(&bytes, 189, 6, 0); /* USB */
	ng_packet(&bytes, 0, 1, 0);
	ng_packet(&bytes, 1, 2, 1);
	ng_packet(&bytes, 0, 3, 2);
	list[0] = write_file(0, bytes.len);
	s = open_paths(list, 1, 0);
	assert_int_equal(s->ops->burst(s, views, VIEW_BURST, &now_ns), 3);
	assert_int_equal(views[0].flags, 0);
	assert_int_equal(views[1].flags, VIEW_FOREIGN);
	assert_int_equal(views[2].flags, 0);
	drain(s, &end, &now_ns);
	assert_int_equal(end, -EIO);
	assert_non_null(strstr(s->problem, "USB_LINUX"));
	s->ops->close(s);
}

static void
a_probe_knows_the_link_types_and_refuses_foreign_ones(void **state)
{
	struct capture_probe probe;
	char error[256];

	(void)state;
	bytes.len = 0;
	bytes.big = false;
	ng_section(&bytes);
	ng_interface(&bytes, 1, 6, 0);
	ng_interface(&bytes, 113, 6, 0);
	ng_packet(&bytes, 0, 1, 0);
	write_file(0, bytes.len);
	assert_int_equal(capture_probe(paths[0], false, &probe, error, sizeof(error)), 0);
	assert_int_equal(probe.links, 2);
	assert_int_equal(probe.link_type[1], 113);

	bytes.len = 0;
	pcap_begin(&bytes, MAGIC_US, 189);
	write_file(0, bytes.len);
	assert_int_equal(capture_probe(paths[0], false, &probe, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "USB_LINUX"));

	write_file(0, 0);
	assert_int_equal(capture_probe(paths[0], false, &probe, error, sizeof(error)), -EBADMSG);
	assert_non_null(strstr(error, "empty"));
	assert_int_equal(capture_probe("-", false, &probe, error, sizeof(error)), 0);
	assert_int_equal(probe.links, 0);
}

static void
a_time_scale_holds_packets_back(void **state)
{
	struct timespec a, b;
	const char *list[1];
	struct source *s;
	uint64_t now_ns;
	double elapsed;
	int end;

	(void)state;
	pcap_build(&bytes, false, MAGIC_US, 21); /* 20 s */
	list[0] = write_file(0, bytes.len);
	s = open_paths(list, 1, 100);
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(drain(s, &end, &now_ns), 21);
	clock_gettime(CLOCK_MONOTONIC, &b);
	elapsed = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
	assert_true(elapsed > 0.19 && elapsed < 5);
	assert_int_equal(end, -ENODATA);
	s->ops->close(s);
}

/* Packets [first, last] of PACKETS, read in bursts of every size: the lengths that came through. */
static unsigned
take_range(uint64_t first, uint64_t last, unsigned burst, uint32_t *first_length,
           struct counters *counters)
{
	static struct control control;
	const char *list[] = { paths[0] };
	struct intake_options o = { .counters = counters,
		                    .control = &control,
		                    .first_packet = first,
		                    .last_packet = last };
	struct packet_view views[VIEW_BURST];
	struct source *s;
	unsigned seen = 0;
	uint64_t now_ns;
	int n;

	o.source = open_paths(list, 1, 0);
	s = intake_create(&o);
	assert_non_null(s);
	while ((n = s->ops->burst(s, views, burst, &now_ns)) >= 0) {
		if (seen == 0 && n > 0)
			*first_length = views[0].captured;
		seen += (unsigned)n;
		s->ops->release(s);
	}
	assert_int_equal(n, -ENODATA);
	s->ops->close(s);
	return seen;
}

static void
a_range_of_packets_is_the_same_for_any_burst(void **state)
{
	(void)state;
	pcap_build(&bytes, false, MAGIC_US, PACKETS);
	write_file(0, bytes.len);
	for (unsigned burst = 1; burst <= VIEW_BURST; burst++) {
		static struct counters c;
		uint32_t length = 0;

		memset(&c, 0, sizeof(c));
		assert_int_equal(take_range(5, 10, burst, &length, &c), 6);
		assert_int_equal(length, packet_length(4));
		assert_true(counter_get(&c, COUNTER_rx_packets) ==
		            counter_get(&c, COUNTER_filtered) + 6);
		assert_int_equal(take_range(0, 7, burst, &length, &c), 7);
		assert_int_equal(length, packet_length(0));
		assert_int_equal(take_range(38, 0, burst, &length, &c), 3);
		assert_int_equal(take_range(100, 200, burst, &length, &c), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_one_after_the_other),
		cmocka_unit_test(a_damaged_file_ends_there_and_the_next_is_read),
		cmocka_unit_test(a_missing_file_is_told_by_name),
		cmocka_unit_test(packets_of_a_foreign_link_type_are_marked_and_told),
		cmocka_unit_test(a_probe_knows_the_link_types_and_refuses_foreign_ones),
		cmocka_unit_test(a_time_scale_holds_packets_back),
		cmocka_unit_test(a_range_of_packets_is_the_same_for_any_burst),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
