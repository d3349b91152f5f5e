/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet with something in front or inside: DOCSIS, Juniper's captures, and the
 * tags that switches exchange with their processor (Marvell, Broadcom). Only the
 * frame itself is counted.
 */
#include "lcore/dissect/link.h"

#define DOCSIS_SIZE 6 /* frame control, parameter, length, check sequence */
#define JUNIPER_SIZE 4
#define JUNIPER_NO_L2 0x02
#define JUNIPER_EXTENSION 0x80
#define TAG_SIZE 4
#define DSA_TAGGED 0x20

enum docsis_kind {
	DOCSIS_PACKET = 0,
	DOCSIS_MAC_SPECIFIC = 3,
};

/* Whether baseline privacy has encrypted what lies behind the addresses: the first element of the
 * extended header says so (DOCSIS BPI+, 4). */
static bool
docsis_encrypted(const uint8_t *element, uint32_t size)
{
	const uint8_t type = element[0] >> 4;

	return size >= 3 && (type == 3 || type == 4) && (element[2] & 0x80) != 0;
}

/* Of MAC specific frames, management messages are Ethernet's with a length. */
static bool
docsis_carries_ethernet(uint8_t control)
{
	const uint8_t kind = control >> 6, parameter = control >> 1 & 0x1f;

	return kind == DOCSIS_PACKET || (kind == DOCSIS_MAC_SPECIFIC && parameter == 1);
}

bool
link_docsis(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	uint32_t extension;

	(void)link;
	if (!walk_has(w, DOCSIS_SIZE))
		return false;
	extension = h[0] & 1 ? h[1] : 0;
	if (!walk_has(w, DOCSIS_SIZE + extension))
		return false;
	link_skip(w, DOCSIS_SIZE + extension);
	key_ether(w, 0, 0, 0);
	*first = LAYER_DONE;
	if (!docsis_carries_ethernet(h[0]))
		return true;
	*first = LAYER_ETHER;
	if (walk_has(w, ETHER_SIZE) && docsis_encrypted(h + 4, extension)) {
		link_addresses(w, MAC_PAIR, w->at, w->at + MAC_SIZE, 0);
		key_ether(w, 0, 0, 0);
		*first = LAYER_DONE;
	}
	return true;
}

/* A magic number, flags, extensions; then, unless a flag says otherwise, the link's own header. */
bool
link_juniper(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	uint32_t size = JUNIPER_SIZE;

	if (!walk_has(w, size))
		return false;
	if (load32(h) >> 8 != 0x4d4743)
		return link_malformed(w, first);
	if (h[3] & JUNIPER_EXTENSION) {
		if (!walk_has(w, size + 2))
			return false;
		size += 2u + load16(h + size);
	}
	if (h[3] & JUNIPER_NO_L2)
		size += 4;
	if (!walk_has(w, size))
		return false;
	link_skip(w, size);
	return link_enter(w, h[3] & JUNIPER_NO_L2 ? LINK_RAW : link->inside, first);
}

/* A frame with 'size' bytes of tag between its addresses and its type. */
static void
tagged(struct walk *w, uint32_t size, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	const uint16_t type = load16(h + 2 * MAC_SIZE + size);

	link_addresses(w, MAC_PAIR, w->at, w->at + MAC_SIZE, type);
	w->packet->encaps |= ENCAPS_ETHER;
	w->at += ETHER_SIZE;
	link_skip(w, size);
	key_ether(w, type <= ETHERTYPE_LENGTH_MAX ? 0 : type, 0, 0);
	*first = layer_of_type_or_length(type);
}

bool
link_brcm(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, ETHER_SIZE + TAG_SIZE))
		return false;
	tagged(w, TAG_SIZE, first);
	return true;
}

/* The tag proper may stand for one of IEEE 802.1Q; what EDSA has in front is link->size. */
bool
link_dsa(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *tag;

	if (!walk_has(w, ETHER_SIZE + TAG_SIZE + link->size))
		return false;
	tag = w->data + w->at + 2 * MAC_SIZE + link->size;
	if ((tag[0] & DSA_TAGGED) != 0) {
		/* bit 12 belongs to the tag's code, and CFI is elsewhere */
		w->packet->vlan_tci = (uint16_t)(load16(tag + 2) & 0xefff);
		w->packet->flags |= PACKET_VLAN;
		w->packet->encaps |= ENCAPS_8021Q;
	}
	tagged(w, TAG_SIZE + link->size, first);
	return true;
}
