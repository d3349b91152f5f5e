/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments (RFC 791, RFC 8200 4.5): only the first has the ports. It leaves a
 * link in the flow table, an entry under the key that the later ones have, which
 * names the flow. Later fragments that came before their first have a flow of
 * their own; when the first comes, that is added to the right one.
 *
 * A link may outlive its flow: it knows which use of the entry it means.
 */
#include "lcore/flow_engine_internal.h"

#include <string.h>

static struct flow *
link_parent(const struct flow_engine *e, const struct flow *link)
{
	struct flow *parent = flow_of(flow_table_entry(e->table, link->link.parent));

	return parent->generation == link->link.generation ? parent : NULL;
}

struct flow *
engine_fragment_flow(struct flow_engine *e, struct flow *link, const struct packet *p)
{
	struct flow *parent = NULL;

	/* start_ns of a link: its last fragment */
	if (p->time_ns < link->start_ns || p->time_ns - link->start_ns < e->fragment_ns)
		parent = link_parent(e, link);
	if (parent != NULL && p->time_ns > link->start_ns)
		link->start_ns = p->time_ns;
	return parent;
}

/* Fragments that came early: counted where they belong. */
static void
adopt(const struct flow_layout *l, struct flow *parent, struct flow *orphan)
{
	struct flow_sizes *sizes = flow_sizes(l, parent);
	const struct flow_sizes *more = flow_sizes(l, orphan);

	for (unsigned d = 0; d < 2; d++) {
		const uint8_t *from = orphan->entry.key.addr[d ^ flow_source(orphan)];
		const uint8_t *src = parent->entry.key.addr[flow_source(parent)];
		const unsigned to = memcmp(from, src, 16) != 0;

		if (orphan->packets[d] == 0)
			continue;
		parent->packets[to] += orphan->packets[d];
		parent->bytes[to] += orphan->bytes[d];
		parent->app_bytes[to] += orphan->app_bytes[d];
		flow_extend(parent, orphan->last_ns[d], (int)to);
		if (orphan->first_ns[d] < parent->first_ns[to])
			parent->first_ns[to] = orphan->first_ns[d];
		if (sizes != NULL) {
			sizes->min[to] =
			        more->min[d] < sizes->min[to] ? more->min[d] : sizes->min[to];
			sizes->max[to] =
			        more->max[d] > sizes->max[to] ? more->max[d] : sizes->max[to];
		}
		parent->encaps[to] |= orphan->encaps[d];
		parent->ip[to].fragment = 1;
	}
}

/* A tunnel's flow may be keyed by other addresses than the fragments have; then they could be
 * another worker's, and stay a flow of their own. */
static bool
same_addresses(const struct flow_key *a, const struct flow_key *b)
{
	const size_t n = sizeof(a->addr[0]);

	return (memcmp(a->addr[0], b->addr[0], n) == 0 && memcmp(a->addr[1], b->addr[1], n) == 0) ||
	       (memcmp(a->addr[0], b->addr[1], n) == 0 && memcmp(a->addr[1], b->addr[0], n) == 0);
}

void
engine_fragment_first(struct flow_engine *e, struct flow *parent, const struct packet *first)
{
	const uint32_t index = flow_table_index(e->table, &parent->entry);
	const uint32_t generation = parent->generation;
	struct flow_entry *entry;
	struct flow_key key;
	struct flow *link;
	uint32_t hash;
	bool reverse;

	if (!packet_fragment_key(first, &key, &reverse) ||
	    !same_addresses(&key, &parent->entry.key))
		return;
	hash = flow_table_hash(e->table, &key);
	entry = flow_table_lookup(e->table, &key, hash);
	if (entry == NULL) {
		link = engine_insert(e, &key, hash);
		if (link == NULL)
			return; /* what else comes of the datagram is a flow of its own, if at all
			         */
		flow_timer_arm(e->timer, &link->entry, first->time_ns + e->fragment_ns);
	} else {
		link = flow_of(entry);
		if (!(link->flags & FLOW_LINK)) {
			if (flow_pending(link))
				adopt(&e->layout, parent, link);
			e->flows--;
			counter_add(e->counters, COUNTER_flows_closed, 1);
		}
	}
	link->flags = FLOW_LINK;
	link->idle_s = e->idle.fragment.seconds;
	link->idle_strict = e->idle.fragment.strict;
	link->start_ns = first->time_ns;
	link->packets[0] = 0;
	link->packets[1] = 0;
	link->link.parent = index;
	link->link.generation = generation;
}
