/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The message a worker hands to the collector: one report of one flow.
 *
 * Plain data that crosses cores by value, hence no pointer in it. Every integer
 * is in host byte order; addresses are bytes as they lie in the packet. Index 0
 * of a pair is the source, i.e. the initiator as the flow model settled it,
 * index 1 the destination.
 *
 * The fixed part is followed by sections that a configuration asks for (packet
 * timing, user data, tunnels). struct flow_record_layout says where they lie; it is
 * computed once, before any core starts, and read-only afterwards.
 */
#ifndef PANOPTES_RING_FLOW_RECORD_H
#define PANOPTES_RING_FLOW_RECORD_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the key of a flow is made of. */
enum flow_kind {
	FLOW_NONE = 0,
	FLOW_IPV4, /* addresses, protocol and what stands for ports */
	FLOW_IPV6,
	FLOW_ETHER, /* MAC addresses and ethertype, or LLC SAPs (ethertype 0) */
	FLOW_ARP,
	FLOW_RARP,
	FLOW_ISIS,
	FLOW_WLAN,
	FLOW_LCP,
	FLOW_UDT,
	FLOW_MATRIX_L2,
	FLOW_MATRIX_L3_IPV4,
	FLOW_MATRIX_L3_IPV6,
};

/* Cause nibble of an argus record (argus format 3, record header byte 1). */
enum flow_cause {
	CAUSE_START = 0x10,
	CAUSE_STATUS = 0x20,
	CAUSE_STOP = 0x30,
	CAUSE_TIMEOUT = 0x40,
	CAUSE_SHUTDOWN = 0x60,
};

/* Which member of flow_record.net is valid. */
enum flow_net {
	FLOW_NET_NONE = 0,
	FLOW_NET_TCP,
	FLOW_NET_ARP,
	FLOW_NET_ESP,
	FLOW_NET_RTP,
	FLOW_NET_RTCP,
	FLOW_NET_ICMP, /* ICMP and ICMPv6: nothing beyond who and proto_key */
	FLOW_NET_UDT,
};

/* Bits of flow_record.flags. */
#define FLOW_RECORD_FIRST 0x0001    /* first report of this flow: it gets a sequence number */
#define FLOW_RECORD_FRAGMENT 0x0002 /* a flow of orphan fragments */
#define FLOW_RECORD_VLAN_SRC 0x0004 /* vlan_tci[0] valid */
#define FLOW_RECORD_VLAN_DST 0x0008
#define FLOW_RECORD_MPLS_SRC 0x0010 /* mpls_label[0] valid */
#define FLOW_RECORD_MPLS_DST 0x0020
#define FLOW_RECORD_MAC 0x0040        /* mac[] valid */
#define FLOW_RECORD_ICMP 0x0080       /* icmp valid: an ICMP error quoted this flow */
#define FLOW_RECORD_BEHAVIOR 0x0100   /* strokes[] valid */
#define FLOW_RECORD_IPATTR_SRC 0x0200 /* ip[0] valid */
#define FLOW_RECORD_IPATTR_DST 0x0400
#define FLOW_RECORD_IMPORTED 0x0800 /* told by another probe's export */
#define FLOW_RECORD_EXPORTER 0x1000 /* exporter[] valid: stands for the probe's own id */

/* Bits of flow_record.multi: more than one value was seen. */
#define FLOW_MULTI_MAC_SRC 0x01
#define FLOW_MULTI_MAC_DST 0x02
#define FLOW_MULTI_ENCAPS_SRC 0x04
#define FLOW_MULTI_ENCAPS_DST 0x08

/* What an IP header said last, one direction. */
struct flow_ip_attributes {
	uint8_t ttl;
	uint8_t tos;
	uint16_t id;      /* IPv4 identification */
	uint8_t options;  /* bits of the ipattr DSR: 1 record route, 2 time stamp, 4 security,
	                     8 loose route, 0x10 satellite id, 0x20 strict route, 0x40 router alert
	                   */
	uint8_t fragment; /* 1: fragments were seen */
	uint8_t reserved[2];
};

