/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP machine, per packet: the first segment, the state transitions, and
 * when a connection begins anew on the same tuple. flow_tcp_sequence.c has the
 * accounting, flow_tcp_report.c what records say.
 *
 * Runs on the flow's worker lcore; owns nothing.
 */
#include "lcore/flow_tcp.h"

#include <string.h>

#include "lcore/flow_tcp_internal.h"

#define CONTROL_FLAGS (TCP_FIN | TCP_SYN | TCP_PSH | TCP_ACK | TCP_URG)
#define MAX_WINDOW_SHIFT 14 /* RFC 7323, 2.3 */

/* Whole microseconds between two times, each cut off to microseconds as records show them. */
static uint32_t
elapsed_us(uint64_t from_ns, uint64_t to_ns)
{
	uint64_t from_us = from_ns / 1000, to_us = to_ns / 1000;
	uint64_t us = to_us > from_us ? to_us - from_us : from_us - to_us;

	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static void
side_options(struct flow_tcp *t, struct flow_tcp_side *me, const struct packet *p)
{
	t->options |= p->tcp.options;
	if (p->tcp.mss != 0)
		t->mss[me != &t->side[0]] = p->tcp.mss;
	if (p->tcp.has_window_shift) {
		const uint8_t shift = p->tcp.window_shift;

		me->window_shift = shift < MAX_WINDOW_SHIFT ? shift : MAX_WINDOW_SHIFT;
	}
}

/* A reset is the first thing seen. One that answers a segment without ACK has no sequence number
 * of its own (RFC 9293, 3.10.7.1): what it acknowledges names it. */
static void
open_reset(struct flow_tcp *t, struct flow_tcp_side *me, const struct packet *p)
{
	t->state = TCP_STATE_LISTEN;
	me->status = TCP_RESET;
	if (p->tcp.seq != 0)
		side_begin(me, p->tcp.seq - 1, p->tcp.seq + p->payload_length);
	else
		side_begin(me, p->tcp.ack - 1, p->tcp.ack - 1);
}

/* What the first segment tells of the connection, by its flags. */
static void
open_segment(struct flow_tcp *t, struct flow_tcp_side *me, const struct packet *p)
{
	const uint8_t flags = p->tcp.flags;

	me->window = p->tcp.window;
	switch (flags & CONTROL_FLAGS) {
	case TCP_SYN:
		t->status = TCP_SAW_SYN;
		t->state = TCP_STATE_SYN_SENT;
		if ((flags & ECN_FLAGS) == ECN_FLAGS)
			t->options |= TCP_OPTION_ECN_SRC;
		break;
	case TCP_SYN | TCP_ACK:
		t->status = TCP_SAW_SYN_ACK;
		t->state = TCP_STATE_SYN_RECEIVED;
		if ((flags & ECN_FLAGS) == TCP_ECE)
			t->options |= TCP_OPTION_ECN_DST;
		break;
	case TCP_FIN:
	case TCP_FIN | TCP_ACK:
		t->status = TCP_SAW_FIN;
		t->state = TCP_STATE_FIN_WAIT_1;
		break;
	case TCP_ACK:
	case TCP_PSH:
	case TCP_URG:
	case TCP_PSH | TCP_ACK:
	case TCP_URG | TCP_ACK:
	case TCP_PSH | TCP_URG:
	case TCP_PSH | TCP_URG | TCP_ACK:
		t->status = TCP_ESTABLISHED;
		t->state = TCP_STATE_ESTABLISHED;
		break;
	default: /* no flag at all, or a mixture that no stack sends first */
		t->status = TCP_ESTABLISHED;
		t->state = TCP_STATE_CLOSING;
		break;
	}

	if (t->state == TCP_STATE_SYN_SENT || t->state == TCP_STATE_SYN_RECEIVED) {
		side_begin(me, p->tcp.seq, p->tcp.seq);
		me->seen |= SEEN_SYN;
	} else {
		side_begin(me, p->tcp.seq - 1, p->tcp.seq + p->payload_length);
	}
}

void
flow_tcp_open(struct flow_tcp *t, const struct packet *p)
{
	struct flow_tcp_side *me = &t->side[0];

	memset(t, 0, sizeof(*t));
	t->initial = 1;
	side_options(t, me, p);
	me->last_ns = p->time_ns;
	me->bytes = p->payload_length;
	me->flags = p->tcp.flags;
	if ((p->tcp.flags & TCP_ACK) && p->tcp.ack != 0) {
		me->ack = p->tcp.ack - 1;
		me->seen |= SEEN_ACK;
	}
	if (p->tcp.flags & TCP_RST)
		open_reset(t, me, p);
	else
		open_segment(t, me, p);
}

/* Both: for the flow and for the side that did it. */
static inline void
mark(struct flow_tcp *t, struct flow_tcp_side *side, uint32_t status)
{
	t->status |= status;
	side->status |= status;
}

static void
state_syn_sent(struct flow_tcp *t, struct flow_tcp_side *me, const struct flow_tcp_side *peer,
               const struct packet *p)
{
	const uint8_t flags = p->tcp.flags;

	if (is_syn(flags)) {
		if (me->seen & SEEN_SYN)
			mark_retransmitted(me);
	} else if (is_syn_ack(flags)) {
		t->state = TCP_STATE_SYN_RECEIVED;
		mark(t, me, TCP_SAW_SYN_ACK);
		if ((me->seen & SEEN_ACK) && peer->seq == me->ack)
			t->synack_us = elapsed_us(peer->last_ns, p->time_ns);
	} else if (flags & TCP_FIN) {
		t->state = TCP_STATE_FIN_WAIT_1;
		mark(t, me, TCP_SAW_FIN);
	} else if (flags & TCP_ACK) {
		t->state = TCP_STATE_ESTABLISHED;
		mark(t, me, TCP_ESTABLISHED);
	}
}

static void
state_syn_received(struct flow_tcp *t, struct flow_tcp_side *me, const struct flow_tcp_side *peer,
                   const struct packet *p)
{
	const uint8_t flags = p->tcp.flags;

	if (flags & TCP_FIN) {
		t->state = TCP_STATE_FIN_WAIT_1;
		mark(t, me, TCP_SAW_FIN);
	} else if (flags & TCP_SYN) {
		if (me->seen & SEEN_SYN)
			mark_retransmitted(me);
	} else if (flags & TCP_ACK) {
		t->state = TCP_STATE_ESTABLISHED;
		mark(t, me, TCP_ESTABLISHED);
		if ((peer->seen & SEEN_ACK) && me->seq == peer->ack)
			t->ackdat_us = elapsed_us(peer->last_ns, p->time_ns);
	}
}

static void
state_established(struct flow_tcp *t, struct flow_tcp_side *me, uint8_t flags)
{
	if (flags & TCP_FIN) {
		t->state = TCP_STATE_FIN_WAIT_1;
		mark(t, me, TCP_SAW_FIN);
	} else if (flags & TCP_SYN) {
		if (flags & TCP_ACK)
			t->status |= TCP_SAW_SYN_ACK | TCP_ESTABLISHED;
		if (me->seen & SEEN_SYN)
			mark_retransmitted(me);
	}
}

/* One side has closed, at least. */
static void
state_fin_wait(struct flow_tcp *t, struct flow_tcp_side *me, struct flow_tcp_side *peer,
               const struct packet *p)
{
	const uint8_t flags = p->tcp.flags;

	if (flags & TCP_FIN) {
		if (flags & TCP_ACK)
			mark(t, me, TCP_SAW_FIN);
		else if (peer->status & TCP_FIN_ACKED)
			mark_retransmitted(me);
	}
	/* A side's 'seq' leaves the SYN with the first payload only: without any, its FIN is never
	 * seen as acknowledged, by convention. */
	if ((flags & TCP_ACK) && p->payload_length == 0 && (peer->status & TCP_SAW_FIN) &&
	    (me->seen & SEEN_ACK) && peer->seq == me->ack) {
		t->state = TCP_STATE_FIN_WAIT_2;
		mark(t, peer, TCP_FIN_ACKED);
	}
}

static void
state_reset(struct flow_tcp *t, struct flow_tcp_side *me, const struct flow_tcp_side *peer)
{
	me->status |= TCP_RESET;
	/* A refused connection stays in SYN_SENT: the initiator's next SYN is another try. */
	if (t->state != TCP_STATE_SYN_SENT || !(me->seen & SEEN_ACK) || peer->seq != me->ack)
		t->state = TCP_STATE_CLOSING;
}

static void
state_update(struct flow_tcp *t, struct flow_tcp_side *me, struct flow_tcp_side *peer,
             const struct packet *p)
{
	if (p->tcp.flags & TCP_RST) {
		state_reset(t, me, peer);
		return;
	}
	switch (t->state) {
	case TCP_STATE_SYN_SENT:
		state_syn_sent(t, me, peer, p);
		break;
	case TCP_STATE_SYN_RECEIVED:
		state_syn_received(t, me, peer, p);
		break;
	case TCP_STATE_ESTABLISHED:
		state_established(t, me, p->tcp.flags);
		break;
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
		state_fin_wait(t, me, peer, p);
		break;
	default:
		break;
	}
	if (p->tcp.flags & TCP_SYN)
		me->seen |= SEEN_SYN;
}

/* Whether this segment with SYN begins a new connection on the tuple. */
static bool
is_reopening(const struct flow_tcp *t, const struct flow_tcp_side *me, const struct packet *p)
{
	switch (t->state) {
	case TCP_STATE_LISTEN:
		return true;
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_CLOSING:
		return is_syn(p->tcp.flags);
	case TCP_STATE_FIN_WAIT_2:
		/* In TIME_WAIT, too (RFC 9293, 3.6.1), unless it is the old one once more. */
		return is_syn(p->tcp.flags) && p->tcp.seq != me->seq_base;
	default:
		return false;
	}
}

uint32_t
flow_tcp_update(struct flow_tcp *t, const struct packet *p, int dir, uint32_t options)
{
	struct flow_tcp_side *me = &t->side[dir], *peer = &t->side[dir ^ 1];
	const uint8_t flags = p->tcp.flags;
	bool active = true;

	if ((flags & TCP_SYN) && is_reopening(t, me, p))
		return FLOW_TCP_ACTIVE | FLOW_TCP_REOPEN | (dir != 0 ? FLOW_TCP_TURN : 0);

	me->flags |= flags;
	if (t->state == TCP_STATE_LISTEN)
		return FLOW_TCP_ACTIVE;

	t->initial = 0;
	side_options(t, me, p);
	if ((t->options & (TCP_OPTION_ECN_SRC | TCP_OPTION_ECN_DST)) &&
	    (flags & (TCP_ECE | TCP_ACK)) == (TCP_ECE | TCP_ACK))
		t->status |= dir == 0 ? TCP_CONGESTED_SRC : TCP_CONGESTED_DST;

	if (flow_tcp_sequence(me, peer, p, options, &active))
		state_update(t, me, peer, p);
	me->last_ns = p->time_ns;
	return active ? FLOW_TCP_ACTIVE : FLOW_TCP_IDLE;
}

void
flow_tcp_turn(struct flow_tcp *t)
{
	const struct flow_tcp_side side = t->side[0];
	const uint32_t src = t->status & TCP_CONGESTED_SRC, dst = t->status & TCP_CONGESTED_DST;
	const uint32_t ecn_src = t->options & TCP_OPTION_ECN_SRC;
	const uint32_t ecn_dst = t->options & TCP_OPTION_ECN_DST;
	const uint16_t mss = t->mss[0];

	/* The destination's bits are one above the source's. */
	t->side[0] = t->side[1];
	t->side[1] = side;
	t->mss[0] = t->mss[1];
	t->mss[1] = mss;
	t->status = (t->status & ~TCP_CONGESTED) | src << 1 | dst >> 1;
	t->options = (t->options & ~(TCP_OPTION_ECN_SRC | TCP_OPTION_ECN_DST)) | ecn_src << 1 |
	             ecn_dst >> 1;
}

bool
flow_tcp_closed(const struct flow_tcp *t)
{
	const uint32_t fin = t->side[0].status & t->side[1].status & TCP_SAW_FIN;

	return t->state == TCP_STATE_LISTEN || t->state == TCP_STATE_CLOSING || fin != 0;
}
