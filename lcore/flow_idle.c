/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Read when a flow opens, never again: an entry keeps its own.
 */
#include "lcore/flow_idle.h"

#include "ring/flow_record.h"

#define IPPROTO_ICMP 1
#define IPPROTO_IGMP 2
#define IPPROTO_TCP 6
#define IPPROTO_ICMPV6 58

/* To argus 0 is the default. */
static struct flow_idle
idle(uint32_t seconds, uint32_t initial)
{
	return (struct flow_idle){
		.seconds = seconds != 0 ? seconds : initial,
		.strict = seconds != 0 && seconds != initial,
	};
}

static void
longer(struct flow_idle_times *t, struct flow_idle i)
{
	if (i.seconds > t->longest_s)
		t->longest_s = i.seconds;
}

void
flow_idle_init(struct flow_idle_times *t, const struct config *c)
{
	struct config initial;

	config_init(&initial);
	t->ip = idle(c->ip_timeout_s, initial.ip_timeout_s);
	t->tcp = idle(c->tcp_timeout_s, initial.tcp_timeout_s);
	t->icmp = idle(c->icmp_timeout_s, initial.icmp_timeout_s);
	t->igmp = idle(c->igmp_timeout_s, initial.igmp_timeout_s);
	t->fragment = idle(c->frag_timeout_s, initial.frag_timeout_s);
	t->arp = idle(c->arp_timeout_s, initial.arp_timeout_s);
	t->other = idle(c->other_timeout_s, initial.other_timeout_s);
	config_fini(&initial);
	t->longest_s = 0;
	longer(t, t->ip);
	longer(t, t->tcp);
	longer(t, t->icmp);
	longer(t, t->igmp);
	longer(t, t->fragment);
	longer(t, t->arp);
	longer(t, t->other);
}

static struct flow_idle
idle_of_protocol(const struct flow_idle_times *t, const struct flow_key *k)
{
	if (k->ethertype == FLOW_KEY_FRAGMENT)
		return t->fragment;
	switch (k->proto) {
	case IPPROTO_TCP:
		return t->tcp;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return t->icmp;
	case IPPROTO_IGMP:
		return t->igmp;
	default:
		return t->ip;
	}
}

struct flow_idle
flow_idle_of(const struct flow_idle_times *t, const struct flow_key *k)
{
	switch (k->kind) {
	case FLOW_IPV4:
	case FLOW_IPV6:
		return idle_of_protocol(t, k);
	case FLOW_MATRIX_L3_IPV4:
	case FLOW_MATRIX_L3_IPV6:
		return t->ip;
	case FLOW_ARP:
	case FLOW_RARP:
		return t->arp;
	default:
		return t->other;
	}
}
