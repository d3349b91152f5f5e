/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must hold whatever comes: the same records for any burst and any number of
 * workers, full tables, full rings, clocks that jump.
 */
#include "tests/lcore/engine_harness.h"

#include <pthread.h>
#include <time.h>

#define FLOWS 256

/* Random traffic, the same each time; times rise, now and then by much. */
static unsigned
traffic(struct packet *p, unsigned n, unsigned seed)
{
	unsigned ms = 0;

	srand(seed);
	for (unsigned i = 0; i < n; i++) {
		const uint8_t a = (uint8_t)(1 + rand() % 12), b = (uint8_t)(20 + rand() % 12);

		ms += rand() % 50 == 0 ? (unsigned)rand() % 20000 : (unsigned)rand() % 30;
		p[i] = rand() % 2 ? udp_packet(a, b, ms, 60 + (uint32_t)(rand() % 1400))
		                  : udp_packet(b, a, ms, 60 + (uint32_t)(rand() % 1400));
	}
	return ms;
}

#define TRAFFIC 20000

/* The records of one worker of several, each packet with the clock of all. */
static void
run_worker(struct harness *h, const struct packet *p, unsigned worker, unsigned workers,
           unsigned burst)
{
	struct packet_view views[VIEW_BURST];
	struct packet part[VIEW_BURST];
	uint64_t clock_ns = 0;
	unsigned n = 0;

	harness_open(h, NULL, 4096, true);
	for (unsigned i = 0; i < TRAFFIC; i++) {
		const uint64_t before_ns = clock_ns++;

		if (p[i].time_ns > clock_ns)
			clock_ns = p[i].time_ns;
		if ((p[i].key.addr[0][3] + p[i].key.addr[1][3]) % workers == worker) {
			memset(&views[n], 0, sizeof(views[n]));
			views[n].clock_ns = clock_ns;
			views[n].before_ns = before_ns;
			part[n++] = p[i];
		}
		if (n == burst || i + 1 == TRAFFIC) {
			flow_engine_burst(h->engine, part, views, n);
			harness_take(h);
			n = 0;
		}
	}
	harness_flush(h);
}

static int
by_time_then_key(const void *a, const void *b)
{
	const struct flow_record *x = a, *y = b;
	const uint64_t p = x->report_ns, q = y->report_ns;

	if (p != q)
		return p < q ? -1 : 1;
	return memcmp(x, y, offsetof(struct flow_record, flow_index));
}

/* The same records, whatever the burst and however many workers; a ring's are in time order. */
static void
records_depend_on_packets_alone(void **state)
{
	static const unsigned bursts[] = { 1, 7, 64 }, numbers[] = { 1, 2, 4 };
	struct packet *p = calloc(TRAFFIC, sizeof(*p));
	struct flow_record *all = calloc(TAKEN_MAX, sizeof(*all)), *first = NULL;
	unsigned first_count = 0;

	(void)state;
	(void)traffic(p, TRAFFIC, 7);
	for (unsigned run = 0; run < 9; run++) {
		const unsigned workers = numbers[run / 3];
		unsigned count = 0;

		for (unsigned w = 0; w < workers; w++) {
			struct harness h;

			run_worker(&h, p, w, workers, bursts[run % 3]);
			for (unsigned i = 1; i < h.taken; i++)
				assert_true(h.records[i - 1].report_ns <= h.records[i].report_ns);
			memcpy(all + count, h.records, h.taken * sizeof(*all));
			count += h.taken;
			harness_close(&h);
		}
		qsort(all, count, sizeof(*all), by_time_then_key);
		if (first == NULL) {
			first = calloc(count, sizeof(*first));
			memcpy(first, all, count * sizeof(*first));
			first_count = count;
			assert_true(count > 500);
		}
		assert_int_equal(count, first_count);
		for (unsigned i = 0; i < count; i++) {
			assert_memory_equal(&all[i], &first[i],
			                    offsetof(struct flow_record, flow_index));
			assert_int_equal(all[i].cause, first[i].cause);
			assert_memory_equal(&all[i].first_ns, &first[i].first_ns, 64);
			assert_true(all[i].report_ns == first[i].report_ns);
		}
	}
	free(first);
	free(all);
	free(p);
}

