/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counting, per packet. What a configuration does not ask for is one predictable
 * branch.
 */
#include "lcore/flow_account.h"

#include <string.h>

#include "lcore/apps/matcher.h"
#include "lcore/flow_esp.h"
#include "lcore/flow_tunnel.h"
#include "lcore/flow_user.h"

#define US 1000u /* ns: times between packets are whole microseconds, as records show them */

/* Room for a section behind those before it. */
static uint32_t
place(uint32_t *at, size_t size)
{
	const uint32_t here = *at;

	*at += ((uint32_t)size + 7u) & ~7u;
	return here;
}

void
flow_layout_init(struct flow_layout *l, const struct config *c)
{
	uint32_t at = sizeof(struct flow);

	memset(l, 0, sizeof(*l));
	l->track_duplicates = c->track_duplicates;
	l->interval_ns = c->status_interval_ns;
	l->user_size = c->user_data_size;
	if (c->mac)
		l->mac_at = place(&at, sizeof(struct flow_mac));
	if (c->packet_size)
		l->sizes_at = place(&at, sizeof(struct flow_sizes));
	if (c->jitter)
		l->jitter_at = place(&at, sizeof(struct flow_jitter));
	if (c->keystroke) {
		l->keystroke_at = place(&at, sizeof(struct flow_keystroke));
		keystroke_rules_init(&l->keystroke, c);
	}
	if (config_tells_tunnels(c))
		l->tunnel_at = place(&at, sizeof(struct flow_tunnel));
	for (int d = 0; d < 2 && l->user_size != 0; d++)
		l->user_at[d] = place(&at, sizeof(struct flow_user_data) + l->user_size);
	if (c->control_plane) {
		l->control_at = place(&at, sizeof(struct flow_control));
		l->control.protocols = &c->control_protocols;
	}
	if (c->apps)
		l->apps_at = place(&at, sizeof(struct matcher_flow));
	l->keeps_user = l->user_size != 0 || l->control_at != 0;
	l->entry_size = (at + 63u) & ~63u;
}

/* Line 2 and the sections, as far as they speak of an interval. */
static void
reset_facts(const struct flow_layout *l, struct flow *f)
{
	struct flow_jitter *jitter = flow_jitter(l, f);
	struct flow_sizes *sizes = flow_sizes(l, f);
	struct flow_keystroke *keystroke = flow_keystroke(l, f);

	for (int d = 0; d < 2; d++) {
		f->app_bytes[d] = 0;
		f->ip[d].options = 0;
		f->ip[d].fragment = 0;
		f->encaps[d] = 0;
	}
	if (l->keeps_user)
		flow_user_reset(l, f);
	if (sizes != NULL)
		*sizes = (struct flow_sizes){ .min = { UINT16_MAX, UINT16_MAX } };
	if (jitter != NULL)
		memset(jitter->gaps, 0, sizeof(jitter->gaps));
	if (keystroke != NULL)
		keystroke->strokes = 0;
}

/* Whether the flow may carry something of its own on UDP. */
static bool
may_carry(const struct flow_key *k, uint32_t flags)
{
	return (flags & PACKET_UDP) && (k->kind == FLOW_IPV4 || k->kind == FLOW_IPV6) &&
	       k->port[0] >= MEDIA_PORT_MIN && k->port[1] >= MEDIA_PORT_MIN;
}

static void
start_protocol(struct flow *f, const struct packet *p)
{
	f->looks = may_carry(&f->entry.key, p->flags) ? MEDIA_TRIES : 0;
	if (p->flags & PACKET_ARP) {
		f->flags |= FLOW_HAS_ARP;
		f->arp.hardware_len = p->arp.hardware_len;
		f->arp.protocol_len = p->arp.protocol_len;
	} else if (p->flags & PACKET_ISIS) {
		f->flags |= FLOW_HAS_ISIS;
		f->isis.version = p->isis.version;
	} else if (f->entry.key.kind == FLOW_WLAN) {
		f->wlan = (struct flow_wlan){ 0 };
		memcpy(f->wlan.name, p->data + p->wlan.name_at, p->wlan.name_size);
	}
	if (p->key.ethertype == FLOW_KEY_FRAGMENT &&
	    (f->entry.key.kind == FLOW_IPV4 || f->entry.key.kind == FLOW_IPV6))
		f->flags |= FLOW_RECORD_FRAGMENT;
}

