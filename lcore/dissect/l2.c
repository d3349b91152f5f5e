/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Layer 2: Ethernet II and IEEE 802.3, tags (IEEE 802.1Q, 802.1ad), LLC and
 * SNAP, label stacks (RFC 3032), PPPoE (RFC 2516) and PPP (RFC 1661, 1662). All
 * of it is walked through; what is found last and carries no IP keys the flow.
 */
#include "lcore/dissect/walk.h"

#define TAG_SIZE 4
#define LABEL_SIZE 4
#define PPPOE_SIZE 6
#define LABELS_MAX 32
#define OSI_ISIS 0x83 /* network layer protocol (ISO 9577); argus takes it for an ethertype */

enum layer
layer_of_ethertype(uint16_t ethertype)
{
	switch (ethertype) {
	case ETHERTYPE_IPV4:
		return LAYER_IP;
	case ETHERTYPE_IPV6:
		return LAYER_IPV6;
	case ETHERTYPE_ARP:
	case ETHERTYPE_RARP:
		return LAYER_ARP;
	case ETHERTYPE_VLAN:
	case ETHERTYPE_SERVICE_VLAN:
	case ETHERTYPE_OLD_QINQ:
	case ETHERTYPE_OLD_QINQ2:
	case ETHERTYPE_OLD_QINQ3:
		return LAYER_VLAN;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_MULTICAST:
		return LAYER_MPLS;
	case ETHERTYPE_PPPOE_DISCOVERY:
	case ETHERTYPE_PPPOE_SESSION:
		return LAYER_PPPOE;
	case ETHERTYPE_PBB:
		return LAYER_PBB;
	case ETHERTYPE_FABRICPATH:
		return LAYER_FABRICPATH;
	case ETHERTYPE_TRILL:
		return LAYER_TRILL;
	case ETHERTYPE_NSH:
		return LAYER_NSH;
	case ETHERTYPE_SECURITY_TAG:
		return LAYER_SECURITY_TAG;
	case ETHERTYPE_VN_TAG:
		return LAYER_VN_TAG;
	case ETHERTYPE_PORT_TAG:
		return LAYER_PORT_TAG;
	default:
		return LAYER_DONE;
	}
}

void
walk_consume_l2(struct walk *w, uint32_t size)
{
	const uint32_t left = w->captured - w->at;

	w->at += size < left ? size : left;
	if (!(w->packet->flags & (PACKET_IPV4 | PACKET_IPV6)))
		walk_payload(w, w->packet->bytes);
}

/* Cisco's ISL is told by the address that its frames are sent to. */
static bool
isl_begins(const uint8_t *h)
{
	return (h[0] == 0x01 || h[0] == 0x03) && h[1] == 0 && h[2] == 0x0c && h[3] == 0 &&
	       h[4] == 0;
}

enum layer
layer_ether(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	uint16_t type;

	if (!walk_has(w, ETHER_SIZE))
		return walk_short(w, ETHER_SIZE);
	type = load16(h + 12);
	w->mac[0] = h;
	w->mac[1] = h + MAC_SIZE;
	w->linkless = false;
	p->mac_at = (uint16_t)w->at;
	p->flags = (p->flags & ~(uint32_t)(NETWORK_FLAGS | PACKET_MAC_APART)) | PACKET_MAC;
	p->encaps |= ENCAPS_ETHER;
	key_ether(w, type <= ETHERTYPE_LENGTH_MAX ? 0 : type, 0, 0);
	if (isl_begins(h))
		return LAYER_ISL;
	walk_consume_l2(w, ETHER_SIZE);
	return layer_of_type_or_length(type);
}

enum layer
layer_vlan(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, TAG_SIZE))
		return walk_short(w, TAG_SIZE);
	p->vlan_tci = load16(h);
	p->flags |= PACKET_VLAN;
	p->encaps |= ENCAPS_8021Q;
	walk_consume_l2(w, TAG_SIZE);
	return layer_of_type_or_length(load16(h + 2));
}

/* Organisations whose SNAP protocol numbers are ethertypes (RFC 1042, IEEE 802.1H). */
static bool
snap_is_ethertype(const uint8_t *oui)
{
	return oui[0] == 0 && oui[1] == 0 && (oui[2] == 0 || oui[2] == 0xf8);
}

