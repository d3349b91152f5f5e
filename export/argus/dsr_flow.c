/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow DSR: the key. The initiator is always written first, hence the format's
 * REVERSE bit is never set; clients accept that everywhere.
 */
#include <netinet/in.h>

#include "export/argus/dsr.h"

#define MAC_SIZE 6

/* Unreachable net or host, redirect: the quoted address in two halves. */
static bool
is_about_address(uint8_t type, uint8_t code)
{
	return (type == 3 || type == 5) && code <= 1;
}

/* Identifiers are the one place where records have the byte order of the hosts that argus runs on,
 * little endian: clients show those of either probe alike, and their filters find both. */
static void
put_icmp_id(uint8_t *p, const struct flow_record *r)
{
	const uint16_t id = r->proto_key.icmp.id, seq = r->proto_key.icmp.seq;
	const bool as_is = is_about_address(r->proto_key.icmp.type, r->proto_key.icmp.code);

	put_u16(p, as_is ? id : __builtin_bswap16(id));
	put_u16(p + 2, as_is ? seq : __builtin_bswap16(seq));
}

/* Six bytes that stand for ports, by protocol. Mask lengths, the last two, are left 0. */
static void
put_ipv4_tail(uint8_t *p, const struct flow_record *r)
{
	put_u16(p, 0);
	put_u32(p + 2, 0);
	if (r->flags & FLOW_RECORD_FRAGMENT) {
		put_u16(p + 4, (uint16_t)r->proto_key.fragment_id);
		return;
	}
	switch (r->proto) {
	case IPPROTO_ICMP:
		p[0] = r->proto_key.icmp.type;
		p[1] = r->proto_key.icmp.code;
		put_icmp_id(p + 2, r);
		break;
	case IPPROTO_IGMP:
		p[0] = r->proto_key.icmp.type;
		p[1] = r->proto_key.icmp.code;
		put_u16(p + 4, r->proto_key.icmp.seq);
		break;
	case IPPROTO_ESP:
		put_u32(p + 2, r->proto_key.spi);
		break;
	default:
		put_u16(p, r->src_port);
		put_u16(p + 2, r->dst_port);
		break;
	}
}

static void
flow_ipv4_write(struct writer *w, const struct flow_record *r)
{
	uint8_t *p = writer_claim(w, 20);
	unsigned qualifier = WIRE_ADDR_IPV4;

	if (p == NULL)
		return;
	if (r->flags & FLOW_RECORD_FRAGMENT)
		qualifier |= WIRE_FLOW_FRAGMENT;
	else if (r->proto == IPPROTO_ESP)
		qualifier |= WIRE_FLOW_MASKLEN;
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_5TUPLE, qualifier, 5);
	memcpy(p + 4, r->who.ip.src, 4);
	memcpy(p + 8, r->who.ip.dst, 4);
	p[12] = r->proto;
	p[13] = 0;
	put_ipv4_tail(p + 14, r);
}

/* argus leaves the id of ICMPv6 0, and clients would print another one turned round. */
static void
put_ipv6_tail(uint8_t *p, const struct flow_record *r)
{
	if (r->flags & FLOW_RECORD_FRAGMENT) {
		put_u32(p, r->proto_key.fragment_id);
		return;
	}
	switch (r->proto) {
	case IPPROTO_ICMPV6:
		p[0] = r->proto_key.icmp.type;
		p[1] = r->proto_key.icmp.code;
		put_u16(p + 2, 0);
		break;
	case IPPROTO_ESP:
		put_u32(p, r->proto_key.spi);
		break;
	default:
		put_u16(p, r->src_port);
		put_u16(p + 2, r->dst_port);
		break;
	}
}

static void
flow_ipv6_write(struct writer *w, const struct flow_record *r)
{
	uint8_t *p = writer_claim(w, 44);
	unsigned qualifier = WIRE_ADDR_IPV6;

	if (p == NULL)
		return;
	if (r->flags & FLOW_RECORD_FRAGMENT)
		qualifier |= WIRE_FLOW_FRAGMENT;
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_5TUPLE, qualifier, 11);
	memcpy(p + 4, r->who.ip.src, 16);
	memcpy(p + 20, r->who.ip.dst, 16);
	put_u32(p + 36, (uint32_t)r->proto << 24); /* flow label 0 */
	put_ipv6_tail(p + 40, r);
}

/* The last four bytes of the Ethernet layout are its SAPs, a socket, or an LCP code and id. */
static void
flow_ether_write(struct writer *w, const struct flow_record *r, unsigned key, unsigned kind)
{
	const size_t words = kind == WIRE_ADDR_UDT ? 6 : 5;
	uint8_t *p = writer_claim(w, words * 4);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_FLOW, key, kind, words);
	memcpy(p + 4, r->who.ether.dst_mac, MAC_SIZE);
	memcpy(p + 10, r->who.ether.src_mac, MAC_SIZE);
	put_u16(p + 16, r->ethertype);
	if (kind == WIRE_ADDR_LCP) {
		p[18] = r->proto_key.icmp.type;
		p[19] = r->proto_key.icmp.code;
	} else {
		p[18] = r->who.ether.dsap;
		p[19] = r->who.ether.ssap;
	}
	if (kind == WIRE_ADDR_UDT)
		put_u32(p + 20, r->proto_key.spi);
}