/* More flows than entries: none is refused, none is forgotten unreported. */
static void
a_full_table_reports_whom_it_gives_up(void **state)
{
	struct harness h;
	uint64_t packets = 0, evicted = 0;

	(void)state;
	harness_open(&h, NULL, 64, true);
	for (unsigned i = 0; i < 5000; i++) {
		struct packet p = udp_packet(1, 2, i / 10, 100);

		p.key.port[0] = (uint16_t)i;
		harness_packet(&h, &p);
	}
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++) {
		packets += h.records[i].packets[0] + h.records[i].packets[1];
		evicted += h.records[i].cause == CAUSE_TIMEOUT;
	}
	assert_true(packets == 5000);
	assert_true(evicted == harness_counter(&h, COUNTER_flows_evicted));
	assert_true(evicted >= 5000 - 64);
	assert_true(harness_counter(&h, COUNTER_flows_opened) ==
	            harness_counter(&h, COUNTER_flows_closed) + evicted);
	harness_close(&h);
}

/* Answered connections, packets still coming, and a flood of SYNs a hundred times the table. */
static void
established_flows_survive_a_syn_flood(void **state)
{
	struct harness h;
	unsigned lost = 0;

	(void)state;
	harness_open(&h, NULL, 256, true);
	for (unsigned i = 0; i < 256 * 100; i++) {
		struct packet flood = tcp_packet(1, 2, i / 8, TCP_SYN, 1, 0);

		if (i % 256 == 0) {
			for (uint8_t c = 0; c < 16; c++) {
				const struct packet there =
				        udp_packet((uint8_t)(10 + c), 40, i / 8, 90);
				const struct packet back =
				        udp_packet(40, (uint8_t)(10 + c), i / 8, 90);

				harness_packet(&h, &there);
				harness_packet(&h, &back);
			}
		}
		memcpy(&flood.key.addr[0][1], &i, 3);
		harness_packet(&h, &flood);
	}
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++)
		lost += h.records[i].cause == CAUSE_TIMEOUT && h.records[i].proto == 17;
	assert_true(harness_counter(&h, COUNTER_flows_evicted) > 10000);
	print_message("%u established flows given up\n", lost);
	assert_true(lost <= 4);
	harness_close(&h);
}

/* Live: a full ring defers what can wait, and counts what can't. */
static void
a_full_ring_defers_or_counts_but_forgets_nothing(void **state)
{
	struct packet_view view = { 0 };
	uint64_t told = 0, packets = 0;
	struct harness h;

	(void)state;
	harness_open(&h, NULL, 8192, false);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 3000; i++) {
			struct packet p = udp_packet(1, 2, round * 6000 + i / 10, 100);

			p.key.port[0] = (uint16_t)i;
			view.clock_ns = p.time_ns;
			view.before_ns = p.time_ns;
			flow_engine_burst(h.engine, &p, &view, 1);
			packets++;
		}
	}
	while (flow_engine_advance(h.engine, EPOCH_NS + 100000 * MS, 0))
		;
	assert_true(harness_counter(&h, COUNTER_records_deferred) > 0);
	/* A record that is full can't wait. */
	for (unsigned i = 0; i < 10; i++) {
		struct packet p = udp_packet(7, (uint8_t)(8 + i / 2), 100000, 1500000000);

		flow_engine_burst(h.engine, &p, &view, 1);
		packets++;
	}
	assert_int_equal(harness_counter(&h, COUNTER_packets_lost_ring), 5);
	assert_int_equal(harness_counter(&h, COUNTER_records_lost_ring), 5);
	assert_true(harness_counter(&h, COUNTER_bytes_lost_ring) == 7500000000ull);
	harness_take(&h);
	assert_int_equal(h.taken, RING_SLOTS - 1);
	for (unsigned i = 0; i < 20; i++) {
		while (flow_engine_advance(h.engine, EPOCH_NS + (100000 + i * 5000) * MS, 0))
			harness_take(&h);
		harness_take(&h);
	}
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++)
		told += h.records[i].packets[0] + h.records[i].packets[1];
	assert_true(told + harness_counter(&h, COUNTER_packets_lost_ring) == packets);
	harness_close(&h);
}

