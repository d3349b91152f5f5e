/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One flow, as the flow table keeps it: split by temperature, a cache line each.
 * Lines 0 to 2 are what every packet of every protocol touches, 3 and 4 are the
 * protocol's own. Behind them lie sections that a configuration adds: MAC
 * addresses, packet sizes, time between packets, keystrokes, tunnels, user data.
 *
 * Index 0 of a pair is the flow's source, i.e. whose packet came first, index 1
 * its destination. Owned by the worker lcore that owns the table.
 */
#ifndef PANOPTES_LCORE_FLOW_H
#define PANOPTES_LCORE_FLOW_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "lcore/flow_keystroke.h"
#include "lcore/flow_media.h"
#include "lcore/flow_table.h"
#include "lcore/flow_tcp.h"
#include "ring/counters.h"
#include "ring/flow_record.h"

/* Bits of flow.flags. Those of a record (FLOW_RECORD_*) are the low 16, and speak of the interval;
 * these last as long as the flow. */
/* clang-format off */
#define FLOW_TURNED	0x00010000u /* its source is the key's addr[1] */
#define FLOW_REPORTED	0x00020000u /* a record of it went out */
#define FLOW_LINK	0x00040000u /* no flow: tells which one later fragments belong to */
#define FLOW_HAS_TCP	0x00080000u /* tcp valid */
#define FLOW_HAS_ESP	0x00100000u /* esp valid */
#define FLOW_HAS_ARP	0x00200000u /* arp valid */
#define FLOW_ANSWERED	0x00400000u /* arp.responder valid */
#define FLOW_HAS_ISIS	0x00800000u /* isis valid */
#define FLOW_RESTARTED	0x01000000u /* the next record begins a connection anew */
#define FLOW_CONTROL	0x04000000u /* of the control plane: all its user data is kept */
#define FLOW_MARKED_BACK 0x02000000u /* FLOW_RECORD_ICMP: the destination's packet was quoted */
#define FLOW_HAS_MEDIA	0x08000000u /* media valid */
#define FLOW_LOOK_SRC	0x10000000u /* the source's payload is looked at for the application, */
#define FLOW_LOOK_DST	0x20000000u /* ... the destination's */
#define FLOW_HAS_APPS	0x40000000u /* struct matcher_flow valid */
/* clang-format on */
#define FLOW_HAS_OWN /* lines 3 and 4 of it are in use */ \
	(FLOW_HAS_TCP | FLOW_HAS_ESP | FLOW_HAS_ARP | FLOW_HAS_ISIS | FLOW_HAS_MEDIA)

/* Loss of an ESP association by its sequence numbers (RFC 4303, 2.2). */
struct flow_esp {
	uint32_t status;
	uint32_t last_seq;
	int32_t lost; /* since the last record */
};

struct flow_arp {
	uint8_t hardware_len, protocol_len;
	uint8_t responder[6];
};

struct flow_isis {
	uint8_t version;
};

/* Of a FLOW_WLAN. */
struct flow_wlan {
	uint8_t name[32]; /* SSID, filled up with zeros */
};

/* Of a FLOW_LINK. */
struct flow_link {
	uint32_t parent;     /* index of the flow */
	uint32_t generation; /* ... which is it still */
};

struct control_data;

struct flow {
	struct flow_entry entry;

	/* line 1: when and how much, since the last record */
	uint64_t start_ns; /* of the status interval */
	uint64_t first_ns[2];
	uint64_t last_ns[2]; /* not of the interval: these last */
	uint32_t packets[2], bytes[2];
	uint32_t flags;
	uint8_t multi;       /* FLOW_MULTI_* */
	uint8_t idle_strict; /* idle_s begins with the last packet, not after the interval */
	uint8_t looks;       /* packets of UDP to be looked into for what they carry; 0: enough */
	uint8_t reserved;

	/* line 2: what the headers said */
	uint64_t app_bytes[2];
	struct flow_ip_attributes ip[2];
	uint32_t encaps[2];
	uint32_t mpls_label[2];
	uint16_t vlan_tci[2];
	uint8_t icmp_gateway[4]; /* FLOW_RECORD_ICMP */
	uint32_t generation;     /* which use of this entry it is */
	uint32_t idle_s;         /* how long it lives on in silence */

	/* lines 3 and 4: the protocol's own, and what an ICMP error said */
	union {
		struct flow_tcp tcp;
		struct flow_esp esp;
		struct flow_arp arp;
		struct flow_isis isis;
		struct flow_wlan wlan;
		struct flow_link link;
		struct flow_media media;
		uint8_t protocol[120];
	};
	uint8_t icmp_reporter[4]; /* FLOW_RECORD_ICMP, as are these: IPv4's type and code */
	uint8_t icmp_type, icmp_code;
	uint16_t icmp_seq;
};
static_assert(offsetof(struct flow, start_ns) == 64, "line 1");
static_assert(offsetof(struct flow, app_bytes) == 128, "line 2");
static_assert(offsetof(struct flow, tcp) == 192, "lines 3 and 4");
static_assert(sizeof(struct flow) == 320, "five cache lines");

