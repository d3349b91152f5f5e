/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels in UDP: VXLAN (RFC 7348; its group policy and generic protocol
 * extensions), Geneve (RFC 8926), GTP-U (3GPP TS 29.281) and Teredo (RFC 4380).
 * Only a port speaks for them, so each is opened only if its header is as it
 * must be; else the packet is ordinary UDP, and nothing is held against it.
 */
#include "lcore/dissect/walk.h"

#define VXLAN_SIZE 8
#define GENEVE_SIZE 8
#define GTP_SIZE 8
#define GTP_EXTENSIONS_MAX 16
#define IPV6_SIZE 40

enum {
	VXLAN_HAS_VNI = 0x08,
	VXLAN_HAS_PROTOCOL = 0x04, /* VXLAN-GPE */
	GTP_VERSION_1 = 0x30,      /* and not GTP' */
	GTP_HAS_OPTIONAL = 0x07,
	GTP_HAS_EXTENSION = 0x04,
	GTP_PACKET = 0xff, /* message type: a user's packet */
};

static uint32_t
load24(const uint8_t *p)
{
	return load32(p) >> 8;
}

/* 'size' bytes of header are there, and what 'layer' begins with may follow. */
static enum layer
enter(struct walk *w, enum tunnel_kind kind, uint32_t id, uint32_t size, enum layer layer)
{
	if (layer == LAYER_DONE || !walk_has(w, size))
		return LAYER_DONE;
	w->at += size;
	tunnel_opened(w, kind, id);
	if (kind == TUNNEL_VXLAN)
		tunnel_outer(w, PACKET_OUTER_VXLAN, w->at - size);
	else if (kind == TUNNEL_GENEVE)
		tunnel_outer(w, PACKET_OUTER_GENEVE, w->at - size);
	return layer;
}

enum layer
layer_vxlan(struct walk *w)
{
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, VXLAN_SIZE) || !(h[0] & VXLAN_HAS_VNI) || h[7] != 0)
		return LAYER_DONE;
	return enter(w, TUNNEL_VXLAN, load24(h + 4), VXLAN_SIZE, LAYER_ETHER);
}

enum layer
layer_vxlan_gpe(struct walk *w)
{
	static const enum layer layers[] = {
		[1] = LAYER_IP,  [2] = LAYER_IPV6, [3] = LAYER_ETHER,
		[4] = LAYER_NSH, [5] = LAYER_MPLS,
	};
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, VXLAN_SIZE) || !(h[0] & VXLAN_HAS_VNI) || h[7] != 0)
		return LAYER_DONE;
	if (!(h[0] & VXLAN_HAS_PROTOCOL))
		return layer_vxlan(w);
	if (h[3] >= sizeof(layers) / sizeof(layers[0]))
		return LAYER_DONE;
	return enter(w, TUNNEL_VXLAN, load24(h + 4), VXLAN_SIZE, layers[h[3]]);
}

enum layer
layer_geneve(struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	enum layer layer;

	if (!walk_has(w, GENEVE_SIZE) || h[0] >> 6 != 0 || h[7] != 0)
		return LAYER_DONE;
	layer = load16(h + 2) == ETHERTYPE_BRIDGE ? LAYER_ETHER : layer_of_ethertype(load16(h + 2));
	return enter(w, TUNNEL_GENEVE, load24(h + 4), GENEVE_SIZE + (h[0] & 0x3fu) * 4, layer);
}

/* Of the header with its chain of extension headers; 0: it has no end. */
static uint32_t
gtp_size(const struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	uint32_t size = GTP_SIZE;
	uint8_t next;

	if (!(h[0] & GTP_HAS_OPTIONAL))
		return size;
	size += 4;
	if (!walk_has(w, size))
		return 0;
	next = h[0] & GTP_HAS_EXTENSION ? h[size - 1] : 0;
	for (uint32_t i = 0; next != 0; i++) {
		uint32_t length;

		if (i == GTP_EXTENSIONS_MAX || !walk_has(w, size + 1))
			return 0;
		length = h[size] * 4u;
		size += length;
		if (length == 0 || !walk_has(w, size))
			return 0;
		next = h[size - 1];
	}
	return size;
}

/* Whether the user's packets are IP or frames is known to the network only. */
enum layer
layer_gtp(struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	struct walk inside = *w;
	enum layer layer;
	uint32_t size;

	if (!walk_has(w, GTP_SIZE) || (h[0] & 0xf0) != GTP_VERSION_1 || h[1] != GTP_PACKET)
		return LAYER_DONE;
	size = gtp_size(w);
	if (size == 0 || !walk_has(w, size))
		return LAYER_DONE;
	inside.at += size;
	layer = layer_of_version(&inside);
	if (layer == LAYER_DONE && ether_type_fits(&inside, 12))
		layer = LAYER_ETHER;
	return enter(w, TUNNEL_GTP, load32(h + 4), size, layer);
}

/* An indicator of the server's: 0 when it is something else, or cut. */
static uint32_t
teredo_indicator(const struct walk *w, uint32_t at)
{
	const uint8_t *h = w->data + w->at + at;

	if (!walk_has(w, at + 4))
		return 0;
	switch (load16(h)) {
	case 0: /* origin */
		return 8;
	case 1: /* authentication: client identifier and value, nonce, confirmation */
		return 4u + h[2] + h[3] + 9;
	default:
		return 0;
	}
}

/* 2001::/32, which every Teredo client has. */
static bool
teredo_address(const uint8_t *address)
{
	return load32(address) == 0x20010000;
}

/* Any two ports may do, so the header must be just as long as the payload, and one of the ends or
 * the link be Teredo's. */
enum layer
layer_teredo(struct walk *w)
{
	const uint8_t *h;
	uint32_t size = teredo_indicator(w, 0);

	if (size != 0)
		size += teredo_indicator(w, size);
	h = w->data + w->at + size;
	if (!walk_has(w, size + IPV6_SIZE) || h[0] >> 4 != 6 ||
	    walk_ip_left(w) != size + IPV6_SIZE + load16(h + 4))
		return LAYER_DONE;
	if (!teredo_address(h + 8) && !teredo_address(h + 24) && size == 0)
		return LAYER_DONE;
	w->packet->encaps |= ENCAPS_TEREDO;
	return enter(w, TUNNEL_TEREDO, 0, size, LAYER_IPV6);
}