/* Hardware addresses of other lengths than a MAC's are not kept: cut, and said to be. */
static size_t
arp_hardware_len(const struct flow_record *r)
{
	return r->who.arp.hardware_len < MAC_SIZE ? r->who.arp.hardware_len : MAC_SIZE;
}

static void
put_arp_head(uint8_t *p, const struct flow_record *r)
{
	put_u16(p, r->who.arp.hardware);
	put_u16(p + 2, r->who.arp.protocol);
	p[4] = (uint8_t)arp_hardware_len(r);
	p[5] = r->who.arp.protocol_len;
	put_u16(p + 6, r->who.arp.op);
}

static void
flow_arp_write(struct writer *w, const struct flow_record *r)
{
	const size_t hln = arp_hardware_len(r), words = 5 + (hln + 3) / 4;
	uint8_t *p = writer_claim(w, words * 4);

	if (p == NULL)
		return;
	put_u32(p + words * 4 - 4, 0);
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_ARP, WIRE_ADDR_ARP, words);
	put_arp_head(p + 4, r);
	memcpy(p + 12, r->who.arp.sender_ip, 4);
	memcpy(p + 16, r->who.arp.target_ip, 4);
	memcpy(p + 20, r->who.arp.sender_mac, hln);
}

static void
flow_rarp_write(struct writer *w, const struct flow_record *r)
{
	const size_t hln = arp_hardware_len(r), words = 4 + (2 * hln + 3) / 4;
	uint8_t *p = writer_claim(w, words * 4);

	if (p == NULL)
		return;
	put_u32(p + words * 4 - 4, 0);
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_ARP, WIRE_ADDR_RARP, words);
	put_arp_head(p + 4, r);
	memcpy(p + 12, r->who.arp.target_ip, 4);
	memcpy(p + 16, r->who.arp.sender_mac, hln);
	memcpy(p + 16 + hln, r->who.arp.target_mac, hln);
}

static void
flow_isis_write(struct writer *w, const struct flow_record *r)
{
	uint8_t *p = writer_claim(w, 44);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_5TUPLE, WIRE_ADDR_ISIS, 11);
	put_u32(p + 4, r->who.isis.pdu_type);
	memcpy(p + 8, r->who.isis.src_mac, MAC_SIZE);
	memcpy(p + 14, r->who.isis.dst_mac, MAC_SIZE);
	put_u32(p + 20, (uint32_t)r->who.isis.version << 24);
	memcpy(p + 24, r->who.isis.body, 14);
	put_u16(p + 38, 0);
	put_u16(p + 40, (uint16_t)r->proto_key.isis_checksum);
	put_u16(p + 42, 0);
}

static void
flow_wlan_write(struct writer *w, const struct flow_record *r)
{
	uint8_t *p = writer_claim(w, 56);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_5TUPLE, WIRE_ADDR_WLAN, 14);
	memcpy(p + 4, r->who.wlan.dst_mac, MAC_SIZE);
	memcpy(p + 10, r->who.wlan.src_mac, MAC_SIZE);
	memcpy(p + 16, r->who.wlan.bssid, MAC_SIZE);
	memcpy(p + 22, r->net_report.wlan_name, sizeof(r->net_report.wlan_name));
	put_u16(p + 54, 0);
}

/* IPv4 travels little-endian: clients don't turn it, and print it right on such hosts. */
static void
flow_matrix_write(struct writer *w, const struct flow_record *r, unsigned kind)
{
	const size_t size = kind == WIRE_ADDR_IPV4 ? 4 : 16;
	uint8_t *p = writer_claim(w, 4 + 2 * size);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_FLOW, WIRE_KEY_L3_MATRIX, kind, 1 + size / 2);
	for (size_t i = 0; i < size; i++) {
		const size_t from = kind == WIRE_ADDR_IPV4 ? size - 1 - i : i;

		p[4 + i] = r->who.ip.src[from];
		p[4 + size + i] = r->who.ip.dst[from];
	}
}

static void
flow_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;

	switch ((enum flow_kind)r->kind) {
	case FLOW_IPV4:
		flow_ipv4_write(w, r);
		break;
	case FLOW_IPV6:
		flow_ipv6_write(w, r);
		break;
	case FLOW_ARP:
		flow_arp_write(w, r);
		break;
	case FLOW_RARP:
		flow_rarp_write(w, r);
		break;
	case FLOW_ISIS:
		flow_isis_write(w, r);
		break;
	case FLOW_WLAN:
		flow_wlan_write(w, r);
		break;
	case FLOW_MATRIX_L3_IPV4:
		flow_matrix_write(w, r, WIRE_ADDR_IPV4);
		break;
	case FLOW_MATRIX_L3_IPV6:
		flow_matrix_write(w, r, WIRE_ADDR_IPV6);
		break;
	case FLOW_LCP:
		flow_ether_write(w, r, WIRE_KEY_5TUPLE, WIRE_ADDR_LCP);
		break;
	case FLOW_UDT:
		flow_ether_write(w, r, WIRE_KEY_5TUPLE, WIRE_ADDR_UDT);
		break;
	case FLOW_MATRIX_L2: /* clients know no other layout of MAC addresses, nor does argus */
	case FLOW_ETHER:
	case FLOW_NONE:
		flow_ether_write(w, r, WIRE_KEY_5TUPLE, WIRE_ADDR_ETHER);
		break;
	}
}

const struct dsr dsr_flow = {
	.name = "flow",
	.type = WIRE_DSR_FLOW,
	.size_max = 56,
	.write = flow_write,
};
