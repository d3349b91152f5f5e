/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets into flows, a burst in stages: all keys are hashed, all entries looked
 * up, their lines fetched a few packets ahead, and then each packet is counted in
 * order. Which flow, and when a record is due, is decided here; what a packet
 * does to its flow is flow_account.c's.
 */
#include "lcore/flow_engine.h"

#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "lcore/flow_engine_internal.h"
#include "lcore/flow_user.h"

#define AHEAD 16           /* packets whose lines are on their way */
#define EXPIRE_STEP 512    /* entries looked at between two bursts of live traffic */
#define EXPIRE_STEP_MIN 16 /* ... where there is traffic, and three for each packet */
#define LATE_TICKS 4       /* of 67 ms: when records come first, nevertheless */

#define IN_A_FLOW COUNTER_flow_packets /* what became of a packet */

#define IPPROTO_ICMP 1
#define IPPROTO_ICMPV6 58

/* One burst's keys and what they found. */
struct lookup {
	const struct flow_key *keys[VIEW_BURST];
	uint32_t hashes[VIEW_BURST];
	struct flow_entry *entries[VIEW_BURST];
	struct flow_key directed[VIEW_BURST]; /* keys of unidirectional flows */
	uint64_t inserted, removed;           /* the engine's, when it was made */
};

/* The key as the configuration wants it: of one direction only, an ICMP exchange excepted. */
static const struct flow_key *
directed_key(const struct flow_key *key, bool reverse, struct flow_key *copy)
{
	const bool icmp = key->proto == IPPROTO_ICMP || key->proto == IPPROTO_ICMPV6;

	if (icmp || !reverse)
		return key;
	*copy = *key;
	copy->vlan |= FLOW_KEY_ONE_WAY;
	return copy;
}

/* A nearly full table, before any of the burst's new flows needs room in it. */
static void
make_room(struct flow_engine *e, struct lookup *l, unsigned n)
{
	unsigned missing = 0;

	for (unsigned i = 0; i < n; i++)
		missing += l->entries[i] == NULL && engine_takes(e, l->hashes[i]);
	engine_make_room(e, missing);
	flow_table_lookup_burst(e->table, l->keys, l->hashes, l->entries, n);
}

static void
lookup_burst(struct flow_engine *e, struct lookup *l, const struct packet *packets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct packet *p = &packets[i];

		l->keys[i] = unlikely(e->unidirectional)
		                     ? directed_key(&p->key, p->reverse, &l->directed[i])
		                     : &p->key;
	}
	flow_table_hash_burst(e->table, l->keys, l->hashes, n);
	flow_table_lookup_burst(e->table, l->keys, l->hashes, l->entries, n);
	if (unlikely(flow_table_capacity(e->table) - flow_table_count(e->table) < n))
		make_room(e, l, n);
	l->inserted = e->inserted;
	l->removed = e->removed;
}

/* What packet i's key finds now. What was found holds until something is removed, that nothing
 * was found until something is inserted. */
static struct flow *
lookup_flow(const struct flow_engine *e, const struct lookup *l, unsigned i)
{
	struct flow_entry *entry = l->entries[i];

	if (entry != NULL ? l->removed == e->removed : l->inserted == e->inserted)
		return flow_of(entry);
	return flow_of(flow_table_lookup(e->table, l->keys[i], l->hashes[i]));
}

/* NULL: there is no room. */
static struct flow *
open_flow(struct flow_engine *e, const struct lookup *l, unsigned i, const struct packet *p)
{
	struct flow *f = engine_insert(e, l->keys[i], l->hashes[i]);
	const struct flow_idle idle = flow_idle_of(&e->idle, l->keys[i]);

	if (unlikely(f == NULL))
		return NULL;
	f->idle_s = idle.seconds;
	f->idle_strict = idle.strict;
	flow_start(&e->layout, f, p);
	if (e->apps != NULL)
		flow_apps_open(e->apps, f);
	flow_timer_arm(e->timer, &f->entry, engine_due_ns(e, f));
	e->flows++;
	e->opened++;
	return f;
}

/* The same entry for a new flow: the old one's idle time was over before this packet. */
static void
restart_flow(struct flow_engine *e, struct flow *f, const struct packet *p)
{
	if (!(f->flags & FLOW_LINK)) {
		e->flows--;
		counter_add(e->counters, COUNTER_flows_closed, 1);
	}
	if (e->apps != NULL)
		flow_apps_close(e->apps, f);
	e->flows++;
	e->opened++;
	flow_start(&e->layout, f, p);
	if (e->apps != NULL)
		flow_apps_open(e->apps, f);
}

