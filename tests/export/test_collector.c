/* SPDX-License-Identifier: BSD-3-Clause */
/* The collector end to end, over doubles of the rings: numbers, order, MARs, losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/collector.h"
#include "tests/export/fake_flow_ring.h"
#include "tests/export/records.h"

#define WORKERS 3
#define FLOWS 4096
#define SLOTS 32768

struct fixture {
	char dir[64], path[2][128];
	struct output_spec spec[2];
	struct config config;
	struct flow_record_layout layout;
	struct flow_ring *ring[WORKERS];
	struct counters counters[WORKERS];
	const struct counters *counting[WORKERS];
	struct control control;
	struct collector_options options;
	struct collector_totals totals;
	uint8_t *file; /* what was written */
	size_t file_size;
};

static int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char dir[] = "/tmp/panoptes-collector-XXXXXX";

	assert_non_null(f);
	assert_non_null(mkdtemp(dir));
	strcpy(f->dir, dir);
	for (int i = 0; i < 2; i++) {
		snprintf(f->path[i], sizeof(f->path[i]), "%s/out%d", dir, i);
		f->spec[i].target = f->path[i];
	}
	f->config.outputs.v = f->spec;
	f->config.outputs.n = 1;
	f->config.status_interval_ns = 5000000000;
	f->config.mar_interval_s = 60;
	flow_record_layout_init(&f->layout, 0, 0, 0);
	for (unsigned i = 0; i < WORKERS; i++) {
		f->ring[i] = flow_ring_create("t", SLOTS, &f->layout, 0);
		f->counting[i] = &f->counters[i];
	}
	f->options = (struct collector_options){
		.config = &f->config,
		.layout = &f->layout,
		.rings = f->ring,
		.worker_counters = f->counting,
		.workers = WORKERS,
		.counting_cores = WORKERS,
		.flows_per_worker = FLOWS,
		.control = &f->control,
	};
	*state = f;
	return 0;
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < WORKERS; i++)
		flow_ring_free(f->ring[i]);
	for (int i = 0; i < 2; i++)
		unlink(f->path[i]);
	rmdir(f->dir);
	free(f->file);
	free(f);
	return 0;
}

static void
put(struct fixture *f, unsigned worker, uint32_t index, uint64_t report_s, uint16_t flags)
{
	struct flow_record r;

	record_http(&r);
	r.worker = (uint8_t)worker;
	r.flow_index = index;
	r.report_ns = report_s * 1000000000;
	r.src_port = (uint16_t)(worker * 1000 + index);
	r.flags = (uint16_t)((r.flags & ~FLOW_RECORD_FIRST) | flags);
	r.cause = flags & FLOW_RECORD_FIRST ? CAUSE_START : CAUSE_STATUS;
	assert_true(fake_flow_ring_put(f->ring[worker], &r));
}

static void
end(struct fixture *f)
{
	for (unsigned i = 0; i < f->options.workers; i++)
		flow_ring_set_clock(f->ring[i], UINT64_MAX);
}

static struct collector *
create(struct fixture *f)
{
	char error[256] = "";
	struct collector *c = collector_create(&f->options, error, sizeof(error));

	assert_string_equal(error, "");
	assert_non_null(c);
	return c;
}

static void
slurp(struct fixture *f, const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	free(f->file);
	f->file_size = (size_t)size;
	f->file = malloc(f->file_size);
	assert_non_null(f->file);
	assert_int_equal(fread(f->file, 1, f->file_size, file), f->file_size);
	fclose(file);
}

/* Runs to the end with what is in the rings; reads the first output. */
static int
run(struct fixture *f)
{
	struct collector *c = create(f);
	int rc;

	end(f);
	rc = collector_run(c);
	collector_totals(c, &f->totals);
	collector_free(c);
	if (f->config.outputs.n != 0)
		slurp(f, f->path[0]);
	return rc;
}

