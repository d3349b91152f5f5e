/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Most packets: Ethernet, at most one 802.1Q tag, IPv4 without options or IPv6
 * without extension headers, no fragment, TCP or UDP, nothing cut, nothing odd.
 * Whatever is not so is left to the walk, which says exactly the same of packets
 * that are; tests and the fuzzer hold the two together.
 */
#include "lcore/dissect/walk.h"

#define IPV4_SIZE 20
#define IPV6_SIZE 40
#define TCP_SIZE 20
#define UDP_SIZE 8

/* Where the fast path stands. */
struct fast {
	const uint8_t *ip; /* IP header */
	const uint8_t *l4;
	uint32_t captured; /* from the IP header on */
	uint32_t left;     /* IP payload by its own length */
	uint32_t header;   /* layer 4 */
	uint8_t proto;
};

/* Whether UDP with a sound header may carry a tunnel. */
static inline bool
may_tunnel(const struct fast *f)
{
	return f->proto == 17 && (layer_of_carrier(load16(f->l4)) != LAYER_DONE ||
	                          layer_of_carrier(load16(f->l4 + 2)) != LAYER_DONE ||
	                          teredo_begins(f->l4 + UDP_SIZE));
}

/* Whether there is a sound layer-4 header of size f->header. */
static inline bool
l4_sound(struct fast *f, uint32_t ip_size)
{
	const uint8_t *h = f->ip + ip_size;
	uint32_t length;

	f->l4 = h;
	if (f->proto == 6) {
		if (f->left < TCP_SIZE || f->captured < ip_size + TCP_SIZE)
			return false;
		f->header = (h[12] >> 4) * 4u;
		return f->header >= TCP_SIZE && f->header <= f->left &&
		       f->captured >= ip_size + f->header;
	}
	/* two bytes more, for the transaction of DNS */
	if (f->proto != 17 || f->left < UDP_SIZE + 2 || f->captured < ip_size + UDP_SIZE + 2)
		return false;
	length = load16(h + 4);
	f->header = UDP_SIZE;
	return length >= UDP_SIZE || length == 0;
}

static inline bool
ipv4_sound(struct fast *f, uint32_t on_wire)
{
	const uint8_t *h = f->ip;
	uint32_t total;

	if (f->captured < IPV4_SIZE || h[0] != 0x45 || (load16(h + 6) & 0x3fff) != 0)
		return false;
	total = load16(h + 2);
	if (total < IPV4_SIZE || total > on_wire)
		return false;
	f->left = total - IPV4_SIZE;
	f->proto = h[9];
	return l4_sound(f, IPV4_SIZE);
}

static inline bool
ipv6_sound(struct fast *f, uint32_t on_wire)
{
	const uint8_t *h = f->ip;

	if (f->captured < IPV6_SIZE || h[0] >> 4 != 6)
		return false;
	f->left = load16(h + 4);
	if (f->left == 0 || IPV6_SIZE + f->left > on_wire)
		return false;
	f->proto = h[6];
	return l4_sound(f, IPV6_SIZE);
}

/* Both addresses of 'size' and both ports, which lie one behind the other; the smaller (address,
 * port) first. Without a branch, as nothing predicts directions. */
static inline void
put_ends(struct packet *p, const struct fast *f, const uint8_t *addr, uint32_t size, bool reverse)
{
	p->reverse = reverse;
	memcpy(p->key.addr[0], addr + size * reverse, size);
	memcpy(p->key.addr[1], addr + size * !reverse, size);
	p->key.port[0] = load16(f->l4 + 2 * reverse);
	p->key.port[1] = load16(f->l4 + 2 * !reverse);
}

static inline void
put_key4(struct packet *p, const struct fast *f, uint16_t sport, uint16_t dport)
{
	const uint8_t *addr = f->ip + 12;
	const uint64_t from = (uint64_t)load32(addr) << 16 | sport;
	const uint64_t to = (uint64_t)load32(addr + 4) << 16 | dport;

	put_ends(p, f, addr, 4, from > to);
	p->key.kind = FLOW_IPV4;
}

