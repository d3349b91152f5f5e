/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP (RFC 792, 950) and ICMPv6 (RFC 4443, 4861, 2710, 6275): questions and
 * answers share a key; errors have one by what they quote, and tell the flow
 * they speak of. Payload begins with the ICMP header itself, as argus counts it.
 */
#include "lcore/dissect/walk.h"

#define ICMP_SIZE 8
#define QUOTED_IPV4_SIZE 20

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_ROUTER_ADVERTISEMENT = 9,
	ICMP_ROUTER_SOLICITATION = 10,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMP_REPLY = 14,
	ICMP_INFORMATION = 15,
	ICMP_INFORMATION_REPLY = 16,
	ICMP_MASK = 17,
	ICMP_MASK_REPLY = 18,
};

enum {
	ICMPV6_ERROR_FIRST = 1, /* unreachable, too big, time exceeded, parameter problem */
	ICMPV6_ERROR_LAST = 4,
	ICMPV6_ECHO = 128,
	ICMPV6_ECHO_REPLY = 129,
	ICMPV6_MLD_QUERY = 130,
	ICMPV6_MLD_REPORT = 131,
	ICMPV6_MLD_DONE = 132,
	ICMPV6_ROUTER_SOLICITATION = 133,
	ICMPV6_ROUTER_ADVERTISEMENT = 134,
	ICMPV6_NEIGHBOUR_SOLICITATION = 135,
	ICMPV6_NEIGHBOUR_ADVERTISEMENT = 136,
	ICMPV6_REDIRECT = 137,
	ICMPV6_HOME_AGENT_DISCOVERY = 144,
	ICMPV6_HOME_AGENT_REPLY = 145,
};

/* The header's facts as far as they are there. */
static void
icmp_facts(struct walk *w, const uint8_t *h)
{
	struct packet *p = w->packet;
	const bool whole = walk_ip_has(w, ICMP_SIZE);

	p->icmp.type = h[0];
	p->icmp.code = h[1];
	p->icmp.id = whole ? load16(h + 4) : 0;
	p->icmp.seq = whole ? load16(h + 6) : 0;
	memset(p->icmp.gateway, 0, sizeof(p->icmp.gateway));
	p->icmp.quote_at = 0;
	p->flags |= PACKET_ICMP;
}

/* PACKET_REQUEST or PACKET_REPLY for types that come in pairs, with the question's type. */
static uint32_t
icmp_pair(uint8_t *type)
{
	switch (*type) {
	case ICMP_ECHO:
	case ICMP_TIMESTAMP:
	case ICMP_INFORMATION:
	case ICMP_MASK:
		return PACKET_REQUEST;
	case ICMP_ECHO_REPLY:
		*type = ICMP_ECHO;
		return PACKET_REPLY;
	case ICMP_TIMESTAMP_REPLY:
	case ICMP_INFORMATION_REPLY:
	case ICMP_MASK_REPLY:
		(*type)--;
		return PACKET_REPLY;
	default:
		return 0;
	}
}

