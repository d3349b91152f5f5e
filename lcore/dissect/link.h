/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside of the link layer: what a row of link.c's table says, and what its
 * readers share. Nothing outside lcore/dissect/link*.c includes it.
 *
 * A reader starts at walk->at, which is 0 unless another header names this link
 * type as the one inside. It takes the link's own header off the bytes that are
 * counted, writes the key that stands if nothing better is found, and names the
 * first layer. False: not even the link header is there, and the packet has no key.
 *
 * To add a link type: its number, a row in link.c's table, a reader in the file of
 * its family, a row in docs/operating.md.
 */
#ifndef PANOPTES_LCORE_DISSECT_LINK_H
#define PANOPTES_LCORE_DISSECT_LINK_H

#include "lcore/dissect/walk.h"

/* libpcap's DLT_* numbers. */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_TOKEN_RING = 6,
	LINK_ARCNET = 7,
	LINK_SLIP = 8,
	LINK_PPP = 9,
	LINK_FDDI = 10,
	LINK_ATM = 11,
	LINK_RAW = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_SLIP_BSDOS = 15,
	LINK_PPP_BSDOS = 16,
	LINK_ATM_CLIP = 19,
	LINK_PPP_SERIAL = 50,
	LINK_PPP_ETHER = 51,
	LINK_RAW_FILE = 101,
	LINK_C_HDLC = 104,
	LINK_WLAN = 105,
	LINK_FRAME_RELAY = 107,
	LINK_LOOP = 108,
	LINK_ENC = 109,
	LINK_COOKED = 113,
	LINK_PFLOG = 117,
	LINK_PRISM = 119,
	LINK_SUNATM = 123,
	LINK_RADIOTAP = 127,
	LINK_ARCNET_LINUX = 129,
	LINK_DOCSIS = 143,
	LINK_AVS = 163,
	LINK_PPP_PPPD = 166,
	LINK_JUNIPER_ETHER = 178,
	LINK_JUNIPER_PPP = 179,
	LINK_JUNIPER_FRAME_RELAY = 180,
	LINK_JUNIPER_C_HDLC = 181,
	LINK_PPI = 192,
	LINK_PPP_DIRECTION = 204,
	LINK_C_HDLC_DIRECTION = 205,
	LINK_FRAME_RELAY_DIRECTION = 206,
	LINK_MPLS = 219,
	LINK_IPNET = 226,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_PKTAP = 258,
	LINK_COOKED2 = 276,
	LINK_BRCM_TAG = 281,
	LINK_BRCM_TAG_AHEAD = 282,
	LINK_DSA_TAG = 284,
	LINK_EDSA_TAG = 285,
	LINK_COUNT
};

#define ETHER_SIZE 14

struct link {
	bool (*read)(struct walk *w, const struct link *link, enum layer *first);
	uint32_t encaps; /* enum encaps_bit; layers inside add theirs */
	uint16_t size;   /* what there is of headers of fixed size */
	uint16_t inside; /* enum link_type: what a header in front carries */
};

/* The row of a link type; NULL: nobody reads it. */
const struct link *link_find(int link_type);

/* 'size' bytes of link header are done, and not counted. */
void link_skip(struct walk *w, uint32_t size);

/* The packet goes on as one of this link type. */
bool link_enter(struct walk *w, int link_type, enum layer *first);

/* A link header that says nothing sound: a flow without addresses, for what there is. */
bool link_malformed(struct walk *w, enum layer *first);

/* A frame of a network with MAC addresses that do not lie as Ethernet's do, from here on keyed by
 * them: what is at these offsets of the packet, by its form. */
void link_addresses(struct walk *w, enum mac_form form, uint32_t dst_at, uint32_t src_at,
                    uint16_t ethertype);

/* LLC begins at 'at': the ethertype of its SNAP header, 0 without. */
uint16_t link_snap_type(const struct walk *w, uint32_t at);

/* The readers, by file. */
bool link_ethernet(struct walk *w, const struct link *link, enum layer *first);
bool link_raw(struct walk *w, const struct link *link, enum layer *first);
bool link_mpls(struct walk *w, const struct link *link, enum layer *first);
bool link_prefixed(struct walk *w, const struct link *link, enum layer *first);

/* link_atm.c */
bool link_atm(struct walk *w, const struct link *link, enum layer *first);
bool link_sunatm(struct walk *w, const struct link *link, enum layer *first);

/* link_cooked.c */
bool link_cooked(struct walk *w, const struct link *link, enum layer *first);
bool link_cooked2(struct walk *w, const struct link *link, enum layer *first);

/* link_ether.c */
bool link_docsis(struct walk *w, const struct link *link, enum layer *first);
bool link_juniper(struct walk *w, const struct link *link, enum layer *first);
bool link_brcm(struct walk *w, const struct link *link, enum layer *first);
bool link_dsa(struct walk *w, const struct link *link, enum layer *first);

/* link_ring.c */
bool link_fddi(struct walk *w, const struct link *link, enum layer *first);
bool link_token_ring(struct walk *w, const struct link *link, enum layer *first);
bool link_arcnet(struct walk *w, const struct link *link, enum layer *first);

/* link_serial.c */
bool link_ppp(struct walk *w, const struct link *link, enum layer *first);
bool link_ppp_serial(struct walk *w, const struct link *link, enum layer *first);
bool link_ppp_pppd(struct walk *w, const struct link *link, enum layer *first);
bool link_ppp_ether(struct walk *w, const struct link *link, enum layer *first);
bool link_c_hdlc(struct walk *w, const struct link *link, enum layer *first);
bool link_frame_relay(struct walk *w, const struct link *link, enum layer *first);

/* link_system.c */
bool link_loopback(struct walk *w, const struct link *link, enum layer *first);
bool link_enc(struct walk *w, const struct link *link, enum layer *first);
bool link_pflog(struct walk *w, const struct link *link, enum layer *first);
bool link_nflog(struct walk *w, const struct link *link, enum layer *first);
bool link_ipnet(struct walk *w, const struct link *link, enum layer *first);

/* link_wlan.c */
bool link_wlan(struct walk *w, const struct link *link, enum layer *first);
bool link_radiotap(struct walk *w, const struct link *link, enum layer *first);
bool link_prism(struct walk *w, const struct link *link, enum layer *first);
bool link_avs(struct walk *w, const struct link *link, enum layer *first);
bool link_ppi(struct walk *w, const struct link *link, enum layer *first);
bool link_pktap(struct walk *w, const struct link *link, enum layer *first);

#endif
