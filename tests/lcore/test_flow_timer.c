/* SPDX-License-Identifier: BSD-3-Clause */
/* The timing wheel against a naive one: when entries fire, and what it may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lcore/flow_timer.h"

#define TICK ((uint64_t)FLOW_TIMER_TICK_NS)
#define SECOND UINT64_C(1000000000)
#define YEAR (UINT64_C(31557600) * SECOND)
#define START (UINT64_C(1700000000) * SECOND)
#define NO_BUDGET UINT32_MAX

static uint64_t random_state;

static uint64_t
random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t
random_below(uint64_t n)
{
	return random_next() % n;
}

/* A table full of flows, a timer, and what a naive timer knows of each. */
struct bed {
	struct flow_table *table;
	struct flow_timer *timer;
	uint32_t count;
	uint64_t now;
	uint64_t *due;    /* of entry index, 0 when not armed */
	uint64_t *armed;  /* when it was armed */
	uint32_t fired;   /* by the last advance */
	uint32_t total;   /* ever */
	uint32_t rearm;   /* one in so many that fires is armed again; 0 for none */
	uint32_t disturb; /* one in so many that fires disarms or arms another */
};

static void
bed_init(struct bed *bed, uint32_t count)
{
	const struct flow_table_options options = {
		.capacity = count, .entry_size = 64, .seed = 3, .socket = -1
	};

	memset(bed, 0, sizeof(*bed));
	bed->count = count;
	bed->now = START;
	bed->table = flow_table_create(&options);
	assert_non_null(bed->table);
	bed->timer = flow_timer_create(bed->table, -1);
	assert_non_null(bed->timer);
	bed->due = calloc(count, sizeof(bed->due[0]));
	bed->armed = calloc(count, sizeof(bed->armed[0]));
	assert_non_null(bed->due);
	assert_non_null(bed->armed);
	for (uint32_t i = 0; i < count; i++) {
		struct flow_key key = { .proto = 17 };

		memcpy(key.addr[0], &i, sizeof(i));
		assert_non_null(
		        flow_table_insert(bed->table, &key, flow_table_hash(bed->table, &key)));
	}
}

static void
bed_fini(struct bed *bed)
{
	flow_timer_free(bed->timer);
	flow_table_free(bed->table);
	free(bed->armed);
	free(bed->due);
}

static void
bed_arm(struct bed *bed, uint32_t index, uint64_t due)
{
	struct flow_entry *entry = flow_table_entry(bed->table, index);

	assert_false(flow_timer_armed(entry));
	flow_timer_arm(bed->timer, entry, due);
	assert_true(flow_timer_armed(entry));
	bed->due[index] = due;
	bed->armed[index] = bed->now;
}

static void
bed_disarm(struct bed *bed, uint32_t index)
{
	struct flow_entry *entry = flow_table_entry(bed->table, index);

	flow_timer_disarm(bed->timer, entry);
	assert_false(flow_timer_armed(entry));
	bed->due[index] = 0;
}

/* Now, the past, soon, within a round, hours and days away. */
static uint64_t
bed_random_due(const struct bed *bed)
{
	static const uint64_t reach[] = { 1,           TICK,          SECOND,
		                          60 * SECOND, 7200 * SECOND, 100000 * SECOND };
	const uint64_t far = random_below(reach[random_below(6)]);

	return random_below(10) == 0 ? bed->now - far : bed->now + far;
}

static void
bed_disturb(struct bed *bed)
{
	const uint32_t index = (uint32_t)random_below(bed->count);

	if (bed->due[index] != 0)
		bed_disarm(bed, index);
	else
		bed_arm(bed, index, bed_random_due(bed));
}

static void
bed_fire(void *ctx, struct flow_entry *entry)
{
	struct bed *bed = ctx;
	const uint32_t index = flow_table_index(bed->table, entry);

	assert_false(flow_timer_armed(entry));
	assert_true(bed->due[index] != 0); /* armed, and not fired before */
	assert_true(bed->due[index] <= bed->now);
	bed->due[index] = 0;
	bed->fired++;
	bed->total++;
	if (bed->rearm != 0 && random_below(bed->rearm) == 0)
		bed_arm(bed, index, bed_random_due(bed));
	if (bed->disturb != 0 && random_below(bed->disturb) == 0)
		bed_disturb(bed);
}