/* MAC addresses of the source's packets; FLOW_RECORD_MAC says whether there are any. */
struct flow_mac {
	uint8_t dst[6], src[6];
	uint16_t ethertype;
};

struct flow_sizes {
	uint16_t min[2], max[2]; /* of packets; min is UINT16_MAX, max 0 without any */
};

/* Time between packets of one direction, of one kind; since the last record. Single precision, as
 * in argus and in records, so that deviations compare to the last digit. */
struct flow_gaps {
	uint32_t count;
	float min_us, max_us, sum_us;
	int64_t squares; /* sum of the gaps' squares */
};

struct flow_jitter {
	uint64_t last_us[2];         /* the direction's last packet, 0: none; lasts */
	struct flow_gaps gaps[2][2]; /* by direction; active, idle */
};

/* What -C needs. The engine owns 'data'. */
struct flow_control_plane {
	const struct control_protocols *protocols; /* NULL: off */
	struct control_data *data;
	struct counters *counters;
};

/* Where a configuration's sections lie in an entry, and what packets are counted for. Read-only
 * once made. */
struct flow_layout {
	uint32_t entry_size;                  /* a multiple of 64 */
	uint32_t mac_at, sizes_at, jitter_at; /* 0: not there */
	uint32_t user_at[2];                  /* struct flow_user_data; 0: not there */
	uint32_t user_size;
	uint32_t tunnel_at;    /* struct flow_tunnel; 0: not there */
	uint32_t control_at;   /* struct flow_control; 0: not there */
	bool keeps_user;       /* any user data */
	bool sheds_user;       /* ... but not now; that of the control plane is kept */
	bool sheds_jitter;     /* jitter_at is not in use now */
	uint32_t keystroke_at; /* struct flow_keystroke; 0: not there */
	uint32_t apps_at;      /* struct matcher_flow; 0: not there */
	struct keystroke_rules keystroke;
	bool track_duplicates;
	uint64_t interval_ns;     /* status interval */
	uint64_t jitter_since_us; /* times between packets are known from here on */
	struct flow_control_plane control;
};

/* The configuration must stay. */
void flow_layout_init(struct flow_layout *, const struct config *);

static inline struct flow_mac *
flow_mac(const struct flow_layout *l, struct flow *f)
{
	return l->mac_at ? (struct flow_mac *)(void *)((char *)f + l->mac_at) : NULL;
}

static inline struct flow_sizes *
flow_sizes(const struct flow_layout *l, struct flow *f)
{
	return l->sizes_at ? (struct flow_sizes *)(void *)((char *)f + l->sizes_at) : NULL;
}

static inline struct flow_jitter *
flow_jitter(const struct flow_layout *l, struct flow *f)
{
	return l->jitter_at ? (struct flow_jitter *)(void *)((char *)f + l->jitter_at) : NULL;
}

static inline struct flow_tunnel *
flow_tunnel(const struct flow_layout *l, struct flow *f)
{
	return l->tunnel_at ? (struct flow_tunnel *)(void *)((char *)f + l->tunnel_at) : NULL;
}

static inline struct flow_keystroke *
flow_keystroke(const struct flow_layout *l, struct flow *f)
{
	return l->keystroke_at ? (struct flow_keystroke *)(void *)((char *)f + l->keystroke_at)
	                       : NULL;
}

static inline struct flow_user_data *
flow_user(const struct flow_layout *l, struct flow *f, int dir)
{
	return l->user_at[dir] ? (struct flow_user_data *)(void *)((char *)f + l->user_at[dir])
	                       : NULL;
}

/* The flow of an entry; entries begin with struct flow_entry. */
static inline struct flow *
flow_of(struct flow_entry *entry)
{
	return (struct flow *)(void *)entry;
}

/* Line 2, which all packets and records touch. */
static inline void
flow_prefetch_headers(const struct flow *f)
{
	__builtin_prefetch(&f->app_bytes);
}

/* Lines 3 and 4, the protocol's own. */
static inline void
flow_prefetch_protocol(const struct flow *f)
{
	__builtin_prefetch(f->protocol);
	__builtin_prefetch(f->protocol + 64);
}

/* Which of the key's addresses and ports is the source's. */
static inline unsigned
flow_source(const struct flow *f)
{
	return (f->flags & FLOW_TURNED) != 0;
}

/* The time of its latest packet. */
static inline uint64_t
flow_last_ns(const struct flow *f)
{
	return f->last_ns[0] > f->last_ns[1] ? f->last_ns[0] : f->last_ns[1];
}

/* The record that is pending ends no earlier than that in this direction. */
static inline void
flow_extend(struct flow *f, uint64_t time_ns, int dir)
{
	if (f->first_ns[dir] == 0)
		f->first_ns[dir] = f->last_ns[dir] = time_ns;
	else if (time_ns > f->last_ns[dir])
		f->last_ns[dir] = time_ns;
}

/* From now on the flow is plain UDP, whatever it carries. */
static inline void
flow_forget_media(struct flow *f)
{
	f->looks = 0;
	f->flags &= ~FLOW_HAS_MEDIA;
}

/* Whether there is something to report. */
static inline bool
flow_pending(const struct flow *f)
{
	return (f->packets[0] | f->packets[1]) != 0;
}

#endif
