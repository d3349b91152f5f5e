/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/dissect/packet_rules.h"

#include <stdlib.h>
#include <string.h>

#include "lcore/dissect/pair_hash.h"
#include "lcore/dissect/walk.h"

#define RULE(cond)                    \
	do {                          \
		if (!(cond))          \
			return #cond; \
	} while (0)

/* Offsets are of 16 bits, so bytes beyond are never pointed at. */
static const char *
within_capture(const struct packet_view *v, const struct packet *p)
{
	const uint32_t captured = v->captured < UINT16_MAX ? v->captured : UINT16_MAX;

	RULE(p->data == v->data && p->time_ns == v->time_ns);
	RULE(p->bytes <= v->length);
	RULE(p->l3_at <= captured && p->l4_at <= captured && p->payload_at <= captured);
	RULE((uint32_t)p->payload_at + p->payload_captured <= captured);
	RULE(p->payload_captured <= p->payload_length);
	if (p->flags & PACKET_MAC)
		RULE(p->mac_at + 14u <= captured);
	if (p->flags & PACKET_IPV4)
		RULE(p->l3_at + 20u <= captured);
	if (p->flags & PACKET_IPV6)
		RULE(p->l3_at + 40u <= captured);
	if (p->flags & PACKET_TCP)
		RULE(p->l4_at + 20u <= captured);
	if (p->flags & PACKET_UDP)
		RULE(p->l4_at + 8u <= captured);
	if (p->flags & PACKET_OUTER) {
		struct flow_tunnel t;

		RULE(p->flags & PACKET_TUNNEL);
		RULE((p->flags & PACKET_OUTER) == PACKET_OUTER_GRE ? p->tunnel_at + 4u <= captured
		                                                   : p->tunnel_at + 8u <= captured);
		RULE(p->tunnel_at >= 4 * (p->flags >> PACKET_OUTER_SHIFT));
		RULE(packet_outer(p, &t) && t.kind != FLOW_TUNNEL_NONE);
	}
	if ((p->flags & PACKET_ICMP) && p->icmp.quote_at != 0)
		RULE(p->icmp.quote_at < captured && p->icmp.quote_at > p->l4_at);
	return NULL;
}

static const char *
flags_agree(const struct packet *p)
{
	const uint32_t l4 =
	        PACKET_TCP | PACKET_UDP | PACKET_ICMP | PACKET_ESP | PACKET_ARP | PACKET_ISIS;
	const uint32_t which = p->flags & l4;

	RULE((which & (which - 1)) == 0);
	RULE((p->flags & (PACKET_IPV4 | PACKET_IPV6)) != (PACKET_IPV4 | PACKET_IPV6));
	if (p->flags & (PACKET_FRAGMENT_LATER | PACKET_FRAGMENT_MORE))
		RULE(p->flags & PACKET_FRAGMENT);
	RULE(!(p->flags & PACKET_FRAGMENT_LATER) == !p->fragment_offset);
	if (p->flags & PACKET_FRAGMENT_LATER)
		RULE(which == 0);
	if (p->flags & PACKET_QUOTE) {
		RULE(p->flags & PACKET_ICMP);
		RULE(p->quote.kind == FLOW_IPV4 || p->quote.kind == FLOW_IPV6);
	}
	RULE((p->flags & (PACKET_REQUEST | PACKET_REPLY)) != (PACKET_REQUEST | PACKET_REPLY));
	return NULL;
}

static const char *
key_sound(const struct packet *p)
{
	const struct flow_key *k = &p->key;

	RULE(k->kind != FLOW_NONE);
	RULE(k->vlan == 0 && k->label == 0);
	if (k->kind == FLOW_IPV4) {
		RULE(p->flags & PACKET_IPV4);
		for (uint32_t i = 4; i < 16; i++)
			RULE(k->addr[0][i] == 0 && k->addr[1][i] == 0);
	} else if (k->kind == FLOW_IPV6) {
		RULE(p->flags & PACKET_IPV6);
	} else {
		RULE(k->kind == FLOW_ETHER || k->kind == FLOW_ARP || k->kind == FLOW_RARP ||
		     k->kind == FLOW_ISIS || k->kind == FLOW_WLAN);
	}
	if ((p->flags & PACKET_TCP) || (p->flags & PACKET_UDP))
		RULE(memcmp(k->addr[0], k->addr[1], 16) <= 0);
	return NULL;
}

