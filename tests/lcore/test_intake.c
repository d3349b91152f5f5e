/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the intake makes of a source's bursts: one clock, the range of -N, the
 * counts, a copy of the packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lcore/intake.h"

#define PACKETS 10

/* Yields packets of these times, three a burst. */
struct fake {
	struct source source;
	uint64_t times[PACKETS];
	unsigned at, count;
	uint64_t now_ns;
	unsigned foreign; /* so many of the first are of a link type that nobody reads */
	unsigned cut;     /* so many of the first are cut in their link header */
	bool closed;
};

static int
fake_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	static const uint8_t bytes[60] = { [12] = 0x88, [13] = 0xcc };
	struct fake *f = (struct fake *)source;
	unsigned n = 0;

	if (f->at == f->count)
		return -ENODATA;
	for (; n < 3 && n < max && f->at < f->count; n++, f->at++) {
		views[n] = (struct packet_view){ .data = bytes,
			                         .time_ns = f->times[f->at],
			                         .captured = f->at < f->cut ? 10 : 60,
			                         .length = 100,
			                         .link_type = (uint16_t)(f->at == 4 ? 113 : 1),
			                         .flags = f->at < f->foreign ? VIEW_FOREIGN : 0 };
	}
	*now_ns = f->now_ns;
	return (int)n;
}

static void
fake_release(struct source *source)
{
	(void)source;
}

static void
fake_close(struct source *source)
{
	((struct fake *)source)->closed = true;
}

static const struct source_ops fake_ops = { fake_burst, fake_release, fake_close, NULL };

struct taken {
	struct packet_view views[PACKETS];
	uint64_t now_ns[PACKETS]; /* after the burst of view i */
	unsigned count;
	int end;
	struct counters counters;
	char problem[256];
};

static void
take(struct fake *f, struct intake_options o, struct taken *t)
{
	static struct control control;
	struct packet_view views[VIEW_BURST];
	uint64_t now_ns = 0;
	struct source *intake;
	int n;

	memset(t, 0, sizeof(*t));
	f->source.ops = &fake_ops;
	o.source = &f->source;
	o.counters = &t->counters;
	o.control = &control;
	intake = intake_create(&o);
	assert_non_null(intake);
	while ((n = intake->ops->burst(intake, views, VIEW_BURST, &now_ns)) >= 0) {
		for (int i = 0; i < n; i++) {
			t->now_ns[t->count] = now_ns;
			t->views[t->count++] = views[i];
		}
		intake->ops->release(intake);
	}
	t->end = n;
	memcpy(t->problem, intake->problem, sizeof(t->problem));
	intake->ops->close(intake);
	assert_true(f->closed);
}

/* Times that stand still, fall and are nonsense. */
static void
the_clock_is_of_each_packet_alone_and_never_falls(void **state)
{
	struct fake f = { .times = { 1000, 1000, 1000, 500, 2000, 1999, UINT64_MAX, 0, 7, 2001 },
		          .count = PACKETS };
	struct taken t;

	(void)state;
	take(&f, (struct intake_options){ 0 }, &t);
	assert_int_equal(t.count, PACKETS);
	assert_int_equal(t.end, -ENODATA);
	for (unsigned i = 0; i < PACKETS; i++) {
		assert_true(t.views[i].clock_ns >= t.views[i].time_ns);
		assert_true(t.views[i].clock_ns > t.views[i].before_ns);
		assert_true(t.now_ns[i] >= t.views[i].clock_ns);
		assert_true(t.views[i].time_ns <= UINT64_C(1) << 62);
		assert_true(i == 0 || t.views[i].before_ns == t.views[i - 1].clock_ns);
	}
	assert_true(t.views[0].clock_ns == 1000 && t.views[2].clock_ns == 1002);
	assert_true(t.views[4].clock_ns == 2000);
}

static void
the_source_may_know_a_later_time(void **state)
{
	struct fake f = { .times = { 10, 20 }, .count = 2, .now_ns = 500 };
	struct taken t;

	(void)state;
	take(&f, (struct intake_options){ 0 }, &t);
	assert_true(t.views[1].clock_ns == 20);
	assert_true(t.now_ns[1] == 500);
}