static bool
bed_advance(struct bed *bed, uint64_t now, unsigned budget)
{
	bed->fired = 0;
	if (now > bed->now)
		bed->now = now;
	return flow_timer_advance(bed->timer, now, budget, bed_fire, bed);
}

/* What was due a tick ago and armed before then has fired. */
static void
assert_none_overdue(const struct bed *bed)
{
	for (uint32_t i = 0; i < bed->count; i++) {
		const uint64_t turn = bed->due[i] > bed->armed[i] ? bed->due[i] : bed->armed[i];

		if (bed->due[i] != 0)
			assert_true(turn + TICK > bed->now);
		assert_int_equal(flow_timer_armed(flow_table_entry(bed->table, i)),
		                 bed->due[i] != 0);
	}
}

static void
timer_agrees_with_a_naive_one(void **state)
{
	static const uint64_t steps[] = { 1,           TICK / 3,      TICK,          20 * TICK,
		                          60 * SECOND, 3000 * SECOND, 90000 * SECOND };
	struct bed bed;

	(void)state;
	bed_init(&bed, 700);
	bed.rearm = 3;
	bed.disturb = 4;
	bed_advance(&bed, bed.now, 1);
	for (unsigned round = 0; round < 20000; round++) {
		bed_disturb(&bed);
		bed_disturb(&bed);
		while (bed_advance(&bed, bed.now + random_below(steps[random_below(7)]),
		                   1 + (unsigned)random_below(50)))
			;
		while (bed_advance(&bed, bed.now, 1000))
			;
		assert_none_overdue(&bed);
	}
	assert_true(bed.total > 20000);
	bed_fini(&bed);
}

static void
entry_fires_when_due_or_a_tick_later(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, 1);
	bed_advance(&bed, START, 1);
	for (uint64_t after = 1; after < 40000 * SECOND; after = after * 3 + 7) {
		const uint64_t due = bed.now + after;

		bed_arm(&bed, 0, due);
		assert_false(bed_advance(&bed, due - 1, 100));
		assert_int_equal(bed.fired, 0);
		assert_false(bed_advance(&bed, due + TICK, 100));
		assert_int_equal(bed.fired, 1);
	}
	bed_fini(&bed);
}

static void
budget_bounds_the_entries_looked_at(void **state)
{
	struct bed bed;
	uint32_t fired = 0;

	(void)state;
	bed_init(&bed, 1000);
	bed_advance(&bed, START, 1);
	for (uint32_t i = 0; i < 1000; i++)
		bed_arm(&bed, i, START + (1 + i % 3) * SECOND);
	for (unsigned step = 0; step < 100; step++) {
		const bool more = bed_advance(&bed, START + 10 * SECOND, 10);

		assert_true(bed.fired <= 10);
		fired += bed.fired;
		if (fired < 1000)
			assert_true(more);
	}
	assert_int_equal(fired, 1000);
	assert_false(bed_advance(&bed, START + 10 * SECOND, 10));
	bed_fini(&bed);
}

static void
jump_of_years_costs_a_look_at_what_is_armed(void **state)
{
	static const uint64_t jumps[] = { YEAR / 2, 3 * YEAR, 9 * YEAR + YEAR / 10, 50 * YEAR };
	struct bed bed;

	(void)state;
	bed_init(&bed, 5000);
	bed_advance(&bed, START, 1);
	for (unsigned j = 0; j < sizeof(jumps) / sizeof(jumps[0]); j++) {
		uint32_t fired = 0, calls = 0;

		for (uint32_t i = 0; i < 5000; i++)
			bed_arm(&bed, i, bed.now + random_below(86400 * SECOND));
		while (bed_advance(&bed, bed.now + (calls == 0 ? jumps[j] : 0), 100)) {
			fired += bed.fired;
			calls++;
			assert_true(calls < 100 + 50);
		}
		assert_int_equal(fired + bed.fired, 5000);
		assert_none_overdue(&bed);
	}
	bed_fini(&bed);
}

