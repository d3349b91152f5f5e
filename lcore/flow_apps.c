/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcore/flow_apps.h"

#include <stdlib.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "lcore/apps/matcher.h"
#include "lcore/view.h"

#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_SCTP 132

struct waiting {
	struct flow *flow;
	const struct packet *packet;
	uint32_t index;
	uint8_t dir;
	bool oriented; /* as it was known then */
};

struct apps_queue {
	const struct flow_layout *layout;
	struct matcher *matcher;
	unsigned count;
	struct waiting waiting[VIEW_BURST];
};

static_assert(LABEL_MAX <= FLOW_LABEL_MAX, "a record has room for every label");

struct apps_queue *
apps_queue_create(const struct flow_layout *l, struct apps *apps, unsigned worker, uint32_t flows,
                  struct counters *counters, int socket)
{
	struct apps_queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->layout = l;
	q->matcher = matcher_create(apps, worker, flows, counters, socket);
	if (q->matcher != NULL)
		return q;
	free(q);
	return NULL;
}

void
apps_queue_free(struct apps_queue *q)
{
	if (q == NULL)
		return;
	matcher_free(q->matcher);
	free(q);
}

void
flow_apps_begin(struct apps_queue *q)
{
	matcher_begin(q->matcher);
}

void
flow_apps_end(struct apps_queue *q)
{
	flow_apps_flush(q);
	matcher_end(q->matcher);
}

static inline struct matcher_flow *
section(const struct apps_queue *q, struct flow *f)
{
	return (struct matcher_flow *)(void *)((char *)f + q->layout->apps_at);
}

/* 0: nothing that rules speak of. */
static unsigned
transport_of(const struct flow_key *k)
{
	if ((k->kind != FLOW_IPV4 && k->kind != FLOW_IPV6) || k->ethertype == FLOW_KEY_FRAGMENT)
		return 0;
	switch (k->proto) {
	case IPPROTO_TCP:
		return RULE_TCP;
	case IPPROTO_UDP:
		return RULE_UDP;
	case IPPROTO_SCTP:
		return RULE_SCTP;
	default:
		return 0;
	}
}

void
flow_apps_open(struct apps_queue *q, struct flow *f)
{
	f->flags &= ~(FLOW_HAS_APPS | FLOW_LOOK_SRC | FLOW_LOOK_DST);
	if (transport_of(&f->entry.key) == 0)
		return;
	matcher_open(q->matcher, section(q, f));
	f->flags |= FLOW_HAS_APPS | FLOW_LOOK_SRC | FLOW_LOOK_DST;
}

void
flow_apps_close(struct apps_queue *q, struct flow *f)
{
	if (!(f->flags & FLOW_HAS_APPS) || (f->flags & FLOW_LINK))
		return;
	flow_apps_flush(q);
	matcher_close(q->matcher, section(q, f));
	f->flags &= ~(FLOW_HAS_APPS | FLOW_LOOK_SRC | FLOW_LOOK_DST);
}

void
flow_apps_count(struct apps_queue *q, struct flow *f, uint32_t index, const struct packet *p,
                int dir)
{
	if (p->payload_captured == 0 || (p->flags & (PACKET_MALFORMED | PACKET_FRAGMENT_LATER)))
		return;
	if (unlikely(q->count == VIEW_BURST))
		flow_apps_flush(q);
	rte_prefetch0(p->data + p->payload_at);
	rte_prefetch0(section(q, f));
	q->waiting[q->count++] = (struct waiting){
		.flow = f,
		.packet = p,
		.index = index,
		.dir = (uint8_t)dir,
		.oriented = (f->flags & FLOW_HAS_TCP) &&
		            (f->tcp.status & (TCP_SAW_SYN | TCP_SAW_SYN_ACK)),
	};
}

static void
look(struct apps_queue *q, const struct waiting *w)
{
	struct flow *f = w->flow;
	const struct flow_key *k = &f->entry.key;
	const unsigned source = flow_source(f);
	const struct matcher_packet p = {
		.data = w->packet->data + w->packet->payload_at,
		.size = w->packet->payload_captured,
		.seq = (w->packet->flags & PACKET_TCP) ? w->packet->tcp.seq : 0,
		.port = { k->port[source], k->port[!source] },
		.transport = (uint8_t)transport_of(k),
		.dir = w->dir,
		.oriented = w->oriented,
		.flow = w->index,
	};
	const unsigned open = matcher_look(q->matcher, section(q, f), &p);

	f->flags &= ~(FLOW_LOOK_SRC | FLOW_LOOK_DST);
	f->flags |= (open & 1 ? FLOW_LOOK_SRC : 0) | (open & 2 ? FLOW_LOOK_DST : 0);
}

void
flow_apps_flush(struct apps_queue *q)
{
	for (unsigned i = 0; i < q->count; i++) {
		const struct waiting *w = &q->waiting[i];

		/* a packet before it may have decided the flow */
		if (w->flow->flags & (FLOW_LOOK_SRC << w->dir))
			look(q, w);
	}
	q->count = 0;
}

void
flow_apps_report(const struct apps_queue *q, struct flow *f, const struct flow_record_layout *l,
                 struct flow_record *r)
{
	struct flow_label *to = flow_record_label(l, r);
	struct label label;

	if (to == NULL)
		return;
	to->len = 0;
	if (!(f->flags & FLOW_HAS_APPS))
		return;
	matcher_label(q->matcher, section(q, f), &label);
	to->len = label.len < l->label_size ? label.len : (uint16_t)l->label_size;
	memcpy(to->text, label.text, to->len);
}