static void
a_range_is_what_is_left_of_all(void **state)
{
	static const struct {
		uint64_t first, last;
		unsigned from, count;
	} cases[] = { { 0, 4, 1, 4 },    { 3, 7, 3, 5 },   { 4, 4, 4, 1 },
		      { 10, 99, 10, 1 }, { 11, 99, 0, 0 }, { 0, 0, 1, 10 } };

	(void)state;
	for (unsigned c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct fake f = { .count = PACKETS };
		struct taken t;

		for (unsigned i = 0; i < PACKETS; i++)
			f.times[i] = i + 1;
		take(&f,
		     (struct intake_options){ .first_packet = cases[c].first,
		                              .last_packet = cases[c].last },
		     &t);
		assert_int_equal(t.count, cases[c].count);
		if (t.count != 0)
			assert_true(t.views[0].time_ns == cases[c].from);
		assert_true(counter_get(&t.counters, COUNTER_rx_packets) ==
		            t.count + counter_get(&t.counters, COUNTER_filtered));
		assert_true(counter_get(&t.counters, COUNTER_rx_bytes) ==
		            100 * counter_get(&t.counters, COUNTER_rx_packets));
	}
}

static void
packets_of_a_foreign_link_type_end_here_by_name(void **state)
{
	(void)state;
	for (unsigned foreign = 0; foreign <= PACKETS; foreign++) {
		struct fake f = { .count = PACKETS, .foreign = foreign };
		struct taken t;

		for (unsigned i = 0; i < PACKETS; i++)
			f.times[i] = i + 1;
		take(&f, (struct intake_options){ 0 }, &t);
		assert_int_equal(t.end, -ENODATA);
		assert_int_equal(t.count, PACKETS - foreign);
		if (t.count != 0)
			assert_true(t.views[0].time_ns == foreign + 1);
		assert_true(counter_get(&t.counters, COUNTER_rx_packets) == PACKETS);
		assert_true(counter_get(&t.counters, COUNTER_drop_link_type) == foreign);
		assert_true(counter_get(&t.counters, COUNTER_filtered) == 0);
	}
}

static long
file_size(const char *path)
{
	FILE *f = fopen(path, "rb");
	long size;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	fclose(f);
	return size;
}

/* Of one link type; the others are told at the end. */
static void
a_copy_of_the_packets_is_a_pcap_file(void **state)
{
	char path[] = "/tmp/panoptes-intake.XXXXXX", error[256] = "";
	struct fake f = { .count = PACKETS };
	struct taken t;

	(void)state;
	close(mkstemp(path));
	take(&f, (struct intake_options){ .file = packet_file_create(path, error, sizeof(error)) },
	     &t);
	assert_int_equal(t.count, PACKETS);
	assert_int_equal(t.end, -EIO);
	assert_non_null(strstr(t.problem, "1 packets of another link type"));
	assert_int_equal(file_size(path), 24 + (PACKETS - 1) * (16 + 60));
	unlink(path);
	assert_null(packet_file_create("/nonexistent/x", error, sizeof(error)));
	assert_non_null(strstr(error, "/nonexistent/x"));
}

/* With none of them it is a capture all the same, which readers take. */
static void
a_copy_on_error_has_what_cannot_be_dissected(void **state)
{
	(void)state;
	for (unsigned cut = 0; cut <= 3; cut += 3) {
		char path[] = "/tmp/panoptes-intake.XXXXXX", error[256] = "";
		struct fake f = { .count = PACKETS, .cut = cut };
		struct taken t;

		close(mkstemp(path));
		take(&f,
		     (struct intake_options){
		             .file = packet_file_create(path, error, sizeof(error)),
		             .file_on_error = true,
		     },
		     &t);
		assert_int_equal(t.end, -ENODATA);
		assert_int_equal(t.count, PACKETS);
		assert_int_equal(file_size(path), 24 + cut * (16 + 10));
		unlink(path);
	}
}

static void
a_copy_without_packets_is_a_capture(void **state)
{
	char path[] = "/tmp/panoptes-intake.XXXXXX", error[256] = "";
	struct fake f = { .count = 0 };
	struct taken t;

	(void)state;
	close(mkstemp(path));
	take(&f, (struct intake_options){ .file = packet_file_create(path, error, sizeof(error)) },
	     &t);
	assert_int_equal(t.end, -ENODATA);
	assert_int_equal(file_size(path), 24);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_is_of_each_packet_alone_and_never_falls),
		cmocka_unit_test(the_source_may_know_a_later_time),
		cmocka_unit_test(a_range_is_what_is_left_of_all),
		cmocka_unit_test(packets_of_a_foreign_link_type_end_here_by_name),
		cmocka_unit_test(a_copy_of_the_packets_is_a_pcap_file),
		cmocka_unit_test(a_copy_on_error_has_what_cannot_be_dissected),
		cmocka_unit_test(a_copy_without_packets_is_a_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
