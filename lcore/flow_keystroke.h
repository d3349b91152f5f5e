/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keystrokes of an interactive TCP connection, told by sizes and timing as argus
 * tells them: the client sends a small segment after a pause, and one that the
 * server sends soon after, acknowledging it, is the echo. Then the time between two
 * keystrokes is nearly the time between their echoes.
 *
 * A connection's first KEYSTROKE_PACKETS_MIN packets are not looked at. A keystroke
 * that comes many packets after the one before is tentative until the next follows
 * closely.
 *
 * struct flow_keystroke is an optional section of a flow's entry; its owner is the
 * worker lcore that owns the flow. Nothing here allocates, and every packet sequence
 * whatsoever is legal input. 'dir' is 0 for a packet of the flow's source, the
 * client.
 */
#ifndef PANOPTES_LCORE_FLOW_KEYSTROKE_H
#define PANOPTES_LCORE_FLOW_KEYSTROKE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "lcore/dissect/dissect.h"

#define KEYSTROKE_PACKETS_MIN 23
#define KEYSTROKES_OPEN 8 /* client's segments that wait for their echo */

/* What a keystroke looks like: ARGUS_KEYSTROKE_CONF. Read-only once made. */
struct keystroke_rules {
	uint32_t client_min, client_max; /* payload, bytes */
	uint32_t server_min, server_max;
	uint32_t echo_gap_max;      /* packets from a client's segment to its echo */
	uint32_t gap_max;           /* packets from one keystroke to the next */
	uint32_t pause_min_us;      /* client's time between them */
	float ratio_min, ratio_max; /* client's time between them to the server's */
	bool ssh; /* flows whose payload is not of whole words are no SSH, and not counted */
};

/* A client's segment that may be a keystroke. */
struct keystroke_segment {
	uint64_t time_us;
	int64_t pause_us; /* since the keystroke before */
	uint32_t end;     /* sequence number behind it, as its echo acknowledges it */
	uint32_t number;  /* of the packet in its flow; 0: free */
	bool tentative;   /* it had its echo */
};

struct flow_keystroke {
	uint64_t client_us, server_us; /* of the latest keystroke and its echo */
	uint32_t packets;
	int32_t strokes; /* since the last record */
	int64_t number;  /* packet of the latest keystroke */
	bool given_up;
	struct keystroke_segment open[KEYSTROKES_OPEN];
};

void keystroke_rules_init(struct keystroke_rules *, const struct config *);

void flow_keystroke_open(struct flow_keystroke *, const struct keystroke_rules *);

/* A TCP packet of the flow, whatever it carries. */
void flow_keystroke_update(struct flow_keystroke *, const struct keystroke_rules *,
                           const struct packet *, int dir);

/* Whether enough was seen for a count to mean something. */
static inline bool
flow_keystroke_counts(const struct flow_keystroke *k)
{
	return k->packets >= KEYSTROKE_PACKETS_MIN && !k->given_up;
}

#endif