/* One direction of a TCP connection: the halves of the TCP_PERF DSR. */
struct flow_tcp_half {
	uint64_t last_ns; /* time of this direction's last packet, 0: none */
	uint32_t status;  /* TCP status bits of this half */
	uint32_t seq_base;
	uint32_t seq;           /* next expected */
	uint32_t ack;           /* last acknowledgement sent, minus 1 */
	uint32_t windows;       /* acknowledged windows */
	uint32_t bytes;         /* payload, retransmitted included */
	uint32_t retransmitted; /* packets */
	uint32_t ack_bytes;     /* bytes counted before the sequence wrapped */
	uint32_t win_bytes;     /* in flight */
	uint16_t window;        /* last one, unscaled */
	uint8_t flags;          /* OR of the TCP flags */
	uint8_t window_shift;
};
static_assert(sizeof(struct flow_tcp_half) == 48, "TCP half");

struct flow_tcp_report {
	uint32_t status;    /* TCP status bits, both directions */
	uint32_t options;   /* option bits of the TCP_PERF DSR */
	uint32_t synack_us; /* SYN to SYN+ACK */
	uint32_t ackdat_us; /* SYN+ACK to the initiator's ACK */
	uint8_t state;      /* BSD state number */
	uint8_t initial;    /* 1: only the first packet was seen; write TCP_INIT */
	uint8_t flags_only; /* 1: no more is known than status and each half's flags */
	uint8_t reserved;
	uint16_t mss[2]; /* largest segment that each side said it takes; 0: it didn't */
	struct flow_tcp_half half[2];
};
static_assert(sizeof(struct flow_tcp_report) == 120, "TCP report");

struct flow_esp_report {
	uint32_t status;
	uint32_t spi;
	uint32_t last_seq;
	uint32_t lost;
};

struct flow_rtp_report {
	uint32_t state;
	uint8_t header[2][12]; /* last RTP header, as in the packet; RTCP: first 8 bytes */
	uint16_t drops[2];
	uint16_t deviation[2];
	uint8_t silence; /* 1 source, 2 destination */
};

/* UDT, version 4. What both directions said of data is added up; of the rest the latest counts. */
struct flow_udt_report {
	uint32_t status;
	uint32_t handshake[7]; /* version, type of socket, first sequence number, packet size,
	                          window, type of connection, socket */
	uint64_t last_ns;      /* of data, 0: none */
	uint32_t seq;          /* of the latest data packet, */
	uint32_t stamp;        /* ... its time, microseconds */
	uint32_t ack;          /* from the latest acknowledgement: next sequence number expected, */
	uint32_t rtt_us, rtt_variance_us;
	uint32_t window;                         /* ... room, packets */
	uint32_t rate;                           /* ... packets a second received, */
	uint32_t capacity;                       /* ... and what the link may take */
	uint32_t solo, first, middle, last;      /* data packets by their place in a message */
	uint32_t dropped, retransmitted, nacked; /* packets */
};

/* An ICMP error that quoted this flow: argus's icmp DSR. */
struct flow_icmp_report {
	uint8_t kind; /* DSR qualifier: 1 unreachable, 2 redirect, 4 time exceeded */
	uint8_t type, code;
	uint8_t reserved;
	uint16_t seq;
	uint16_t reserved2;
	uint8_t reporter[4]; /* who sent the error */
	uint8_t receiver[4]; /* to whom */
	uint8_t quoted_src[4], quoted_dst[4], gateway[4];
};

/* Time between packets of one direction, one of active or idle; microseconds. */
struct flow_interval {
	uint32_t count;
	float min_us, mean_us, stdev_us, max_us;
};

struct flow_jitter_report {
	struct flow_interval active[2], idle[2];
};

