/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A payload's way: the patterns that it matches, the rules that they complete, the
 * best of them, the decision.
 */
#include "lcore/apps/matcher.h"

#include <stdlib.h>
#include <string.h>

#include <hs.h>
#include <rte_common.h>

/* Bits of matcher_flow.state. */
#define LOOKED 0x01 /* at one payload at least */
#define DECIDED 0x02
#define SEEN 0x04    /* shifted by a direction: payload of it */
#define SWAPPED 0x10 /* the client is the flow's destination, as far as the best rule goes */

/* Bits of matcher_flow.matched: of a rule whose sides must all match. The client's patterns in what
 * the source and the destination sent, the server's likewise. */
#define CLIENT_IN 0x01
#define SERVER_IN 0x04
#define EITHER_IN 0x10

#define MATCHES_MAX 64 /* patterns of one payload */
#define SCAN_MAX 2048  /* bytes of it: beyond, there are no first bytes any more */
#define DOUBT 10 /* confidence that a rule loses where source and destination may be swapped */

#define TEXT_BLOCKS (1u << 20)

struct matcher {
	struct apps *apps;
	const struct apps_generation *generation;
	struct hs_scratch *scratch;
	struct apps_counts *counts;
	struct counters *counters;
	struct metadata *metadata;   /* NULL: not asked for */
	struct metadata_counts told; /* of it, as far as the ledger has them */
	struct control_data *texts;  /* of metadata */
	unsigned worker;
	uint8_t packets;    /* to look at, of each direction */
	uint64_t undecided; /* flows that were looked at */
	unsigned matches;
	uint32_t match[MATCHES_MAX]; /* patterns of the payload at hand */
};

struct matcher *
matcher_create(struct apps *apps, unsigned worker, uint32_t flows, struct counters *counters,
               int socket)
{
	const struct config *c = apps_config(apps);
	struct matcher *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->apps = apps;
	m->worker = worker;
	m->counts = apps_counts(apps, worker);
	m->counters = counters;
	m->packets = (uint8_t)c->apps_packets;
	if (c->apps_items != 0) {
		m->metadata = metadata_create((uint16_t)c->apps_items, 1024, socket);
		m->texts = control_data_create(RTE_MIN(flows, TEXT_BLOCKS), socket);
		if (m->metadata == NULL || m->texts == NULL) {
			matcher_free(m);
			return NULL;
		}
	}
	matcher_begin(m);
	return m;
}

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	metadata_destroy(m->metadata);
	control_data_free(m->texts);
	free(m);
}

void
matcher_end(struct matcher *m)
{
	counter_add(m->counters, COUNTER_apps_undecided, m->undecided);
}

void
matcher_begin(struct matcher *m)
{
	const struct apps_generation *g = apps_generation(m->apps);

	if (g == m->generation)
		return;
	m->generation = g;
	m->scratch = g->scratch[m->worker];
	apps_acknowledge(m->apps, m->worker, g->number);
}

void
matcher_open(const struct matcher *m, struct matcher_flow *f)
{
	memset(f, 0, sizeof(*f));
	f->left[0] = f->left[1] = m->packets;
	f->generation = (uint8_t)m->generation->number;
}

/* What the reader counted since the last time, into the ledger. */
static void
count_metadata(struct matcher *m)
{
	const struct metadata_counts before = m->told;

	metadata_get_counts(m->metadata, &m->told);
	counter_add(m->counters, COUNTER_metadata_payloads, m->told.payloads - before.payloads);
	counter_add(m->counters, COUNTER_metadata_malformed, m->told.malformed - before.malformed);
	counter_add(m->counters, COUNTER_metadata_incomplete,
	            m->told.incomplete - before.incomplete);
	counter_add(m->counters, COUNTER_metadata_displaced,
	            m->told.pending_full - before.pending_full);
	counter_add(m->counters, COUNTER_metadata_cut, m->told.cut - before.cut);
}

static void
count_decided(struct matcher *m, const struct matcher_flow *f)
{
	_Atomic uint64_t *n = &m->counts->named[f->application];

	m->undecided--;
	if (f->application == 0) {
		counter_add(m->counters, COUNTER_apps_unknown, 1);
		return;
	}
	counter_add(m->counters, COUNTER_apps_labelled, 1);
	atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + 1,
	                      memory_order_relaxed);
}

void
matcher_close(struct matcher *m, struct matcher_flow *f)
{
	if ((f->state & (LOOKED | DECIDED)) == LOOKED)
		count_decided(m, f);
	if (m->metadata != NULL) {
		metadata_release(m->metadata, &f->metadata);
		count_metadata(m);
		control_data_release(m->texts, &f->text);
	}
	f->state = 0;
}

static int
on_match(unsigned pattern, unsigned long long from, unsigned long long to, unsigned flags,
         void *context)
{
	struct matcher *m = context;

	(void)from;
	(void)to;
	(void)flags;
	m->match[m->matches++] = pattern;
	return m->matches == MATCHES_MAX;
}