/* The wheel must come by when what is counted from now on is due. */
static void
rearm(struct flow_engine *e, struct flow *f)
{
	const uint64_t due_ns = engine_due_ns(e, f);
	const uint32_t tick = (uint32_t)(due_ns / FLOW_TIMER_TICK_NS) + 1;

	if (flow_timer_armed(&f->entry)) {
		if ((int32_t)(f->entry.timer_tick - tick) <= 0)
			return;
		flow_timer_disarm(e->timer, &f->entry);
	}
	flow_timer_arm(e->timer, &f->entry, due_ns);
}

/* Whether the flow's idle time was over before this packet. By the packet's own time where the idle
 * time is strict; else by what went by without it. */
static bool
is_expired(const struct flow_engine *e, const struct flow *f, const struct packet *p)
{
	const uint64_t last_ns = flow_last_ns(f);

	if (f->idle_strict)
		return p->time_ns > last_ns && p->time_ns - last_ns >= engine_idle_ns(f);
	return e->idle_ns >= f->start_ns && p->time_ns != f->start_ns &&
	       e->idle_ns - f->start_ns >= e->layout.interval_ns + engine_idle_ns(f);
}

/* The packet comes after the end of its flow's status interval or idle time. A fragment that joined
 * its flow by a link never begins another. */
static void
end_interval(struct flow_engine *e, struct flow *f, const struct packet *p, bool joined)
{
	const bool pending = flow_pending(f);
	const bool expired = !joined && is_expired(e, f, p);

	if (pending && !expired && engine_merges(e, f)) {
		counter_add(e->counters, COUNTER_records_merged, 1);
		f->start_ns = p->time_ns;
		return;
	}
	(void)engine_report(e, f, engine_cause(f), e->clock_ns, !expired);
	if (expired)
		restart_flow(e, f, p);
	f->start_ns = p->time_ns;
	if (!pending)
		rearm(e, f);
}

/* A new connection on the same TCP tuple: the same flow to argus, which repeats its sequence
 * number. Opened by the other side it is another one, as its records name the ends the other way
 * round. */
static void
reopen(struct flow_engine *e, struct flow *f, const struct packet *p, int dir, bool turn)
{
	if (flow_pending(f)) {
		flow_extend(f, p->time_ns, dir);
		(void)engine_report(e, f, CAUSE_STOP, e->clock_ns, false);
	}
	if (turn) {
		flow_turn(&e->layout, f);
		f->flags &= ~FLOW_REPORTED;
		e->opened++;
		counter_add(e->counters, COUNTER_flows_closed, 1);
	}
	flow_tcp_open(&f->tcp, p);
	if (e->apps != NULL) {
		flow_apps_close(e->apps, f);
		flow_apps_open(e->apps, f);
	}
	f->start_ns = p->time_ns;
	f->flags |= FLOW_RESTARTED;
	rearm(e, f);
}

static void
mark_quoted(struct flow_engine *e, const struct packet *p)
{
	struct flow_key copy;
	const struct flow_key *key =
	        e->unidirectional ? directed_key(&p->quote, p->quote_reverse, &copy) : &p->quote;
	struct flow *f = flow_of(flow_table_lookup(e->table, key, flow_table_hash(e->table, key)));

	if (f == NULL || (f->flags & FLOW_LINK) || !flow_pending(f))
		return;
	/* a record that is due is as good as out */
	if (p->time_ns > f->start_ns && p->time_ns >= engine_due_ns(e, f))
		return;
	flow_mark(f, p);
}

/* What the packet stands for besides itself; a record that has no room for it goes out before. */
static void
count_weight(struct flow_engine *e, struct flow *f, const struct packet *p, int dir)
{
	const uint64_t bytes = (uint64_t)e->weight * p->bytes;

	if (bytes > BYTES_MAX - f->bytes[dir] || e->weight > UINT32_MAX - f->packets[dir]) {
		(void)engine_report(e, f, engine_cause(f), e->clock_ns, false);
		f->first_ns[dir] = f->last_ns[dir] = p->time_ns;
	}
	f->packets[dir] += e->weight;
	f->bytes[dir] += (uint32_t)bytes;
	f->app_bytes[dir] += e->weight * p->payload_length;
}

static void
count_special(struct flow_engine *e, struct flow *f, const struct packet *p, int dir)
{
	if (e->weight != 0) {
		flow_forget_media(f); /* of a sample's sequence numbers most are missing */
		count_weight(e, f, p, dir);
	}
	if (e->start_records && !(f->flags & FLOW_REPORTED))
		(void)engine_report(e, f, CAUSE_START, e->clock_ns, false);
}

/* For overload a payload is not looked at, and what comes behind it would tell less than a guess:
 * the flow keeps what was found by then. */