struct flow_record {
	/* line 0: who */
	union {
		struct {
			uint8_t src[16], dst[16]; /* IPv4: the first four bytes */
		} ip;
		struct {
			uint8_t dst_mac[6], src_mac[6];
			uint8_t dsap, ssap;
		} ether; /* FLOW_ETHER, FLOW_MATRIX_L2 */
		struct {
			uint8_t sender_ip[4], target_ip[4]; /* of the request */
			uint8_t sender_mac[6], target_mac[6];
			uint16_t hardware, protocol; /* ARP hrd and pro */
			uint8_t hardware_len, protocol_len;
			uint16_t op; /* of the first packet */
		} arp;               /* FLOW_ARP, FLOW_RARP */
		struct {
			uint32_t pdu_type;
			uint8_t src_mac[6], dst_mac[6];
			uint8_t body[14]; /* by PDU: as in the flow DSR */
			uint8_t version;
		} isis;
		struct {
			uint8_t dst_mac[6], src_mac[6], bssid[6];
		} wlan; /* and net_report.wlan_name */
		uint8_t raw[32];
	} who;
	uint16_t src_port, dst_port; /* TCP, UDP; ICMP: see type, code, id, seq below */
	uint8_t kind;                /* enum flow_kind */
	uint8_t proto;               /* IP protocol */
	uint16_t ethertype;
	union {
		struct {
			uint8_t type, code;
			uint16_t id, seq; /* ICMP echo: id and sequence; port unreachable: seq is
			                     the port */
		} icmp;                   /* also IGMP: seq is the IP identification */
		uint32_t spi;             /* ESP */
		uint32_t fragment_id;     /* FLOW_RECORD_FRAGMENT */
		uint32_t isis_checksum;
		uint64_t raw;
	} proto_key;
	uint32_t flow_index; /* slot in the worker's flow table: names the flow to the collector */
	uint16_t flags;      /* FLOW_RECORD_* */
	uint8_t cause;       /* enum flow_cause */
	uint8_t multi;       /* FLOW_MULTI_* */
	uint64_t report_ns;  /* when it was cut: what streams are merged by */

	/* line 1: when and how much */
	uint64_t first_ns[2], last_ns[2]; /* per direction, since the epoch; 0: no packet */
	uint64_t packets[2], bytes[2];    /* bytes: whole frames, as argus counts them */

	/* line 2: what the headers said */
	uint64_t app_bytes[2]; /* transport payload */
	struct flow_ip_attributes ip[2];
	uint32_t encaps[2];     /* bits of the encaps DSR */
	uint32_t mpls_label[2]; /* whole label stack entries, the outermost */
	uint16_t vlan_tci[2];
	uint8_t net;    /* enum flow_net */
	uint8_t worker; /* which worker made it */
	uint8_t reserved[6];
	uint32_t mark; /* of the key: orders records of one instant, whoever made them */

	/* lines 3 and 4: the protocol's own */
	union {
		struct flow_tcp_report tcp;
		struct flow_esp_report esp;
		struct flow_rtp_report rtp;
		struct flow_udt_report udt;
		uint8_t arp_responder[6]; /* FLOW_NET_ARP: MAC address that answered */
		uint8_t wlan_name[32];    /* FLOW_WLAN: SSID, filled up with zeros */
		uint8_t raw[128];
	} net_report;

	/* line 5: what some configurations ask for, and ICMP marks */
	struct flow_icmp_report icmp;      /* 28 bytes */
	uint16_t size_min[2], size_max[2]; /* packet sizes; 0: none */
	struct {
		uint8_t dst[6], src[6]; /* of the source's packets: destination first */
	} mac;
	uint16_t mac_ethertype;
	uint16_t reserved2;
	int32_t strokes[2];
	uint8_t exporter[4]; /* IPv4 address */
};
static_assert(offsetof(struct flow_record, first_ns) == 64, "line 0 is the key");
static_assert(offsetof(struct flow_record, app_bytes) == 128, "line 1 is times and counters");
static_assert(offsetof(struct flow_record, net_report) == 192, "line 2 is the headers");
static_assert(offsetof(struct flow_record, icmp) == 320, "lines 3 and 4 are the protocol");
static_assert(sizeof(struct flow_record) == 384, "six cache lines");

/* The tunnel that carried the flow, by the first packet that says: of several in each other the
 * innermost of these kinds. Index 0 of a pair is of the source's packets. */
enum flow_tunnel_kind {
	FLOW_TUNNEL_NONE = 0,
	FLOW_TUNNEL_GRE,
	FLOW_TUNNEL_VXLAN,
	FLOW_TUNNEL_GENEVE
};

