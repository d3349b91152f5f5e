/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets for tests, header by header from the outside in. Length fields are
 * filled in by packet_seal(), so that headers need not know what follows.
 * Addresses are always the same pair; 'turned' sends the packet the other way.
 */
#ifndef PANOPTES_TESTS_SUPPORT_PACKET_BUILDER_H
#define PANOPTES_TESTS_SUPPORT_PACKET_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_BUILDER_MAX 4096
#define PACKET_BUILDER_LENGTHS 160

/* Ethernet, IPv4 and IPv6 addresses of the two ends: [0] sends unless turned. */
extern const uint8_t packet_mac_of[2][6];
extern const uint8_t packet_ip4_of[2][4];
extern const uint8_t packet_ip6_of[2][16];

struct packet_builder {
	uint8_t bytes[PACKET_BUILDER_MAX];
	uint32_t len;
	bool turned; /* addresses and ports of what is put from here on are swapped */
	uint32_t lengths;
	struct {
		uint32_t at;   /* of a 16-bit length field */
		uint32_t from; /* where what it counts begins */
	} length[PACKET_BUILDER_LENGTHS];
};

void packet_begin(struct packet_builder *, bool turned);
/* Fills in the lengths; more may be put and sealed again. */
void packet_seal(struct packet_builder *);

void packet_put(struct packet_builder *, const void *, size_t);
void packet_put8(struct packet_builder *, uint8_t);
void packet_put16(struct packet_builder *, uint16_t);
void packet_put32(struct packet_builder *, uint32_t);
/* 'size' bytes of payload: 1, 2, 3 ... */
void packet_put_payload(struct packet_builder *, size_t size);
/* A 16-bit field for the length of what begins at 'from'. */
void packet_put_length(struct packet_builder *, uint32_t from);

void packet_put_ether(struct packet_builder *, uint16_t type);
/* IEEE 802.3: a length, LLC is to follow. */
void packet_put_ether_length(struct packet_builder *);
void packet_put_tag(struct packet_builder *, uint16_t tci, uint16_t type);
void packet_put_snap(struct packet_builder *, uint16_t type);
void packet_put_label(struct packet_builder *, uint32_t label, bool bottom);
void packet_put_pppoe(struct packet_builder *, uint16_t protocol);

void packet_put_ip4(struct packet_builder *, uint8_t proto);
/* 'fragment': the flags and offset field. Options of a multiple of four bytes. */
void packet_put_ip4_full(struct packet_builder *, uint8_t proto, uint16_t id, uint16_t fragment,
                         const void *options, uint8_t options_size);
void packet_put_ip6(struct packet_builder *, uint8_t next);
/* Hop-by-hop, routing, destination options: eight bytes a unit, padded. */
void packet_put_ip6_extension(struct packet_builder *, uint8_t next, uint8_t more_units);
void packet_put_ip6_fragment(struct packet_builder *, uint8_t next, uint32_t id, uint16_t offset,
                             bool more);
void packet_put_ah(struct packet_builder *, uint8_t next, uint8_t icv_size);

void packet_put_tcp(struct packet_builder *, uint16_t sport, uint16_t dport, uint8_t flags,
                    const void *options, uint8_t options_size);
void packet_put_udp(struct packet_builder *, uint16_t sport, uint16_t dport);
void packet_put_icmp(struct packet_builder *, uint8_t type, uint8_t code, uint32_t rest);

#endif
