/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ICMP error (RFC 792, RFC 4443) does to the flow that it quotes. Runs on
 * that flow's worker lcore.
 */
#include <string.h>

#include "lcore/flow_account.h"

#define ICMP_HEADER 8

/* Qualifiers of the icmp DSR. */
enum { MARK_NONE = 0, MARK_UNREACHABLE = 1, MARK_REDIRECT = 2, MARK_TIME_EXCEEDED = 4 };

/* A parameter problem did not arrive either; a source quench is no error. */
uint8_t
flow_mark_kind(uint8_t type)
{
	switch (type) {
	case 3:
	case 12:
		return MARK_UNREACHABLE;
	case 5:
		return MARK_REDIRECT;
	case 11:
		return MARK_TIME_EXCEEDED;
	default:
		return MARK_NONE;
	}
}

/* The DSR knows IPv4's types only. */
static uint8_t
type_as_of_ipv4(uint8_t type)
{
	switch (type) {
	case 1:
	case 2: /* too big */
		return 3;
	case 3:
		return 11;
	case 137:
		return 5;
	default:
		return 12;
	}
}

static void
mark_ipv4(struct flow *f, const struct packet *p)
{
	const uint8_t *outer = p->data + p->l3_at, *inner = p->data + p->icmp.quote_at;
	const uint8_t *source = f->entry.key.addr[flow_source(f)];

	f->icmp_type = p->icmp.type;
	f->icmp_code = p->icmp.code;
	f->icmp_seq = p->icmp.seq;
	memcpy(f->icmp_reporter, outer + 12, 4);
	memcpy(f->icmp_gateway, inner - ICMP_HEADER + 4, 4);
	f->flags &= ~FLOW_MARKED_BACK;
	if (memcmp(inner + 12, source, 4) != 0)
		f->flags |= FLOW_MARKED_BACK;
}

static void
mark_ipv6(struct flow *f, const struct packet *p)
{
	f->icmp_type = type_as_of_ipv4(p->icmp.type);
	f->icmp_code = p->icmp.type == 2 ? 4 : p->icmp.code; /* fragmentation needed */
}

void
flow_mark(struct flow *f, const struct packet *p)
{
	const bool v4 = (p->flags & PACKET_IPV4) != 0;

	if (v4 && flow_mark_kind(p->icmp.type) == MARK_NONE)
		return;
	if (v4)
		mark_ipv4(f, p);
	else
		mark_ipv6(f, p);
	f->flags |= FLOW_RECORD_ICMP;
	flow_extend(f, p->time_ns, 0);
}
