/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bidirectional key of a flow: 48 bytes in canonical order, so that both
 * directions of a conversation have the same key. struct packet's 'reverse'
 * says which way round a packet was. Compared and hashed as raw bytes: unused
 * bytes are zero.
 */
#ifndef PANOPTES_LCORE_DISSECT_FLOW_KEY_H
#define PANOPTES_LCORE_DISSECT_FLOW_KEY_H

#include <assert.h>
#include <stdint.h>

struct flow_key {
	uint8_t addr[2][16]; /* smaller (address, port) first; IPv4 in the first four bytes; MAC
				addresses in the first six */
	uint16_t port[2];    /* host byte order, same order as addr; ICMP echo: id, sequence; ICMP
				others, IGMP: type << 8 | code, extra; ESP: SPI high, low; LLC: SAPs */
	uint8_t kind;        /* enum flow_kind (ring/flow_record.h) */
	uint8_t proto;       /* IP protocol */
	uint16_t ethertype;  /* kinds without IP */
	uint16_t id;         /* DNS transaction, IGMP or orphan fragment's IP identification */
	uint16_t vlan;       /* 0 unless the flow key asks for it (VID + 1) */
	uint32_t label;      /* 0 unless the flow key asks for MPLS, VNI or tunnel id */
};
static_assert(sizeof(struct flow_key) == 48, "three vector compares");

#endif