/* Who asks is the source of an ARP flow, also where only the answer was seen. */
static bool
is_arp(const struct flow_key *k)
{
	return k->kind == FLOW_ARP || k->kind == FLOW_RARP;
}

void
flow_start(const struct flow_layout *l, struct flow *f, const struct packet *p)
{
	struct flow_jitter *jitter = flow_jitter(l, f);

	f->start_ns = p->time_ns;
	f->flags = p->reverse && !is_arp(&f->entry.key) ? FLOW_TURNED : 0;
	f->multi = 0;
	for (int d = 0; d < 2; d++) {
		f->first_ns[d] = 0;
		f->last_ns[d] = 0;
		f->packets[d] = 0;
		f->bytes[d] = 0;
		f->ip[d] = (struct flow_ip_attributes){ 0 };
	}
	reset_facts(l, f);
	if (jitter != NULL)
		memset(jitter->last_us, 0, sizeof(jitter->last_us));
	if (l->tunnel_at != 0)
		*flow_tunnel(l, f) = (struct flow_tunnel){ .kind = FLOW_TUNNEL_NONE };
	if (l->control_at != 0)
		flow_user_start(l, f);
	if (l->keystroke_at != 0)
		flow_keystroke_open(flow_keystroke(l, f), &l->keystroke);
	start_protocol(f, p);
}

/* Marks of the interval; those of the MAC addresses last, as the addresses do. */
#define LASTING_FLAGS                                                                    \
	(0xffff0000u | FLOW_RECORD_MAC | FLOW_RECORD_FRAGMENT | FLOW_RECORD_IPATTR_SRC | \
	 FLOW_RECORD_IPATTR_DST)
#define LASTING_MULTI (FLOW_MULTI_MAC_SRC | FLOW_MULTI_MAC_DST)

void
flow_reset(const struct flow_layout *l, struct flow *f)
{
	f->flags &= LASTING_FLAGS & ~(FLOW_RESTARTED | FLOW_MARKED_BACK);
	f->flags |= FLOW_REPORTED;
	f->multi &= LASTING_MULTI;
	for (int d = 0; d < 2; d++) {
		f->first_ns[d] = 0;
		f->packets[d] = 0;
		f->bytes[d] = 0;
	}
	reset_facts(l, f);
	if (f->flags & FLOW_HAS_TCP) {
		flow_tcp_reported(&f->tcp);
	} else if (f->flags & FLOW_HAS_ESP) {
		f->esp.status = 0;
		f->esp.lost = 0;
	} else if (f->flags & FLOW_HAS_MEDIA) {
		flow_media_reported(&f->media);
	}
}

static void
swap_bytes(uint8_t *a, uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t t = a[i];

		a[i] = b[i];
		b[i] = t;
	}
}

void
flow_turn(const struct flow_layout *l, struct flow *f)
{
	struct flow_jitter *jitter = flow_jitter(l, f);
	struct flow_mac *mac = flow_mac(l, f);
	const uint32_t src = f->flags & FLOW_RECORD_IPATTR_SRC;
	const uint32_t dst = f->flags & FLOW_RECORD_IPATTR_DST;

	f->flags ^= FLOW_TURNED;
	f->flags &= ~(uint32_t)(FLOW_RECORD_IPATTR_SRC | FLOW_RECORD_IPATTR_DST);
	f->flags |= (src ? FLOW_RECORD_IPATTR_DST : 0) | (dst ? FLOW_RECORD_IPATTR_SRC : 0);
	swap_bytes((uint8_t *)&f->ip[0], (uint8_t *)&f->ip[1], sizeof(f->ip[0]));
	if (mac != NULL)
		swap_bytes(mac->dst, mac->src, sizeof(mac->dst));
	if (jitter != NULL)
		swap_bytes((uint8_t *)&jitter->last_us[0], (uint8_t *)&jitter->last_us[1],
		           sizeof(jitter->last_us[0]));
	if (l->tunnel_at != 0)
		flow_tunnel_turn(flow_tunnel(l, f));
	if (l->keystroke_at != 0) /* who was the server may be a client now */
		flow_keystroke_open(flow_keystroke(l, f), &l->keystroke);
}