static void
add_alert(struct matcher *m, struct matcher_flow *f, uint32_t id)
{
	const unsigned shown = RTE_MIN((unsigned)f->alert_count, (unsigned)MATCHER_ALERTS);

	for (unsigned i = 0; i < shown; i++)
		if (f->alert[i] == id)
			return;
	if (shown < MATCHER_ALERTS)
		f->alert[shown] = id;
	if (f->alert_count != UINT8_MAX)
		f->alert_count++;
	counter_add(m->counters, COUNTER_apps_alerts, 1);
}

/* All of the rule has matched. */
static void
complete(struct matcher *m, struct matcher_flow *f, const struct database_rule *r, bool port,
         bool swapped)
{
	const unsigned lost = swapped ? DOUBT : 0;
	const unsigned confidence = r->confidence > lost ? r->confidence - lost : 1;
	const unsigned rank =
	        confidence << 2 | (port ? 2u : 0) | ((r->flags & DATABASE_ALL) ? 1u : 0);
	_Atomic uint64_t *n = &m->counts->matched[r->slot];

	atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + 1,
	                      memory_order_relaxed);
	if (r->flags & DATABASE_ALERT)
		add_alert(m, f, r->id);
	if (r->hint != 0 && f->hint == 0)
		f->hint = r->hint;
	if (!(r->flags & DATABASE_NAMES) || rank < f->rank || (rank == f->rank && r->id >= f->rule))
		return;
	f->rank = (uint16_t)rank;
	f->rule = r->id;
	f->application = r->application;
	f->metadata_of = r->metadata;
	f->state = (uint8_t)(swapped ? f->state | SWAPPED : f->state & ~SWAPPED);
}

/* Whether the sides that matched are all that the rule has, with one end the client; 'swapped'
 * tells that it is the destination. */
static bool
is_whole(const struct database_rule *r, unsigned matched, bool oriented, bool *swapped)
{
	const bool client = (r->sides & 1u << RULE_CLIENT) != 0;
	const bool server = (r->sides & 1u << RULE_SERVER) != 0;

	if ((r->sides & 1u << RULE_EITHER) && !(matched & EITHER_IN))
		return false;
	for (unsigned end = 0; end < (oriented ? 1u : 2u); end++) {
		if ((!client || (matched & (unsigned)CLIENT_IN << end)) &&
		    (!server || (matched & (unsigned)SERVER_IN << !end))) {
			*swapped = end != 0;
			return true;
		}
	}
	return false;
}

static unsigned
side_bit(unsigned side, unsigned dir)
{
	switch (side) {
	case RULE_CLIENT:
		return (unsigned)CLIENT_IN << dir;
	case RULE_SERVER:
		return (unsigned)SERVER_IN << dir;
	default:
		return EITHER_IN;
	}
}

/* One side of a rule that needs several has matched. There is room for a few rules that wait;
 * patterns that are this common are no good. */
static unsigned
add_side(struct matcher_flow *f, unsigned rule, unsigned bit)
{
	for (unsigned i = 0; i < MATCHER_PARTIAL; i++) {
		if (f->partial[i] == 0)
			f->partial[i] = (uint16_t)(rule + 1);
		if (f->partial[i] == rule + 1) {
			f->matched[i] = (uint8_t)(f->matched[i] | bit);
			return f->matched[i];
		}
	}
	return bit;
}

static void
weigh(struct matcher *m, struct matcher_flow *f, const struct matcher_packet *p,
      const struct database_pattern *at)
{
	const struct database *d = m->generation->database;
	const struct database_rule *r = &d->rules[at->rule];
	const bool port = r->port_count != 0 && (database_has_port(d, r, p->port[0]) ||
	                                         database_has_port(d, r, p->port[1]));
	unsigned bit = side_bit(at->side, p->dir);
	struct database_rule one = *r;
	bool swapped;

	if (r->flags & DATABASE_ALL)
		bit = add_side(f, at->rule, bit);
	else
		one.sides = (uint8_t)(1u << at->side);
	if (is_whole(&one, bit, p->oriented, &swapped))
		complete(m, f, r, port, swapped);
}

static void
scan_group(struct matcher *m, struct matcher_flow *f, const struct matcher_packet *p,
           const struct database_group *g, unsigned size)
{
	if (g->patterns == NULL)
		return;
	m->matches = 0;
	(void)hs_scan(g->patterns, (const char *)p->data, size, 0, m->scratch, on_match, m);
	for (unsigned i = 0; i < m->matches; i++)
		weigh(m, f, p, &g->pattern[m->match[i]]);
}

