/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order in which records go out: by tick, first packet, the key's mark, key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lcore/flow_order.h"
#include "lcore/flow_report.h"

#define FLOWS 512

static struct flow flows[FLOWS];

static int
compare(const struct flow_due *a, const struct flow_due *b)
{
	struct flow_record x, y;

	if (flow_due_tick(a) != flow_due_tick(b))
		return flow_due_tick(a) < flow_due_tick(b) ? -1 : 1;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	if (flow_order_mark(&a->flow->entry.key) != flow_order_mark(&b->flow->entry.key))
		return flow_order_mark(&a->flow->entry.key) < flow_order_mark(&b->flow->entry.key)
		               ? -1
		               : 1;
	flow_report_key(a->flow, &x);
	flow_report_key(b->flow, &y);
	return memcmp(&x, &y, offsetof(struct flow_record, flow_index));
}

/* Of 'ticks' ticks and 'times' times, so that there are ties of both. */
static void
sort_random(unsigned n, unsigned ticks, unsigned times)
{
	struct flow_order order;
	uint64_t sum = 0;

	assert_int_equal(flow_order_init(&order, FLOWS, -1), 0);
	memset(flows, 0, sizeof(flows));
	for (unsigned i = 0; i < n; i++) {
		flows[i].first_ns[0] = 1 + (uint64_t)(rand() % (int)times);
		flows[i].entry.key.kind = FLOW_IPV4;
		flows[i].entry.key.port[0] = (uint16_t)(i * 7919 % FLOWS);
		flow_order_add(&order, &flows[i], (uint64_t)(rand() % (int)ticks));
	}
	flow_order_sort(&order);
	assert_int_equal(order.count, n);
	for (unsigned i = 0; i < n; i++) {
		assert_true(i == 0 || compare(&order.due[i - 1], &order.due[i]) < 0);
		sum += (uint64_t)(order.due[i].flow - flows);
	}
	assert_true(sum == (uint64_t)n * (n - (n != 0)) / 2); /* each of them once */
	flow_order_fini(&order);
}

static void
any_order_becomes_the_one(void **state)
{
	(void)state;
	srand(5);
	for (unsigned n = 0; n < FLOWS; n += 1 + n / 8) {
		sort_random(n, 1, 1);
		sort_random(n, 1, 1000000);
		sort_random(n, 3, 5);
		sort_random(n, 1000, 2);
	}
}

/* As the wheel yields them: tick after tick, the latest of each first. */
static void
falling_runs_are_turned(void **state)
{
	struct flow_order order;

	(void)state;
	assert_int_equal(flow_order_init(&order, FLOWS, -1), 0);
	memset(flows, 0, sizeof(flows));
	for (unsigned i = 0; i < FLOWS; i++) {
		flows[i].first_ns[1] = 1 + (i | 63) - (i & 63);
		flow_order_add(&order, &flows[i], i / 64);
	}
	flow_order_sort(&order);
	for (unsigned i = 1; i < FLOWS; i++)
		assert_true(flow_due_tick(&order.due[i - 1]) < flow_due_tick(&order.due[i]) ||
		            order.due[i - 1].first_ns < order.due[i].first_ns);
	flow_order_fini(&order);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_becomes_the_one),
		cmocka_unit_test(falling_runs_are_turned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
