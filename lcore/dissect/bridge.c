/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What switches put around frames: provider backbone bridges (IEEE 802.1ah),
 * TRILL (RFC 6325), Cisco's FabricPath and ISL, the service header of RFC 8300,
 * and tags that are no VLAN's: security groups, VN-Tag, IEEE 802.1BR. All of it
 * is walked through; the innermost frame keys the flow.
 */
#include "lcore/dissect/walk.h"

#define PBB_SIZE 4
#define FABRICPATH_SIZE 2
#define TRILL_SIZE 6
#define ISL_SIZE 26
#define NSH_SIZE 8
#define SECURITY_TAG_SIZE 2 /* and four for each option */
#define VN_TAG_SIZE 4
#define PORT_TAG_SIZE 6

/* 'size' bytes, then a whole frame. */
static enum layer
frame_behind(struct walk *w, uint32_t size)
{
	if (!walk_has(w, size))
		return walk_short(w, size);
	walk_consume_l2(w, size);
	return LAYER_ETHER;
}

/* 'size' bytes, then what was the frame's own type or length. */
static enum layer
type_behind(struct walk *w, uint32_t size)
{
	uint16_t type;

	if (!walk_has(w, size + 2))
		return walk_short(w, size + 2);
	type = load16(w->data + w->at + size);
	walk_consume_l2(w, size + 2);
	key_ether(w, type <= ETHERTYPE_LENGTH_MAX ? 0 : type, 0, 0);
	return layer_of_type_or_length(type);
}

enum layer
layer_pbb(struct walk *w)
{
	return frame_behind(w, PBB_SIZE);
}

enum layer
layer_fabricpath(struct walk *w)
{
	return frame_behind(w, FABRICPATH_SIZE);
}

enum layer
layer_trill(struct walk *w)
{
	if (!walk_has(w, TRILL_SIZE))
		return walk_short(w, TRILL_SIZE);
	if (w->data[w->at] >> 6 != 0) /* of another version */
		return LAYER_DONE;
	return frame_behind(w, TRILL_SIZE + ((load16(w->data + w->at) >> 6) & 0x1f) * 4u);
}

/* The frame's trailer, a second check sum, is counted as argus does: it belongs to the wire. */
enum layer
layer_isl(struct walk *w)
{
	if (!walk_has(w, ISL_SIZE))
		return walk_short(w, ISL_SIZE);
	w->packet->encaps |= ENCAPS_ISL;
	return frame_behind(w, ISL_SIZE);
}

enum layer
layer_nsh(struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	uint32_t size;

	if (!walk_has(w, NSH_SIZE))
		return walk_short(w, NSH_SIZE);
	size = (h[1] & 0x3fu) * 4;
	if (h[0] >> 6 != 0 || size < NSH_SIZE)
		return walk_malformed(w);
	if (!walk_has(w, size))
		return walk_short(w, size);
	walk_consume_l2(w, size);
	switch (h[3]) {
	case 1:
		return LAYER_IP;
	case 2:
		return LAYER_IPV6;
	case 3:
		return LAYER_ETHER;
	case 4:
		return LAYER_NSH;
	case 5:
		return LAYER_MPLS;
	default:
		return LAYER_DONE;
	}
}

enum layer
layer_security_tag(struct walk *w)
{
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, SECURITY_TAG_SIZE))
		return walk_short(w, SECURITY_TAG_SIZE);
	if (h[0] != 1)
		return LAYER_DONE;
	return type_behind(w, SECURITY_TAG_SIZE + h[1] * 4u);
}

enum layer
layer_vn_tag(struct walk *w)
{
	return type_behind(w, VN_TAG_SIZE);
}

enum layer
layer_port_tag(struct walk *w)
{
	return type_behind(w, PORT_TAG_SIZE);
}