static inline bool
passes_over(struct flow_engine *e, struct flow *f, const struct packet *p)
{
	if (likely(!e->sheds_payload))
		return false;
	if (p->payload_captured != 0) {
		f->flags &= ~(FLOW_LOOK_SRC | FLOW_LOOK_DST);
		counter_add(e->counters, COUNTER_shed_payloads, 1);
	}
	return true;
}

static void
count_packet(struct flow_engine *e, struct flow *f, const struct packet *p, int dir)
{
	bool active, turn;

	if (flow_tcp_packet(&e->layout, f, p, dir, &active, &turn)) {
		reopen(e, f, p, dir, turn);
		dir = 0;
	}
	if (unlikely(p->bytes > BYTES_MAX - f->bytes[dir] || f->packets[dir] == UINT32_MAX))
		(void)engine_report(e, f, engine_cause(f), e->clock_ns, false);
	if (unlikely(e->layout.control_at != 0) && flow_user_is_full(&e->layout, f, p, dir))
		(void)engine_report(e, f, engine_cause(f), e->clock_ns, false);
	flow_count(&e->layout, f, p, dir, active);
	if (f->flags & (FLOW_LOOK_SRC << dir) && !passes_over(e, f, p))
		flow_apps_count(e->apps, f, flow_table_index(e->table, &f->entry), p, dir);
	if (unlikely(e->special))
		count_special(e, f, p, dir);
	if (unlikely((p->flags & (PACKET_FRAGMENT_MORE | PACKET_FRAGMENT_LATER)) ==
	             PACKET_FRAGMENT_MORE))
		engine_fragment_first(e, f, p);
	if (unlikely(p->flags & PACKET_QUOTE))
		mark_quoted(e, p);
}

/* Which end of its flow a later fragment came from; keys of some protocols have an order that
 * fragments don't know. */
static int
fragment_direction(const struct flow *f, const struct packet *p)
{
	const uint8_t *from = p->key.addr[p->reverse];

	return memcmp(from, f->entry.key.addr[flow_source(f)], sizeof(p->key.addr[0])) != 0;
}

/* What became of the packet: IN_A_FLOW, or the counter of those that got none. */
static enum counter
engine_packet(struct flow_engine *e, const struct lookup *l, unsigned i, const struct packet *p)
{
	struct flow *f = lookup_flow(e, l, i);
	bool joined = false;

	if (f != NULL && unlikely(f->flags & FLOW_LINK)) {
		struct flow *parent = engine_fragment_flow(e, f, p);

		joined = parent != NULL;
		if (joined) {
			f = parent;
		} else {
			restart_flow(e, f, p);
			rearm(e, f);
		}
	}
	if (f == NULL) {
		if (unlikely(!engine_takes(e, l->hashes[i])))
			return COUNTER_drop_sampled;
		f = open_flow(e, l, i, p);
		if (unlikely(f == NULL))
			return COUNTER_drop_table;
	} else if (p->time_ns >= f->start_ns && p->time_ns >= engine_due_ns(e, f)) {
		end_interval(e, f, p, joined);
	}
	count_packet(e, f, p, joined ? fragment_direction(f, p) : flow_direction(f, p));
	return IN_A_FLOW;
}

/* 'refused': bits of the packets that are in no flow. */
static void
count_burst(struct flow_engine *e, const struct packet *packets, const struct packet_view *views,
            unsigned n, uint64_t refused)
{
	uint64_t counted = 0, bytes = 0, truncated = 0, malformed = 0, inner = 0;

	for (unsigned i = 0; i < n; i++) {
		if (unlikely(refused >> i & 1))
			continue;
		if (views[i].flags & (VIEW_NOTICE | VIEW_INNER | VIEW_SAMPLE)) {
			inner += (views[i].flags & (VIEW_NOTICE | VIEW_INNER)) == VIEW_INNER;
			continue;
		}
		counted++;
		bytes += packets[i].bytes;
		truncated += (packets[i].flags & PACKET_TRUNCATED) != 0;
		malformed += (packets[i].flags & PACKET_MALFORMED) != 0;
	}
	counter_add(e->counters, COUNTER_flow_packets, counted);
	counter_add(e->counters, COUNTER_flow_bytes, bytes);
	if (inner != 0)
		counter_add(e->counters, COUNTER_inner_packets, inner);
	if (truncated + malformed != 0) {
		counter_add(e->counters, COUNTER_truncated, truncated);
		counter_add(e->counters, COUNTER_malformed, malformed);
	}
	if (unlikely(e->layout.sheds_user) && e->layout.keeps_user)
		counter_add(e->counters, COUNTER_shed_packets, counted);
	if (unlikely(e->layout.sheds_jitter) && e->layout.jitter_at != 0)
		counter_add(e->counters, COUNTER_shed_gaps, counted);
}

