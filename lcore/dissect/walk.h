/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside of the dissector: the walk through a packet's headers, one handler a
 * protocol, and what handlers share. Nothing outside lcore/dissect/ includes it.
 *
 * A handler looks at the header at walk->at. If it is sound, it notes what flow
 * models need, writes the flow's key as far as this layer knows it, moves 'at'
 * behind the header and returns the next layer; else it says what was wrong and
 * ends the walk, and the key of the layer below stands.
 *
 * To add a protocol: a handler, its row in layers.h and whoever names it as next
 * (layer_of_ethertype(), layer_of_protocol(), layer_of_carrier() ...).
 *
 * Everything is on the caller's stack; the packet's bytes belong to the view.
 */
#ifndef PANOPTES_LCORE_DISSECT_WALK_H
#define PANOPTES_LCORE_DISSECT_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lcore/dissect/dissect.h"
#include "lcore/dissect/layers.h"
#include "ring/flow_record.h"

enum ethertype {
	ETHERTYPE_LENGTH_MAX = 1500, /* IEEE 802.3: a length, LLC follows */
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_TRILL = 0x22f3,
	ETHERTYPE_ERSPAN3 = 0x22eb,
	ETHERTYPE_BRIDGE = 0x6558, /* Ethernet inside GRE */
	ETHERTYPE_RARP = 0x8035,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_PPP = 0x880b, /* inside GRE */
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_MULTICAST = 0x8848,
	ETHERTYPE_PPPOE_DISCOVERY = 0x8863,
	ETHERTYPE_PPPOE_SESSION = 0x8864,
	ETHERTYPE_SERVICE_VLAN = 0x88a8,
	ETHERTYPE_ERSPAN2 = 0x88be,
	ETHERTYPE_PBB = 0x88e7,
	ETHERTYPE_FABRICPATH = 0x8903,
	ETHERTYPE_SECURITY_TAG = 0x8909, /* Cisco's, with a security group */
	ETHERTYPE_VN_TAG = 0x8926,
	ETHERTYPE_PORT_TAG = 0x893f, /* IEEE 802.1BR */
	ETHERTYPE_NSH = 0x894f,
	ETHERTYPE_OLD_QINQ = 0x9100,
	ETHERTYPE_OLD_QINQ2 = 0x9200,
	ETHERTYPE_OLD_QINQ3 = 0x9300,
};

/* Headers on top of each other, labels and tags included. */
#define WALK_DEPTH_MAX 64

#define MAC_SIZE 6
#define ETHER_SIZE 14

/* What an outer IP header left behind when something follows inside. */
#define NETWORK_FLAGS                                                                   \
	(PACKET_FRAGMENT | PACKET_FRAGMENT_LATER | PACKET_FRAGMENT_MORE | PACKET_IPV4 | \
	 PACKET_IPV6 | PACKET_UDP)

/* What carried a packet that was looked into. */
enum tunnel_kind {
	TUNNEL_GRE = 1, /* id: the key, 0 without one */
	TUNNEL_NVGRE,   /* the virtual subnet */
	TUNNEL_ERSPAN,  /* the session */
	TUNNEL_IP,      /* IPv4 or IPv6 in either; no id */
	TUNNEL_ETHERIP, /* a frame right behind IP: EtherIP, or segment routing's */
	TUNNEL_VXLAN,   /* the VNI, 24 bits */
	TUNNEL_GENEVE,  /* the VNI, 24 bits */
	TUNNEL_GTP,     /* the TEID */
	TUNNEL_L2TP,    /* version 2: tunnel << 16 | session; version 3: the session */
	TUNNEL_TEREDO,  /* no id */
	TUNNEL_MPLS,    /* in UDP or IP; no id but the label */
};

