/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is remembered of exporters: a session is one exporter's stream to one
 * collector, told apart by the number that the export gives it (engine, source id,
 * observation domain, agent).
 *
 * There is room for SESSIONS_MAX; the one that was silent for the longest makes
 * room for a new one, which is counted. Memory is taken at creation. Owned by one
 * importer.
 */
#ifndef PANOPTES_LCORE_IMPORT_SESSION_H
#define PANOPTES_LCORE_IMPORT_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/import/import.h"

#define SESSIONS_MAX 1024u

struct session_key {
	uint8_t exporter[16], collector[16];
	uint32_t domain;
	uint16_t version; /* of the export */
	uint16_t ipv6;
};

#define SESSION_SAMPLERS 16u

struct session_sampler {
	uint64_t id; /* 0: none */
	uint32_t sampling;
};

struct session {
	uint64_t id; /* never the same again; not 0 */
	struct session_key key;
	uint64_t used; /* when it was found last, in look-ups */
	uint16_t next; /* in its chain */
	bool has_sequence;
	uint32_t sequence; /* expected next */
	uint32_t sampling; /* what its options told last, one packet in so many; 0: nothing */
	uint64_t boot_ms;  /* since the epoch: its uptime was 0 then; 0: not told */
	struct session_sampler sampler[SESSION_SAMPLERS]; /* by id, modulo */
};

struct session_store;

/* NULL without memory. */
struct session_store *session_store_create(void);
void session_store_free(struct session_store *);

/* Found or made, never NULL; *evicted says whether another one made room. Valid until the next
 * call. */
struct session *session_get(struct session_store *, const struct import_origin *, uint16_t version,
                            uint32_t domain, bool *evicted);

#endif