static void
entry_due_years_ahead_is_not_looked_at_in_a_jump_before(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, 2);
	bed_advance(&bed, START, 1);
	bed_arm(&bed, 0, START + YEAR);
	bed_arm(&bed, 1, START + YEAR + YEAR / 2);
	while (bed_advance(&bed, START + YEAR - SECOND, 10))
		;
	assert_int_equal(bed.fired, 0);
	while (bed_advance(&bed, START + YEAR + SECOND, 10))
		;
	assert_int_equal(bed.fired, 1);
	assert_true(bed.due[1] != 0);
	bed_fini(&bed);
}

static void
time_never_goes_back(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, 1);
	bed_advance(&bed, START, 1);
	bed_arm(&bed, 0, START + SECOND);
	assert_false(bed_advance(&bed, START - YEAR, 10));
	assert_false(bed_advance(&bed, 0, 10));
	assert_int_equal(bed.fired, 0);
	assert_false(bed_advance(&bed, START + 2 * SECOND, 10));
	assert_int_equal(bed.fired, 1);
	bed_fini(&bed);
}

static void
entries_armed_before_the_first_advance_fire_in_time(void **state)
{
	static const uint64_t starts[] = { 0, 1, SECOND, START };

	(void)state;
	for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct bed bed;

		bed_init(&bed, 3);
		bed.now = starts[i];
		bed_arm(&bed, 0, starts[i] + 120 * SECOND);
		bed_arm(&bed, 1, starts[i] + 5 * SECOND);
		bed_arm(&bed, 2, starts[i] + 1);
		assert_false(bed_advance(&bed, starts[i] + 6 * SECOND, 100));
		assert_int_equal(bed.fired, 2);
		while (bed_advance(&bed, starts[i] + 40 * YEAR, 100))
			;
		assert_int_equal(bed.due[0], 0);
		bed_fini(&bed);
	}
}

static void
refire(void *ctx, struct flow_entry *entry)
{
	struct bed *bed = ctx;

	bed->fired++;
	flow_timer_arm(bed->timer, entry, START - YEAR);
}

static void
entry_armed_for_the_past_by_fn_waits_for_the_next_tick(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, 3);
	bed_advance(&bed, START, 1);
	for (uint32_t i = 0; i < 3; i++)
		flow_timer_arm(bed.timer, flow_table_entry(bed.table, i), START);
	for (uint64_t step = 1; step <= 50; step++) {
		const uint64_t now = START + step * step * SECOND;

		bed.fired = 0;
		assert_false(flow_timer_advance(bed.timer, now, NO_BUDGET, refire, &bed));
		assert_int_equal(bed.fired, 3);
	}
	bed_fini(&bed);
}

static void
disarm_others(void *ctx, struct flow_entry *entry)
{
	struct bed *bed = ctx;

	(void)entry;
	bed->fired++;
	for (uint32_t i = 0; i < bed->count; i++)
		if (flow_timer_armed(flow_table_entry(bed->table, i)))
			flow_timer_disarm(bed->timer, flow_table_entry(bed->table, i));
}

static void
entry_disarmed_by_fn_or_in_a_pause_does_not_fire(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, 20);
	bed_advance(&bed, START, 1);
	for (uint32_t i = 0; i < 20; i++)
		bed_arm(&bed, i, START + SECOND);
	assert_true(bed_advance(&bed, START + 2 * SECOND, 5));
	assert_int_equal(bed.fired, 5);
	for (uint32_t i = 0; i < 20; i += 2)
		if (bed.due[i] != 0)
			bed_disarm(&bed, i);
	bed.fired = 0;
	assert_false(flow_timer_advance(bed.timer, START + 3 * SECOND, 100, disarm_others, &bed));
	assert_int_equal(bed.fired, 1);
	bed_fini(&bed);
}

static void
remove_entry(void *ctx, struct flow_entry *entry)
{
	struct bed *bed = ctx;

	bed->fired++;
	flow_table_remove(bed->table, entry);
}

