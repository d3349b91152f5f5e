/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ATM adaptation layer 5 (RFC 2684): LLC in front of what is carried, or, where
 * the circuit carries IP alone, nothing. SunATM tells LAN emulation apart.
 */
#include "lcore/dissect/link.h"

#define SUNATM_SIZE 4
#define LANE_SIZE 2
#define METROPOLITAN_SIZE 20 /* IEEE 802.6, which an old driver left in front */
#define BRIDGED_SIZE 10      /* LLC, SNAP, and two bytes of padding */

enum sunatm_kind {
	SUNATM_LANE = 1,
};

static bool
is_llc(const struct walk *w, uint32_t at)
{
	const uint8_t *h = w->data + w->at + at;

	if (!walk_has(w, at + 3))
		return false;
	return h[2] == 3 && h[0] == h[1] && (h[0] == 0xaa || h[0] == 0xfe || h[0] == 0x06);
}

/* A bridged Ethernet frame: RFC 2684's organisation and its protocols 1 and 7. */
static bool
is_bridged_ethernet(const struct walk *w)
{
	static const uint8_t bridged[] = { 0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0 };
	const uint8_t *h = w->data + w->at;

	return walk_has(w, BRIDGED_SIZE) && memcmp(h, bridged, sizeof(bridged)) == 0 &&
	       (h[7] == 1 || h[7] == 7);
}

bool
link_atm(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, 3))
		return false;
	key_ether(w, 0, 0, 0);
	if (!is_llc(w, 0) && (h[0] >> 4 == 6 || (h[0] >> 4 == 4 && (h[0] & 0x0f) >= 5))) {
		*first = LAYER_IP;
		return true;
	}
	if (!is_llc(w, 0) && is_llc(w, METROPOLITAN_SIZE))
		link_skip(w, METROPOLITAN_SIZE);
	*first = LAYER_LLC;
	if (is_bridged_ethernet(w)) {
		w->packet->encaps |= ENCAPS_LLC;
		link_skip(w, BRIDGED_SIZE);
		*first = LAYER_ETHER;
	}
	return true;
}

bool
link_sunatm(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, SUNATM_SIZE + 3))
		return false;
	link_skip(w, SUNATM_SIZE);
	if ((h[0] & 0x0f) != SUNATM_LANE)
		return link_atm(w, link, first);
	link_skip(w, LANE_SIZE);
	key_ether(w, 0, 0, 0);
	*first = LAYER_ETHER;
	return true;
}