bool
flow_tcp_packet(const struct flow_layout *l, struct flow *f, const struct packet *p, int dir,
                bool *active, bool *turn)
{
	uint32_t verdict;

	*active = true;
	*turn = false;
	if (!(p->flags & PACKET_TCP))
		return false;
	if (!(f->flags & FLOW_HAS_TCP)) {
		f->flags |= FLOW_HAS_TCP;
		flow_tcp_open(&f->tcp, p);
		if (dir != 0)
			flow_tcp_turn(&f->tcp);
		return false;
	}
	verdict = flow_tcp_update(&f->tcp, p, dir,
	                          l->track_duplicates ? FLOW_TCP_TRACK_DUPLICATES : 0);
	*active = (verdict & FLOW_TCP_IDLE) == 0;
	*turn = (verdict & FLOW_TCP_TURN) != 0;
	return (verdict & FLOW_TCP_REOPEN) != 0;
}

static inline void
count_time(struct flow *f, uint64_t time_ns, int dir)
{
	const bool none = f->first_ns[dir] == 0;

	if (none || time_ns < f->first_ns[dir])
		f->first_ns[dir] = time_ns;
	if (none || time_ns > f->last_ns[dir])
		f->last_ns[dir] = time_ns;
}

static inline void
count_ip(struct flow *f, const struct packet *p, int dir)
{
	struct flow_ip_attributes *ip = &f->ip[dir];

	ip->ttl = p->ttl;
	ip->tos = p->tos;
	ip->id = p->ip_id;
	ip->options = p->ip_options;
	if (p->flags & PACKET_FRAGMENT)
		ip->fragment = (f->flags & FLOW_RECORD_FRAGMENT) == 0;
	f->flags |= dir == 0 ? FLOW_RECORD_IPATTR_SRC : FLOW_RECORD_IPATTR_DST;
}

static inline void
count_layer2(struct flow *f, const struct packet *p, int dir)
{
	if (f->encaps[dir] != p->encaps) {
		if (f->encaps[dir] != 0)
			f->multi |= dir == 0 ? FLOW_MULTI_ENCAPS_SRC : FLOW_MULTI_ENCAPS_DST;
		f->encaps[dir] |= p->encaps;
	}
	if (p->flags & PACKET_VLAN) {
		f->vlan_tci[dir] = p->vlan_tci;
		f->flags |= dir == 0 ? FLOW_RECORD_VLAN_SRC : FLOW_RECORD_VLAN_DST;
	}
	if (p->flags & PACKET_MPLS) {
		f->mpls_label[dir] = p->mpls_label;
		f->flags |= dir == 0 ? FLOW_RECORD_MPLS_SRC : FLOW_RECORD_MPLS_DST;
	}
}

static void
count_mac(struct flow *f, struct flow_mac *mac, const struct packet *p, int dir)
{
	uint8_t dst[6], src[6];
	uint16_t ethertype;

	if (!(dir == 0 ? packet_mac(p, dst, src, &ethertype) : packet_mac(p, src, dst, &ethertype)))
		return;
	if (!(f->flags & FLOW_RECORD_MAC)) {
		memcpy(mac->dst, dst, sizeof(dst));
		memcpy(mac->src, src, sizeof(src));
		mac->ethertype = ethertype;
		f->flags |= FLOW_RECORD_MAC;
	} else if (memcmp(mac->dst, dst, sizeof(dst)) != 0 ||
	           memcmp(mac->src, src, sizeof(src)) != 0 || mac->ethertype != ethertype) {
		f->multi |= dir == 0 ? FLOW_MULTI_MAC_SRC : FLOW_MULTI_MAC_DST;
	}
}

