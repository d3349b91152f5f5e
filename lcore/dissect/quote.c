/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow that an ICMP error speaks of. The quoted packet is walked through as
 * if it had come itself, so its key is the flow's own; only that it may be cut
 * behind the ports.
 */
#include "lcore/dissect/walk.h"

void
quote_flow(struct walk *w, uint32_t quote_at, enum layer layer)
{
	struct packet *p = w->packet;
	struct packet quoted;
	struct walk inner;

	if (w->quoted || quote_at >= w->captured)
		return;
	p->icmp.quote_at = (uint16_t)quote_at;
	inner = *w;
	inner.packet = &quoted;
	inner.at = quote_at;
	inner.quoted = true;
	inner.complete = false;
	packet_init(&quoted, p->data, p->time_ns, 0);
	walk_run(&inner, layer);
	if (!inner.complete || !(quoted.flags & (PACKET_IPV4 | PACKET_IPV6)))
		return;
	p->quote = quoted.key;
	p->quote_reverse = quoted.reverse;
	p->flags |= PACKET_QUOTE;
}