static void
scan(struct matcher *m, struct matcher_flow *f, const struct matcher_packet *p)
{
	const struct apps_generation *g = m->generation;
	const unsigned transport = (unsigned)__builtin_ctz(p->transport);
	const struct database *d = g->database;
	const struct database_group *of_transport = &d->groups[transport * DATABASE_KINDS];
	const unsigned at_port[2] = { d->port_group[transport][p->port[0]],
		                      d->port_group[transport][p->port[1]] };
	const unsigned size = RTE_MIN(p->size, (uint32_t)SCAN_MAX);

	if (f->generation != (uint8_t)g->number) { /* other rules: what waits is none of them */
		memset(f->partial, 0, sizeof(f->partial));
		memset(f->matched, 0, sizeof(f->matched));
		f->generation = (uint8_t)g->number;
	}
	counter_add(m->counters, COUNTER_apps_payloads, 1);
	counter_add(m->counters, COUNTER_apps_bytes, size);
	scan_group(m, f, p, &of_transport[DATABASE_FIRST], size);
	scan_group(m, f, p, &of_transport[DATABASE_ANYWHERE], size);
	if (at_port[0] != 0)
		scan_group(m, f, p, &d->groups[at_port[0]], size);
	if (at_port[1] != 0 && at_port[1] != at_port[0])
		scan_group(m, f, p, &d->groups[at_port[1]], size);
}

/* Whether this is as good as it gets. */
static bool
is_settled(const struct matcher_flow *f)
{
	if (f->rank >= MATCHER_SURE << 2)
		return true;
	if (f->rank != 0 && (f->state & SEEN) && (f->state & SEEN << 1))
		return true;
	return f->left[0] == 0 && f->left[1] == 0;
}

/* What the flow's first messages say, into a text behind what it has already. */
static void
read_metadata(struct matcher *m, struct matcher_flow *f, const struct matcher_packet *p)
{
	const struct metadata_payload payload = {
		.data = p->data,
		.len = p->size,
		.dir = p->dir,
		.client = (p->dir == 0) != ((f->state & SWAPPED) != 0),
		.datagram = p->transport == RULE_UDP,
		.seq = p->seq,
	};
	struct label label;
	uint16_t before;

	matcher_label(m, f, &label);
	before = label.len;
	metadata_read(m->metadata, (enum metadata_protocol)f->metadata_of, &f->metadata, &payload,
	              &label);
	count_metadata(m);
	if (label.len > before)
		(void)control_data_append(m->texts, &f->text, (const uint8_t *)label.text + before,
		                          (uint32_t)label.len - before);
}

static unsigned
open_directions(const struct matcher *m, const struct matcher_flow *f)
{
	unsigned open = 0;

	for (unsigned d = 0; d < 2; d++) {
		bool wanted = f->left[d] != 0;

		if (f->state & DECIDED)
			wanted = wanted && m->metadata != NULL && f->metadata_of != METADATA_NONE &&
			         metadata_wants(&f->metadata, (uint8_t)d);
		open |= (unsigned)wanted << d;
	}
	return open;
}

unsigned
matcher_look(struct matcher *m, struct matcher_flow *f, const struct matcher_packet *p)
{
	unsigned open;

	if (f->left[p->dir] == 0)
		return open_directions(m, f);
	f->left[p->dir]--;
	if (!(f->state & LOOKED)) {
		counter_add(m->counters, COUNTER_apps_flows, 1);
		m->undecided++;
	}
	f->state |= (uint8_t)(LOOKED | SEEN << p->dir);
	if (!(f->state & DECIDED)) {
		scan(m, f, p);
		if (is_settled(f)) {
			f->state |= DECIDED;
			count_decided(m, f);
		}
	}
	if ((f->state & DECIDED) && m->metadata != NULL && f->metadata_of != METADATA_NONE &&
	    metadata_wants(&f->metadata, p->dir))
		read_metadata(m, f, p);
	open = open_directions(m, f);
	if (open == 0 && m->metadata != NULL)
		metadata_release(m->metadata, &f->metadata);
	return open;
}

/* Names are plain: nothing to escape. */
static void
add_name(const struct registry *r, struct label *label, const char *key, unsigned name)
{
	const struct registry_name *n = registry_name(r, name);
	const size_t key_size = strlen(key);

	memcpy(label->text + label->len, key, key_size);
	memcpy(label->text + label->len + key_size, n->text, n->length);
	label->len = (uint16_t)(label->len + key_size + n->length);
}

static void
add_text(const struct matcher *m, const struct matcher_flow *f, struct label *label)
{
	uint8_t text[LABEL_MAX + 1];
	uint32_t n = control_data_copy(m->texts, &f->text, text, LABEL_MAX + 1);

	/* whole items: what was found before it was known that an alert takes room */
	while (n > (uint32_t)LABEL_MAX - label->len) {
		do
			n--;
		while (n != 0 && text[n] != ';');
		label->cut = true;
	}
	memcpy(label->text + label->len, text, n);
	label->len = (uint16_t)(label->len + n);
}

void
matcher_label(const struct matcher *m, const struct matcher_flow *f, struct label *label)
{
	const struct registry *r = apps_registry(m->apps);
	const unsigned alerts = RTE_MIN((unsigned)f->alert_count, (unsigned)MATCHER_ALERTS);

	label->len = 0;
	label->cut = false;
	if (f->application != 0)
		add_name(r, label, "app=", f->application);
	if (f->hint != 0)
		add_name(r, label, label->len != 0 ? ";hint=" : "hint=", f->hint);
	for (unsigned i = 0; i < alerts; i++)
		(void)label_add_number(label, "alert", f->alert[i]);
	if (f->text.size != 0)
		add_text(m, f, label);
}
