/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow keys: how each is ordered (flow_key.h says what is in it), and what the
 * configured flow key makes of a finished one.
 */
#include "lcore/dissect/walk.h"

static uint32_t
address_size(uint8_t kind)
{
	return kind == FLOW_IPV4 ? 4 : 16;
}

/* Addresses into an empty key, the smaller first; returns how they compare. */
static int
put_ordered(struct flow_key *key, const uint8_t *src, const uint8_t *dst, uint32_t size,
            bool *reverse)
{
	const int order = memcmp(src, dst, size);

	*reverse = order > 0;
	memcpy(key->addr[*reverse], src, size);
	memcpy(key->addr[!*reverse], dst, size);
	return order;
}

void
key_ether(struct walk *w, uint16_t ethertype, uint8_t dsap, uint8_t ssap)
{
	struct packet *p = w->packet;
	struct flow_key *key = &p->key;

	memset(key, 0, sizeof(*key));
	if (put_ordered(key, w->mac[1], w->mac[0], MAC_SIZE, &p->reverse) == 0)
		p->reverse = ssap > dsap;
	key->port[p->reverse] = ssap;
	key->port[!p->reverse] = dsap;
	key->kind = FLOW_ETHER;
	key->ethertype = ethertype;
	w->complete = true;
}

void
key_ip(struct walk *w, uint8_t kind, uint8_t proto)
{
	struct packet *p = w->packet;
	struct flow_key *key = &p->key;

	memset(key, 0, sizeof(*key));
	put_ordered(key, w->ip[0], w->ip[1], address_size(kind), &p->reverse);
	key->kind = kind;
	key->proto = proto;
	w->complete = true;
}

void
key_ports(struct walk *w, uint16_t sport, uint16_t dport)
{
	struct packet *p = w->packet;
	struct flow_key *key = &p->key;

	if (memcmp(key->addr[0], key->addr[1], sizeof(key->addr[0])) == 0)
		p->reverse = sport > dport;
	key->port[p->reverse] = sport;
	key->port[!p->reverse] = dport;
	w->complete = true;
}

void
key_directed(struct walk *w, const uint8_t *first, const uint8_t *second)
{
	struct flow_key *key = &w->packet->key;
	const uint32_t size = address_size(key->kind);

	memcpy(key->addr[0], first, size);
	memcpy(key->addr[1], second, size);
}

/* Flows between machines or addresses have no protocol of their own, whatever a packet is. */
static void
forget_protocol(struct packet *p)
{
	p->flags &= ~(uint32_t)(PACKET_TCP | PACKET_ICMP | PACKET_ESP | PACKET_ARP | PACKET_ISIS |
	                        PACKET_WLAN | PACKET_QUOTE | PACKET_REQUEST | PACKET_REPLY |
	                        PACKET_FRAGMENT_LATER | PACKET_FRAGMENT_MORE);
	p->fragment_offset = 0;
}

static void
key_matrix_l2(struct walk *w)
{
	const struct flow_key *key = &w->packet->key;
	uint8_t dsap = 0, ssap = 0;
	uint16_t ethertype = 0;

	if (key->kind == FLOW_ETHER) {
		ethertype = key->ethertype;
		ssap = (uint8_t)key->port[w->packet->reverse];
		dsap = (uint8_t)key->port[!w->packet->reverse];
	} else if (key->kind == FLOW_IPV4) {
		ethertype = ETHERTYPE_IPV4;
	} else if (key->kind == FLOW_IPV6) {
		ethertype = ETHERTYPE_IPV6;
	} else if (key->kind == FLOW_ARP || key->kind == FLOW_RARP) {
		ethertype = key->kind == FLOW_ARP ? ETHERTYPE_ARP : ETHERTYPE_RARP;
	}
	key_ether(w, ethertype, dsap, ssap);
	w->packet->key.kind = FLOW_MATRIX_L2;
	forget_protocol(w->packet);
}

static void
key_matrix_l3(struct walk *w)
{
	const uint8_t kind = w->packet->key.kind;

	if (kind != FLOW_IPV4 && kind != FLOW_IPV6)
		return;
	key_ip(w, kind, 0);
	w->packet->key.kind = kind == FLOW_IPV4 ? FLOW_MATRIX_L3_IPV4 : FLOW_MATRIX_L3_IPV6;
	forget_protocol(w->packet);
}

/* Of both addresses, in the order of the key's ends. */
static uint32_t
mac_hash(const struct walk *w)
{
	const bool reverse = w->packet->reverse;
	const uint8_t *mac[2] = { w->mac[!reverse], w->mac[reverse] };
	uint64_t hash = 0;

	for (uint32_t i = 0; i < 2; i++) {
		hash ^= (uint64_t)load32(mac[i]) << 16 | load16(mac[i] + 4);
		hash *= UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return (uint32_t)(hash >> 32);
}

static bool
has_vni(uint8_t tunnel_kind)
{
	return tunnel_kind == TUNNEL_VXLAN || tunnel_kind == TUNNEL_GENEVE ||
	       tunnel_kind == TUNNEL_NVGRE;
}

void
key_options(struct walk *w, const struct dissect_options *options)
{
	struct packet *p = w->packet;

	if (options->key_l3_matrix)
		key_matrix_l3(w);
	else if (options->key_l2)
		key_matrix_l2(w);
	if (options->key_vlan && (p->flags & PACKET_VLAN))
		p->key.vlan = (uint16_t)((p->vlan_tci & 0x0fff) + 1);
	if (options->key_mpls_stack && (p->flags & PACKET_MPLS))
		p->key.label = w->mpls_stack;
	else if (options->key_mpls && (p->flags & PACKET_MPLS))
		p->key.label = (p->mpls_label >> 12) + 1;
	if ((p->flags & PACKET_TUNNEL) &&
	    (options->key_tunnel || (options->key_vni && has_vni(w->tunnel_kind)))) {
		p->key.vlan |= FLOW_KEY_IN_TUNNEL;
		p->key.label = w->tunnel_id;
	}
	if (options->key_mac && (p->flags & (PACKET_IPV4 | PACKET_IPV6)))
		p->key.label = p->key.label * 0x9e3779b1u ^ mac_hash(w);
	/* an error comes the way its flow went */
	if (p->flags & PACKET_QUOTE) {
		p->quote.vlan = p->key.vlan;
		p->quote.label = p->key.label;
	}
}

bool
packet_fragment_key(const struct packet *first, struct flow_key *key, bool *reverse)
{
	const uint8_t *ip = first->data + first->l3_at;
	const bool v4 = (first->flags & PACKET_IPV4) != 0;

	if (!(first->flags & PACKET_FRAGMENT))
		return false;
	memset(key, 0, sizeof(*key));
	put_ordered(key, ip + (v4 ? 12 : 8), ip + (v4 ? 16 : 24), v4 ? 4 : 16, reverse);
	key->kind = v4 ? FLOW_IPV4 : FLOW_IPV6;
	key->proto = first->fragment_proto;
	key->ethertype = FLOW_KEY_FRAGMENT;
	key->id = (uint16_t)first->fragment_id;
	key->port[0] = (uint16_t)(first->fragment_id >> 16);
	key->vlan = first->key.vlan;
	key->label = first->key.label;
	return true;
}
