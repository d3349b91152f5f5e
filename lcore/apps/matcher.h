/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One worker's matching of payloads: it looks at the first packets with payload of
 * each direction of a flow until the flow's application is decided, and reads
 * metadata if that is asked for. Owned and called by one worker lcore; nothing here
 * allocates once it is made.
 *
 * Packets are queued as they are counted and matched together at the end of a burst,
 * or before the flow's record is made, so that records don't depend on bursts.
 */
#ifndef PANOPTES_LCORE_APPS_MATCHER_H
#define PANOPTES_LCORE_APPS_MATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/apps/apps.h"
#include "lcore/apps/label.h"
#include "lcore/apps/metadata.h"
#include "lcore/control_data.h"
#include "ring/counters.h"

#define MATCHER_PARTIAL 4 /* rules of a flow that wait for their other side */
#define MATCHER_ALERTS 2  /* alerts that a label shows */
#define MATCHER_SURE                                                              \
	80 /* confidence that decides at once; less waits for both directions, or \
	      until as many packets were looked at as the configuration has it */

/* A flow's, in its entry. Indexes of pairs are directions: 0 is of the source. */
struct matcher_flow {
	uint8_t left[2];            /* packets with payload to look at yet */
	uint8_t state;              /* MATCHER_ bits, private */
	uint8_t metadata_of;        /* enum metadata_protocol, once decided */
	uint16_t rank;              /* of the best rule so far, 0: none */
	uint16_t application, hint; /* names in the registry, 0: none */
	uint8_t generation;         /* of the rules, as far as 'partial' goes */
	uint8_t alert_count;
	uint32_t rule;                     /* id of the best one */
	uint16_t partial[MATCHER_PARTIAL]; /* rule + 1, 0: free */
	uint8_t matched[MATCHER_PARTIAL];  /* sides of them that matched, private */
	uint32_t alert[MATCHER_ALERTS];    /* rule ids */
	struct metadata_flow metadata;
	struct control_chain text; /* of metadata */
};

struct matcher_packet {
	const uint8_t *data; /* the payload */
	uint32_t size;
	uint32_t seq;      /* TCP's, host byte order */
	uint16_t port[2];  /* of the flow's ends */
	uint8_t transport; /* RULE_TCP, RULE_UDP or RULE_SCTP */
	uint8_t dir;
	bool oriented; /* the flow's source is known to be the client */
	uint32_t flow; /* number of its entry */
};

struct matcher;

/* NULL: no memory. 'flows': entries of the worker's table. */
struct matcher *matcher_create(struct apps *, unsigned worker, uint32_t flows, struct counters *,
                               int socket);
void matcher_free(struct matcher *);

/* Takes up rules that were loaded; between bursts, with nothing queued. */
void matcher_begin(struct matcher *);

/* The run is over: what is undecided is counted, so that the sums are right:
 * apps_flows = apps_labelled + apps_unknown + apps_undecided. */
void matcher_end(struct matcher *);

void matcher_open(const struct matcher *, struct matcher_flow *);
/* The flow ends, or becomes another. */
void matcher_close(struct matcher *, struct matcher_flow *);

/* Directions that have to be looked at still: bit 0 source, bit 1 destination. */
unsigned matcher_look(struct matcher *, struct matcher_flow *, const struct matcher_packet *);

/* The label as it is now; empty: none. */
void matcher_label(const struct matcher *, const struct matcher_flow *, struct label *);

#endif