struct flow_tunnel {
	uint8_t kind;        /* enum flow_tunnel_kind */
	uint8_t vni_seen;    /* VXLAN: 1: vni[0] valid, 2: vni[1] */
	bool ipv6;           /* the header outside of it */
	bool udp;            /* port[] valid */
	uint16_t flags;      /* GRE, Geneve: the header's first two bytes, */
	uint16_t protocol;   /* ... and the ethertype inside */
	uint32_t vni[2];     /* network identifier; Geneve: [0] alone */
	uint16_t port[2];    /* of the tunnel's ends, source and destination */
	uint8_t addr[2][16]; /* ... their addresses; IPv4: the first four bytes */
};
static_assert(sizeof(struct flow_tunnel) <= 64, "a cache line of a record");

/* User data of one direction: 'len' bytes captured, of at most the layout's user_size. */
struct flow_user_data {
	uint16_t len;
	uint8_t bytes[];
};

/* What the flow's application is, and more: text that stands as it is in the record's label. */
struct flow_label {
	uint16_t len;
	char text[];
};
#define FLOW_LABEL_MAX 240 /* characters of it */

/* Where the optional sections lie, from the record's start; 0: not there. */
struct flow_record_layout {
	uint32_t size;       /* of the whole record, a multiple of 64 */
	uint32_t jitter_at;  /* struct flow_jitter_report */
	uint32_t user_at[2]; /* struct flow_user_data with room for user_size bytes */
	uint32_t user_size[2];
	uint32_t tunnel_at; /* struct flow_tunnel */
	uint32_t label_at;  /* struct flow_label with room for label_size characters */
	uint32_t label_size;
};

/* Sections are placed after the fixed part, each aligned to 8 bytes. */
static inline void
flow_record_layout_init(struct flow_record_layout *l, int jitter, uint32_t src_user_size,
                        uint32_t dst_user_size)
{
	const uint32_t user[2] = { src_user_size, dst_user_size };
	uint32_t at = sizeof(struct flow_record);

	l->jitter_at = 0;
	if (jitter) {
		l->jitter_at = at;
		at += (uint32_t)sizeof(struct flow_jitter_report);
	}
	for (int d = 0; d < 2; d++) {
		l->user_size[d] = user[d];
		l->user_at[d] = 0;
		if (user[d] != 0) {
			l->user_at[d] = at;
			at += ((uint32_t)sizeof(struct flow_user_data) + user[d] + 7u) & ~7u;
		}
	}
	l->tunnel_at = 0;
	l->label_at = l->label_size = 0;
	l->size = (at + 63u) & ~63u;
}

/* The section of labels, behind what is there. */
static inline void
flow_record_layout_add_label(struct flow_record_layout *l, uint32_t size)
{
	l->label_at = l->size;
	l->label_size = size;
	l->size += ((uint32_t)sizeof(struct flow_label) + size + 63u) & ~63u;
}

/* The section of tunnels, a cache line behind what is there. */
static inline void
flow_record_layout_add_tunnel(struct flow_record_layout *l)
{
	l->tunnel_at = l->size;
	l->size += 64;
}

static inline struct flow_tunnel *
flow_record_tunnel(const struct flow_record_layout *l, struct flow_record *r)
{
	return l->tunnel_at ? (struct flow_tunnel *)(void *)((char *)r + l->tunnel_at) : NULL;
}

static inline struct flow_label *
flow_record_label(const struct flow_record_layout *l, struct flow_record *r)
{
	return l->label_at ? (struct flow_label *)(void *)((char *)r + l->label_at) : NULL;
}

static inline struct flow_jitter_report *
flow_record_jitter(const struct flow_record_layout *l, struct flow_record *r)
{
	return l->jitter_at ? (struct flow_jitter_report *)(void *)((char *)r + l->jitter_at)
	                    : NULL;
}

static inline struct flow_user_data *
flow_record_user(const struct flow_record_layout *l, struct flow_record *r, int dir)
{
	return l->user_at[dir] ? (struct flow_user_data *)(void *)((char *)r + l->user_at[dir])
	                       : NULL;
}

#endif
