/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker's timing wheel, lazily re-armed: a packet only writes its flow's
 * last-seen time; when an entry's slot comes, the owner looks at the flow and
 * re-arms it or lets it go. Links are entry indexes kept in line 0 of the
 * entries, so the wheel owns nothing but its slot heads. Work per step is
 * bounded. One tick is FLOW_TIMER_TICK_NS.
 */
#ifndef PANOPTES_LCORE_FLOW_TIMER_H
#define PANOPTES_LCORE_FLOW_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/flow_table.h"

#define FLOW_TIMER_TICK_NS 67108864u /* 2^26 ns, about 67 ms: a shift, not a division */

struct flow_timer;

/* Called for an entry whose time has come; it is no longer armed. It may arm and disarm any
 * entry, and remove those that are not armed. */
typedef void flow_timer_fn(void *ctx, struct flow_entry *);

/* NULL with rte_errno ENOMEM. Before the table is freed the timer is. */
struct flow_timer *flow_timer_create(struct flow_table *, int socket);
void flow_timer_free(struct flow_timer *);

/* As flow_table_populate(), for what the timer keeps of entries 'first' to 'end' - 1. */
void flow_timer_populate(struct flow_timer *, uint32_t first, uint32_t end);

/* Look at the entry at time 'due_ns' or up to a tick after it; if that is not after the clock, at
 * the next tick. The entry must not be armed. */
void flow_timer_arm(struct flow_timer *, struct flow_entry *, uint64_t due_ns);
/* The entry must be armed. */
void flow_timer_disarm(struct flow_timer *, struct flow_entry *);

static inline bool
flow_timer_armed(const struct flow_entry *entry)
{
	return entry->timer_prev != FLOW_INDEX_NONE;
}

/* The tick that an entry was armed for. Only in fn, of the entry that it is called for. */
uint64_t flow_timer_tick(const struct flow_timer *, const struct flow_entry *);

/* Advances the clock towards now_ns, looking at no more than 'budget' > 0 entries, and calls fn for
 * those that are due, each once at most. The first call sets the clock; it never goes back, and a
 * jump costs a look or two at every armed entry. Returns whether more is due: call again. */
bool flow_timer_advance(struct flow_timer *, uint64_t now_ns, unsigned budget, flow_timer_fn *fn,
                        void *ctx);

/* Ticks that have passed and were not all looked at. */
uint64_t flow_timer_late(const struct flow_timer *);

/* Takes off the wheel up to n entries, those first that would be looked at first, due or not; looks
 * at no more than 'budget' of them. Returns how many there are in entries[], which are no longer
 * armed. Fewer than n: nothing is armed within a round of the wheel, or the budget is spent. Not in
 * fn. */
unsigned flow_timer_take(struct flow_timer *, struct flow_entry *entries[], unsigned n,
                         unsigned budget);

#endif
