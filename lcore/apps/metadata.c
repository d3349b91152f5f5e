/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which parser reads a payload, and what a reader owns.
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

static void (*const parsers[])(const struct reading *) = {
	[METADATA_TLS] = metadata_tls,        [METADATA_QUIC] = metadata_quic,
	[METADATA_DNS] = metadata_dns,        [METADATA_HTTP] = metadata_http,
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
	bool whole = true;

	if (m == NULL)
		return NULL;
	m->items = items;
	if (items & HELLO_ITEMS) {
		m->pending = pending_create(pending, numa_node);
		m->quic = quic_create();
		whole = m->pending != NULL && m->quic != NULL;
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
		r->m->counts.cut++;
}

void
reading_add_number(const struct reading *r, uint16_t item, const char *key, unsigned value)
{
	if (!reading_wants(r, item))
		return;
	r->flow->found |= item;
	if (!label_add_number(r->label, key, value))
		r->m->counts.cut++;
}

void
metadata_read(struct metadata *m, enum metadata_protocol protocol, struct metadata_flow *flow,
              const struct metadata_payload *payload, struct label *label)
{
	const struct reading r = { .m = m, .flow = flow, .payload = payload, .label = label };

	if (protocol == METADATA_NONE || (m->items & items_of[protocol]) == 0) {
		flow->ended = 3;
		return;
	}
	m->counts.payloads++;
	parsers[protocol](&r);
}

void
metadata_release(struct metadata *m, struct metadata_flow *flow)
{
	if (m->pending != NULL)
		pending_release(m->pending, &flow->pending);
}

void
metadata_get_counts(const struct metadata *m, struct metadata_counts *counts)
{
	*counts = m->counts;
}
