/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The numbers of argus record format version 3, as argus 3.0.8.2 writes them
 * and the argus clients 3.0.8.2 read them, and what version 5 has otherwise, as
 * argus 5.0.3 and its clients have it. WIRE5_ is of version 5 alone.
 *
 * Where each was learnt: [f] seen in files written by argus from captures; [c]
 * tried by showing hand-made records to the real `ra`; [s] read in its source, not
 * seen in a file.
 *
 * Everything on the wire is big-endian, floats are IEEE 754 single precision,
 * lengths are counted in 32-bit words and include the header.
 */
#ifndef PANOPTES_EXPORT_ARGUS_WIRE_H
#define PANOPTES_EXPORT_ARGUS_WIRE_H

/* Tables read better in columns. */
/* clang-format off */

/* Record header: type and version, cause, length. [f] */
#define WIRE_VERSION		3
#define WIRE_MAR		(0x80 | WIRE_VERSION)
#define WIRE_FAR		(0x10 | WIRE_VERSION)
#define WIRE_IMPORTED		0x20 /* a FAR that was imported; clients flag it N [c] */
#define WIRE5_VERSION		5
#define WIRE5_MAR		(0x80 | WIRE5_VERSION)
#define WIRE5_FAR		(0x10 | WIRE5_VERSION)
#define WIRE_RECORD_HEADER_SIZE	4

/* `ra -w` stops writing at records somewhat above 64 KiB: stay below. [c] */
#define WIRE_RECORD_SIZE_MAX	65532u

/* MAR: the client swaps bytes only when the length says 32 words. [c] */
#define WIRE_MAR_SIZE		128
#define WIRE_MAR_COOKIE		0xE5712DCBu /* in the START MAR's id field [f] */
#define WIRE_MAR_ID_STRING	0x00200000u /* status bits: the kind of source id [f] */
#define WIRE_MAR_ID_INTEGER	0x00400000u
#define WIRE_MAR_ID_IPV4	0x00800000u
#define WIRE_MAR_RECORD_LEN	0xFFFFFFFFu /* the last word [f] */
#define WIRE_MINOR		0
#define WIRE5_MAR_COOKIE	0xE57150CBu /* in every MAR's id field [f] */
#define WIRE5_MAR_ID_IPV6	0x00600000u /* [f] */
#define WIRE5_MAR_ID_UUID	0x00A00000u

/* DSR types. [f] */
#define WIRE_DSR_TRANSPORT	0x01
#define WIRE_DSR_FLOW		0x02
#define WIRE_DSR_TIME		0x03
#define WIRE_DSR_METRIC		0x10
#define WIRE_DSR_PSIZE		0x12
#define WIRE_DSR_ENCAPS		0x20
#define WIRE_DSR_NETWORK	0x30
#define WIRE_DSR_ICMP		0x34
#define WIRE_DSR_VLAN		0x40
#define WIRE_DSR_MAC		0x42
#define WIRE_DSR_MPLS		0x44
#define WIRE_DSR_JITTER		0x46
#define WIRE_DSR_IPATTR		0x48
#define WIRE_DSR_DATA		0x50
#define WIRE_DSR_BEHAVIOR	0x54
#define WIRE_DSR_LABEL		0x66
#define WIRE_LABEL_SERVICE	0x01 /* subtype */

/* Of tunnels; the flow between its ends is in GRE's and Geneve's. [s] */
#define WIRE5_DSR_GRE		0x41
#define WIRE5_DSR_VXLAN		0x43
#define WIRE5_DSR_GENEVE	0x45
#define WIRE5_VXLAN_SRC		0x01
#define WIRE5_VXLAN_DST		0x02

/* transport: id and sequence are there; the qualifier is the kind of id. [f] */
#define WIRE_TRANSPORT_SRCID	0x01
#define WIRE_TRANSPORT_SEQUENCE	0x02
#define WIRE_SRCID_NONE		0x00
#define WIRE_SRCID_IPV4		0x01
#define WIRE_SRCID_INTEGER	0x20
#define WIRE_SRCID_STRING	0x21
#define WIRE5_SRCID_IPV6	0x02
#define WIRE5_SRCID_UUID	0x22

/* A sequence number that argus skips. [s] */
#define WIRE_SEQUENCE_SKIPPED	0xFFFFFFFFu

/* flow: subtype is the key, qualifier the kind of address and flags. [f] */
#define WIRE_KEY_5TUPLE		0x01
#define WIRE_KEY_L3_MATRIX	0x03
#define WIRE_KEY_ARP		0x06
#define WIRE_ADDR_IPV4		0x01
#define WIRE_ADDR_IPV6		0x02
#define WIRE_ADDR_ETHER		0x03
#define WIRE_ADDR_ARP		0x04
#define WIRE_ADDR_RARP		0x05
#define WIRE_ADDR_WLAN		0x08
#define WIRE_ADDR_LCP		0x09 /* [s] */
#define WIRE_ADDR_ISIS		0x0A
#define WIRE_ADDR_UDT		0x0D
#define WIRE_FLOW_MASKLEN	0x40 /* [c]: without it the client overwrites an ESP SPI */
#define WIRE_FLOW_FRAGMENT	0x80

