/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A wheel with rounds: an entry is in slot (tick mod slots), however far away
 * its tick is, and is passed over until its round comes. A bitmap of the slots
 * in use makes empty ones free, so a jump in time costs no more than a look at
 * every armed entry, in steps of the caller's budget.
 *
 * The clock is a tick number; ticks up to 'swept' are done with, and between the
 * two lies what is due and not yet looked at. A sweep that runs out of budget
 * within a slot leaves its cursor there; disarming the entry under the cursor
 * moves it on. New entries go to the end of their slot, and always to a tick after
 * the clock: so an advance fires an entry once at most, whatever fn does.
 *
 * A list is a chain of cache misses. So an entry has a hint, kept beside the table: which
 * entry came to its slot AHEAD entries after it, and will be swept then. A hint may be out
 * of date; it is for prefetching only.
 *
 * Entries know the low 32 bits of their tick only. So they are armed at most
 * 2^30 ticks (two years) ahead of the clock, and the clock runs at most so far
 * ahead of the last tick at which nothing was due: then a difference's sign is
 * always right.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_errno.h>
#include <rte_prefetch.h>

#include "lcore/flow_timer.h"
#include "lcore/memory.h"

#define TICK_SHIFT 26
#define SLOTS 8192u /* nine minutes a round */
#define WORDS (SLOTS / 64)
#define STRIDE (UINT64_C(1) << 30)
#define AHEAD 8u

static_assert(FLOW_TIMER_TICK_NS == 1u << TICK_SHIFT, "a tick is a shift");

struct flow_timer {
	struct flow_table *table;
	uint64_t clock;  /* tick that advance has reached */
	uint64_t swept;  /* ticks up to this one were looked at */
	uint64_t clean;  /* clock at which last nothing was left due */
	uint32_t cursor; /* if 'paused': the entry of slot swept + 1 to look at next */
	bool paused;
	bool started;
	uint32_t *hints; /* of each entry: another one's index */
	uint32_t hints_count;
	uint64_t used[WORDS]; /* a bit a slot: whether it has entries */
	struct {
		uint32_t head, tail; /* where the bit is set */
	} slots[SLOTS];
	uint32_t latest[SLOTS][AHEAD]; /* entries that came to a slot, the latest first */
};

struct flow_timer *
flow_timer_create(struct flow_table *table, int socket)
{
	struct flow_timer *timer = memory_alloc(sizeof(*timer), false, socket, MEMORY_SPARSE);

	if (timer == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	timer->table = table;
	timer->hints_count = flow_table_capacity(table);
	timer->hints = memory_alloc((size_t)timer->hints_count * sizeof(timer->hints[0]), false,
	                            socket, MEMORY_SPARSE);
	if (timer->hints == NULL) {
		memory_free(timer, sizeof(*timer), false);
		rte_errno = ENOMEM;
		return NULL;
	}
	return timer;
}

void
flow_timer_free(struct flow_timer *timer)
{
	memory_free(timer->hints, (size_t)timer->hints_count * sizeof(timer->hints[0]), false);
	memory_free(timer, sizeof(*timer), false);
}

uint64_t
flow_timer_late(const struct flow_timer *timer)
{
	return timer->clock - timer->swept;
}

void
flow_timer_populate(struct flow_timer *timer, uint32_t first, uint32_t end)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t from = first * sizeof(timer->hints[0]) & ~(page - 1);

	if (first == 0)
		memory_populate(timer, sizeof(*timer));
	memory_populate((uint8_t *)timer->hints + from, end * sizeof(timer->hints[0]) - from);
}

static void
timer_start(struct flow_timer *timer, uint64_t tick)
{
	timer->started = true;
	timer->clock = tick;
	timer->swept = tick;
	timer->clean = tick;
}

/* The first tick that begins at or after due_ns and is still to come. */
static inline uint64_t
timer_tick(struct flow_timer *timer, uint64_t due_ns)
{
	const uint64_t part = due_ns & (FLOW_TIMER_TICK_NS - 1);
	uint64_t tick = (due_ns >> TICK_SHIFT) + (part != 0);

	if (unlikely(!timer->started)) /* no one said what time it is: well before */
		timer_start(timer, tick > STRIDE / 2 ? tick - STRIDE / 2 : 0);
	tick = RTE_MAX(tick, timer->clock + 1);
	return RTE_MIN(tick, timer->clock + STRIDE);
}

static inline void
hint_leave(struct flow_timer *timer, uint32_t slot, uint32_t index)
{
	uint32_t *latest = timer->latest[slot];

	timer->hints[latest[AHEAD - 1]] = index;
	memmove(latest + 1, latest, (AHEAD - 1) * sizeof(latest[0]));
	latest[0] = index;
}

static inline void
hint_follow(const struct flow_timer *timer, uint32_t index)
{
	const uint32_t ahead = timer->hints[index];

	flow_table_prefetch(timer->table, ahead);
	rte_prefetch0(&timer->hints[ahead]);
}

