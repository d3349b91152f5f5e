/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IEEE 802.11. Data in the clear goes on as LLC between the stations at its ends;
 * management, control, and data that nobody can read are flows of their own, by
 * addresses and network name (the SSID of the frames that carry one).
 *
 * Of an aggregate of frames (A-MSDU) the first is looked at. What an access point
 * and a station exchange has three addresses, between two access points four.
 */
#include "lcore/dissect/wlan.h"

#define ADDRESS_AT(n) (4u + 6u * (n)) /* of the first three */
#define ADDRESS4_AT 24u
#define SEQUENCE_AT 22u
#define SIZE_MIN 10u /* frame control, duration, receiver */
#define SIZE_BOTH 16u
#define SIZE_FULL 24u
#define QOS_SIZE 2u
#define HT_SIZE 4u
#define SUBFRAME_SIZE 14u /* of an A-MSDU */
#define MESH_SIZE 6u
#define SSID_MAX 32u

enum frame_type {
	TYPE_MANAGEMENT = 0,
	TYPE_CONTROL = 1,
	TYPE_DATA = 2,
};

/* Bits of the frame control's second byte, and of QoS control. */
#define TO_DS 0x01
#define FROM_DS 0x02
#define MORE_FRAGMENTS 0x04
#define PROTECTED 0x40
#define ORDER 0x80
#define DATA_NULL 0x04 /* of a data frame's subtype */
#define DATA_QOS 0x08
#define QOS_AMSDU 0x80
#define QOS_MESH 0x01 /* of the second byte */

struct frame {
	const uint8_t *h;
	enum frame_type type;
	uint8_t subtype, flags;
	uint32_t size; /* of the header */
	const uint8_t *dst, *src, *bssid;
};

static const uint8_t no_address[MAC_SIZE];

static uint32_t
control_size(uint8_t subtype)
{
	switch (subtype) {
	case 2:  /* trigger */
	case 4:  /* beamforming report poll */
	case 5:  /* null data packet announcement */
	case 8:  /* block acknowledgement request */
	case 9:  /* block acknowledgement */
	case 10: /* power save poll */
	case 11: /* request to send */
	case 14: /* end of contention-free period */
	case 15:
		return SIZE_BOTH;
	default:
		return SIZE_MIN;
	}
}

static uint32_t
header_size(const struct frame *f)
{
	const bool four = (f->flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS);
	uint32_t size = SIZE_FULL;

	switch (f->type) {
	case TYPE_MANAGEMENT:
		return size + (f->flags & ORDER ? HT_SIZE : 0);
	case TYPE_CONTROL:
		return control_size(f->subtype);
	case TYPE_DATA:
		size += four ? MAC_SIZE : 0;
		if (f->subtype & DATA_QOS)
			size += QOS_SIZE + (f->flags & ORDER ? HT_SIZE : 0);
		return size;
	default:
		return SIZE_MIN;
	}
}

/* Who is who depends on whether the frame comes from the distribution system or goes there. */
static void
data_addresses(struct frame *f)
{
	const uint8_t *const a[] = { f->h + ADDRESS_AT(0), f->h + ADDRESS_AT(1),
		                     f->h + ADDRESS_AT(2), f->h + ADDRESS4_AT };

	switch (f->flags & (TO_DS | FROM_DS)) {
	case 0:
		f->dst = a[0], f->src = a[1], f->bssid = a[2];
		break;
	case TO_DS:
		f->bssid = a[0], f->src = a[1], f->dst = a[2];
		break;
	case FROM_DS:
		f->dst = a[0], f->bssid = a[1], f->src = a[2];
		break;
	default: /* from one access point (the BSSID) to another */
		f->bssid = a[1], f->dst = a[2], f->src = a[3];
		break;
	}
}

static void
frame_read(struct frame *f, const uint8_t *h)
{
	f->h = h;
	f->type = h[0] >> 2 & 3;
	f->subtype = h[0] >> 4;
	f->flags = h[1];
	f->size = header_size(f);
	f->dst = h + ADDRESS_AT(0);
	f->src = f->size >= SIZE_BOTH ? h + ADDRESS_AT(1) : no_address;
	f->bssid = f->size >= SIZE_FULL ? h + ADDRESS_AT(2) : no_address;
	if (f->type == TYPE_DATA)
		data_addresses(f);
}

static void
put_addresses(struct walk *w, const struct frame *f, uint16_t ethertype)
{
	const uint32_t dst_at = (uint32_t)(f->dst - w->data);

	if (f->src == no_address)
		link_addresses(w, MAC_RECEIVER, dst_at, dst_at, ethertype);
	else
		link_addresses(w, MAC_PAIR, dst_at, (uint32_t)(f->src - w->data), ethertype);
}

/* Tells network names apart that share addresses (FNV-1a). Whoever makes names collide joins what
 * the same stations sent. */
static void
put_name_hash(uint8_t to[8], const uint8_t *name, uint32_t size)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < size; i++)
		hash = (hash ^ name[i]) * UINT64_C(0x100000001b3);
	memcpy(to, &hash, sizeof(hash));
}