static uint32_t
word(const struct fixture *f, size_t at)
{
	const uint8_t *p = f->file + at;

	assert_true(at + 4 <= f->file_size);
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Where the n-th flow record begins. */
static size_t
far_at(const struct fixture *f, unsigned n)
{
	size_t at = 0;

	for (;;) {
		const uint32_t header = word(f, at);

		if (header >> 28 == WIRE_FAR >> 4 && n-- == 0)
			return at;
		at += (header & 0xffff) * 4u;
	}
}

static unsigned
far_sequence(const struct fixture *f, unsigned n)
{
	return word(f, far_at(f, n) + 12);
}

static unsigned
far_port(const struct fixture *f, unsigned n)
{
	return word(f, far_at(f, n) + 30) >> 16;
}

static void
file_of_one_flow_is_the_worked_example(void **state)
{
	struct fixture *f = *state;
	struct flow_record r;

	f->options.workers = 1;
	record_http(&r);
	assert_true(fake_flow_ring_put(f->ring[0], &r));
	counter_add(&f->counters[0], COUNTER_rx_packets, 14);
	counter_add(&f->counters[1], COUNTER_rx_bytes, 6087);
	assert_int_equal(run(f), 0);
	assert_int_equal(f->file_size, 128 + 212 + 128);
	assert_int_equal(word(f, 0), 0x83100020);
	assert_int_equal(word(f, 8), 0xe5712dcb);
	assert_int_equal(word(f, 40), 0x03000000);
	assert_int_equal(word(f, 44), 0x0005003c);
	for (size_t at = 48; at < 124; at += 4)
		assert_int_equal(word(f, at), 0);
	assert_int_equal(word(f, 124), 0xffffffff);
	assert_int_equal(word(f, 128), 0x13100035);
	assert_int_equal(far_sequence(f, 0), 1);
	assert_int_equal(word(f, 340), 0x83300020);
	assert_int_equal(word(f, 340 + 20), 1);    /* last sequence */
	assert_int_equal(word(f, 340 + 52), 14);   /* packets */
	assert_int_equal(word(f, 340 + 60), 6087); /* bytes */
	assert_int_equal(word(f, 340 + 72), 2);    /* records, itself included */
	assert_int_equal(word(f, 340 + 92), 1);    /* outputs */
}

static void *
collector_thread(void *arg)
{
	return (void *)(intptr_t)collector_run(arg);
}

/* Each kind of loss is in the STOP MAR, also what is counted after the last record. */
static void
last_mar_has_all_losses(void **state)
{
	static const enum counter losses[] = {
		COUNTER_drop_undecodable,  COUNTER_drop_link_type, COUNTER_drop_dispatch,
		COUNTER_packets_lost_ring, COUNTER_missed_kernel,  COUNTER_missed_port,
		COUNTER_missed_memory,     COUNTER_missed_errors,  COUNTER_drop_sampled,
		COUNTER_drop_table,
	};
	struct fixture *f = *state;
	struct collector *c;
	pthread_t thread;
	void *rc;

	f->options.settles = true;
	f->options.interface_type = 1;
	put(f, 0, 7, 1, FLOW_RECORD_FIRST);
	c = create(f);
	end(f);
	assert_int_equal(pthread_create(&thread, NULL, collector_thread, c), 0);
	while (fake_flow_ring_used(f->ring[0]) != 0)
		sched_yield();
	for (unsigned i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		counter_add(&f->counters[i % WORKERS], losses[i], 1ull << i);
	control_settle(&f->control);
	assert_int_equal(pthread_join(thread, &rc), 0);
	assert_null(rc);
	collector_free(c);
	slurp(f, f->path[0]);
	assert_int_equal(word(f, f->file_size - 128), 0x83300020);
	assert_int_equal(word(f, f->file_size - 128 + 80), 0x3ff);
	assert_int_equal(word(f, f->file_size - 128 + 40) >> 8 & 0xff, 0); /* STATUS MARs have it */
}

/* 32 bits are few for a minute of packets: as many as they hold. */
static void
losses_beyond_a_word_are_not_cut(void **state)
{
	struct fixture *f = *state;

	counter_add(&f->counters[0], COUNTER_missed_port, (1ull << 32) + 5);
	assert_int_equal(run(f), 0);
	assert_int_equal(word(f, 128 + 80), UINT32_MAX);
}

static void
flow_keeps_its_number(void **state)
{
	struct fixture *f = *state;

	put(f, 0, 7, 1, FLOW_RECORD_FIRST);
	put(f, 1, 7, 2, FLOW_RECORD_FIRST);
	put(f, 0, 7, 3, 0);
	put(f, 1, 7, 4, 0);
	put(f, 0, 7, 5, FLOW_RECORD_FIRST); /* the slot's next flow */
	put(f, 0, 7, 6, 0);
	put(f, 2, FLOWS - 1, 7, 0); /* its first record was lost */
	put(f, 2, FLOWS - 1, 8, 0);
	assert_int_equal(run(f), 0);
	static const unsigned want[] = { 1, 2, 1, 2, 3, 3, 4, 4 };
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(far_sequence(f, i), want[i]);
}

static void
format_5_numbers_records(void **state)
{
	struct fixture *f = *state;

	f->config.format = RECORD_FORMAT_5;
	f->config.source_id = (struct source_id){ SOURCE_ID_INTEGER, { 0, 0, 0, 17 } };
	put(f, 0, 7, 1, FLOW_RECORD_FIRST);
	put(f, 1, 7, 2, FLOW_RECORD_FIRST);
	put(f, 0, 7, 3, 0);
	put(f, 1, FLOWS - 1, 4, 0);
	assert_int_equal(run(f), 0);
	assert_int_equal(word(f, 0), 0x85100020);
	assert_int_equal(word(f, 20), 1); /* the first to come */
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(word(f, far_at(f, i)) >> 24, WIRE5_FAR);
		assert_int_equal(far_sequence(f, i), i + 1);
	}
	assert_int_equal(word(f, f->file_size - 128), 0x85300020);
	assert_int_equal(word(f, f->file_size - 128 + 20), 5);
}

static void
records_come_in_report_order_whatever_the_spread(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 300; i++)
		put(f, (i * 7 + i / 5) % WORKERS, i, i + 1, FLOW_RECORD_FIRST);
	assert_int_equal(run(f), 0);
	for (unsigned i = 0; i < 300; i++) {
		assert_int_equal(far_sequence(f, i), i + 1);
		assert_int_equal(far_port(f, i) % 1000, i);
	}
	assert_int_equal(f->totals.records_received, 300);
	assert_int_equal(f->totals.records_written, 300);
	assert_int_equal(f->totals.records_lost, 0);
	assert_int_equal(f->totals.bytes_written, f->file_size);
}

