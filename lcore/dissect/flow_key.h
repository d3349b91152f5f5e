/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bidirectional key of a flow: 48 bytes in canonical order, so that both
 * directions of a conversation have the same key. struct packet's 'reverse'
 * says which way round a packet was. Compared and hashed as raw bytes: unused
 * bytes are zero.
 *
 * What is in it, by kind and protocol:
 *
 *	TCP, UDP, SCTP, DCCP, UDP-Lite
 *		the smaller (address, port) first; for UDP with port 53, id is the DNS
 *		transaction
 *	other IP protocols
 *		the smaller address first, no ports
 *	ICMP	not ordered: addr[0] is the asker of an exchange, else the sender.
 *		port: identifier and sequence of an echo; of an error what it quotes: port
 *		unreachable port[0] = port, protocol unreachable port[0] = protocol, net and
 *		host unreachable and redirect the quoted destination's two halves.
 *		id: type << 8 | code, a reply's type being that of its question.
 *		ethertype: FLOW_KEY_QUOTED + the quoted protocol (port unreachable) or TOS
 *		(redirect for a TOS)
 *	ICMPv6	the smaller address first; of an echo as of ICMP. id: type << 8 | code, as above
 *	IGMP	not ordered: sender and group. id: type << 8 | code; port[1]: IP identification
 *	ESP	not ordered: sender and receiver. port: SPI, high and low half
 *	later fragments
 *		the smaller address first, ethertype = FLOW_KEY_FRAGMENT. id: the identification,
 *		of IPv6 its low half and port[0] the high half
 *	FLOW_ETHER, FLOW_MATRIX_L2
 *		the smaller (MAC, SAP) first, in six bytes; port: the SAPs of an LLC frame
 *		(ethertype 0; 0x83 of IS-IS that has no key of its own). Links without MAC
 *		addresses have zeros, and as ethertype whatever names the protocol there
 *	FLOW_ARP
 *		not ordered: addr[0] is the asker's protocol address in four bytes, then its
 *		hardware address in bytes 4 to 15 (one longer than 12: the first 4 and last 8
 *		of it); addr[1] is the address asked for. port: operation of the question,
 *		protocol type. id: hardware type
 *	FLOW_RARP
 *		not ordered: addr[0] is the asker's, addr[1] the subject's hardware address, up
 *		to 12 bytes as above. port and id as of ARP
 *	FLOW_ISIS
 *		not ordered: addr[0] sender's, addr[1] receiver's MAC. port[0]: PDU type; id: the
 *		checksum of a link state PDU. Bytes 6 to 15 of addr[0], then 6 to 9 of addr[1]:
 *		struct packet's isis.body
 *	FLOW_WLAN
 *		not ordered: addr[0] is the sender's MAC and, in bytes 6 to 11, the BSSID; addr[1]
 *		the receiver's MAC and, in bytes 6 to 13, a hash of the SSID, 0 without one
 *	FLOW_MATRIX_L3_IPV4, _IPV6
 *		the smaller address first, nothing else
 */
#ifndef PANOPTES_LCORE_DISSECT_FLOW_KEY_H
#define PANOPTES_LCORE_DISSECT_FLOW_KEY_H

#include <assert.h>
#include <stdint.h>

struct flow_key {
	uint8_t addr[2][16]; /* IPv4: the first four bytes; MAC addresses: the first six */
	uint16_t port[2];    /* host byte order, same order as addr where that is ordered */
	uint8_t kind;        /* enum flow_kind (ring/flow_record.h) */
	uint8_t proto;       /* IP protocol */
	uint16_t ethertype;  /* kinds without IP; of IP see above, mostly 0 */
	uint16_t id;
	uint16_t vlan;  /* 0 unless the flow key asks for it (VID + 1); and FLOW_KEY_ bits */
	uint32_t label; /* 0 unless the flow key asks for it: MPLS label + 1, a hash of the label
	                   stack or of the MAC addresses, the tunnel's id (FLOW_KEY_IN_TUNNEL) */
};
static_assert(sizeof(struct flow_key) == 48, "three vector compares");

/* Values of 'ethertype' in keys of IP flows. */
#define FLOW_KEY_FRAGMENT 0x0001
#define FLOW_KEY_QUOTED 0x0100

/* Bits of 'vlan'. */
#define FLOW_KEY_ONE_WAY 0x4000   /* of unidirectional flows: from addr[1] to addr[0] */
#define FLOW_KEY_IN_TUNNEL 0x8000 /* 'label' is a tunnel's id */

#endif
