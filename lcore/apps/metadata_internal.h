/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parsers of metadata share. Private to metadata*.c.
 */
#ifndef PANOPTES_LCORE_APPS_METADATA_INTERNAL_H
#define PANOPTES_LCORE_APPS_METADATA_INTERNAL_H

#include "lcore/apps/bytes.h"
#include "lcore/apps/metadata.h"
#include "lcore/apps/pending.h"

struct fingerprint;
struct quic;

struct metadata {
	uint16_t items;
	struct pending *pending;         /* NULL: no item needs it */
	struct fingerprint *fingerprint; /* NULL: no ja4 */
	struct quic *quic;               /* NULL: no item needs it */
	struct metadata_counts counts;
};

/* One payload and where its items go. */
struct reading {
	struct metadata *m;
	struct metadata_flow *flow;
	const struct metadata_payload *payload;
	struct label *label;
};

/* Whether the item is asked for and not there yet. */
static inline bool
reading_wants(const struct reading *r, uint16_t item)
{
	return (r->m->items & item) != 0 && (r->flow->found & item) == 0;
}

/* Adds the item where it is wanted. */
void reading_add(const struct reading *, uint16_t item, const char *key, const void *value,
                 size_t len);
void reading_add_number(const struct reading *, uint16_t item, const char *key, unsigned value);

/* Nothing more is to be had of this direction. */
static inline void
reading_end(const struct reading *r)
{
	r->flow->ended = (uint16_t)(r->flow->ended | 1u << r->payload->dir);
}

void metadata_http(const struct reading *); /* metadata_http.c */
void metadata_dns(const struct reading *);  /* metadata_dns.c */
void metadata_ssh(const struct reading *);  /* metadata_ssh.c */
void metadata_tls(const struct reading *);  /* metadata_tls.c */
void metadata_quic(const struct reading *); /* metadata_quic.c */

/* A ClientHello without its handshake header; 'quic' for the fingerprint. */
void metadata_client_hello(const struct reading *, struct bytes hello, bool quic);

#endif
