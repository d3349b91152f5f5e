/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcore/flow_user.h"

#include <string.h>

#define IPPROTO_TCP 6
#define IPPROTO_UDP 17

static struct flow_control *
flow_control(const struct flow_layout *l, struct flow *f)
{
	return (struct flow_control *)(void *)((char *)f + l->control_at);
}

/* Flows of later fragments alone have no ports to go by. */
static bool
is_control(const struct control_protocols *c, const struct flow_key *k)
{
	switch (k->kind) {
	case FLOW_IPV4:
	case FLOW_IPV6:
		if (k->ethertype == FLOW_KEY_FRAGMENT)
			return false;
		if (k->proto == IPPROTO_TCP)
			return control_has(c->tcp, k->port[0]) || control_has(c->tcp, k->port[1]);
		if (k->proto == IPPROTO_UDP)
			return control_has(c->udp, k->port[0]) || control_has(c->udp, k->port[1]);
		return control_has(c->ip, k->proto);
	case FLOW_ETHER:
	case FLOW_ARP:
	case FLOW_RARP:
	case FLOW_ISIS:
	case FLOW_LCP:
		return true;
	default:
		return false;
	}
}

void
flow_user_start(const struct flow_layout *l, struct flow *f)
{
	if (l->control.protocols == NULL || !is_control(l->control.protocols, &f->entry.key))
		return;
	f->flags |= FLOW_CONTROL;
	*flow_control(l, f) = (struct flow_control){ 0 };
}

static void
keep_whole(const struct flow_layout *l, struct flow *f, const struct packet *p, int dir)
{
	struct control_chain *chain = &flow_control(l, f)->chain[dir];
	const uint32_t room = USER_DATA_MAX - chain->size;
	const uint32_t n = p->payload_captured < room ? p->payload_captured : room;

	if (control_data_append(l->control.data, chain, p->data + p->payload_at, n) !=
	    p->payload_captured)
		counter_add(l->control.counters, COUNTER_control_cut, 1);
}

/* Of an ICMP exchange the latest question is kept, as in argus. */
static void
keep_first(const struct flow_layout *l, struct flow_user_data *user, const struct packet *p)
{
	const uint32_t question = PACKET_IPV4 | PACKET_ICMP | PACKET_REQUEST;
	uint32_t room, n;

	if ((p->flags & question) == question)
		user->len = 0;
	room = l->user_size - user->len;
	n = p->payload_captured < room ? p->payload_captured : room;

	memcpy(user->bytes + user->len, p->data + p->payload_at, n);
	user->len = (uint16_t)(user->len + n);
}

void
flow_user_count(const struct flow_layout *l, struct flow *f, const struct packet *p, int dir)
{
	if (f->flags & FLOW_CONTROL)
		keep_whole(l, f, p, dir);
	else if (l->user_size != 0)
		keep_first(l, flow_user(l, f, dir), p);
}

bool
flow_user_is_full(const struct flow_layout *l, struct flow *f, const struct packet *p, int dir)
{
	uint32_t size;

	if (!(f->flags & FLOW_CONTROL))
		return false;
	size = flow_control(l, f)->chain[dir].size;
	return size != 0 && p->payload_captured > USER_DATA_MAX - size;
}

void
flow_user_report(const struct flow_layout *l, struct flow *f, int dir, struct flow_user_data *to,
                 uint32_t max)
{
	const struct flow_user_data *from = flow_user(l, f, dir);

	to->len = 0;
	if (f->flags & FLOW_CONTROL) {
		to->len = (uint16_t)control_data_copy(
		        l->control.data, &flow_control(l, f)->chain[dir], to->bytes, max);
	} else if (from != NULL) {
		to->len = from->len;
		memcpy(to->bytes, from->bytes, from->len);
	}
}

void
flow_user_reset(const struct flow_layout *l, struct flow *f)
{
	for (int d = 0; d < 2; d++) {
		struct flow_user_data *user = flow_user(l, f, d);

		if (user != NULL)
			user->len = 0;
		if (f->flags & FLOW_CONTROL)
			control_data_release(l->control.data, &flow_control(l, f)->chain[d]);
	}
}