/* A collector that begins when the ring has long been full: the engine's clock stands still. */
static void *
drain_late(void *arg)
{
	struct harness *h = arg;
	uint64_t clock_ns = 0, before_ns;

	do {
		const struct timespec nap = { .tv_nsec = 20000000 };

		before_ns = clock_ns;
		nanosleep(&nap, NULL);
		clock_ns = flow_ring_clock(h->ring);
	} while (clock_ns == 0 || clock_ns != before_ns);
	assert_true(clock_ns != UINT64_MAX);
	assert_true(harness_counter(h, COUNTER_records_made) == RING_SLOTS - 1);
	while (flow_ring_clock(h->ring) != UINT64_MAX || flow_ring_peek(h->ring) != NULL) {
		const struct flow_record *r = flow_ring_peek(h->ring);

		if (r == NULL)
			continue;
		h->records[h->taken++] = *r;
		flow_ring_release(h->ring);
	}
	return NULL;
}

/* Reading files: the engine waits for room. */
static void
a_full_ring_is_waited_for_when_nothing_may_be_lost(void **state)
{
	struct packet_view view = { 0 };
	struct harness h;
	pthread_t collector;

	(void)state;
	harness_open(&h, NULL, 8192, true);
	assert_int_equal(pthread_create(&collector, NULL, drain_late, &h), 0);
	for (unsigned i = 0; i < 5000; i++) {
		struct packet p = udp_packet(1, 2, i / 100, 100);

		p.key.port[0] = (uint16_t)i;
		view.clock_ns = p.time_ns + i;
		flow_engine_burst(h.engine, &p, &view, 1);
	}
	flow_engine_flush(h.engine);
	assert_int_equal(pthread_join(collector, NULL), 0);
	assert_int_equal(h.taken, 5000);
	assert_int_equal(harness_counter(&h, COUNTER_records_lost_ring), 0);
	harness_close(&h);
}

/* Steps of the clock backwards and forwards by years: everything is still told once. */
static void
a_clock_that_jumps_loses_nothing(void **state)
{
	uint64_t packets = 0;
	struct harness h;

	(void)state;
	harness_open(&h, NULL, FLOWS, true);
	srand(3);
	for (unsigned i = 0; i < 2000; i++) {
		struct packet p =
		        udp_packet((uint8_t)(1 + rand() % 5), 9, (unsigned)rand() % 60000, 80);

		if (rand() % 40 == 0)
			p.time_ns += (unsigned)(rand() % 20) * 31557600ull * 1000000000ull;
		if (rand() % 100 == 0)
			p.time_ns = (uint64_t)rand();
		harness_packet(&h, &p);
	}
	harness_flush(&h);
	for (unsigned i = 0; i < h.taken; i++) {
		packets += h.records[i].packets[0] + h.records[i].packets[1];
		assert_true(i == 0 || h.records[i - 1].report_ns <= h.records[i].report_ns);
	}
	assert_true(packets == 2000);
	harness_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_depend_on_packets_alone),
		cmocka_unit_test(a_full_table_reports_whom_it_gives_up),
		cmocka_unit_test(established_flows_survive_a_syn_flood),
		cmocka_unit_test(a_full_ring_defers_or_counts_but_forgets_nothing),
		cmocka_unit_test(a_full_ring_is_waited_for_when_nothing_may_be_lost),
		cmocka_unit_test(a_clock_that_jumps_loses_nothing),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
