/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the first messages of a flow say beyond its application: server names, DNS
 * questions, HTTP hosts, banners. Parsers of our own, one a protocol, each bounded by
 * the payload it gets. A reader belongs to one worker lcore, with all its memory; a
 * flow has a struct metadata_flow in its entry.
 */
#ifndef PANOPTES_LCORE_APPS_METADATA_H
#define PANOPTES_LCORE_APPS_METADATA_H

#include <stdbool.h>
#include <stdint.h>

#include "config/metadata_item.h"
#include "lcore/apps/label.h"

/* Which parser an application has. */
enum metadata_protocol {
	METADATA_NONE = 0,
	METADATA_TLS,
	METADATA_QUIC,
	METADATA_DNS,
	METADATA_HTTP,
	METADATA_SSH_BANNER,
};

/* Part of a flow's entry; all zero in a new flow. */
struct metadata_flow {
	uint16_t found;   /* METADATA_*: items that are in the label already */
	uint16_t ended;   /* bit 0: nothing more is to be had of the source, bit 1: destination */
	uint32_t pending; /* a message that isn't complete: its slot in the reader's pool, 0: none;
	                     it may have been given to another meanwhile */
};

/* One payload of a flow. */
struct metadata_payload {
	const uint8_t *data;
	uint32_t len;  /* captured bytes */
	uint8_t dir;   /* 0: sent by the source, 1: destination */
	bool client;   /* its sender is the client, as far as is known */
	bool datagram; /* UDP: a message begins here */
	uint32_t seq;  /* TCP: sequence number of the first byte, host byte order */
};

struct metadata; /* a reader */

/* 0: no application of that name has a parser. */
enum metadata_protocol metadata_protocol_of(const char *application);

/* A reader for these items with room for 'pending' incomplete messages, 1 to PENDING_SLOTS. NULL:
 * no memory, errno. */
struct metadata *metadata_create(uint16_t items, unsigned pending, int numa_node);
void metadata_destroy(struct metadata *);

/* Whether the parser wants to see this payload: asked for each packet of a decided flow, so cheap.
 */
static inline bool
metadata_wants(const struct metadata_flow *f, uint8_t dir)
{
	return (f->ended & (1u << dir)) == 0;
}

/* Reads one payload and adds the items found to the label. A payload may be shown more than once
 * (retransmission), in any order. */
void metadata_read(struct metadata *, enum metadata_protocol, struct metadata_flow *,
                   const struct metadata_payload *, struct label *);

/* The flow ends: gives its pending slot back. */
void metadata_release(struct metadata *, struct metadata_flow *);

/* Counters of a reader, for telemetry; read from any core. */
struct metadata_counts {
	uint64_t payloads;     /* looked at */
	uint64_t malformed;    /* a message that its protocol doesn't allow */
	uint64_t incomplete;   /* a message whose end was not seen, or that is too long: of its
	                          items some are missing */
	uint64_t pending_full; /* an incomplete message lost its slot to another: likewise */
	uint64_t cut;          /* an item had no room in the label */
};
void metadata_get_counts(const struct metadata *, struct metadata_counts *);

#endif