enum layer
layer_llc(struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	uint8_t dsap, ssap, control;

	if (!walk_has(w, 3))
		return walk_short(w, 3);
	dsap = h[0];
	ssap = h[1];
	control = h[2];
	w->packet->encaps |= ENCAPS_LLC;
	key_ether(w, 0, dsap, ssap);
	if (dsap == 0xff && ssap == 0xff) /* IPX without LLC */
		return LAYER_DONE;
	if (dsap == 0xfe && ssap == 0xfe && control == 3) {
		walk_consume_l2(w, 3);
		if (!walk_has(w, 1))
			return walk_short(w, 1);
		if (h[3] != OSI_ISIS)
			return LAYER_DONE;
		key_ether(w, OSI_ISIS, dsap, ssap);
		return LAYER_ISIS;
	}
	if (dsap == 0xaa && ssap == 0xaa && control == 3) {
		if (!walk_has(w, 8))
			return walk_short(w, 8);
		walk_consume_l2(w, 8);
		return snap_is_ethertype(h + 3) ? layer_of_ethertype(load16(h + 6)) : LAYER_DONE;
	}
	if ((control & 3) != 3)
		walk_consume_l2(w, 4);
	else
		walk_consume_l2(w, (control & ~0x10) == 0xaf && walk_has(w, 4) && h[3] == 0x81 ? 6
		                                                                               : 3);
	return LAYER_DONE;
}

bool
ether_type_fits(const struct walk *w, uint32_t at)
{
	uint16_t type;

	if (!walk_has(w, at + 2))
		return false;
	type = load16(w->data + w->at + at);
	if (type <= ETHERTYPE_LENGTH_MAX)
		return type >= 3 && type <= w->wire - w->at - at - 2;
	return layer_of_ethertype(type) != LAYER_DONE;
}

/* Nothing says what a label stack carries: its first nibble does for IP; else it is a pseudo-wire
 * with Ethernet, behind a control word (RFC 4448) when only then its type makes sense. */
static enum layer
mpls_payload(struct walk *w)
{
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, 4))
		return walk_short(w, 4);
	if (h[0] >> 4 == 6 || (h[0] >> 4 == 4 && (h[0] & 0x0f) >= 5 && load16(h + 2) >= 20))
		return LAYER_IP;
	if (load16(h + 2) == ETHERTYPE_IPV4 || load16(h + 2) == ETHERTYPE_IPV6)
		return LAYER_VLAN;
	if (h[0] >> 4 == 0 && ether_type_fits(w, 16) && !ether_type_fits(w, 12))
		walk_consume_l2(w, 4);
	return LAYER_ETHER;
}

enum layer
layer_mpls(struct walk *w)
{
	struct packet *p = w->packet;

	for (uint32_t i = 0; i < LABELS_MAX; i++) {
		uint32_t entry;

		if (!walk_has(w, LABEL_SIZE))
			return walk_short(w, LABEL_SIZE);
		entry = load32(w->data + w->at);
		if (!(p->flags & PACKET_MPLS)) {
			p->mpls_label = entry;
			w->mpls_stack = 0;
		}
		w->mpls_stack = (w->mpls_stack ^ (entry >> 12)) * 0x9e3779b1u;
		w->mpls_stack ^= w->mpls_stack >> 15;
		p->flags |= PACKET_MPLS;
		p->encaps |= ENCAPS_MPLS;
		walk_consume_l2(w, LABEL_SIZE);
		if (entry & 0x100) /* bottom of stack */
			return mpls_payload(w);
	}
	return walk_malformed(w);
}

enum layer
layer_pppoe(struct walk *w)
{
	const uint8_t *h = w->data + w->at;

	w->packet->encaps |= ENCAPS_PPP;
	if (!walk_has(w, PPPOE_SIZE))
		return walk_short(w, PPPOE_SIZE);
	if (h[1] != 0) /* discovery */
		return LAYER_DONE;
	walk_consume_l2(w, PPPOE_SIZE);
	return LAYER_PPP;
}

static enum layer
layer_of_ppp(uint16_t protocol)
{
	switch (protocol) {
	case 0x0021:
		return LAYER_IP;
	case 0x0057:
		return LAYER_IPV6;
	case 0x0281:
	case 0x0283:
		return LAYER_MPLS;
	default:
		return LAYER_DONE;
	}
}

/* Address and control may be left out, and the protocol cut to one byte, which is odd. */
enum layer
layer_ppp(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	uint32_t size = walk_has(w, 2) && load16(h) == 0xff03 ? 2 : 0;
	uint16_t protocol;

	if (!walk_has(w, size + 1))
		return walk_short(w, size + 1);
	if (size == 0 && h[0] == 0xff && !walk_has(w, 2))
		return walk_short(w, 2);
	if (h[size] & 1) {
		protocol = h[size++];
	} else {
		if (!walk_has(w, size + 2))
			return walk_short(w, size + 2);
		protocol = load16(h + size);
		size += 2;
	}
	p->encaps |= ENCAPS_PPP;
	if (w->link_ppp) /* the link's own header is not counted */
		p->bytes = p->bytes > size ? p->bytes - size : 0;
	w->link_ppp = false;
	walk_consume_l2(w, size);
	if (w->linkless && !(p->flags & (PACKET_IPV4 | PACKET_IPV6)))
		key_ether(w, protocol, 0, 0);
	return layer_of_ppp(protocol);
}
