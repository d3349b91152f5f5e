/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Link headers: where the packet's own bytes begin, what follows, and what the
 * link header takes off the bytes that are counted. Ethernet's counts; those of
 * other links do not.
 */
#include "lcore/dissect/walk.h"

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_SERIAL = 50,
	LINK_RAW_FILE = 101,
	LINK_C_HDLC = 104,
	LINK_LOOP = 108,
	LINK_COOKED = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_COOKED2 = 276,
};

#define COOKED_SIZE 16
#define COOKED2_SIZE 20
#define FAMILY_SIZE 4
#define C_HDLC_SIZE 4

static const uint8_t no_mac[MAC_SIZE];

bool
dissect_link_supported(int link_type)
{
	switch (link_type) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_PPP:
	case LINK_RAW:
	case LINK_RAW_OPENBSD:
	case LINK_PPP_SERIAL:
	case LINK_RAW_FILE:
	case LINK_C_HDLC:
	case LINK_LOOP:
	case LINK_COOKED:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_COOKED2:
		return true;
	default:
		return false;
	}
}

/* A link header of 'size' bytes has been read and is not counted. */
static void
link_consume(struct walk *w, uint32_t size)
{
	struct packet *p = w->packet;

	w->at = size;
	p->bytes = p->bytes > size ? p->bytes - size : 0;
	walk_payload(w, p->bytes);
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

/* Linux cooked, both versions: the same facts in another order. */
struct cooked {
	uint16_t packet_type, protocol;
	const uint8_t *src;
};

static struct cooked
cooked_read(const uint8_t *h, bool v2)
{
	if (v2)
		return (struct cooked){ .packet_type = h[10],
			                .protocol = load16(h),
			                .src = h + 12 };
	return (struct cooked){ .packet_type = load16(h),
		                .protocol = load16(h + 14),
		                .src = h + 6 };
}

static bool
link_cooked(struct walk *w, bool v2, enum layer *first)
{
	const uint32_t size = v2 ? COOKED2_SIZE : COOKED_SIZE;
	struct cooked cooked;

	if (!walk_has(w, size))
		return false;
	cooked = cooked_read(w->data, v2);
	cooked_destination(w->cooked_dst, cooked.packet_type);
	w->mac[0] = w->cooked_dst;
	w->mac[1] = cooked.src;
	w->packet->encaps = ENCAPS_SLL | ENCAPS_ETHER;
	w->packet->flags |= v2 ? PACKET_COOKED | PACKET_COOKED2 : PACKET_COOKED;
	link_consume(w, size);
	key_ether(w, cooked.protocol, 0, 0);
	*first = layer_of_type_or_length(cooked.protocol);
	return true;
}

bool
packet_mac(const struct packet *p, uint8_t dst[6], uint8_t src[6], uint16_t *ethertype)
{
	const uint8_t *h = p->data + p->mac_at;
	struct cooked cooked;

	if (p->flags & PACKET_MAC) {
		memcpy(dst, h, MAC_SIZE);
		memcpy(src, h + MAC_SIZE, MAC_SIZE);
		*ethertype = load16(h + 2 * MAC_SIZE);
		return true;
	}
	if (!(p->flags & PACKET_COOKED))
		return false;
	cooked = cooked_read(h, (p->flags & PACKET_COOKED2) != 0);
	cooked_destination(dst, cooked.packet_type);
	memcpy(src, cooked.src, MAC_SIZE);
	*ethertype = cooked.protocol;
	return true;
}

/* BSD loopback: an address family in the byte order of whoever wrote the file (DLT_LOOP: of the
 * network). Families are small numbers, so the order shows. */
static bool
link_loopback(struct walk *w, enum layer *first)
{
	uint32_t family;

	if (!walk_has(w, FAMILY_SIZE))
		return false;
	family = load32(w->data);
	if (family > UINT16_MAX)
		family = __builtin_bswap32(family);
	link_consume(w, FAMILY_SIZE);
	key_ether(w, (uint16_t)family, 0, 0);
	switch (family) {
	case 2:
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		*first = LAYER_IP;
		break;
	default:
		*first = LAYER_DONE;
		break;
	}
	return true;
}

static bool
link_c_hdlc(struct walk *w, enum layer *first)
{
	uint16_t protocol;

	if (!walk_has(w, C_HDLC_SIZE))
		return false;
	protocol = load16(w->data + 2);
	w->packet->encaps = ENCAPS_CHDLC;
	link_consume(w, C_HDLC_SIZE);
	key_ether(w, protocol, 0, 0);
	*first = layer_of_ethertype(protocol);
	if (*first == LAYER_ARP) /* 0x8035 is Cisco's own keep-alive here */
		*first = LAYER_DONE;
	return true;
}

/* PPP takes its header off the counted bytes itself, for it may be short or long. */
static bool
link_ppp(struct walk *w, uint32_t encaps, enum layer *first)
{
	if (!walk_has(w, 2))
		return false;
	w->packet->encaps = encaps;
	key_ether(w, 0, 0, 0);
	*first = LAYER_PPP;
	return true;
}

static bool
link_raw(struct walk *w, enum layer *first)
{
	if (!walk_has(w, 1))
		return false;
	key_ether(w, 0, 0, 0);
	*first = LAYER_IP;
	return true;
}

static bool
link_ethernet(struct walk *w, enum layer *first)
{
	w->linkless = false;
	*first = LAYER_ETHER;
	return walk_has(w, 14);
}

bool
link_header(struct walk *w, int link_type, enum layer *first)
{
	w->linkless = link_type != LINK_COOKED && link_type != LINK_COOKED2;
	w->mac[0] = w->mac[1] = no_mac;
	walk_payload(w, w->packet->bytes);
	switch (link_type) {
	case LINK_ETHERNET:
		return link_ethernet(w, first);
	case LINK_COOKED:
	case LINK_COOKED2:
		return link_cooked(w, link_type == LINK_COOKED2, first);
	case LINK_NULL:
	case LINK_LOOP:
		return link_loopback(w, first);
	case LINK_RAW:
	case LINK_RAW_OPENBSD:
	case LINK_RAW_FILE:
	case LINK_IPV4:
	case LINK_IPV6:
		return link_raw(w, first);
	case LINK_C_HDLC:
		return link_c_hdlc(w, first);
	case LINK_PPP:
		return link_ppp(w, ENCAPS_PPP, first);
	case LINK_PPP_SERIAL:
		if (walk_has(w, 1) && (w->data[0] == 0x0f || w->data[0] == 0x8f))
			return link_c_hdlc(w, first);
		return link_ppp(w, ENCAPS_PPP | ENCAPS_HDLC, first);
	default:
		return false;
	}
}
