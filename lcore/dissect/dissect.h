/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes -> struct packet: what the flow models need of a packet, and no more.
 *
 * A pure function: no state, no allocation, no DPDK. It never reads outside the
 * captured bytes; truncated and malformed are results, and a packet that gets
 * past its link header always has a key, at worst the layer-2 one. Each
 * protocol is a handler in a table that names the next one; depth is bounded.
 *
 * Which layer keys the flow follows argus, unless dissect_options.tunnels says
 * otherwise: tags, MPLS, PPPoE, LLC/SNAP, frames in frames, GRE, AH and IPv6
 * extension headers are walked through; IP in IP, 6in4, VXLAN, Geneve, GTP, L2TP
 * and the like are not, their outer flow is reported.
 */
#ifndef PANOPTES_LCORE_DISSECT_DISSECT_H
#define PANOPTES_LCORE_DISSECT_DISSECT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "lcore/dissect/flow_key.h"
#include "lcore/view.h"
#include "ring/flow_record.h"

/* Bits of packet.flags. */
#define PACKET_TRUNCATED 0x00000001      /* the capture ended inside a header that was needed */
#define PACKET_MALFORMED 0x00000002      /* a header contradicts itself or the frame */
#define PACKET_FRAGMENT 0x00000004       /* any fragment of an IP datagram, the first too */
#define PACKET_FRAGMENT_LATER 0x00000008 /* offset > 0: no ports, the key is a fragment's */
#define PACKET_FRAGMENT_MORE 0x00000010  /* more fragments follow */
#define PACKET_VLAN 0x00000020           /* vlan_tci valid (innermost tag) */
#define PACKET_MPLS 0x00000040           /* mpls_label valid (outermost entry) */
#define PACKET_IPV4 0x00000080
#define PACKET_IPV6 0x00000100
#define PACKET_TCP 0x00000200 /* a whole TCP header is there: tcp valid */
#define PACKET_UDP 0x00000400
#define PACKET_ICMP 0x00000800  /* ICMP or ICMPv6: icmp valid */
#define PACKET_QUOTE 0x00001000 /* an ICMP error whose quoted flow is in 'quote' */
#define PACKET_MAC 0x00002000   /* mac_at valid */
#define PACKET_ARP 0x00004000   /* arp valid */
#define PACKET_REPLY 0x00008000 /* an answer by nature: of ARP, of an ICMP exchange */
#define PACKET_ESP 0x00010000
#define PACKET_REQUEST \
	0x00020000 /* a question by its very nature (ARP request, echo request ...) */
#define PACKET_ISIS 0x00040000
#define PACKET_MAC_APART 0x00080000 /* addresses that do not lie as Ethernet's: mac_form valid */

#define PACKET_WLAN 0x00100000   /* an IEEE 802.11 frame that is its own flow: wlan valid */
#define PACKET_TUNNEL 0x00200000 /* it came in a tunnel that was opened */
#define PACKET_OUTER 0x00c00000  /* one of these: tunnel_at valid, see packet_outer() */
#define PACKET_OUTER_GRE 0x00400000
#define PACKET_OUTER_VXLAN 0x00800000
#define PACKET_OUTER_GENEVE 0x00c00000
#define PACKET_OUTER_UDP 0x01000000 /* PACKET_OUTER: UDP carries it */
#define PACKET_OUTER_SHIFT 25 /* ... from the outer IP header to tunnel_at, in units of 4 bytes */

/* Bits of the encaps DSR (argus format 3). */
enum encaps_bit {
	ENCAPS_MPLS = 0x1,
	ENCAPS_ETHER = 0x2,
	ENCAPS_8021Q = 0x4,
	ENCAPS_LLC = 0x8,
	ENCAPS_PPP = 0x10,
	ENCAPS_ISL = 0x20,
	ENCAPS_GRE = 0x40,
	ENCAPS_AH = 0x80,
	ENCAPS_IPIP = 0x100,
	ENCAPS_IPV6 = 0x200,
	ENCAPS_HDLC = 0x400,
	ENCAPS_CHDLC = 0x800,
	ENCAPS_ATM = 0x1000,
	ENCAPS_SLL = 0x2000,
	ENCAPS_FDDI = 0x4000,
	ENCAPS_SLIP = 0x8000,
	ENCAPS_ARCNET = 0x10000,
	ENCAPS_WLAN = 0x20000,
	ENCAPS_PRISM = 0x40000,
	ENCAPS_AVS = 0x80000,
	ENCAPS_TEREDO = 0x400000,
	ENCAPS_SPI = 0x1000000, /* IPsec's, in the clear */
	ENCAPS_JUNIPER = 0x2000000,
	ENCAPS_ERSPAN2 = 0x4000000,
};

/* PACKET_MAC_APART: what is at mac_at and mac_src_at. */
enum mac_form {
	MAC_PAIR,     /* destination and source */
	MAC_RECEIVER, /* a destination only */
	MAC_RING,     /* the source's first bit is not its own */
	MAC_STATION,  /* one byte each */
	MAC_COOKED,   /* a kind of destination, as Linux cooked captures have it, and a source */
};

