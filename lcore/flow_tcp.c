/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP machine, per packet: sequence accounting, then the state transition.
 *
 * What is counted as loss, as a window or as an active interval is argus's
 * convention, kept so that its clients print the same figures: a side's payload
 * counts once the other side has announced a window; a segment is retransmitted
 * if more payload is in flight than there is sequence space for it, or if it
 * lies below what was acknowledged. Comparisons are modular, and zero is a
 * sequence number like any other: 'seen' says what is known of a side.
 *
 * Runs on the flow's worker lcore; owns nothing.
 */
#include "lcore/flow_tcp.h"

#include <string.h>

/* Bits of flow_tcp_side.seen. */
#define SEEN_SEQ 0x01 /* seq_base and seq are valid */
#define SEEN_ACK 0x02 /* ack is valid */
#define SEEN_SYN 0x04 /* the SYN: seq_base is the initial sequence number */

/* ECN negotiation rides on SYN and SYN+ACK (RFC 3168, 6.1.1) without changing what they are. */
#define ECN_FLAGS (TCP_ECE | TCP_CWR)
#define CONTROL_FLAGS (TCP_FIN | TCP_SYN | TCP_PSH | TCP_ACK | TCP_URG)
#define MAX_WINDOW_SHIFT 14 /* RFC 7323, 2.3 */

/* How far an IP identification may go back and still mean that the network reordered. */
#define IP_ID_REORDER 5000

static inline bool
seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool
is_syn(uint8_t flags)
{
	return (flags & ~ECN_FLAGS) == TCP_SYN;
}

static inline bool
is_syn_ack(uint8_t flags)
{
	return (flags & ~ECN_FLAGS) == (TCP_SYN | TCP_ACK);
}

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
	if (p->tcp.has_window_shift) {
		const uint8_t shift = p->tcp.window_shift;

		me->window_shift = shift < MAX_WINDOW_SHIFT ? shift : MAX_WINDOW_SHIFT;
	}
}