static void
many_blocks_make_one_whole_file(void **state)
{
	struct fixture *f = *state;
	size_t at = 0;
	unsigned fars = 0, mars = 0;

	for (unsigned i = 0; i < 20000; i++)
		put(f, 0, i % FLOWS, i + 1, i < FLOWS ? FLOW_RECORD_FIRST : 0);
	assert_int_equal(run(f), 0);
	assert_int_equal(f->file_size, 128 + 20000 * 212 + 128);
	while (at < f->file_size) {
		fars += word(f, at) >> 24 == WIRE_FAR;
		mars += word(f, at) >> 24 == WIRE_MAR;
		at += (word(f, at) & 0xffff) * 4u;
	}
	assert_int_equal(at, f->file_size);
	assert_int_equal(fars, 20000);
	assert_int_equal(mars, 2);
	assert_int_equal(word(f, f->file_size - 128 + 72), 20001);
}

static void
every_output_gets_the_same_records(void **state)
{
	struct fixture *f = *state;
	uint8_t *first;
	size_t size;

	f->config.outputs.n = 2;
	for (unsigned i = 0; i < 50; i++)
		put(f, 0, i, i + 1, FLOW_RECORD_FIRST);
	assert_int_equal(run(f), 0);
	assert_int_equal(f->totals.records_written, 100);
	assert_int_equal(f->totals.outputs, 2);
	size = f->file_size;
	first = malloc(size);
	assert_non_null(first);
	memcpy(first, f->file, size);
	slurp(f, f->path[1]);
	assert_int_equal(f->file_size, size);
	assert_memory_equal(f->file + 128, first + 128, size - 256);
	free(first);
}

