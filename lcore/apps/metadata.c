/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which parser reads a payload, and what a reader owns. A message that isn't whole in
 * its first payload is put together in a slot of the pool, one a flow: its parser sees
 * the bytes from the beginning again whenever there are more of them.
 */
#include "lcore/apps/metadata.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lcore/apps/fingerprint.h"
#include "lcore/apps/metadata_internal.h"
#include "lcore/apps/quic.h"

#define HELLO_ITEMS (METADATA_SNI | METADATA_ALPN | METADATA_TLSV | METADATA_JA4)

static const struct {
	const char *application;
	enum metadata_protocol protocol;
} protocols[] = {
	{ "tls", METADATA_TLS },        { "quic", METADATA_QUIC }, { "dns", METADATA_DNS },
	{ "mdns", METADATA_DNS },       { "llmnr", METADATA_DNS }, { "http", METADATA_HTTP },
	{ "ssh", METADATA_SSH_BANNER },
};

/* What each has, so that a flow without a wanted item is done at once. */
static const uint16_t items_of[] = {
	[METADATA_NONE] = 0,
	[METADATA_TLS] = HELLO_ITEMS,
	[METADATA_QUIC] = HELLO_ITEMS,
	[METADATA_DNS] = METADATA_QNAME | METADATA_RCODE,
	[METADATA_HTTP] = METADATA_HOST | METADATA_METHOD | METADATA_STATUS | METADATA_AGENT,
	[METADATA_SSH_BANNER] = METADATA_SSH | METADATA_SSHD,
};

static enum parsed (*const parsers[])(const struct reading *, struct bytes) = {
	[METADATA_TLS] = metadata_tls,
	[METADATA_DNS] = metadata_dns,
	[METADATA_HTTP] = metadata_http,
	[METADATA_SSH_BANNER] = metadata_ssh,
};

enum metadata_protocol
metadata_protocol_of(const char *application)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(protocols[i].application, application) == 0)
			return protocols[i].protocol;
	return METADATA_NONE;
}

struct metadata *
metadata_create(uint16_t items, unsigned pending, int numa_node)
{
	struct metadata *m = calloc(1, sizeof(*m));
	bool whole;

	if (m == NULL)
		return NULL;
	m->items = items;
	m->pending = pending_create(pending, numa_node);
	whole = m->pending != NULL;
	if (items & HELLO_ITEMS) {
		m->quic = quic_create();
		whole = whole && m->quic != NULL;
	}
	if (items & METADATA_JA4) {
		m->fingerprint = fingerprint_create();
		whole = whole && m->fingerprint != NULL;
	}
	if (whole)
		return m;
	metadata_destroy(m);
	errno = ENOMEM;
	return NULL;
}

void
metadata_destroy(struct metadata *m)
{
	if (m == NULL)
		return;
	fingerprint_free(m->fingerprint);
	quic_free(m->quic);
	pending_free(m->pending);
	free(m);
}

void
reading_add(const struct reading *r, uint16_t item, const char *key, const void *value, size_t len)
{
	if (!reading_wants(r, item))
		return;
	r->flow->found |= item;
	if (!label_add(r->label, key, value, len))
		tally(&r->m->tallies.cut);
}

void
reading_add_number(const struct reading *r, uint16_t item, const char *key, unsigned value)
{
	if (!reading_wants(r, item))
		return;
	r->flow->found |= item;
	if (!label_add_number(r->label, key, value))
		tally(&r->m->tallies.cut);
}

/* The stream's first bytes, as far as they are there; '*kept': in a slot. A stream begins with the
 * first payload of it that is shown. */
static struct bytes
stream_of(const struct reading *r, bool *kept)
{
	const struct metadata_payload *p = r->payload;
	struct pending *pending = r->m->pending;
	const uint32_t slot = r->flow->pending;
	const struct pending_note *note;
	const uint8_t *at;
	size_t size;

	*kept = false;
	if (p->datagram || !pending_held(pending, slot))
		return bytes_of(p->data, p->len < PENDING_SIZE ? p->len : PENDING_SIZE);
	note = pending_note(pending, slot);
	if (note->dir != p->dir)
		return bytes_of(p->data, p->len < PENDING_SIZE ? p->len : PENDING_SIZE);
	*kept = true;
	/* a sequence number before the first is a great offset: nothing is added */
	(void)pending_add(pending, slot, p->seq - note->seq, p->data, p->len);
	size = pending_bytes(pending, slot, &at);
	return bytes_of(at, size);
}

/* The stream has to go on: keeps what is there of it. False: it can't be waited for. */
static bool
keep(const struct reading *r, struct bytes stream)
{
	struct pending *pending = r->m->pending;
	struct pending_note *note;

	if (r->payload->datagram || stream.left == PENDING_SIZE ||
	    pending_held(pending, r->flow->pending)) /* by the other direction */
		return false;
	if (pending_take(pending, &r->flow->pending))
		tally(&r->m->tallies.pending_full);
	note = pending_note(pending, r->flow->pending);
	note->seq = r->payload->seq;
	note->dir = r->payload->dir;
	(void)pending_add(pending, r->flow->pending, 0, stream.at, stream.left);
	return true;
}

static void
read_stream(const struct reading *r, enum metadata_protocol protocol)
{
	bool kept;
	const struct bytes stream = stream_of(r, &kept);
	const bool more = parsers[protocol](r, stream) == PARSED_MORE;

	if (more && (kept ? stream.left < PENDING_SIZE : keep(r, stream)))
		return;
	if (more)
		tally(&r->m->tallies.incomplete);
	if (kept)
		(void)pending_release(r->m->pending, &r->flow->pending);
	reading_end(r);
}

void
metadata_read(struct metadata *m, enum metadata_protocol protocol, struct metadata_flow *flow,
              const struct metadata_payload *payload, struct label *label)
{
	const struct reading r = { .m = m, .flow = flow, .payload = payload, .label = label };
	const uint16_t wanted = protocol != METADATA_NONE ? m->items & items_of[protocol] : 0;

	if (wanted != 0 && payload->len != 0) {
		tally(&m->tallies.payloads);
		if (protocol == METADATA_QUIC)
			metadata_quic(&r);
		else
			read_stream(&r, protocol);
	}
	if ((wanted & ~flow->found) != 0)
		return;
	(void)pending_release(m->pending, &flow->pending);
	flow->ended = 3;
}

void
metadata_release(struct metadata *m, struct metadata_flow *flow)
{
	if (pending_release(m->pending, &flow->pending))
		tally(&m->tallies.incomplete);
}

void
metadata_get_counts(const struct metadata *m, struct metadata_counts *counts)
{
	const struct metadata_tallies *t = &m->tallies;

	counts->payloads = atomic_load_explicit(&t->payloads, memory_order_relaxed);
	counts->malformed = atomic_load_explicit(&t->malformed, memory_order_relaxed);
	counts->incomplete = atomic_load_explicit(&t->incomplete, memory_order_relaxed);
	counts->pending_full = atomic_load_explicit(&t->pending_full, memory_order_relaxed);
	counts->cut = atomic_load_explicit(&t->cut, memory_order_relaxed);
}
