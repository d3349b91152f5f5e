/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP machine of one flow: connection state, loss, windows and handshake
 * times as argus's TCP metrics define them (RFC 9293 for the protocol, RFC 3168
 * for ECN, RFC 7323 for window scaling).
 *
 * struct flow_tcp is plain data embedded in the flow's entry; its owner is the
 * worker lcore that owns the flow. Nothing here allocates, and every packet
 * sequence whatsoever is legal input.
 *
 * 'dir' is 0 for a packet of the flow's source, 1 for one of its destination,
 * as everywhere in a flow record. Sequence numbers are compared modulo 2^32.
 *
 * How a flow uses it:
 *
 *	first packet:	flow_tcp_open(t, packet);
 *	later ones:	verdict = flow_tcp_update(t, packet, dir, options);
 *			if (verdict & FLOW_TCP_REOPEN) {
 *				cut the record with CAUSE_STOP, if it has packets (its last
 *				time is this packet's, by convention);
 *				if (verdict & FLOW_TCP_TURN)
 *					the flow's source and destination change places;
 *				flow_tcp_open(t, packet);
 *				a record with CAUSE_START and a new status interval begin
 *				with this packet, which is the source's; same sequence number
 *			}
 *	cutting:	flow_tcp_report(t, &record->net_report.tcp);
 *	after a cut:	flow_tcp_reported(t), before the next packet is counted.
 *
 * A status cut that is due comes before flow_tcp_update() of the packet that made it due.
 */
#ifndef PANOPTES_LCORE_FLOW_TCP_H
#define PANOPTES_LCORE_FLOW_TCP_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/dissect.h"
#include "ring/flow_record.h"

/* TCP flags (RFC 9293, 3.1). */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_URG 0x20
#define TCP_ECE 0x40
#define TCP_CWR 0x80

/* Status bits of the TCP_PERF DSR. The first five are of a half as well as of the flow. Of the
 * pairs, a half has both bits; the flow's report has the left one for what the source did, the
 * right one for the destination. */
/* clang-format off */
#define TCP_SAW_SYN		0x00000001u
#define TCP_SAW_SYN_ACK		0x00000002u
#define TCP_ESTABLISHED		0x00000004u
#define TCP_SAW_FIN		0x00000008u
#define TCP_FIN_ACKED		0x00000010u
#define TCP_NORMAL_CLOSE	0x00000020u
#define TCP_RETRANSMITTED	0x00000300u /* 0x100, 0x200 */
#define TCP_WINDOW_SHUT		0x00000c00u
#define TCP_RESET		0x00003000u
#define TCP_CONGESTED		0x0000c000u /* of the flow only */
#define TCP_CONGESTED_SRC	0x00004000u
#define TCP_CONGESTED_DST	0x00008000u
#define TCP_OUT_OF_ORDER	0x00030000u
#define TCP_DUPLICATES		0x000c0000u
/* clang-format on */

/* Option bits that the handshake adds to those of the dissector. */
#define TCP_OPTION_ECN_SRC 0x40000000u
#define TCP_OPTION_ECN_DST 0x80000000u

/* BSD numbers of the connection states, as the DSR has them. Those of one end (CLOSE_WAIT,
 * LAST_ACK, TIME_WAIT) do not occur: a probe sees both ends at once. */
enum flow_tcp_state {
	TCP_STATE_CLOSED = 0,
	TCP_STATE_LISTEN = 1, /* only a reset was seen */
	TCP_STATE_SYN_SENT = 2,
	TCP_STATE_SYN_RECEIVED = 3,
	TCP_STATE_ESTABLISHED = 4,
	TCP_STATE_FIN_WAIT_1 = 6, /* one end has closed */
	TCP_STATE_CLOSING = 7,    /* reset outside the window, or flags that make no sense */
	TCP_STATE_FIN_WAIT_2 = 9, /* ... and that has been acknowledged */
};

/* Verdicts of flow_tcp_update(). Exactly one of ACTIVE and IDLE is set. */
#define FLOW_TCP_ACTIVE 0x1u /* the interval this packet ends is of the active kind */
#define FLOW_TCP_IDLE 0x2u
#define FLOW_TCP_REOPEN 0x4u /* a new connection on the same tuple: nothing was counted yet */
#define FLOW_TCP_TURN 0x8u   /* with REOPEN: the old destination opens it */

/* Bits of flow_tcp_update()'s options. */
#define FLOW_TCP_TRACK_DUPLICATES                                    \
	0x1u /* payload with the IP id of the segment before it is a \
	        copy made by the network: not retransmitted */

/* One direction. */
struct flow_tcp_side {
	uint64_t last_ns;       /* its last packet, 0: none */
	uint32_t seq_base;      /* initial sequence number; 'seen' says whether valid */
	uint32_t seq;           /* next expected */
	uint32_t ack;           /* last acknowledgement sent, minus 1 */
	uint32_t windows;       /* windows acknowledged by the other side */
	uint32_t bytes;         /* payload, since the last report */
	uint32_t retransmitted; /* packets, since the last report */
	uint32_t in_flight;     /* payload not yet acknowledged */
	uint32_t status;
	uint16_t window; /* last one, unscaled; 0: none yet */
	uint16_t ip_id;  /* of the last segment with payload */
	uint8_t flags;   /* OR, since the last report */
	uint8_t window_shift;
	uint8_t seen; /* what has been seen of this side, private */
	uint8_t reserved;
};
static_assert(sizeof(struct flow_tcp_side) == 48, "two sides and the rest in two cache lines");

struct flow_tcp {
	struct flow_tcp_side side[2]; /* source, destination */
	uint32_t status;
	uint32_t options;
	uint32_t synack_us;
	uint32_t ackdat_us;
	uint8_t state;   /* enum flow_tcp_state */
	uint8_t initial; /* 1: only the first packet was seen */
	uint16_t mss[2]; /* largest segment that each side said it takes; 0: it didn't */
	uint8_t reserved[2];
};
static_assert(sizeof(struct flow_tcp) <= 120, "two cache lines, but for what an ICMP error said");

/* Sets all of *t by the first packet, which is the source's. The packet has PACKET_TCP. */
void flow_tcp_open(struct flow_tcp *t, const struct packet *packet);

/* Counts a later packet; returns verdict bits. */
uint32_t flow_tcp_update(struct flow_tcp *t, const struct packet *packet, int dir,
                         uint32_t options);

/* What a record cut now says. Overwrites all of *report. */
void flow_tcp_report(const struct flow_tcp *t, struct flow_tcp_report *report);

/* A record was cut: counters and marks of the interval start anew, the connection goes on. */
void flow_tcp_reported(struct flow_tcp *t);

/* Source and destination change places; twice is the identity. */
void flow_tcp_turn(struct flow_tcp *t);

/* Whether the connection is over: reset, or closed by both ends. It tells whom to evict first;
 * the idle time of a flow does not depend on it. */
bool flow_tcp_closed(const struct flow_tcp *t);

#endif