static void
no_output_is_no_loss(void **state)
{
	struct fixture *f = *state;

	f->config.outputs.n = 0;
	for (unsigned i = 0; i < 5000; i++)
		put(f, 0, i % FLOWS, i + 1, FLOW_RECORD_FIRST);
	assert_int_equal(run(f), 0);
	assert_int_equal(f->totals.records_received, 5000);
	assert_int_equal(f->totals.records_received, 5000);
	assert_int_equal(f->totals.records_encoded, 0);
	assert_int_equal(f->totals.records_written, 0);
	assert_int_equal(f->totals.records_lost, 0);
}

static void
failing_output_stops_the_probe_and_counts_its_loss(void **state)
{
	struct fixture *f = *state;
	struct collector *c = create(f);

	for (unsigned i = 0; i < 5000; i++)
		put(f, 0, i % FLOWS, i + 1, FLOW_RECORD_FIRST);
	assert_int_equal(unlink(f->path[0]), 0);
	assert_int_equal(symlink("/dev/full", f->path[0]), 0);
	end(f);
	assert_int_equal(collector_run(c), -ENOSPC);
	assert_true(control_stopped(&f->control));
	collector_totals(c, &f->totals);
	assert_int_equal(f->totals.records_received, 5000);
	assert_int_equal(f->totals.records_written + f->totals.records_lost, 5000);
	assert_int_equal(f->totals.records_lost, 5000);
	assert_non_null(strstr(collector_problem(c), "No space left on device: 5000 records lost"));
	collector_free(c);
}

static void
one_failing_output_does_not_hurt_another(void **state)
{
	struct fixture *f = *state;
	struct collector_output output;
	struct collector_totals live;
	struct collector *c;

	f->config.outputs.n = 2;
	c = create(f);
	for (unsigned i = 0; i < 5000; i++)
		put(f, 0, i % FLOWS, i + 1, FLOW_RECORD_FIRST);
	assert_int_equal(unlink(f->path[0]), 0);
	assert_int_equal(symlink("/dev/full", f->path[0]), 0);
	end(f);
	assert_int_equal(collector_run(c), -ENOSPC);
	assert_false(control_stopped(&f->control));
	collector_totals(c, &f->totals);
	assert_int_equal(f->totals.records_lost, 5000);
	assert_int_equal(f->totals.records_written, 5000);
	collector_output_live(c, 0, &output);
	assert_int_equal(output.records_lost, 5000);
	assert_int_equal(output.records_written, 0);
	assert_int_equal(output.failed, 1);
	collector_output_live(c, 1, &output);
	assert_int_equal(output.records_lost, 0);
	assert_int_equal(output.records_written, 5000);
	assert_int_equal(output.failed, 0);
	collector_totals_live(c, &live);
	assert_int_equal(live.records_lost, 5000);
	assert_int_equal(live.records_written, 5000);
	collector_free(c);
	slurp(f, f->path[1]);
	assert_int_equal(word(f, f->file_size - 128 + 72), 5001);
}

static void
output_that_cannot_be_is_refused_in_one_line(void **state)
{
	struct fixture *f = *state;
	char error[256], url[] = "argus-udp://127.0.0.1:0";

	f->spec[0].target = url;
	assert_null(collector_create(&f->options, error, sizeof(error)));
	assert_string_equal(error, "output argus-udp://127.0.0.1:0: expected a port from 1 to "
	                           "65535");
	f->spec[0].target = f->dir;
	assert_null(collector_create(&f->options, error, sizeof(error)));
	assert_non_null(strstr(error, "Is a directory"));
}