struct walk {
	struct packet *packet;
	const uint8_t *data;
	uint32_t at;       /* the next header; never beyond 'captured' */
	uint32_t captured; /* bytes at data */
	uint32_t wire;     /* where the frame ended on the wire, >= captured */
	uint32_t ip_end;   /* where the IP datagram ends by its own length */
	uint32_t depth;
	const uint8_t *mac[2];         /* destination, source; zeros where the link has none */
	const uint8_t *ip[2];          /* source, destination of the innermost IP header */
	uint8_t mac_made[2][MAC_SIZE]; /* where they are not in the packet as they are */
	uint32_t link_depth;           /* headers that named another link type inside */
	bool link_ppp;       /* a PPP header that comes now is the link's own, and not counted */
	bool linkless;       /* no MAC addresses: the link's protocol number names the flow */
	bool quoted;         /* this is a packet inside an ICMP error: it quotes no further */
	bool complete;       /* the key has all that flows of its protocol are told apart by */
	bool cut;            /* what carries it was a first fragment: it goes on elsewhere */
	uint8_t tunnels;     /* enum tunnel_mode */
	uint8_t tunnel_kind; /* enum tunnel_kind: PACKET_TUNNEL, the innermost that was opened */
	uint32_t tunnel_id;  /* by kind, host byte order */
	uint32_t mpls_stack; /* PACKET_MPLS: a hash of all labels */
};

static inline uint16_t
load16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
load32(const uint8_t *p)
{
	return (uint32_t)load16(p) << 16 | load16(p + 2);
}

/* What every packet starts from; the rest of it is set by those who set its flag. */
static inline void
packet_init(struct packet *p, const uint8_t *data, uint64_t time_ns, uint32_t bytes)
{
	p->reverse = false;
	p->ttl = 0;
	p->tos = 0;
	p->ip_options = 0;
	p->fragment_proto = 0;
	p->ip_id = 0;
	p->vlan_tci = 0;
	p->flags = 0;
	p->encaps = 0;
	p->mpls_label = 0;
	p->bytes = bytes;
	p->fragment_id = 0;
	p->payload_length = 0;
	p->fragment_offset = 0;
	p->mac_at = 0;
	p->l3_at = 0;
	p->l4_at = 0;
	p->payload_at = 0;
	p->payload_captured = 0;
	p->time_ns = time_ns;
	p->data = data;
}

static inline bool
walk_has(const struct walk *w, uint32_t size)
{
	return w->captured - w->at >= size;
}

/* A header of this size is not there: cut by the capture, or the frame ends before it does. */
static inline enum layer
walk_short(struct walk *w, uint32_t size)
{
	const bool on_wire = w->wire - w->at >= size;

	w->packet->flags |= on_wire ? PACKET_TRUNCATED : PACKET_MALFORMED;
	return LAYER_DONE;
}

static inline enum layer
walk_malformed(struct walk *w)
{
	w->packet->flags |= PACKET_MALFORMED;
	return LAYER_DONE;
}

/* Payload begins here: 'length' bytes on the wire. */
static inline void
walk_payload(struct walk *w, uint32_t length)
{
	struct packet *p = w->packet;
	const uint32_t there = w->captured - w->at;

	p->payload_at = (uint16_t)w->at;
	p->payload_length = length;
	p->payload_captured = (uint16_t)(length < there ? length : there);
}

/* Bytes from here to the end of the IP datagram, by its own length. */
static inline uint32_t
walk_ip_left(const struct walk *w)
{
	return w->ip_end > w->at ? w->ip_end - w->at : 0;
}

/* The same as walk_has() of a header in the IP datagram, which may end before the frame does. */
static inline bool
walk_ip_has(const struct walk *w, uint32_t size)
{
	return walk_has(w, size) && walk_ip_left(w) >= size;
}

/* ... that is not there. What a first fragment lacks is in the next one. */
static inline enum layer
walk_ip_short(struct walk *w, uint32_t size)
{
	if (walk_ip_left(w) >= size)
		return walk_short(w, size);
	if (!(w->packet->flags & PACKET_FRAGMENT_MORE))
		w->packet->flags |= PACKET_MALFORMED;
	return LAYER_DONE;
}