/* Reading files, time is the packets': what is due before a packet goes out before it. A flow that
 * was silent beyond its idle time, while nothing else came either, goes on with its packet. */
static inline void
tell_time(struct flow_engine *e, uint64_t now_ns, uint64_t idle_ns)
{
	const uint64_t tick = now_ns / FLOW_TIMER_TICK_NS;

	if (idle_ns > e->idle_ns)
		e->idle_ns = idle_ns;
	if (unlikely(tick != e->clock_ns / FLOW_TIMER_TICK_NS) && (e->lossless || e->clock_ns == 0))
		while (engine_expire(e, now_ns, UINT32_MAX))
			;
	if (now_ns > e->clock_ns)
		e->clock_ns = now_ns;
}

/* Lines that the packet will touch; 0 and 1 the lookup has asked for. */
static inline void
prefetch_flow(const struct flow_entry *entry, const struct packet *p)
{
	const struct flow *f = (const void *)entry;

	if (f == NULL)
		return;
	flow_prefetch_headers(f);
	if (p->flags & (PACKET_TCP | PACKET_ESP))
		flow_prefetch_protocol(f);
}

void
flow_engine_burst(struct flow_engine *e, const struct packet *packets,
                  const struct packet_view *views, unsigned n)
{
	struct lookup l;
	uint64_t opened, refused = 0;

	if (n == 0)
		return;
	opened = e->opened;
	if (e->apps != NULL)
		flow_apps_begin(e->apps);
	lookup_burst(e, &l, packets, n);
	for (unsigned i = 0; i < AHEAD && i < n; i++)
		prefetch_flow(l.entries[i], &packets[i]);
	for (unsigned i = 0; i < n; i++) {
		enum counter fate;

		if (i + AHEAD < n)
			prefetch_flow(l.entries[i + AHEAD], &packets[i + AHEAD]);
		tell_time(e, views[i].clock_ns, views[i].before_ns);
		if (unlikely(views[i].flags & VIEW_NOTICE)) {
			if (packets[i].flags & PACKET_QUOTE)
				mark_quoted(e, &packets[i]);
			continue;
		}
		fate = engine_packet(e, &l, i, &packets[i]);
		if (unlikely(fate != IN_A_FLOW)) {
			refused |= UINT64_C(1) << i;
			engine_refuse(e, &packets[i], &views[i], fate);
		}
	}
	if (e->apps != NULL)
		flow_apps_flush(e->apps);
	count_burst(e, packets, views, n, refused);
	if (e->opened != opened)
		counter_add(e->counters, COUNTER_flows_opened, e->opened - opened);
}

/* Each packet may bring a flow, which is looked at twice before it is gone: three looks a packet
 * keep up with that. A whole step would keep a full queue waiting for longer than it has room. */
static unsigned
expiry_step(const struct flow_engine *e, unsigned packets)
{
	if (packets == 0 || flow_timer_late(e->timer) > LATE_TICKS)
		return EXPIRE_STEP;
	return 3 * packets + EXPIRE_STEP_MIN;
}

bool
flow_engine_advance(struct flow_engine *e, uint64_t now_ns, unsigned packets)
{
	if (e->lossless || e->clock_ns == 0) {
		if (now_ns > e->clock_ns)
			tell_time(e, now_ns, now_ns);
		return false;
	}
	if (now_ns > e->idle_ns)
		e->idle_ns = now_ns;
	if (e->apps != NULL)
		flow_apps_begin(e->apps);
	return engine_expire(e, now_ns, expiry_step(e, packets));
}

/* Time goes on without packets until every interval is over. What an eviction put back in the
 * wheel, to come after its idle time, goes out in one go. */
void
flow_engine_flush(struct flow_engine *e)
{
	const uint64_t end_ns = e->clock_ns + e->layout.interval_ns + 2 * FLOW_TIMER_TICK_NS;

	e->lossless = true;
	flow_engine_shed(e, 0); /* nothing waits for another record */
	while (e->clock_ns < end_ns)
		(void)engine_expire(e, e->clock_ns + FLOW_TIMER_TICK_NS, UINT32_MAX);
	if (counter_get(e->counters, COUNTER_flows_evicted) != 0)
		(void)engine_expire(e, end_ns + e->idle.longest_s * NS_PER_S, UINT32_MAX);
	counter_add(e->counters, COUNTER_flows_closed, e->flows);
	if (e->apps != NULL)
		flow_apps_end(e->apps);
	flow_ring_flush(e->ring);
	flow_ring_set_clock(e->ring, UINT64_MAX);
}