static bool
icmp_is_error(uint8_t type)
{
	return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

/* Which part of the quoted packet tells errors of one type and code apart. */
static void
key_quoted(struct walk *w, const uint8_t *h)
{
	struct flow_key *key = &w->packet->key;
	const uint8_t *ip = h + ICMP_SIZE;
	const uint32_t size = (ip[0] & 0x0fu) * 4;

	switch (h[0] << 8 | h[1]) {
	case ICMP_UNREACHABLE << 8 | 2: /* protocol */
		key->port[0] = ip[9];
		break;
	case ICMP_UNREACHABLE << 8 | 3: /* port */
		key->ethertype = (uint16_t)(FLOW_KEY_QUOTED + ip[9]);
		if (walk_ip_has(w, ICMP_SIZE + size + 4))
			key->port[0] = load16(ip + size + 2);
		break;
	case ICMP_REDIRECT << 8 | 2: /* for a TOS and net, host */
	case ICMP_REDIRECT << 8 | 3:
		key->ethertype = (uint16_t)(FLOW_KEY_QUOTED + ip[1]);
		break;
	case ICMP_UNREACHABLE << 8 | 0: /* net, host */
	case ICMP_UNREACHABLE << 8 | 1:
	case ICMP_REDIRECT << 8 | 0:
	case ICMP_REDIRECT << 8 | 1:
		key->port[0] = load16(ip + 16);
		key->port[1] = load16(ip + 18);
		break;
	default:
		break;
	}
}

static void
icmp_error(struct walk *w, const uint8_t *h)
{
	struct packet *p = w->packet;

	p->key.id |= h[1];
	if (h[0] == ICMP_REDIRECT && walk_ip_has(w, ICMP_SIZE))
		memcpy(p->icmp.gateway, h + 4, sizeof(p->icmp.gateway));
	if (!walk_ip_has(w, ICMP_SIZE + QUOTED_IPV4_SIZE)) {
		(void)walk_ip_short(w, ICMP_SIZE + QUOTED_IPV4_SIZE);
		return;
	}
	key_quoted(w, h);
	quote_flow(w, w->at + ICMP_SIZE, LAYER_IP);
}

enum layer
layer_icmp(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	uint8_t type;
	uint32_t pair;

	w->complete = false;
	key_directed(w, w->ip[0], w->ip[1]);
	p->reverse = false;
	if (!walk_ip_has(w, 2))
		return walk_ip_short(w, 2);
	icmp_facts(w, h);
	type = h[0];
	pair = icmp_pair(&type);
	p->key.id = (uint16_t)(type << 8);
	if (pair == PACKET_REPLY) {
		key_directed(w, w->ip[1], w->ip[0]);
		p->reverse = true;
	}
	p->flags |= pair;
	if (icmp_is_error(type)) {
		icmp_error(w, h);
		return LAYER_DONE;
	}
	if (pair == 0 && type != ICMP_ROUTER_ADVERTISEMENT && type != ICMP_ROUTER_SOLICITATION)
		p->key.id |= h[1];
	if (!walk_ip_has(w, ICMP_SIZE))
		return walk_ip_short(w, ICMP_SIZE);
	if (type == ICMP_ECHO) {
		p->key.port[0] = p->icmp.id;
		p->key.port[1] = p->icmp.seq;
	}
	w->complete = true;
	return LAYER_DONE;
}

static uint32_t
icmpv6_pair(uint8_t *type)
{
	switch (*type) {
	case ICMPV6_ECHO:
	case ICMPV6_MLD_QUERY:
	case ICMPV6_ROUTER_SOLICITATION:
	case ICMPV6_NEIGHBOUR_SOLICITATION:
	case ICMPV6_HOME_AGENT_DISCOVERY:
		return PACKET_REQUEST;
	case ICMPV6_ECHO_REPLY:
	case ICMPV6_MLD_REPORT:
	case ICMPV6_ROUTER_ADVERTISEMENT:
	case ICMPV6_NEIGHBOUR_ADVERTISEMENT:
	case ICMPV6_HOME_AGENT_REPLY:
		(*type)--;
		return PACKET_REPLY;
	case ICMPV6_MLD_DONE:
		*type = ICMPV6_MLD_QUERY;
		return PACKET_REPLY;
	default:
		return 0;
	}
}

/* A redirect quotes in its redirected header option (RFC 4861, 4.6.3), behind two addresses. */
static void
icmpv6_redirect(struct walk *w, const uint8_t *h)
{
	uint32_t at = ICMP_SIZE + 32;

	for (uint32_t i = 0; i < 8 && walk_ip_has(w, at + 8); i++) {
		const uint32_t size = h[at + 1] * 8u;

		if (h[at] == 4) {
			quote_flow(w, w->at + at + 8, LAYER_IPV6);
			return;
		}
		if (size == 0)
			return;
		at += size;
	}
}

/* Who asks comes first, as of IPv4: both ends may ask with the same numbers. */
static void
icmpv6_echo(struct walk *w, bool reply)
{
	struct packet *p = w->packet;

	key_directed(w, w->ip[reply], w->ip[!reply]);
	p->reverse = reply;
	p->key.port[0] = p->icmp.id;
	p->key.port[1] = p->icmp.seq;
}

enum layer
layer_icmpv6(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	uint32_t pair;
	uint8_t type;

	w->complete = false;
	if (!walk_ip_has(w, 2))
		return walk_ip_short(w, 2);
	icmp_facts(w, h);
	type = h[0];
	pair = icmpv6_pair(&type);
	p->flags |= pair;
	p->key.id = (uint16_t)(type << 8 | h[1]);
	if (!walk_ip_has(w, ICMP_SIZE))
		return walk_ip_short(w, ICMP_SIZE);
	w->complete = true;
	if (type == ICMPV6_ECHO)
		icmpv6_echo(w, pair == PACKET_REPLY);
	else if (type >= ICMPV6_ERROR_FIRST && type <= ICMPV6_ERROR_LAST)
		quote_flow(w, w->at + ICMP_SIZE, LAYER_IPV6);
	else if (type == ICMPV6_REDIRECT)
		icmpv6_redirect(w, h);
	return LAYER_DONE;
}