/* A layer-2 header of 'size' bytes is done. A layer-2 flow's payload is counted as whole frames;
 * in a tunnel the outer flow's stands until something is found that has its own. */
void walk_consume_l2(struct walk *w, uint32_t size);

/* Runs handlers from this layer on. */
void walk_run(struct walk *w, enum layer layer);

/* link.c: the link header; whether it was whole. Sets the first layer. */
bool link_header(struct walk *w, int link_type, enum layer *first);

/* fast.c: most packets, without a walk; false: nothing was decided. With tunnels, what may be one
 * is left to the walk. */
bool dissect_fast(const struct packet_view *view, bool tunnels, struct packet *packet);

/* dissect.c: the general walk alone, for comparison. */
enum dissect_result dissect_walk(const struct dissect_options *options,
                                 const struct packet_view *view, struct packet *packet);

/* key.c: keys. The kinds of ethernet; SAPs only with ethertype 0. */
void key_ether(struct walk *w, uint16_t ethertype, uint8_t dsap, uint8_t ssap);
/* Addresses of the innermost IP header in order, protocol, no ports. */
void key_ip(struct walk *w, uint8_t kind, uint8_t proto);
/* ... with ports. */
void key_ports(struct walk *w, uint16_t sport, uint16_t dport);
/* ... not in order: [0] is 'first'. */
void key_directed(struct walk *w, const uint8_t *first, const uint8_t *second);
/* Applies what the flow key's options want of a finished packet. */
void key_options(struct walk *w, const struct dissect_options *options);

/* Who follows whom. LAYER_DONE: nobody that is known. */
enum layer layer_of_ethertype(uint16_t ethertype);
enum layer layer_of_protocol(uint8_t kind, uint8_t proto);

/* What follows an Ethernet type or length field. */
static inline enum layer
layer_of_type_or_length(uint16_t type)
{
	return type <= ETHERTYPE_LENGTH_MAX ? LAYER_LLC : layer_of_ethertype(type);
}

/* A field that would be the type of something known, or the length of a frame that fits. */
bool ether_type_fits(const struct walk *w, uint32_t at);

/* tunnel.c: what is behind w->at came in a tunnel; it ends where its carrier says. */
void tunnel_opened(struct walk *w, enum tunnel_kind kind, uint32_t id);
/* outer.c: the header at 'at' is of GRE, VXLAN or Geneve (PACKET_OUTER_*), right behind those of
 * the outer IP and UDP; of either, whole. */
void tunnel_outer(struct walk *w, uint32_t kind, uint32_t at);
/* What UDP with this port carries, if it is a tunnel. */
static inline enum layer
layer_of_carrier(uint16_t port)
{
	switch (port) {
	case 1701:
		return LAYER_L2TP;
	case 2152:
		return LAYER_GTP;
	case 4754: /* RFC 8086 */
		return LAYER_GRE;
	case 4789:
	case 8472: /* Linux, before there was a number */
		return LAYER_VXLAN;
	case 4790:
		return LAYER_VXLAN_GPE;
	case 6081:
		return LAYER_GENEVE;
	case 6635: /* RFC 7510 */
		return LAYER_MPLS_IN_IP;
	default:
		return LAYER_DONE;
	}
}

/* Whether UDP payload, of two bytes or more, may be Teredo, which has no port of its own: IPv6, or
 * an indicator before it. */
static inline bool
teredo_begins(const uint8_t *h)
{
	return h[0] >> 4 == 6 || load16(h) <= 1;
}

/* IP of either version by its first bits; LAYER_DONE if it is none. */
enum layer layer_of_version(const struct walk *w);

/* tcp.c: the header's fields; 'h' has 20 bytes and 'size' of them captured, 20 or more. */
void tcp_fields(struct packet *p, const uint8_t *h, uint32_t size);

/* quote.c: the flow that an ICMP error at w->at quotes. */
void quote_flow(struct walk *w, uint32_t quote_at, enum layer layer);

#endif