static void
side_begin(struct flow_tcp_side *me, uint32_t base, uint32_t next)
{
	me->seq_base = base;
	me->seq = next;
	me->seen |= SEEN_SEQ;
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

static inline void
mark_retransmitted(struct flow_tcp_side *me)
{
	me->retransmitted++;
	me->status |= TCP_RETRANSMITTED;
}

/* Payload that was in flight already is not in flight twice. */
static inline void
mark_repeated(struct flow_tcp_side *me, uint32_t length)
{
	mark_retransmitted(me);
	me->in_flight -= length < me->in_flight ? length : me->in_flight;
}

/* The IP identification of a segment with payload; IPv6 has none. By convention it is read as the
 * sender's little-endian counter: 'out of order' in argus's records means a step back of that. */
static inline uint16_t
segment_ip_id(const struct packet *p)
{
	if (!(p->flags & PACKET_IPV4))
		return 0;
	return (uint16_t)(p->ip_id << 8 | p->ip_id >> 8);
}

static inline bool
ip_id_went_back(uint16_t last, uint16_t now)
{
	const int distance = (int)now - (int)last;

	return last != 0 && distance < 0 && distance > -IP_ID_REORDER;
}

/* Payload at or above what the other side acknowledged: new, out of order or retransmitted.
 * Returns whether it belongs to a running burst. */
static bool
payload_ahead(struct flow_tcp_side *me, const struct flow_tcp_side *peer, uint32_t seq,
              uint32_t length, uint16_t ip_id)
{
	const uint32_t end = seq + length;
	const uint32_t last = me->seq;
	const uint32_t next = seq_before(last, end) ? end : last;
	bool burst = true;

	if (me->window != 0) {
		if (ip_id_went_back(me->ip_id, ip_id)) {
			me->status |= TCP_OUT_OF_ORDER;
		} else if ((peer->seen & SEEN_ACK) && me->in_flight > next - 1 - peer->ack) {
			mark_repeated(me, length);
			burst = false;
		} else if (seq_before(end, last)) {
			if ((peer->seen & SEEN_ACK) && seq == peer->ack + 1)
				mark_repeated(me, length);
			else
				me->status |= TCP_OUT_OF_ORDER;
		}
	}
	me->seq = next;
	return burst;
}

/* Payload below what the other side acknowledged: retransmitted, if not from long ago. */
static bool
payload_behind(struct flow_tcp_side *me, const struct flow_tcp_side *peer, uint32_t seq,
               uint32_t length)
{
	if (peer->ack - seq >= (uint32_t)(me->window >> me->window_shift))
		return true;
	mark_repeated(me, length);
	return false;
}

/* Where this segment lies. Returns false for a network's copy, which counts for nothing else;
 * *active: whether the interval it ends was within a burst. */
static bool
sequence_payload(struct flow_tcp_side *me, const struct flow_tcp_side *peer, const struct packet *p,
                 uint32_t options, bool *active)
{
	const uint32_t seq = p->tcp.seq, length = p->payload_length;
	const uint16_t ip_id = segment_ip_id(p);

	if ((options & FLOW_TCP_TRACK_DUPLICATES) && ip_id != 0 && ip_id == me->ip_id) {
		me->status |= TCP_DUPLICATES;
		return false;
	}
	if (peer->window != 0) {
		bool burst;

		if ((peer->seen & SEEN_ACK) && seq_before(seq, peer->ack))
			burst = payload_behind(me, peer, seq, length);
		else
			burst = payload_ahead(me, peer, seq, length, ip_id);
		*active = *active && burst;
	}
	me->ip_id = ip_id;
	return true;
}

/* The acknowledgement this side sends: closes windows of the other one. */
static void
sequence_ack(struct flow_tcp_side *me, struct flow_tcp_side *peer, const struct packet *p)
{
	const uint32_t ack = p->tcp.ack - 1;
	const bool all = (peer->seen & SEEN_SEQ) && peer->seq == p->tcp.ack;

	if ((me->seen & SEEN_ACK) && (peer->seen & SEEN_SEQ) && seq_before(me->ack, peer->seq))
		peer->in_flight = peer->seq - 1 - me->ack;
	if ((me->seen & SEEN_ACK) && me->ack == ack)
		return;
	if (!(me->seen & SEEN_ACK) || all) {
		peer->in_flight = 0;
		peer->windows += all;
	} else if (!(p->tcp.flags & TCP_SYN)) {
		const uint32_t acked = ack - me->ack;

		peer->in_flight -= acked < peer->in_flight ? acked : peer->in_flight;
		peer->windows++;
	}
	me->ack = ack;
	me->seen |= SEEN_ACK;
}

/* RFC 9293, 3.8.4: at most one byte, just below what comes next, when all is acknowledged. */
static inline bool
is_keep_alive(const struct flow_tcp_side *me, const struct flow_tcp_side *peer,
              const struct packet *p)
{
	return p->payload_length == 1 && (me->seen & SEEN_SEQ) && (peer->seen & SEEN_ACK) &&
	       p->tcp.seq == me->seq - 1 && p->tcp.seq == peer->ack &&
	       !(p->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/* A bare SYN, which may be the other side's (simultaneous open) or overtaken by what follows. */
static void
sequence_syn(struct flow_tcp_side *me, uint32_t seq)
{
	if (!(me->seen & SEEN_SEQ))
		side_begin(me, seq, seq);
	else if (me->seq_base == seq + 1)
		me->seq_base = seq;
}

static void
count_payload(struct flow_tcp_side *me, const struct packet *p, uint32_t length, bool *active)
{
	const uint8_t flags = p->tcp.flags;

	me->bytes += length;
	if (me->in_flight == 0)
		*active = false;
	if (me->flags & TCP_FIN) {
		if ((me->seen & SEEN_SEQ) && seq_before(p->tcp.seq, me->seq))
			mark_retransmitted(me);
		else if (!(flags & TCP_FIN))
			me->status |= TCP_OUT_OF_ORDER;
	}
	if (!(flags & TCP_SYN))
		me->in_flight += length;
}

/* Sequence accounting of any segment. Returns false for a copy that must not move the state
 * machine either; *active as for sequence_payload(). */
static bool
sequence_update(struct flow_tcp_side *me, struct flow_tcp_side *peer, const struct packet *p,
                uint32_t options, bool *active)
{
	const uint8_t flags = p->tcp.flags;
	const uint32_t seq = p->tcp.seq;
	uint32_t length;

	if (is_syn(flags)) {
		sequence_syn(me, seq);
		return true;
	}
	if (!(flags & (TCP_FIN | TCP_RST))) {
		if (p->tcp.window != 0) {
			me->window = p->tcp.window;
		} else {
			me->status |= TCP_WINDOW_SHUT;
			*active = false;
		}
	}

	length = is_keep_alive(me, peer, p) ? 0 : p->payload_length;
	if (length != 0 && peer->window != 0)
		count_payload(me, p, length, active);
	else
		*active = false;

	if (!(me->seen & SEEN_SEQ)) {
		/* A reset may have no sequence number of its own, see open_reset(). */
		if (!(flags & TCP_RST) || seq != 0)
			side_begin(me, seq, seq + length);
	} else if (length != 0 && !sequence_payload(me, peer, p, options, active)) {
		return false;
	}

	if ((flags & TCP_ACK) && p->tcp.ack != 0)
		sequence_ack(me, peer, p);
	return true;
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

	if (sequence_update(me, peer, p, options, &active))
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

	/* The destination's bits are one above the source's. */
	t->side[0] = t->side[1];
	t->side[1] = side;
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