/* As in argus, either direction is a flow. */
static void
key_wlan(struct walk *w, const struct frame *f)
{
	struct packet *p = w->packet;
	struct flow_key *key = &p->key;

	memset(key, 0, sizeof(*key));
	memcpy(key->addr[0], f->src, MAC_SIZE);
	memcpy(key->addr[0] + MAC_SIZE, f->bssid, MAC_SIZE);
	memcpy(key->addr[1], f->dst, MAC_SIZE);
	if (p->wlan.name_size != 0)
		put_name_hash(key->addr[1] + MAC_SIZE, p->data + p->wlan.name_at,
		              p->wlan.name_size);
	key->kind = FLOW_WLAN;
	p->reverse = false;
	w->complete = true;
}

/* Fixed fields in front of a management frame's elements; UINT32_MAX: it has no name in it. */
static uint32_t
fixed_size(uint8_t subtype)
{
	switch (subtype) {
	case 0: /* association request */
		return 4;
	case 2: /* reassociation request */
		return 10;
	case 1: /* responses to either */
	case 3:
		return 6;
	case 4: /* probe request */
		return 0;
	case 5: /* probe response */
	case 8: /* beacon */
		return 12;
	default:
		return UINT32_MAX;
	}
}

/* The element with the network's name, wherever it is. */
static void
find_name(struct walk *w, const struct frame *f)
{
	const uint32_t fixed = fixed_size(f->subtype);
	struct packet *p = w->packet;
	uint32_t at;

	if (fixed == UINT32_MAX || (f->flags & PROTECTED))
		return;
	for (at = w->at + f->size + fixed; at + 2 <= w->captured; at += 2u + w->data[at + 1]) {
		const uint8_t size = w->data[at + 1];

		if (w->data[at] != 0)
			continue;
		if (size > SSID_MAX || at + 2 + size > w->captured)
			break;
		p->wlan.name_at = (uint16_t)(at + 2);
		p->wlan.name_size = size;
		return;
	}
	if (w->captured < w->wire)
		p->flags |= PACKET_TRUNCATED;
}

/* A mesh header in front of LLC, or none: the bit that announces one is used for other things
 * outside of meshes. */
static uint32_t
mesh_size(const struct walk *w, uint32_t at)
{
	static const uint32_t sizes[] = { MESH_SIZE, MESH_SIZE + 6, MESH_SIZE + 12, MESH_SIZE };
	uint32_t size;

	if (at >= w->captured || link_snap_type(w, at) != 0)
		return 0;
	size = sizes[w->data[at] & 3];
	return link_snap_type(w, at + size) != 0 ? size : 0;
}

/* Data in the clear: where LLC begins, and between whom it goes. */
static uint32_t
find_llc(const struct walk *w, struct frame *f, bool padded)
{
	const uint8_t *qos = f->h + f->size - QOS_SIZE - (f->flags & ORDER ? HT_SIZE : 0);
	uint32_t at = w->at + (padded ? (f->size + 3) & ~3u : f->size);

	if (!(f->subtype & DATA_QOS))
		return at;
	if (qos[0] & QOS_AMSDU) {
		if (at + SUBFRAME_SIZE > w->captured)
			return UINT32_MAX;
		f->dst = w->data + at;
		f->src = w->data + at + MAC_SIZE;
		return at + SUBFRAME_SIZE;
	}
	return at + (qos[1] & QOS_MESH ? mesh_size(w, at) : 0);
}

/* A later fragment has no LLC, and a frame without data nothing at all. */
static bool
is_readable_data(const struct frame *f)
{
	return f->type == TYPE_DATA && !(f->flags & PROTECTED) && !(f->subtype & DATA_NULL) &&
	       (f->h[SEQUENCE_AT] & 0x0f) == 0;
}

static enum layer
clear_data(struct walk *w, struct frame *f, bool padded)
{
	const uint32_t at = find_llc(w, f, padded);

	if (at > w->captured) {
		w->packet->flags |= w->captured < w->wire ? PACKET_TRUNCATED : PACKET_MALFORMED;
		return LAYER_DONE;
	}
	put_addresses(w, f, link_snap_type(w, at));
	w->packet->flags &= ~(uint32_t)PACKET_WLAN;
	if (f->flags & MORE_FRAGMENTS)
		w->cut = true;
	w->at = at;
	walk_payload(w, w->packet->bytes);
	key_ether(w, 0, 0, 0);
	return LAYER_LLC;
}

bool
wlan_frame(struct walk *w, bool padded, enum layer *first)
{
	struct packet *p = w->packet;
	struct frame f;
	bool whole;

	if (!walk_has(w, SIZE_MIN))
		return false;
	p->encaps |= ENCAPS_WLAN;
	p->flags |= PACKET_WLAN;
	p->wlan.name_at = p->wlan.name_size = 0;
	frame_read(&f, w->data + w->at);
	*first = LAYER_DONE;
	whole = walk_has(w, f.size);
	if (!whole) {
		*first = walk_short(w, f.size);
		f.dst = w->data + w->at + ADDRESS_AT(0);
		f.src = walk_has(w, SIZE_BOTH) ? w->data + w->at + ADDRESS_AT(1) : no_address;
		f.bssid = no_address;
	} else if (f.type == TYPE_MANAGEMENT) {
		find_name(w, &f);
	}
	put_addresses(w, &f, 0);
	key_wlan(w, &f);
	if (whole && is_readable_data(&f))
		*first = clear_data(w, &f, padded);
	return true;
}
