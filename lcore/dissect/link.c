/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Link types, one row each, and the simplest of them: where the packet's own bytes
 * begin, what follows, and what the link header takes off the bytes that are
 * counted. Ethernet's and 802.11's own headers count; those of other links do not,
 * nor does what a capture puts in front.
 */
#include "lcore/dissect/link.h"

static const uint8_t no_mac[MAC_SIZE];

/* clang-format off */
static const struct link links[LINK_COUNT] = {
	[LINK_NULL] = { .read = link_loopback },
	[LINK_ETHERNET] = { .read = link_ethernet },
	[LINK_TOKEN_RING] = { .read = link_token_ring },
	[LINK_ARCNET] = { .read = link_arcnet, .encaps = ENCAPS_ARCNET, .size = 3 },
	[LINK_SLIP] = { .read = link_prefixed, .encaps = ENCAPS_SLIP, .size = 16, .inside = LINK_RAW },
	[LINK_PPP] = { .read = link_ppp, .encaps = ENCAPS_PPP },
	[LINK_FDDI] = { .read = link_fddi, .encaps = ENCAPS_FDDI },
	[LINK_ATM] = { .read = link_atm, .encaps = ENCAPS_ATM },
	[LINK_RAW] = { .read = link_raw },
	[LINK_RAW_OPENBSD] = { .read = link_raw },
	[LINK_SLIP_BSDOS] = { .read = link_prefixed, .encaps = ENCAPS_SLIP, .size = 16, .inside = LINK_RAW },
	[LINK_PPP_BSDOS] = { .read = link_ppp, .encaps = ENCAPS_PPP },
	[LINK_ATM_CLIP] = { .read = link_atm, .encaps = ENCAPS_ATM },
	[LINK_PPP_SERIAL] = { .read = link_ppp_serial, .encaps = ENCAPS_PPP | ENCAPS_HDLC },
	[LINK_PPP_ETHER] = { .read = link_ppp_ether, .encaps = ENCAPS_PPP },
	[LINK_RAW_FILE] = { .read = link_raw },
	[LINK_C_HDLC] = { .read = link_c_hdlc, .encaps = ENCAPS_CHDLC },
	[LINK_WLAN] = { .read = link_wlan },
	[LINK_FRAME_RELAY] = { .read = link_frame_relay },
	[LINK_LOOP] = { .read = link_loopback },
	[LINK_ENC] = { .read = link_enc, .encaps = ENCAPS_SPI },
	[LINK_COOKED] = { .read = link_cooked, .encaps = ENCAPS_SLL | ENCAPS_ETHER },
	[LINK_PFLOG] = { .read = link_pflog },
	[LINK_PRISM] = { .read = link_prism },
	[LINK_SUNATM] = { .read = link_sunatm, .encaps = ENCAPS_ATM },
	[LINK_RADIOTAP] = { .read = link_radiotap },
	[LINK_ARCNET_LINUX] = { .read = link_arcnet, .encaps = ENCAPS_ARCNET, .size = 5 },
	[LINK_DOCSIS] = { .read = link_docsis },
	[LINK_AVS] = { .read = link_avs },
	[LINK_PPP_PPPD] = { .read = link_ppp_pppd, .encaps = ENCAPS_PPP },
	[LINK_JUNIPER_ETHER] = { .read = link_juniper, .encaps = ENCAPS_JUNIPER, .inside = LINK_ETHERNET },
	[LINK_JUNIPER_PPP] = { .read = link_juniper, .encaps = ENCAPS_JUNIPER, .inside = LINK_PPP },
	[LINK_JUNIPER_FRAME_RELAY] = { .read = link_juniper, .encaps = ENCAPS_JUNIPER, .inside = LINK_FRAME_RELAY },
	[LINK_JUNIPER_C_HDLC] = { .read = link_juniper, .encaps = ENCAPS_JUNIPER, .inside = LINK_C_HDLC },
	[LINK_PPI] = { .read = link_ppi },
	[LINK_PPP_DIRECTION] = { .read = link_prefixed, .size = 1, .inside = LINK_PPP },
	[LINK_C_HDLC_DIRECTION] = { .read = link_prefixed, .size = 1, .inside = LINK_C_HDLC },
	[LINK_FRAME_RELAY_DIRECTION] = { .read = link_prefixed, .size = 1, .inside = LINK_FRAME_RELAY },
	[LINK_MPLS] = { .read = link_mpls, .encaps = ENCAPS_MPLS },
	[LINK_IPNET] = { .read = link_ipnet },
	[LINK_IPV4] = { .read = link_raw },
	[LINK_IPV6] = { .read = link_raw },
	[LINK_NFLOG] = { .read = link_nflog },
	[LINK_PKTAP] = { .read = link_pktap },
	[LINK_COOKED2] = { .read = link_cooked2, .encaps = ENCAPS_SLL | ENCAPS_ETHER },
	[LINK_BRCM_TAG] = { .read = link_brcm },
	[LINK_BRCM_TAG_AHEAD] = { .read = link_prefixed, .size = 4, .inside = LINK_ETHERNET },
	[LINK_DSA_TAG] = { .read = link_dsa, .size = 0 },
	[LINK_EDSA_TAG] = { .read = link_dsa, .size = 4 },
};
/* clang-format on */