static void
fn_may_remove_the_entry(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, 1000);
	bed_advance(&bed, START, 1);
	for (uint32_t i = 0; i < 1000; i++)
		flow_timer_arm(bed.timer, flow_table_entry(bed.table, i), START + i * SECOND / 100);
	while (flow_timer_advance(bed.timer, START + 11 * SECOND, 7, remove_entry, &bed))
		;
	assert_int_equal(bed.fired, 1000);
	assert_int_equal(flow_table_count(bed.table), 0);
	bed_fini(&bed);
}

static void
what_is_taken_comes_in_the_order_it_would_fire(void **state)
{
	const uint64_t round = 8192 * TICK;
	struct flow_entry *taken[40];
	uint32_t last = 0;
	struct bed bed;
	unsigned n, total = 0;

	(void)state;
	bed_init(&bed, 1000);
	bed_advance(&bed, START, 1);
	for (uint32_t i = 0; i < 1000; i++) /* the last hundred in a round of their own */
		flow_timer_arm(bed.timer, flow_table_entry(bed.table, i),
		               START + SECOND + random_below(100 * SECOND) +
		                       (i >= 900 ? 2 * round : 0));
	assert_int_equal(flow_timer_take(bed.timer, taken, 40, 7), 7);
	for (unsigned i = 0; i < 7; i++)
		flow_timer_arm(bed.timer, taken[i], START + SECOND);
	while ((n = flow_timer_take(bed.timer, taken, 40, NO_BUDGET)) != 0) {
		for (unsigned i = 0; i < n; i++) {
			assert_false(flow_timer_armed(taken[i]));
			assert_true(flow_table_index(bed.table, taken[i]) < 900);
			assert_true(total + i == 0 || taken[i]->timer_tick >= last);
			last = taken[i]->timer_tick;
		}
		total += n;
	}
	assert_int_equal(total, 900);
	assert_false(flow_timer_advance(bed.timer, START + 1000 * SECOND, NO_BUDGET, remove_entry,
	                                &bed));
	assert_int_equal(bed.fired, 0);
	while (flow_timer_advance(bed.timer, START + 3 * round, NO_BUDGET, remove_entry, &bed))
		;
	assert_int_equal(bed.fired, 100);
	bed_fini(&bed);
}

/* In a pause of a sweep, too. */
static void
what_is_taken_does_not_fire(void **state)
{
	struct flow_entry *taken[8];
	struct bed bed;

	(void)state;
	bed_init(&bed, 20);
	bed_advance(&bed, START, 1);
	for (uint32_t i = 0; i < 20; i++)
		flow_timer_arm(bed.timer, flow_table_entry(bed.table, i), START + SECOND);
	assert_true(flow_timer_advance(bed.timer, START + 2 * SECOND, 5, remove_entry, &bed));
	assert_int_equal(flow_timer_take(bed.timer, taken, 8, NO_BUDGET), 8);
	assert_false(
	        flow_timer_advance(bed.timer, START + 2 * SECOND, NO_BUDGET, remove_entry, &bed));
	assert_int_equal(bed.fired, 12);
	bed_fini(&bed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timer_agrees_with_a_naive_one),
		cmocka_unit_test(entry_fires_when_due_or_a_tick_later),
		cmocka_unit_test(budget_bounds_the_entries_looked_at),
		cmocka_unit_test(jump_of_years_costs_a_look_at_what_is_armed),
		cmocka_unit_test(entry_due_years_ahead_is_not_looked_at_in_a_jump_before),
		cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(entries_armed_before_the_first_advance_fire_in_time),
		cmocka_unit_test(entry_armed_for_the_past_by_fn_waits_for_the_next_tick),
		cmocka_unit_test(entry_disarmed_by_fn_or_in_a_pause_does_not_fire),
		cmocka_unit_test(fn_may_remove_the_entry),
		cmocka_unit_test(what_is_taken_comes_in_the_order_it_would_fire),
		cmocka_unit_test(what_is_taken_does_not_fire),
	};

	random_state = 88172645463325252u;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
