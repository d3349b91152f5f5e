/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <pcap/dlt.h>

#include "lcore/dispatch.h"
#include "lcore/source_ring.h"
#include "ring/backoff.h"
#include "tests/ring/eal_setup.h"

#define PACKETS 20000
#define FRAME 82
#define WORKERS_MAX 4

/* A source of PACKETS frames between 256 x 256 hosts, both ways; every 100th one is an ICMP port
 * unreachable that quotes another pair. */
struct fake_source {
	struct source source;
	_Atomic unsigned next;
	uint8_t frames[VIEW_BURST][FRAME];
};

static void
put_ip(uint8_t *ip, uint8_t proto, const uint8_t src[4], const uint8_t dst[4], uint8_t total)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	ip[3] = total;
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, src, 4);
	memcpy(ip + 16, dst, 4);
}

static void
make_frame(uint8_t *f, unsigned n)
{
	const unsigned pair = n / 2 * 7919u;
	const uint8_t a[4] = { 10, 0, 0, (uint8_t)pair }, b[4] = { 10, 1, 0, (uint8_t)(pair >> 8) };
	const bool back = n % 2 != 0;

	memset(f, 0, FRAME);
	f[12] = 8;
	put_ip(f + 14, n % 100 == 99 ? 1 : 17, back ? b : a, back ? a : b, FRAME - 14);
	if (n % 100 == 99) {
		const uint8_t c[4] = { 10, 2, 0, (uint8_t)(n / 100) }, d[4] = { 10, 3, 0, 1 };

		f[34] = 3;
		f[35] = 3;
		put_ip(f + 42, 17, c, d, 40);
		f[62 + 1] = 7;
		f[62 + 3] = 9;
		f[62 + 5] = 20;
	} else {
		f[34 + 1] = back ? 53 : 99;
		f[34 + 3] = back ? 99 : 53;
		f[34 + 5] = FRAME - 34;
	}
}

static int
fake_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct fake_source *s = (struct fake_source *)source;
	unsigned n = 0;

	if (s->next == PACKETS)
		return -ENODATA;
	if (s->next % 1000 == 500 &&
	    *now_ns != s->next + 1) { /* a quiet moment: only the clock moves */
		*now_ns = s->next + 1;
		return 0;
	}
	for (; n < max && s->next < PACKETS; n++, s->next++) {
		make_frame(s->frames[n], s->next);
		views[n] = (struct packet_view){ .data = s->frames[n],
			                         .captured = FRAME,
			                         .length = FRAME,
			                         .time_ns = s->next + 1,
			                         .link_type = DLT_EN10MB };
		if (s->next % 1000 == 499) {
			n++;
			s->next++;
			break;
		}
	}
	*now_ns = s->next;
	return (int)n;
}

static void
fake_release(struct source *source)
{
	struct fake_source *s = (struct fake_source *)source;

	memset(s->frames, 0xdd, sizeof(s->frames)); /* views die here */
}

static const struct source_ops fake_ops = { .burst = fake_burst, .release = fake_release };

static uint8_t home[PACKETS]; /* 1 + the worker that got it */
static uint8_t notice[PACKETS];

struct consumer {
	struct source *source;
	unsigned id, notices;
	uint64_t now_ns;
	const char *wrong;
};

static void *
consume(void *arg)
{
	struct consumer *c = arg;
	struct packet_view views[VIEW_BURST];
	struct backoff backoff = { 0 };
	uint8_t frame[FRAME];
	uint64_t last = 0, now_ns = 0;
	int n;

	while ((n = c->source->ops->burst(c->source, views, 23, &now_ns)) >= 0) {
		if (now_ns < c->now_ns)
			c->wrong = "the clock went back";
		c->now_ns = now_ns;
		for (int i = 0; i < n; i++) {
			const unsigned packet = (unsigned)views[i].time_ns - 1;

			make_frame(frame, packet);
			if (views[i].captured != FRAME || memcmp(views[i].data, frame, FRAME) != 0)
				c->wrong = "bytes are not what was sent";
			if (views[i].time_ns <= last)
				c->wrong = "the order changed";
			last = views[i].time_ns;
			if (views[i].flags & VIEW_NOTICE) {
				notice[packet] = (uint8_t)(c->id + 1);
				c->notices++;
			} else if (home[packet] != 0) {
				c->wrong = "a packet came twice";
			} else {
				home[packet] = (uint8_t)(c->id + 1);
			}
		}
		c->source->ops->release(c->source);
		if (n == 0)
			backoff_wait(&backoff);
		else
			backoff_reset(&backoff);
	}
	return NULL;
}