static void
sleep_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void
records_reach_the_file_while_nothing_more_comes(void **state)
{
	struct fixture *f = *state;
	struct collector *c;
	pthread_t thread;
	void *rc;

	f->config.mar_interval_s = 1;
	f->options.interface_type = 1;
	c = create(f);
	put(f, 0, 1, 1, FLOW_RECORD_FIRST);
	for (unsigned i = 0; i < WORKERS; i++)
		flow_ring_set_clock(f->ring[i], 2000000000);
	assert_int_equal(pthread_create(&thread, NULL, collector_thread, c), 0);
	sleep_ms(600);
	slurp(f, f->path[0]);
	assert_int_equal(f->file_size, 128 + 212);
	sleep_ms(800);
	/* a ring waits for the clock of one that stands still: it goes all the same */
	put(f, 0, 2, 3, FLOW_RECORD_FIRST);
	for (int i = 0; i < 50 && fake_flow_ring_used(f->ring[0]) != 0; i++)
		sleep_ms(100);
	assert_int_equal(fake_flow_ring_used(f->ring[0]), 0);
	end(f);
	assert_int_equal(pthread_join(thread, &rc), 0);
	assert_null(rc);
	collector_totals(c, &f->totals);
	collector_free(c);
	slurp(f, f->path[0]);
	/* START, one record, STATUS after a second, one record, STOP */
	assert_true(f->file_size >= 3 * 128 + 2 * 212);
	assert_int_equal(f->totals.records_written, 2);
	assert_int_equal(word(f, 128 + 212) >> 16, 0x8320);
	assert_int_equal(word(f, 128 + 212 + 72), 1);
	assert_int_equal(word(f, 128 + 212 + 40) >> 8 & 0xff, 1);
}

/* Each MAR has the rate of its time, and a change of it does not wait for the interval. */
static void
a_rate_of_sampling_has_mars_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct collector *c;
	pthread_t thread;
	void *rc;

	f->config.mar_interval_s = 3600;
	f->options.live = true;
	c = create(f);
	assert_int_equal(pthread_create(&thread, NULL, collector_thread, c), 0);
	sleep_ms(100);
	flow_ring_set_overload(f->ring[1], 6, 4);
	sleep_ms(1300);
	flow_ring_set_overload(f->ring[1], 0, 1);
	sleep_ms(1300);
	end(f);
	assert_int_equal(pthread_join(thread, &rc), 0);
	collector_free(c);
	slurp(f, f->path[0]);
	/* START, the rate began, it ended, STOP */
	assert_int_equal(f->file_size, 4 * 128);
	assert_int_equal(word(f, 128) >> 16, 0x8320);
	assert_int_equal(word(f, 128 + 88), 4);
	assert_int_equal(word(f, 256) >> 16, 0x8320);
	assert_int_equal(word(f, 256 + 88), 4);
	assert_int_equal(word(f, 384) >> 16, 0x8330);
	assert_int_equal(word(f, 384 + 88), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		TEST(file_of_one_flow_is_the_worked_example),
		TEST(last_mar_has_all_losses),
		TEST(losses_beyond_a_word_are_not_cut),
		TEST(a_rate_of_sampling_has_mars_of_its_own),
		TEST(flow_keeps_its_number),
		TEST(format_5_numbers_records),
		TEST(records_come_in_report_order_whatever_the_spread),
		TEST(many_blocks_make_one_whole_file),
		TEST(every_output_gets_the_same_records),
		TEST(no_output_is_no_loss),
		TEST(failing_output_stops_the_probe_and_counts_its_loss),
		TEST(one_failing_output_does_not_hurt_another),
		TEST(output_that_cannot_be_is_refused_in_one_line),
		TEST(records_reach_the_file_while_nothing_more_comes),
	};
#undef TEST

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