static inline void
count_size(struct flow_sizes *sizes, uint32_t bytes, int dir)
{
	const uint16_t size = bytes < UINT16_MAX ? (uint16_t)bytes : UINT16_MAX;

	if (size < sizes->min[dir])
		sizes->min[dir] = size;
	if (size > sizes->max[dir])
		sizes->max[dir] = size;
}

/* A gap of two status intervals or more is a pause, not jitter. */
static void
count_gap(const struct flow_layout *l, struct flow_jitter *j, uint64_t time_ns, int dir,
          bool active)
{
	const uint64_t now_us = time_ns / US, last_us = j->last_us[dir];
	struct flow_gaps *g = &j->gaps[dir][!active];
	const uint64_t gap_us = now_us - last_us;

	if (now_us <= last_us)
		return;
	j->last_us[dir] = now_us;
	if (last_us == 0 || last_us < l->jitter_since_us || gap_us >= 2 * (l->interval_ns / US))
		return;
	if (g->count == 0 || (float)gap_us < g->min_us)
		g->min_us = (float)gap_us;
	if ((float)gap_us > g->max_us)
		g->max_us = (float)gap_us;
	g->sum_us += (float)gap_us;
	g->squares = (int64_t)((double)g->squares + (double)gap_us * (double)gap_us);
	g->count++;
}

/* Lines 3 and 4 of a UDP flow are touched as soon as a packet looks like something. */
static void
count_media(struct flow *f, const struct packet *p, int dir)
{
	if (!(f->flags & FLOW_HAS_MEDIA)) {
		if (!media_begins(p)) {
			f->looks--;
			return;
		}
		f->flags |= FLOW_HAS_MEDIA;
		flow_media_open(&f->media);
	}
	flow_media_update(&f->media, p, dir);
	if (f->media.kind == MEDIA_UNKNOWN && --f->looks == 0)
		f->flags &= ~FLOW_HAS_MEDIA;
}

static void
count_protocol(struct flow *f, const struct packet *p, int dir)
{
	if (p->flags & PACKET_UDP) {
		if (f->looks != 0)
			count_media(f, p, dir);
	} else if (p->flags & PACKET_ESP) {
		if (f->flags & FLOW_HAS_ESP)
			flow_esp_update(&f->esp, p->esp.seq);
		else
			flow_esp_open(&f->esp, p->esp.seq);
		f->flags |= FLOW_HAS_ESP;
	} else if ((p->flags & PACKET_ARP) && (p->flags & PACKET_REPLY) &&
	           f->entry.key.kind == FLOW_ARP) {
		memcpy(f->arp.responder, p->arp.sender_mac, sizeof(f->arp.responder));
		f->flags |= FLOW_ANSWERED;
	}
}

void
flow_count(const struct flow_layout *l, struct flow *f, const struct packet *p, int dir,
           bool active)
{
	count_time(f, p->time_ns, dir);
	f->packets[dir]++;
	f->bytes[dir] += p->bytes;
	f->app_bytes[dir] += p->payload_length;
	count_layer2(f, p, dir);
	if (p->flags & (PACKET_IPV4 | PACKET_IPV6))
		count_ip(f, p, dir);
	if (p->flags & (PACKET_ESP | PACKET_ARP | PACKET_UDP))
		count_protocol(f, p, dir);
	if (l->mac_at != 0)
		count_mac(f, flow_mac(l, f), p, dir);
	if (l->sizes_at != 0)
		count_size(flow_sizes(l, f), p->bytes, dir);
	if (l->jitter_at != 0 && !l->sheds_jitter)
		count_gap(l, flow_jitter(l, f), p->time_ns, dir, active);
	if (l->tunnel_at != 0 && (p->flags & PACKET_OUTER))
		flow_tunnel_count(flow_tunnel(l, f), p, dir);
	if (l->keystroke_at != 0 && (p->flags & PACKET_TCP))
		flow_keystroke_update(flow_keystroke(l, f), &l->keystroke, p, dir);
	if (l->keeps_user && (!l->sheds_user || (f->flags & FLOW_CONTROL)))
		flow_user_count(l, f, p, dir);
}