const struct link *
link_find(int link_type)
{
	if (link_type < 0 || link_type >= LINK_COUNT || links[link_type].read == NULL)
		return NULL;
	return &links[link_type];
}

bool
dissect_link_supported(int link_type)
{
	return link_find(link_type) != NULL;
}

void
link_skip(struct walk *w, uint32_t size)
{
	struct packet *p = w->packet;

	w->at += size;
	p->bytes = p->bytes > size ? p->bytes - size : 0;
	walk_payload(w, p->bytes);
}

bool
link_enter(struct walk *w, int link_type, enum layer *first)
{
	const struct link *link = link_find(link_type);

	if (link == NULL) {
		key_ether(w, 0, 0, 0);
		*first = LAYER_DONE;
		return true;
	}
	w->packet->encaps |= link->encaps;
	return link->read(w, link, first);
}

bool
link_header(struct walk *w, int link_type, enum layer *first)
{
	w->linkless = true;
	w->link_ppp = false;
	w->link_depth = 0;
	w->mac[0] = w->mac[1] = no_mac;
	walk_payload(w, w->packet->bytes);
	if (link_find(link_type) == NULL)
		return false;
	return link_enter(w, link_type, first);
}

bool
link_malformed(struct walk *w, enum layer *first)
{
	key_ether(w, 0, 0, 0);
	*first = walk_malformed(w);
	return true;
}

void
link_addresses(struct walk *w, enum mac_form form, uint32_t dst_at, uint32_t src_at,
               uint16_t ethertype)
{
	struct packet *p = w->packet;
	uint16_t ignored;

	p->mac_form = form & 15u;
	p->mac_at = (uint16_t)dst_at;
	p->mac_src_at = (uint16_t)src_at;
	p->mac_type = ethertype;
	p->flags |= PACKET_MAC_APART;
	(void)packet_mac(p, w->mac_made[0], w->mac_made[1], &ignored);
	w->mac[0] = w->mac_made[0];
	w->mac[1] = w->mac_made[1];
	w->linkless = false;
}

uint16_t
link_snap_type(const struct walk *w, uint32_t at)
{
	const uint8_t *h = w->data + at;

	if (at > w->captured || w->captured - at < 8)
		return 0;
	return h[0] == 0xaa && h[1] == 0xaa && h[2] == 3 ? load16(h + 6) : 0;
}

/* By argus's convention the destination says what the kernel knows: ours, broadcast, multicast. */
static void
cooked_destination(uint8_t dst[MAC_SIZE], unsigned packet_type)
{
	memset(dst, packet_type == 1 ? 0xff : 0, MAC_SIZE);
	if (packet_type == 2)
		dst[0] = 1;
	else if (packet_type == 0 || packet_type == 3)
		dst[MAC_SIZE - 1] = 1;
}

static void
mac_apart(const struct packet *p, uint8_t dst[MAC_SIZE], uint8_t src[MAC_SIZE])
{
	const uint8_t *d = p->data + p->mac_at, *s = p->data + p->mac_src_at;

	memset(dst, 0, MAC_SIZE);
	memset(src, 0, MAC_SIZE);
	switch ((enum mac_form)p->mac_form) {
	case MAC_PAIR:
		memcpy(dst, d, MAC_SIZE);
		memcpy(src, s, MAC_SIZE);
		break;
	case MAC_RECEIVER:
		memcpy(dst, d, MAC_SIZE);
		break;
	case MAC_RING:
		memcpy(dst, d, MAC_SIZE);
		memcpy(src, s, MAC_SIZE);
		src[0] &= 0x7f;
		break;
	case MAC_STATION:
		dst[MAC_SIZE - 1] = *d;
		src[MAC_SIZE - 1] = *s;
		break;
	case MAC_COOKED:
		cooked_destination(dst, *d);
		memcpy(src, s, MAC_SIZE);
		break;
	}
}

bool
packet_mac(const struct packet *p, uint8_t dst[6], uint8_t src[6], uint16_t *ethertype)
{
	const uint8_t *h = p->data + p->mac_at;

	if (p->flags & PACKET_MAC) {
		memcpy(dst, h, MAC_SIZE);
		memcpy(src, h + MAC_SIZE, MAC_SIZE);
		*ethertype = load16(h + 2 * MAC_SIZE);
		return true;
	}
	if (!(p->flags & PACKET_MAC_APART))
		return false;
	mac_apart(p, dst, src);
	*ethertype = p->mac_type;
	return true;
}

bool
link_ethernet(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	w->linkless = false;
	*first = LAYER_ETHER;
	return walk_has(w, ETHER_SIZE);
}

/* IP of either version and nothing in front. */
bool
link_raw(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, 1))
		return false;
	key_ether(w, 0, 0, 0);
	*first = LAYER_IP;
	return true;
}

bool
link_mpls(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, 4))
		return false;
	key_ether(w, ETHERTYPE_MPLS, 0, 0);
	*first = LAYER_MPLS;
	return true;
}

/* A header of fixed size that says nothing of use in front of another link type's. */
bool
link_prefixed(struct walk *w, const struct link *link, enum layer *first)
{
	if (!walk_has(w, link->size))
		return false;
	link_skip(w, link->size);
	return link_enter(w, link->inside, first);
}
