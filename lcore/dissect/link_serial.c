/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Serial lines: PPP (RFC 1661, 1662) as captures have it, Cisco's HDLC, frame
 * relay by RFC 2427 and by Cisco. None has addresses: what names the protocol
 * there keys what carries no IP.
 */
#include "lcore/dissect/link.h"

#define C_HDLC_SIZE 4
#define PPPOE_SIZE 6
#define Q922_SIZE_MAX 4
#define SNAP_SIZE 5 /* organisation and protocol, behind the NLPID */

/* Network layer protocol identifiers (ISO TR 9577, RFC 2427). */
enum nlpid {
	NLPID_SNAP = 0x80,
	NLPID_ISIS = 0x83,
	NLPID_IPV6 = 0x8e,
	NLPID_IPV4 = 0xcc,
	NLPID_PPP = 0xcf,
};

/* layer_ppp() takes its header off the counted bytes itself, for it may be short or long. */
static bool
enter_ppp(struct walk *w, enum layer *first)
{
	key_ether(w, 0, 0, 0);
	w->link_ppp = true;
	*first = LAYER_PPP;
	return true;
}

bool
link_ppp(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	return walk_has(w, 2) && enter_ppp(w, first);
}

/* Both framings are found on these, and the first byte tells which. */
bool
link_ppp_serial(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	if (!walk_has(w, 1) || (h[0] != 0x0f && h[0] != 0x8f))
		return link_ppp(w, link, first);
	w->packet->encaps &= ~link->encaps;
	return link_enter(w, LINK_C_HDLC, first);
}

/* pppd writes the direction, 0 or 1, over the address. */
bool
link_ppp_pppd(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, 2))
		return false;
	if (h[0] <= 1 && h[1] == 3)
		link_skip(w, 2);
	return enter_ppp(w, first);
}

/* PPPoE (RFC 2516) without the Ethernet in front. */
bool
link_ppp_ether(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, PPPOE_SIZE))
		return false;
	link_skip(w, PPPOE_SIZE);
	if (h[1] == 0)
		return enter_ppp(w, first);
	key_ether(w, ETHERTYPE_PPPOE_DISCOVERY, 0, 0);
	*first = LAYER_DONE;
	return true;
}

bool
link_c_hdlc(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	uint16_t protocol;

	(void)link;
	if (!walk_has(w, C_HDLC_SIZE))
		return false;
	protocol = load16(h + 2);
	link_skip(w, C_HDLC_SIZE);
	key_ether(w, protocol, 0, 0);
	*first = layer_of_ethertype(protocol);
	if (*first == LAYER_ARP) /* 0x8035 is Cisco's own keep-alive here */
		*first = LAYER_DONE;
	return true;
}

/* Bytes of a Q.922 address: each but the last has bit 0 clear. 0: it has no end. */
static uint32_t
q922_size(const struct walk *w)
{
	const uint8_t *h = w->data + w->at;

	for (uint32_t i = 1; i < Q922_SIZE_MAX && walk_has(w, i + 1); i++) {
		if (h[i] & 1)
			return i + 1;
	}
	return 0;
}

/* RFC 2427: an Ethernet frame, or a protocol by its ethertype, or none of ours. */
static enum layer
snap_payload(struct walk *w)
{
	const uint8_t *h = w->data + w->at;
	const uint32_t organisation = load32(h) >> 8;
	const uint16_t protocol = load16(h + 3);

	link_skip(w, SNAP_SIZE);
	if (organisation == 0x0080c2)
		return (protocol & 0xff) == 1 || (protocol & 0xff) == 7 ? LAYER_ETHER : LAYER_DONE;
	key_ether(w, protocol, 0, 0);
	return organisation == 0 ? layer_of_ethertype(protocol) : LAYER_DONE;
}

/* At the network layer protocol identifier. */
static enum layer
nlpid_payload(struct walk *w)
{
	const uint8_t nlpid = w->data[w->at];

	key_ether(w, nlpid, 0, 0);
	if (nlpid == NLPID_ISIS)
		return LAYER_ISIS;
	link_skip(w, 1);
	switch (nlpid) {
	case NLPID_IPV4:
	case NLPID_IPV6:
		return LAYER_IP;
	case NLPID_PPP:
		w->link_ppp = true;
		return LAYER_PPP;
	case NLPID_SNAP:
		return walk_has(w, SNAP_SIZE) ? snap_payload(w) : walk_short(w, SNAP_SIZE);
	default:
		return LAYER_DONE;
	}
}

/* RFC 2427: unnumbered information, a byte of padding or none, then the protocol. */
static enum layer
multiprotocol(struct walk *w)
{
	link_skip(w, 1);
	if (!walk_has(w, 1))
		return walk_short(w, 1);
	if (w->data[w->at] == 0)
		link_skip(w, 1);
	return walk_has(w, 1) ? nlpid_payload(w) : walk_short(w, 1);
}

/* Cisco has an ethertype behind the address, where RFC 2427 has 3 and a protocol below. */
bool
link_frame_relay(struct walk *w, const struct link *link, enum layer *first)
{
	const uint32_t size = q922_size(w);
	uint16_t protocol;

	(void)link;
	if (!walk_has(w, 4))
		return false;
	if (size == 0)
		return link_malformed(w, first);
	link_skip(w, size);
	key_ether(w, 0, 0, 0);
	*first = LAYER_DONE;
	if (!walk_has(w, 2)) {
		*first = walk_short(w, 2);
		return true;
	}
	protocol = load16(w->data + w->at);
	if (protocol >> 8 == 3) {
		*first = multiprotocol(w);
	} else if (protocol > ETHERTYPE_LENGTH_MAX) {
		link_skip(w, 2);
		key_ether(w, protocol, 0, 0);
		*first = layer_of_ethertype(protocol);
	}
	return true;
}
