/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parsers of metadata share. Private to metadata*.c.
 */
#ifndef PANOPTES_LCORE_APPS_METADATA_INTERNAL_H
#define PANOPTES_LCORE_APPS_METADATA_INTERNAL_H

#include <stdatomic.h>

#include "lcore/apps/bytes.h"
#include "lcore/apps/metadata.h"
#include "lcore/apps/pending.h"

struct fingerprint;
struct quic;

/* One writer, read from any core. */
struct metadata_tallies {
	_Atomic uint64_t payloads, malformed, incomplete, pending_full, cut;
};

struct metadata {
	uint16_t items;
	struct pending *pending;
	struct fingerprint *fingerprint; /* NULL: no ja4 */
	struct quic *quic;               /* NULL: no item needs it */
	struct metadata_tallies tallies;
};

/* One payload and where its items go. */
struct reading {
	struct metadata *m;
	struct metadata_flow *flow;
	const struct metadata_payload *payload;
	struct label *label;
};

/* What a parser says of a stream's first bytes. */
enum parsed {
	PARSED_DONE, /* nothing more is to be had of this direction */
	PARSED_MORE  /* what is looked for goes on beyond the bytes that are there */
};

static inline void
tally(_Atomic uint64_t *n)
{
	atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + 1,
	                      memory_order_relaxed);
}

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

/* Parsers of a stream: they get its first bytes as often as more of them are there, and may be
 * called again with the same. For a datagram the stream is its payload. */
enum parsed metadata_http(const struct reading *, struct bytes); /* metadata_http.c */
enum parsed metadata_dns(const struct reading *, struct bytes);  /* metadata_dns.c */
enum parsed metadata_ssh(const struct reading *, struct bytes);  /* metadata_ssh.c */
enum parsed metadata_tls(const struct reading *, struct bytes);  /* metadata_tls.c */

/* Its stream is within the payloads. */
void metadata_quic(const struct reading *); /* metadata_quic.c */

/* A ClientHello without its handshake header; 'quic' for the fingerprint. */
void metadata_client_hello(const struct reading *, struct bytes bytes, bool quic);

#endif