/* Transport facts are set only with their flag. */
static const char *
facts_same(const struct packet *a, const struct packet *b)
{
	if (a->flags & PACKET_TCP)
		RULE(memcmp(&a->tcp, &b->tcp, sizeof(a->tcp)) == 0);
	if (a->flags & PACKET_ICMP)
		RULE(memcmp(&a->icmp, &b->icmp, sizeof(a->icmp)) == 0);
	if (a->flags & PACKET_ARP)
		RULE(memcmp(&a->arp, &b->arp, sizeof(a->arp)) == 0);
	if (a->flags & PACKET_ESP)
		RULE(memcmp(&a->esp, &b->esp, sizeof(a->esp)) == 0);
	if (a->flags & PACKET_ISIS) {
		RULE(a->isis.pdu_type == b->isis.pdu_type);
		RULE(a->isis.checksum == b->isis.checksum);
		RULE(a->isis.version == b->isis.version);
		RULE(memcmp(a->isis.body, b->isis.body, sizeof(a->isis.body)) == 0);
	}
	if (a->flags & PACKET_QUOTE) {
		RULE(memcmp(&a->quote, &b->quote, sizeof(a->quote)) == 0);
		RULE(a->quote_reverse == b->quote_reverse);
	}
	return NULL;
}

const char *
packet_same(const struct packet *a, const struct packet *b)
{
	RULE(memcmp(&a->key, &b->key, sizeof(a->key)) == 0);
	RULE(a->reverse == b->reverse);
	RULE(a->flags == b->flags && a->encaps == b->encaps);
	RULE(a->ttl == b->ttl && a->tos == b->tos && a->ip_id == b->ip_id);
	RULE(a->ip_options == b->ip_options);
	RULE(a->vlan_tci == b->vlan_tci && a->mpls_label == b->mpls_label);
	RULE(a->bytes == b->bytes);
	RULE(a->payload_length == b->payload_length && a->payload_at == b->payload_at);
	RULE(a->payload_captured == b->payload_captured);
	RULE(a->mac_at == b->mac_at && a->l3_at == b->l3_at && a->l4_at == b->l4_at);
	RULE(a->fragment_id == b->fragment_id && a->fragment_proto == b->fragment_proto);
	RULE(a->fragment_offset == b->fragment_offset);
	return facts_same(a, b);
}

/* Nothing depends on what *packet held before, nor on which path was taken. */
static const char *
pure(const struct dissect_options *o, const struct packet_view *v, const struct packet *p)
{
	const char *broken;
	struct packet other;

	memset(&other, 0xa5, sizeof(other));
	RULE(dissect(o, v, &other) == DISSECT_OK);
	broken = packet_same(p, &other);
	if (broken != NULL)
		return broken;
	memset(&other, 0x5a, sizeof(other));
	RULE(dissect_walk(o, v, &other) == DISSECT_OK);
	return packet_same(p, &other);
}

static void
swap(uint8_t *a, uint8_t *b, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		const uint8_t t = a[i];

		a[i] = b[i];
		b[i] = t;
	}
}

/* A TCP or UDP packet the other way round has the same key, and the same worker. */
static const char *
symmetric(const struct dissect_options *o, const struct packet_view *v, const struct packet *p)
{
	const uint32_t size = p->flags & PACKET_IPV4 ? 4 : 16;
	uint8_t *bytes, *ip;
	struct packet_view back = *v;
	struct packet other;
	const char *broken = NULL;

	if (!(p->flags & (PACKET_TCP | PACKET_UDP)))
		return NULL;
	bytes = malloc(v->captured);
	if (bytes == NULL)
		return "memory";
	memcpy(bytes, v->data, v->captured);
	ip = bytes + p->l3_at + (size == 4 ? 12 : 8);
	swap(ip, ip + size, size);
	swap(bytes + p->l4_at, bytes + p->l4_at + 2, 2);
	back.data = bytes;
	if (dissect(o, &back, &other) != DISSECT_OK ||
	    memcmp(&p->key, &other.key, sizeof(p->key)) != 0)
		broken = "both directions have one key";
	else if (pair_hash(o, v) != pair_hash(o, &back))
		broken = "both directions have one worker";
	else if (p->reverse == other.reverse && (memcmp(p->key.addr[0], p->key.addr[1], 16) != 0 ||
	                                         p->key.port[0] != p->key.port[1]))
		broken = "directions differ";
	free(bytes);
	return broken;
}

