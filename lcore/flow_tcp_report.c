/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the TCP machine tells a record, and what starts anew after one.
 *
 * A record speaks of its own interval: payload, loss, flags and the marks of a
 * side are of the interval; status, options, handshake times, windows and the
 * connection's state last as long as the connection. Runs on the flow's worker
 * lcore; owns nothing.
 */
#include "lcore/flow_tcp.h"

#include <string.h>

/* Marks that each side has for itself; a flow's report tells whose they are. */
#define SIDE_MARKS \
	(TCP_RETRANSMITTED | TCP_WINDOW_SHUT | TCP_RESET | TCP_OUT_OF_ORDER | TCP_DUPLICATES)

/* Source's and destination's bits of every pair. */
#define SRC_BITS 0x00055500u
#define DST_BITS (SRC_BITS << 1)

static void
report_side(const struct flow_tcp_side *side, struct flow_tcp_half *half)
{
	half->last_ns = side->last_ns;
	half->status = side->status;
	half->seq_base = side->seq_base;
	half->seq = side->seq;
	half->ack = side->ack;
	half->windows = side->windows;
	half->bytes = side->bytes;
	half->retransmitted = side->retransmitted;
	half->ack_bytes = 0; /* the base stays where it was when the sequence wraps */
	half->win_bytes = side->in_flight;
	half->window = side->window;
	half->flags = side->flags;
	half->window_shift = side->window_shift;
}

void
flow_tcp_report(const struct flow_tcp *t, struct flow_tcp_report *report)
{
	memset(report, 0, sizeof(*report));
	report->status = t->status | (t->side[0].status & SIDE_MARKS & SRC_BITS) |
	                 (t->side[1].status & SIDE_MARKS & DST_BITS);
	report->options = t->options;
	report->synack_us = t->synack_us;
	report->ackdat_us = t->ackdat_us;
	report->state = t->state;
	report->initial = t->initial;
	report->mss[0] = t->mss[0];
	report->mss[1] = t->mss[1];
	report_side(&t->side[0], &report->half[0]);
	report_side(&t->side[1], &report->half[1]);
}

void
flow_tcp_reported(struct flow_tcp *t)
{
	for (int dir = 0; dir < 2; dir++) {
		struct flow_tcp_side *side = &t->side[dir];

		side->status &= ~SIDE_MARKS;
		side->retransmitted = 0;
		side->bytes = 0;
		side->in_flight = 0;
		side->flags = 0;
		side->ip_id = 0;
		side->seq_base = side->seq;
	}
}
