/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ICMP error (RFC 792, RFC 4443) does to the flow that it quotes. Runs on
 * that flow's worker lcore.
 */
#include <string.h>

#include "lcore/flow_account.h"

#define ICMP_HEADER 8
#define IPV4_SIZE 20

/* Qualifiers of the icmp DSR. */
enum { ERROR_OTHER = 0, ERROR_UNREACHABLE = 1, ERROR_REDIRECT = 2, ERROR_TIME_EXCEEDED = 4 };

static uint8_t
error_kind(uint8_t type)
{
	switch (type) {
	case 3:
		return ERROR_UNREACHABLE;
	case 5:
		return ERROR_REDIRECT;
	case 11:
		return ERROR_TIME_EXCEEDED;
	default:
		return ERROR_OTHER;
	}
}

/* The DSR knows IPv4's types only. */
static uint8_t
type_as_of_ipv4(uint8_t type)
{
	switch (type) {
	case 1:
		return 3;
	case 3:
		return 11;
	case 137:
		return 5;
	default:
		return 12; /* too big, parameter problem */
	}
}

static void
mark_ipv4(struct flow_icmp_report *icmp, const struct packet *p)
{
	const uint8_t *outer = p->data + p->l3_at, *inner = p->data + p->icmp.quote_at;

	icmp->type = p->icmp.type;
	memcpy(icmp->reporter, outer + 12, 4);
	memcpy(icmp->receiver, outer + 16, 4);
	memcpy(icmp->quoted_src, inner + 12, 4);
	memcpy(icmp->quoted_dst, inner + 16, 4);
	memcpy(icmp->gateway, inner - ICMP_HEADER + 4, 4);
}

void
flow_mark(struct flow *f, const struct packet *p)
{
	struct flow_icmp_report *icmp = &f->icmp;

	memset(icmp, 0, sizeof(*icmp));
	if (p->flags & PACKET_IPV4)
		mark_ipv4(icmp, p);
	else
		icmp->type = type_as_of_ipv4(p->icmp.type);
	icmp->kind = error_kind(icmp->type);
	icmp->code = p->icmp.code;
	icmp->seq = p->icmp.seq;
	f->flags |= FLOW_RECORD_ICMP;
	if (f->first_ns[0] == 0)
		f->first_ns[0] = p->time_ns;
	if (p->time_ns > f->last_ns[0])
		f->last_ns[0] = p->time_ns;
}