static inline uint64_t
load64(const uint8_t *p)
{
	return (uint64_t)load32(p) << 32 | load32(p + 4);
}

static inline void
put_key6(struct packet *p, const struct fast *f, uint16_t sport, uint16_t dport)
{
	const uint8_t *addr = f->ip + 8;
	const uint64_t from[2] = { load64(addr), load64(addr + 8) };
	const uint64_t to[2] = { load64(addr + 16), load64(addr + 24) };
	const bool low = (from[1] > to[1]) | ((from[1] == to[1]) & (sport > dport));

	put_ends(p, f, addr, 16, (from[0] > to[0]) | ((from[0] == to[0]) & low));
	p->key.kind = FLOW_IPV6;
}

static inline void
put_key(struct packet *p, const struct fast *f, bool v4)
{
	const uint16_t sport = load16(f->l4), dport = load16(f->l4 + 2);

	memset(&p->key, 0, sizeof(p->key));
	if (v4)
		put_key4(p, f, sport, dport);
	else
		put_key6(p, f, sport, dport);
	p->key.proto = f->proto;
	if (f->proto == 17 && (sport == 53 || dport == 53))
		p->key.id = load16(f->l4 + UDP_SIZE);
}

static inline void
put_ip(struct packet *p, const uint8_t *h, bool v4)
{
	if (v4) {
		p->flags |= PACKET_IPV4;
		p->tos = h[1];
		p->ip_id = load16(h + 4);
		p->fragment_id = p->ip_id;
		p->ttl = h[8];
		p->fragment_proto = h[9];
	} else {
		p->flags |= PACKET_IPV6;
		p->tos = (uint8_t)(load16(h) >> 4);
		p->ttl = h[7];
		p->fragment_proto = h[6];
	}
}

bool
dissect_fast(const struct packet_view *view, bool tunnels, struct packet *p)
{
	const uint8_t *data = view->data;
	const uint32_t wire = view->length > view->captured ? view->length : view->captured;
	uint32_t at = ETHER_SIZE;
	struct fast f;
	uint16_t type;
	bool v4;

	if (view->link_type != 1 || view->captured < ETHER_SIZE + IPV4_SIZE + UDP_SIZE ||
	    view->captured > UINT16_MAX)
		return false;
	type = load16(data + 12);
	if (type == ETHERTYPE_VLAN) {
		type = load16(data + at + 2);
		at += 4;
	}
	f.ip = data + at;
	f.captured = view->captured - at;
	v4 = type == ETHERTYPE_IPV4;
	if (v4 ? !ipv4_sound(&f, wire - at) : type != ETHERTYPE_IPV6 || !ipv6_sound(&f, wire - at))
		return false;
	if (tunnels && may_tunnel(&f))
		return false;

	packet_init(p, data, view->time_ns, view->length);
	p->flags = PACKET_MAC;
	p->encaps = ENCAPS_ETHER;
	if (at != ETHER_SIZE) {
		p->flags |= PACKET_VLAN;
		p->encaps |= ENCAPS_8021Q;
		p->vlan_tci = load16(data + ETHER_SIZE);
	}
	p->l3_at = (uint16_t)at;
	p->l4_at = (uint16_t)(f.l4 - data);
	put_ip(p, f.ip, v4);
	put_key(p, &f, v4);
	if (f.proto == 6)
		tcp_fields(p, f.l4, f.header);
	else
		p->flags |= PACKET_UDP;
	p->payload_at = (uint16_t)(p->l4_at + f.header);
	p->payload_length = f.left - f.header;
	p->payload_captured = (uint16_t)(view->captured - p->payload_at);
	if (p->payload_length < p->payload_captured)
		p->payload_captured = (uint16_t)p->payload_length;
	return true;
}