struct packet {
	struct flow_key key;
	bool reverse;            /* the packet's source is key.addr[1] */
	uint8_t ttl, tos;        /* IP; IPv6: hop limit, traffic class */
	uint8_t ip_options;      /* bits of flow_ip_attributes.options */
	uint8_t fragment_proto;  /* PACKET_FRAGMENT: protocol that all fragments' IP headers name */
	uint8_t mac_form : 4;    /* enum mac_form */
	bool quote_reverse : 1;  /* of 'quote' */
	uint16_t ip_id;          /* IPv4 identification; 0 for IPv6 */
	uint16_t vlan_tci;       /* host byte order */
	uint16_t mac_src_at;     /* PACKET_MAC_APART: the source; mac_at is the destination */
	uint32_t flags;          /* PACKET_* */
	uint32_t encaps;         /* enum encaps_bit */
	uint32_t mpls_label;     /* whole label stack entry, host byte order */
	uint32_t bytes;          /* what argus counts: whole frame on Ethernet, less the link header
	                            elsewhere */
	uint32_t fragment_id;    /* IPv4 (16 bits) or IPv6 (32 bits) identification */
	uint32_t payload_length; /* transport payload by the IP length, even where captured less */
	uint16_t fragment_offset; /* bytes */
	/* Offsets from view->data. 16 bits: headers of jumbo captures lie within. */
	uint16_t mac_at; /* Ethernet header: destination, source, type */
	uint16_t l3_at, l4_at;
	uint16_t payload_at; /* == captured when no payload was captured */
	uint16_t payload_captured;
	uint64_t time_ns;
	const uint8_t *data; /* view->data */
	union {
		struct {
			uint32_t seq, ack;
			uint16_t window, urgent;
			uint8_t flags, header_length, window_shift, has_window_shift;
			uint16_t mss;
			uint8_t bad_options, reserved;
			uint32_t options; /* option bits of the TCP_PERF DSR (0x100000 MSS ...) */
		} tcp;
		struct {
			uint8_t type, code;
			uint16_t id, seq;
			uint8_t gateway[4]; /* redirect (IPv4) */
			uint16_t quote_at;  /* offset of the quoted IP header, 0: none */
		} icmp;
		struct {
			uint16_t op, hardware, protocol;
			uint8_t hardware_len, protocol_len;
			uint8_t sender_mac[6], target_mac[6];
			uint8_t sender_ip[4], target_ip[4];
		} arp;
		struct {
			uint32_t spi, seq;
		} esp;
		struct {
			uint32_t pdu_type, checksum;
			uint8_t body[14], version;
		} isis;
		struct {
			uint16_t name_at;  /* the network's name (SSID) */
			uint8_t name_size; /* up to 32; 0: none */
		} wlan;
	};
	/* PACKET_QUOTE: the flow that an ICMP error speaks of, in canonical form. */
	struct flow_key quote;
	uint16_t tunnel_at; /* PACKET_OUTER: the tunnel's header */
	uint16_t mac_type;  /* PACKET_MAC_APART: the ethertype, 0 where there is none */
};
static_assert(sizeof(struct packet) == 192, "three cache lines, as each of a burst is gone over");

/* Which tunnels are looked into; what is inside keys the flow then. */
enum tunnel_mode {
	TUNNELS_ARGUS = 0, /* GRE, with whatever it carries */
	TUNNELS_OUTER,     /* none: the outermost IP header keys the flow */
	TUNNELS_INNER,     /* all that are known */
};

/* What of the flow key's choices matters to the dissector. Zeroed: argus's classic 5-tuple. */
struct dissect_options {
	bool key_vlan; /* VLAN id is part of the key */
	bool key_mpls;
	bool key_l2;         /* MAC addresses instead of IP */
	bool key_mac;        /* MAC addresses besides IP: a hash of them is in the key's label */
	bool key_l3_matrix;  /* addresses only */
	bool key_mpls_stack; /* all labels, not the outermost alone */
	bool key_vni;        /* the network identifier of VXLAN, Geneve and NVGRE */
	bool key_tunnel;     /* the id of any tunnel that was opened; neither goes with MPLS */
	enum tunnel_mode tunnels;
};

enum dissect_result {
	DISSECT_OK = 0,
	DISSECT_SHORT, /* not even a whole link header: no key */
};

/* Fills all of *packet (no memset needed before). The link type must be one that
 * dissect_link_supported() knows. */
enum dissect_result dissect(const struct dissect_options *, const struct packet_view *,
                            struct packet *packet);

/* Whether packets of this DLT can be dissected. */
bool dissect_link_supported(int link_type);

/* The MAC addresses as a MAC DSR wants them; false where the link has none. A Linux cooked header
 * names only the sender: the receiver is made up from the packet's type, as argus does. ARCNET's
 * stations are the last byte. */
bool packet_mac(const struct packet *, uint8_t dst[6], uint8_t src[6], uint16_t *ethertype);

/* The innermost tunnel of GRE, VXLAN or Geneve that the packet came in, from its own end (index 0)
 * to the other; false where none is known. Of one with more than 508 bytes of headers of IP and UDP
 * before its own nothing is known. */
bool packet_outer(const struct packet *, struct flow_tunnel *);

/* The key under which later fragments of this packet's datagram come, and which way round; false
 * where none are to come. */
bool packet_fragment_key(const struct packet *first, struct flow_key *key, bool *reverse);

#endif
