/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Headers as their RFCs draw them. Checksums are left zero: nothing that is
 * tested with these packets looks at them.
 */
#include "tests/support/packet_builder.h"

#include <stdlib.h>
#include <string.h>

const uint8_t packet_mac_of[2][6] = {
	{ 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a },
	{ 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b },
};
const uint8_t packet_ip4_of[2][4] = { { 192, 0, 2, 1 }, { 198, 51, 100, 2 } };
const uint8_t packet_ip6_of[2][16] = {
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 },
};

void
packet_begin(struct packet_builder *b, bool turned)
{
	b->len = 0;
	b->lengths = 0;
	b->turned = turned;
}

void
packet_seal(struct packet_builder *b)
{
	for (uint32_t i = 0; i < b->lengths; i++) {
		const uint32_t size = b->len - b->length[i].from;

		b->bytes[b->length[i].at] = (uint8_t)(size >> 8);
		b->bytes[b->length[i].at + 1] = (uint8_t)size;
	}
}

void
packet_put(struct packet_builder *b, const void *bytes, size_t size)
{
	if (size > sizeof(b->bytes) - b->len)
		abort();
	if (size != 0)
		memcpy(b->bytes + b->len, bytes, size);
	b->len += (uint32_t)size;
}

void
packet_put8(struct packet_builder *b, uint8_t value)
{
	packet_put(b, &value, 1);
}

void
packet_put16(struct packet_builder *b, uint16_t value)
{
	packet_put8(b, (uint8_t)(value >> 8));
	packet_put8(b, (uint8_t)value);
}

void
packet_put32(struct packet_builder *b, uint32_t value)
{
	packet_put16(b, (uint16_t)(value >> 16));
	packet_put16(b, (uint16_t)value);
}

void
packet_put_payload(struct packet_builder *b, size_t size)
{
	for (size_t i = 1; i <= size; i++)
		packet_put8(b, (uint8_t)i);
}

void
packet_put_length(struct packet_builder *b, uint32_t from)
{
	if (b->lengths == PACKET_BUILDER_LENGTHS)
		abort();
	b->length[b->lengths].at = b->len;
	b->length[b->lengths].from = from;
	b->lengths++;
	packet_put16(b, 0);
}

static void
put_macs(struct packet_builder *b)
{
	packet_put(b, packet_mac_of[!b->turned], 6);
	packet_put(b, packet_mac_of[b->turned], 6);
}

void
packet_put_ether(struct packet_builder *b, uint16_t type)
{
	put_macs(b);
	packet_put16(b, type);
}

void
packet_put_ether_length(struct packet_builder *b)
{
	put_macs(b);
	packet_put_length(b, b->len + 2);
}

void
packet_put_tag(struct packet_builder *b, uint16_t tci, uint16_t type)
{
	packet_put16(b, tci);
	packet_put16(b, type);
}

void
packet_put_snap(struct packet_builder *b, uint16_t type)
{
	packet_put(b, "\xaa\xaa\x03\0\0\0", 6);
	packet_put16(b, type);
}

void
packet_put_label(struct packet_builder *b, uint32_t label, bool bottom)
{
	packet_put32(b, label << 12 | (bottom ? 0x100u : 0) | 64);
}

void
packet_put_pppoe(struct packet_builder *b, uint16_t protocol)
{
	packet_put16(b, 0x1100);
	packet_put16(b, 7); /* session */
	packet_put_length(b, b->len + 2);
	packet_put16(b, protocol);
}

void
packet_put_ip4(struct packet_builder *b, uint8_t proto)
{
	packet_put_ip4_full(b, proto, 0x1234, 0x4000, NULL, 0);
}

void
packet_put_ip4_full(struct packet_builder *b, uint8_t proto, uint16_t id, uint16_t fragment,
                    const void *options, uint8_t options_size)
{
	const uint32_t from = b->len;

	packet_put8(b, (uint8_t)(0x45 + options_size / 4));
	packet_put8(b, 0x20); /* TOS */
	packet_put_length(b, from);
	packet_put16(b, id);
	packet_put16(b, fragment);
	packet_put8(b, 63);
	packet_put8(b, proto);
	packet_put16(b, 0);
	packet_put(b, packet_ip4_of[b->turned], 4);
	packet_put(b, packet_ip4_of[!b->turned], 4);
	packet_put(b, options, options_size);
}

void
packet_put_ip6(struct packet_builder *b, uint8_t next)
{
	packet_put32(b, 0x62012345); /* traffic class 0x20 */
	packet_put_length(b, b->len + 36);
	packet_put8(b, next);
	packet_put8(b, 63);
	packet_put(b, packet_ip6_of[b->turned], 16);
	packet_put(b, packet_ip6_of[!b->turned], 16);
}

void
packet_put_ip6_extension(struct packet_builder *b, uint8_t next, uint8_t more_units)
{
	packet_put8(b, next);
	packet_put8(b, more_units);
	for (uint32_t i = 0; i < 6u + 8u * more_units; i++)
		packet_put8(b, 0); /* Pad1 */
}

void
packet_put_ip6_fragment(struct packet_builder *b, uint8_t next, uint32_t id, uint16_t offset,
                        bool more)
{
	packet_put8(b, next);
	packet_put8(b, 0);
	packet_put16(b, (uint16_t)(offset | more));
	packet_put32(b, id);
}

void
packet_put_ah(struct packet_builder *b, uint8_t next, uint8_t icv_size)
{
	packet_put8(b, next);
	packet_put8(b, (uint8_t)(icv_size / 4 + 1));
	packet_put16(b, 0);
	packet_put32(b, 0x01020304); /* SPI */
	packet_put32(b, 1);
	packet_put_payload(b, icv_size);
}

static void
put_ports(struct packet_builder *b, uint16_t sport, uint16_t dport)
{
	packet_put16(b, b->turned ? dport : sport);
	packet_put16(b, b->turned ? sport : dport);
}

void
packet_put_tcp(struct packet_builder *b, uint16_t sport, uint16_t dport, uint8_t flags,
               const void *options, uint8_t options_size)
{
	put_ports(b, sport, dport);
	packet_put32(b, 0x11223344);
	packet_put32(b, 0x55667788);
	packet_put8(b, (uint8_t)(0x50 + options_size / 4 * 16));
	packet_put8(b, flags);
	packet_put16(b, 8192);
	packet_put16(b, 0);
	packet_put16(b, 5); /* urgent */
	packet_put(b, options, options_size);
}

void
packet_put_udp(struct packet_builder *b, uint16_t sport, uint16_t dport)
{
	const uint32_t from = b->len;

	put_ports(b, sport, dport);
	packet_put_length(b, from);
	packet_put16(b, 0);
}

void
packet_put_icmp(struct packet_builder *b, uint8_t type, uint8_t code, uint32_t rest)
{
	packet_put8(b, type);
	packet_put8(b, code);
	packet_put16(b, 0);
	packet_put32(b, rest);
}