/* time: kind in the low three bits, then the slots present; the qualifier is the unit. [f] */
#define WIRE_TIME_STAMP		0x01
#define WIRE_TIME_RANGE		0x02
#define WIRE_TIME_SRC_START	0x08
#define WIRE_TIME_SRC_END	0x10
#define WIRE_TIME_DST_START	0x20
#define WIRE_TIME_DST_END	0x40
#define WIRE_TIME_UTC_US	0x18
#define WIRE_TIME_UTC_NS	0x19 /* [f] of argus 5; its clients cut to microseconds */

/* More packets than this in no time at all and the client prints an error record. [c] */
#define WIRE_TIME_INSTANT_PACKETS 1000

/* metric: with or without application bytes; the qualifier is directions and width. [f],
 * the 64-bit ones [c] */
#define WIRE_METRIC_PKTS_BYTES	0x01
#define WIRE_METRIC_WITH_APP	0x04
#define WIRE_BOTH_U8		0x01
#define WIRE_BOTH_U16		0x02
#define WIRE_BOTH_U32		0x03
#define WIRE_BOTH_U64		0x04
#define WIRE_SRC_U16		0x06
#define WIRE_SRC_U32		0x07
#define WIRE_SRC_U64		0x08
#define WIRE_DST_U16		0x0A
#define WIRE_DST_U32		0x0B
#define WIRE_DST_U64		0x0C

/* network: what the protocol says, by subtype. [f], ESP [c] */
#define WIRE_NET_TCP_INIT	0x03
#define WIRE_NET_TCP_STATUS	0x04 /* [c] */
#define WIRE_NET_TCP_PERF	0x05
#define WIRE_NET_RTCP		0x09
#define WIRE_NET_RTP		0x0A
#define WIRE_NET_UDT		0x0D /* [c]: clients read one direction, argus writes two */
#define WIRE_NET_ARP		0x10
#define WIRE_NET_ICMP		0x34
#define WIRE_NET_ESP		0x38
#define WIRE5_NET_TCP		0x02 /* qualifier: the TCP forms have a segment size [f] */

/* Presence bits of vlan and, as nibbles, of mpls. [f] */
#define WIRE_VLAN_SRC		0x01
#define WIRE_VLAN_DST		0x02
#define WIRE_MPLS_SRC		0x01
#define WIRE_MPLS_DST		0x02

/* jitter: which statistics follow, in this order. [f] */
#define WIRE_JITTER_SRC_ACTIVE	0x01
#define WIRE_JITTER_SRC_IDLE	0x02
#define WIRE_JITTER_DST_ACTIVE	0x04
#define WIRE_JITTER_DST_IDLE	0x08
#define WIRE5_JITTER_HISTOGRAM	0x01 /* subtype: a sixth word, eight nibbles of distribution. argus 5 writes
					seven and no subtype, which its own clients misread [c] */

/* psize: the subtype of version 5 says which directions follow. [f] */
#define WIRE5_PSIZE_SRC		0x01
#define WIRE5_PSIZE_DST		0x02

/* ipattr [f] */
#define WIRE_IPATTR_SRC		0x01
#define WIRE_IPATTR_DST		0x02
#define WIRE_IPATTR_SRC_OPTIONS	0x04
#define WIRE_IPATTR_DST_OPTIONS	0x08
#define WIRE_IPATTR_SRC_FRAGMENTS 0x10
#define WIRE_IPATTR_DST_FRAGMENTS 0x20

/* data: the high bit says that bytes 2 and 3 are a 16-bit length. [f] */
#define WIRE_DATA_SRC		0x90
#define WIRE_DATA_DST		0xA0

/* mac: several addresses were seen [f]; encaps: it changed [s] */
#define WIRE_MAC_MULTI_SRC	0x01
#define WIRE_MAC_MULTI_DST	0x02
#define WIRE_ENCAPS_MULTI_SRC	0x04
#define WIRE_ENCAPS_MULTI_DST	0x08
/* encaps: in version 3 this bit of a mask says ERSPAN II, in version 5 VXLAN. [s] */
#define WIRE_ENCAPS_ERSPAN2	0x04000000u

/* behavior: keystrokes */
#define WIRE_BEHAVIOR_KEYSTROKE	0x01
#define WIRE_BEHAVIOR_SSH	0x02

/* clang-format on */

#endif
