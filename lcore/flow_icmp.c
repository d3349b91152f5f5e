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
enum { ERROR_NONE = 0, ERROR_UNREACHABLE = 1, ERROR_REDIRECT = 2, ERROR_TIME_EXCEEDED = 4 };

/* By IPv4's type. A parameter problem did not arrive either; a source quench is no error. */
static uint8_t
error_kind(uint8_t type)
{
	switch (type) {
	case 3:
	case 12:
		return ERROR_UNREACHABLE;
	case 5:
		return ERROR_REDIRECT;
	case 11:
		return ERROR_TIME_EXCEEDED;
	default:
		return ERROR_NONE;
	}
}

/* The DSR knows IPv4's types only. */
static void
mark_ipv6(struct flow_icmp_report *icmp, const struct packet *p)
{
	icmp->code = p->icmp.code;
	switch (p->icmp.type) {
	case 1:
		icmp->type = 3;
		break;
	case 2: /* too big: fragmentation needed */
		icmp->type = 3;
		icmp->code = 4;
		break;
	case 3:
		icmp->type = 11;
		break;
	case 137:
		icmp->type = 5;
		break;
	default:
		icmp->type = 12;
		break;
	}
}

static void
mark_ipv4(struct flow_icmp_report *icmp, const struct packet *p)
{
	const uint8_t *outer = p->data + p->l3_at, *inner = p->data + p->icmp.quote_at;

	icmp->type = p->icmp.type;
	icmp->code = p->icmp.code;
	memcpy(icmp->reporter, outer + 12, 4);
	memcpy(icmp->receiver, outer + 16, 4);
	memcpy(icmp->quoted_src, inner + 12, 4);
	memcpy(icmp->quoted_dst, inner + 16, 4);
	memcpy(icmp->gateway, inner - ICMP_HEADER + 4, 4);
}

void
flow_mark(struct flow *f, const struct packet *p)
{
	struct flow_icmp_report icmp;

	memset(&icmp, 0, sizeof(icmp));
	if (p->flags & PACKET_IPV4)
		mark_ipv4(&icmp, p);
	else
		mark_ipv6(&icmp, p);
	icmp.kind = error_kind(icmp.type);
	icmp.seq = p->icmp.seq;
	if (icmp.kind == ERROR_NONE)
		return;
	f->icmp = icmp;
	f->flags |= FLOW_RECORD_ICMP;
	if (f->first_ns[0] == 0)
		f->first_ns[0] = p->time_ns;
	if (p->time_ns > f->last_ns[0])
		f->last_ns[0] = p->time_ns;
}