static const char *
side_doors(const struct dissect_options *o, const struct packet_view *v, const struct packet *p)
{
	uint8_t dst[6], src[6];
	struct flow_key key;
	struct pair_hash hash;
	uint16_t type;
	bool reverse;

	if (packet_mac(p, dst, src, &type))
		RULE(p->flags & (PACKET_MAC | PACKET_MAC_APART));
	if (packet_fragment_key(p, &key, &reverse)) {
		RULE(p->flags & PACKET_FRAGMENT);
		if (p->flags & PACKET_FRAGMENT_LATER) {
			RULE(memcmp(&key, &p->key, sizeof(key)) == 0);
			RULE(reverse == p->reverse);
		}
	}
	pair_hash_packet(o, v, &hash);
	RULE(hash.has_quoted == ((p->flags & PACKET_QUOTE) != 0));
	RULE(hash.packet == pair_hash(o, v));
	return NULL;
}

/* Every choice of flow key goes through, and asks for no more bytes. */
static const char *
other_keys(enum tunnel_mode tunnels, const struct packet_view *v)
{
	for (unsigned i = 1; i < 128; i += i < 16 ? 1 : i / 2) {
		const struct dissect_options options = {
			.key_vlan = i & 1,
			.key_mpls = i & 2,
			.key_l2 = i & 4,
			.key_l3_matrix = i & 8,
			.key_mpls_stack = i & 16,
			.key_vni = i & 32,
			.key_tunnel = i & 64,
			.tunnels = tunnels,
		};
		struct packet p;

		RULE(dissect(&options, v, &p) == DISSECT_OK);
		RULE(p.key.kind != FLOW_NONE);
		RULE(options.key_vlan || (p.key.vlan & ~FLOW_KEY_IN_TUNNEL) == 0);
		RULE((i & (1 | 32 | 64)) != 0 || p.key.vlan == 0);
		RULE((i & (2 | 16 | 32 | 64)) != 0 || p.key.label == 0);
	}
	return NULL;
}

/* The largest link header that a packet of this type may lack; UINT32_MAX: it says its own size. */
static uint32_t
link_header_max(uint16_t link_type)
{
	switch (link_type) {
	case 6:
	case 226:
		return 46;
	case 117:
	case 119:
	case 127:
	case 143:
	case 163:
	case 178:
	case 179:
	case 180:
	case 181:
	case 192:
	case 239:
	case 258:
		return UINT32_MAX;
	default:
		return 22;
	}
}

static const char *
rules_of_mode(enum tunnel_mode tunnels, const struct packet_view *v)
{
	const struct dissect_options options = { .tunnels = tunnels };
	const char *broken;
	struct packet p;

	memset(&p, 0, sizeof(p));
	if (dissect(&options, v, &p) != DISSECT_OK)
		return v->captured < link_header_max(v->link_type)
		               ? NULL
		               : "what has a link header has a key";
	broken = within_capture(v, &p);
	if (broken == NULL)
		broken = flags_agree(&p);
	if (broken == NULL && tunnels == TUNNELS_OUTER && (p.flags & PACKET_TUNNEL))
		broken = "outer opens no tunnel";
	if (broken == NULL)
		broken = key_sound(&p);
	if (broken == NULL)
		broken = pure(&options, v, &p);
	if (broken == NULL)
		broken = symmetric(&options, v, &p);
	if (broken == NULL)
		broken = side_doors(&options, v, &p);
	if (broken == NULL)
		broken = other_keys(tunnels, v);
	return broken;
}

const char *
packet_rules(const struct packet_view *v)
{
	static const enum tunnel_mode modes[] = { TUNNELS_ARGUS, TUNNELS_OUTER, TUNNELS_INNER };
	const char *broken = NULL;

	if (!dissect_link_supported(v->link_type))
		return NULL;
	for (unsigned i = 0; i < 3 && broken == NULL; i++)
		broken = rules_of_mode(modes[i], v);
	return broken;
}
