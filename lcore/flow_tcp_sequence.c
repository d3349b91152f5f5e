/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sequence accounting: payload, loss, order, windows.
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
#include "lcore/flow_tcp_internal.h"

/* How far an IP identification may go back and still mean that the network reordered. */
#define IP_ID_REORDER 5000

static inline bool
seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
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

bool
flow_tcp_sequence(struct flow_tcp_side *me, struct flow_tcp_side *peer, const struct packet *p,
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