void
flow_timer_arm(struct flow_timer *timer, struct flow_entry *entry, uint64_t due_ns)
{
	const uint64_t tick = timer_tick(timer, due_ns);
	const uint32_t slot = (uint32_t)tick % SLOTS;
	const uint32_t index = flow_table_index(timer->table, entry);
	uint64_t *word = &timer->used[slot / 64];
	const uint64_t bit = UINT64_C(1) << slot % 64;

	entry->timer_tick = (uint32_t)tick;
	entry->timer_prev = index;
	entry->timer_next = FLOW_INDEX_NONE;
	if (*word & bit) {
		entry->timer_prev = timer->slots[slot].tail;
		flow_table_entry(timer->table, timer->slots[slot].tail)->timer_next = index;
	} else {
		timer->slots[slot].head = index;
	}
	*word |= bit;
	timer->slots[slot].tail = index;
	hint_leave(timer, slot, index);
}

void
flow_timer_disarm(struct flow_timer *timer, struct flow_entry *entry)
{
	const uint32_t index = flow_table_index(timer->table, entry);
	const uint32_t next = entry->timer_next;
	const uint32_t prev = entry->timer_prev;
	const uint32_t slot = entry->timer_tick % SLOTS;

	if (timer->paused && timer->cursor == index)
		timer->cursor = next;
	if (next != FLOW_INDEX_NONE)
		flow_table_entry(timer->table, next)->timer_prev = prev == index ? next : prev;
	else
		timer->slots[slot].tail = prev;
	if (prev != index)
		flow_table_entry(timer->table, prev)->timer_next = next;
	else if (next != FLOW_INDEX_NONE)
		timer->slots[slot].head = next;
	else
		timer->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
	entry->timer_prev = FLOW_INDEX_NONE;
	entry->timer_next = FLOW_INDEX_NONE;
}

/* Of all ticks with these low bits, the one that the clock has just reached or passed. */
uint64_t
flow_timer_tick(const struct flow_timer *timer, const struct flow_entry *entry)
{
	return timer->clock - (uint32_t)((uint32_t)timer->clock - entry->timer_tick);
}

/* The first tick of [tick, end) whose slot is in use, or 'end'. */
static uint64_t
timer_next_used(const struct flow_timer *timer, uint64_t tick, uint64_t end)
{
	while (tick < end) {
		const uint32_t slot = (uint32_t)tick % SLOTS;
		const uint64_t rest = timer->used[slot / 64] >> slot % 64;

		if (rest != 0)
			return RTE_MIN(tick + (unsigned)__builtin_ctzll(rest), end);
		tick += 64 - slot % 64;
	}
	return end;
}

/* Looks at the entries from the cursor on; returns what is left of the budget. */
static unsigned
timer_sweep_slot(struct flow_timer *timer, unsigned budget, flow_timer_fn *fn, void *ctx)
{
	while (timer->cursor != FLOW_INDEX_NONE && budget != 0) {
		struct flow_entry *entry = flow_table_entry(timer->table, timer->cursor);

		budget--;
		hint_follow(timer, timer->cursor);
		if ((int32_t)((uint32_t)timer->clock - entry->timer_tick) < 0) {
			timer->cursor = entry->timer_next; /* of a later round */
			continue;
		}
		flow_timer_disarm(timer, entry); /* moves the cursor on */
		fn(ctx, entry);
	}
	return budget;
}

/* More than two rounds behind, whole rounds are left out: each slot still has its turn. */
static void
timer_set_clock(struct flow_timer *timer, uint64_t now)
{
	uint64_t rounds;

	if (now <= timer->clock)
		return;
	timer->clock = RTE_MIN(now, timer->clean + STRIDE);
	rounds = (timer->clock - timer->swept) / SLOTS;
	if (rounds > 2)
		timer->swept += (rounds - 2) * SLOTS;
}

bool
flow_timer_advance(struct flow_timer *timer, uint64_t now_ns, unsigned budget, flow_timer_fn *fn,
                   void *ctx)
{
	const uint64_t now = now_ns >> TICK_SHIFT;

	if (unlikely(!timer->started))
		timer_start(timer, now);
	timer_set_clock(timer, now);
	while (timer->swept != timer->clock) {
		if (!timer->paused) {
			timer->swept =
			        timer_next_used(timer, timer->swept + 1, timer->clock + 1) - 1;
			if (timer->swept == timer->clock)
				break;
			timer->cursor = timer->slots[(timer->swept + 1) % SLOTS].head;
			timer->paused = true;
		}
		budget = timer_sweep_slot(timer, budget, fn, ctx);
		if (timer->cursor != FLOW_INDEX_NONE)
			return true;
		timer->paused = false;
		timer->swept++;
	}
	timer->clean = timer->clock;
	return timer->clock < now;
}

unsigned
flow_timer_take(struct flow_timer *timer, struct flow_entry *entries[], unsigned n, unsigned budget)
{
	const uint64_t end = timer->swept + 1 + SLOTS;
	uint64_t tick = timer->swept;
	unsigned taken = 0;

	while (taken < n && (tick = timer_next_used(timer, tick + 1, end)) < end) {
		uint32_t index = timer->slots[(uint32_t)tick % SLOTS].head;

		while (index != FLOW_INDEX_NONE && taken < n) {
			struct flow_entry *entry = flow_table_entry(timer->table, index);

			if (budget-- == 0)
				return taken;
			hint_follow(timer, index);
			index = entry->timer_next;
			if (entry->timer_tick != (uint32_t)tick)
				continue; /* of a later round */
			flow_timer_disarm(timer, entry);
			entries[taken++] = entry;
		}
	}
	return taken;
}