static void
run_with(unsigned workers)
{
	static struct fake_source fake;
	static struct counters counters;
	struct consumer consumers[WORKERS_MAX];
	pthread_t threads[WORKERS_MAX];
	struct dispatch d = { .source = &fake.source,
		              .workers = workers,
		              .counters = &counters,
		              .burst = 64,
		              .lossless = true };
	unsigned notices = 0;

	memset(home, 0, sizeof(home));
	memset(notice, 0, sizeof(notice));
	memset(&counters, 0, sizeof(counters));
	fake.next = 0;
	fake.source.ops = &fake_ops;
	for (unsigned w = 0; w < workers; w++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", w);
		d.rings[w] = packet_ring_create(name, 4, -1);
		assert_non_null(d.rings[w]);
		consumers[w] =
		        (struct consumer){ .source = source_ring_create(d.rings[w]), .id = w };
		assert_int_equal(pthread_create(&threads[w], NULL, consume, &consumers[w]), 0);
	}
	assert_int_equal(dispatch_run(&d), 0);
	for (unsigned w = 0; w < workers; w++) {
		assert_int_equal(pthread_join(threads[w], NULL), 0);
		if (consumers[w].wrong != NULL)
			fail_msg("worker %u of %u: %s", w, workers, consumers[w].wrong);
		/* every worker saw the time of the last packet */
		assert_true(consumers[w].now_ns == PACKETS);
		notices += consumers[w].notices;
		consumers[w].source->ops->close(consumers[w].source);
		packet_ring_free(d.rings[w]);
	}
	assert_true(counter_get(&counters, COUNTER_notices) == notices);
	assert_true(counter_get(&counters, COUNTER_drop_dispatch) == 0);
}

static void
every_packet_comes_once_in_order_and_pairs_stay_together(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= WORKERS_MAX; workers++) {
		unsigned used = 0;

		run_with(workers);
		for (unsigned i = 0; i < PACKETS; i++) {
			if (home[i] == 0)
				fail_msg("packet %u was lost", i);
			used |= 1u << home[i];
			if (i % 2 != 0)
				assert_int_equal(home[i], home[i - 1]);
		}
		assert_int_equal(used, ((1u << workers) - 1) << 1);
	}
}

static void
an_icmp_error_is_shown_to_the_worker_of_the_flow_it_quotes(void **state)
{
	unsigned shown = 0;

	(void)state;
	run_with(WORKERS_MAX);
	for (unsigned i = 0; i < PACKETS; i++) {
		if (notice[i] == 0)
			continue;
		assert_int_equal(i % 100, 99);
		assert_int_not_equal(notice[i], home[i]);
		shown++;
	}
	/* about a quarter quotes a flow of the worker that has the error itself */
	assert_in_range(shown, PACKETS / 100 / 2, PACKETS / 100);
	/* the same quoted pair always goes to the same worker */
	for (unsigned i = 99; i < PACKETS; i += 100) {
		for (unsigned k = i + 25600; k < PACKETS; k += 25600) {
			if (notice[i] != 0 && notice[k] != 0)
				assert_int_equal(notice[i], notice[k]);
		}
	}
}

static void *
dispatch_thread(void *arg)
{
	dispatch_run(arg);
	return NULL;
}

static void
a_full_ring_drops_and_counts_when_waiting_is_not_allowed(void **state)
{
	static struct fake_source fake;
	static struct counters counters;
	struct dispatch d = {
		.source = &fake.source, .workers = 1, .counters = &counters, .burst = 64
	};
	struct consumer consumer = { 0 };
	unsigned got = 0;
	pthread_t thread;

	(void)state;
	memset(home, 0, sizeof(home));
	memset(&counters, 0, sizeof(counters));
	fake.source.ops = &fake_ops;
	d.rings[0] = packet_ring_create("drop", 4, -1);
	consumer.source = source_ring_create(d.rings[0]);
	/* nobody reads until the source has ended */
	assert_int_equal(pthread_create(&thread, NULL, dispatch_thread, &d), 0);
	while (fake.next < PACKETS)
		sched_yield();
	consume(&consumer);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (unsigned i = 0; i < PACKETS; i++)
		got += home[i] != 0;
	assert_true(got + counter_get(&counters, COUNTER_drop_dispatch) == PACKETS);
	assert_true(counter_get(&counters, COUNTER_drop_dispatch) > PACKETS / 2);
	assert_null(consumer.wrong);
	consumer.source->ops->close(consumer.source);
	packet_ring_free(d.rings[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_packet_comes_once_in_order_and_pairs_stay_together),
		cmocka_unit_test(an_icmp_error_is_shown_to_the_worker_of_the_flow_it_quotes),
		cmocka_unit_test(a_full_ring_drops_and_counts_when_waiting_is_not_allowed),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
