/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the flow engine share. Private to them.
 */
#ifndef PANOPTES_LCORE_FLOW_ENGINE_INTERNAL_H
#define PANOPTES_LCORE_FLOW_ENGINE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/flow.h"
#include "lcore/flow_account.h"
#include "lcore/flow_apps.h"
#include "lcore/flow_engine.h"
#include "lcore/flow_idle.h"
#include "lcore/flow_order.h"
#include "lcore/flow_table.h"
#include "lcore/flow_timer.h"

#define NS_PER_S UINT64_C(1000000000)
#define BYTES_MAX 0x7fffffffu /* of a record and direction: clients break beyond */

struct flow_engine {
	struct flow_table *table;
	struct flow_timer *timer;
	struct flow_order order; /* flows that are due */
	struct flow_layout layout;
	struct flow_record_layout record_layout;
	struct flow_ring *ring;
	struct counters *counters;
	uint64_t clock_ns;    /* the latest time that was told */
	uint64_t idle_ns;     /* time that passed without the packet at hand: what idle flows are
	                         forgotten by, so that the packet still finds its own */
	uint64_t reported_ns; /* of the last record: a ring's records don't go back in time */
	uint64_t fragment_ns; /* how long later fragments are waited for */
	uint32_t generation;  /* entries used so far */
	uint64_t inserted, removed; /* entries: what was looked up before may not hold */
	uint64_t opened;            /* flows */
	uint64_t flows;             /* ... there are now */
	struct flow_idle_times idle;
	uint8_t worker;
	bool lossless;
	bool unidirectional;
	bool start_records;
	bool special; /* a packet that was counted has more to it: start_records or weight */
	struct apps_queue *apps; /* NULL: flows have no labels */
	bool sheds_payload;      /* for overload, as are these two */
	bool merges;             /* interim records of busy flows */
	uint64_t full_until_ns;  /* live: nobody to give up was found, so nobody is looked for */
	unsigned sampling;       /* new flows are taken one in 2^this */
	uint32_t weight;         /* packets that the one at hand stands for besides itself */
};

static inline uint64_t
engine_idle_ns(const struct flow *f)
{
	return f->idle_s * NS_PER_S;
}

/* When what the flow has counted must go out: at the end of its status interval, or before it when
 * its idle time is over. */
static inline uint64_t
engine_due_ns(const struct flow_engine *e, const struct flow *f)
{
	const uint64_t interval_end_ns = f->start_ns + e->layout.interval_ns;
	uint64_t last_ns, idle_end_ns;

	if (!f->idle_strict)
		return interval_end_ns;
	last_ns = flow_last_ns(f);
	idle_end_ns = (last_ns > f->start_ns ? last_ns : f->start_ns) + engine_idle_ns(f);
	return idle_end_ns < interval_end_ns ? idle_end_ns : interval_end_ns;
}

/* flow_engine_output.c */

/* Hands over the record of the flow's interval, if it has packets, and begins the next one. An
 * interim record that finds the ring full waits (false: the flow goes on counting), any other is
 * lost and counted. 'report_ns' is when it is due. */
bool engine_report(struct flow_engine *, struct flow *, enum flow_cause, uint64_t report_ns,
                   bool interim);
/* What caused the record of an interval that simply ended. */
enum flow_cause engine_cause(const struct flow *);

/* flow_engine_expiry.c */

/* Looks at what is due until now_ns, at no more than 'budget' entries; whether more is due. */
bool engine_expire(struct flow_engine *, uint64_t now_ns, unsigned budget);
/* Makes room for so many entries in a full table: of the flows next in the wheel those go that a
 * flood may have brought. There may be less room afterwards: engine_insert() makes its own. */
void engine_make_room(struct flow_engine *, unsigned room);
void engine_remove(struct flow_engine *, struct flow *);
/* An entry for a key that has none; not a flow yet: flow_start() or a link makes it one. NULL,
 * live only: an established flow would have to go. */
struct flow *engine_insert(struct flow_engine *, const struct flow_key *, uint32_t hash);

/* flow_engine_shed.c */

/* Whether a new flow of this hash is taken: always the same ones of a rate, and those among them at
 * higher ones. The hash is keyed, so nobody can choose; mixed, as the table goes by its bits. */
static inline bool
engine_takes(const struct flow_engine *e, uint32_t hash)
{
	return (uint64_t)(hash * 0x9e3779b1u) >> (32 - e->sampling) == 0;
}
/* Whether the interim record that is due becomes one with the next: the flow is busy. */
bool engine_merges(const struct flow_engine *, const struct flow *);
/* A packet that is in no flow, for the reason of that name. */
void engine_refuse(struct flow_engine *, const struct packet *, const struct packet_view *,
                   enum counter why);

/* flow_fragment.c */

/* The flow that a later fragment belongs to, given what its key found; NULL: none is known. */
struct flow *engine_fragment_flow(struct flow_engine *, struct flow *link, const struct packet *);
/* The first fragment of a datagram was counted in its flow: later ones will be, too. */
void engine_fragment_first(struct flow_engine *, struct flow *parent, const struct packet *first);

#endif
