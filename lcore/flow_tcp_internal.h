/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the TCP machine share. Private to them.
 */
#ifndef PANOPTES_LCORE_FLOW_TCP_INTERNAL_H
#define PANOPTES_LCORE_FLOW_TCP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lcore/flow_tcp.h"

/* Bits of flow_tcp_side.seen. */
#define SEEN_SEQ 0x01 /* seq_base and seq are valid */
#define SEEN_ACK 0x02 /* ack is valid */
#define SEEN_SYN 0x04 /* the SYN: seq_base is the initial sequence number */

/* ECN negotiation rides on SYN and SYN+ACK (RFC 3168, 6.1.1) without changing what they are. */
#define ECN_FLAGS (TCP_ECE | TCP_CWR)

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

static inline void
side_begin(struct flow_tcp_side *me, uint32_t base, uint32_t next)
{
	me->seq_base = base;
	me->seq = next;
	me->seen |= SEEN_SEQ;
}

static inline void
mark_retransmitted(struct flow_tcp_side *me)
{
	me->retransmitted++;
	me->status |= TCP_RETRANSMITTED;
}

/* Sequence accounting of any segment: what 'me' sent to 'peer'. Returns false for a copy that must
 * not move the state machine either; clears *active if the interval that the segment ends was no
 * part of a burst. */
bool flow_tcp_sequence(struct flow_tcp_side *me, struct flow_tcp_side *peer, const struct packet *p,
                       uint32_t options, bool *active);

#endif
