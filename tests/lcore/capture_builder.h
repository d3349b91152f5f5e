/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Captures in memory, of every format and byte order, for the tests of what
 * reads them. Packet i of a capture is packet_length(i) bytes of packet_byte(i, k).
 */
#ifndef PANOPTES_TESTS_LCORE_CAPTURE_BUILDER_H
#define PANOPTES_TESTS_LCORE_CAPTURE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct capture_bytes {
	size_t len;
	bool big; /* byte order of what is put */
	uint8_t v[1 << 20];
};

static inline void
put_bytes(struct capture_bytes *b, const void *p, size_t n)
{
	memcpy(b->v + b->len, p, n);
	b->len += n;
}

static inline void
put_uint(struct capture_bytes *b, uint64_t v, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		b->v[b->len++] = (uint8_t)(v >> 8 * (b->big ? size - 1 - i : i));
}

static inline uint32_t
packet_length(unsigned i)
{
	return 14 + i * 37 % 200;
}

static inline uint8_t
packet_byte(unsigned i, uint32_t k)
{
	return (uint8_t)(i * 31 + k);
}

static inline uint64_t
packet_time_ns(unsigned i)
{
	return UINT64_C(1700000000123456000) + i * UINT64_C(1000003000);
}

static inline void
put_packet(struct capture_bytes *b, unsigned i, uint32_t captured)
{
	for (uint32_t k = 0; k < captured; k++)
		b->v[b->len++] = packet_byte(i, k);
}

static inline void
pcap_begin(struct capture_bytes *b, uint32_t magic, uint32_t link)
{
	put_uint(b, magic, 4);
	put_uint(b, 2, 2);
	put_uint(b, 4, 2);
	put_uint(b, 0, 8);
	put_uint(b, 65535, 4);
	put_uint(b, link, 4);
}

static inline void
pcap_packet(struct capture_bytes *b, uint32_t magic, unsigned i)
{
	const uint64_t ns = packet_time_ns(i);

	put_uint(b, ns / 1000000000u, 4);
	put_uint(b, magic == 0xa1b23c4d ? ns % 1000000000u : ns % 1000000000u / 1000, 4);
	put_uint(b, packet_length(i), 4);
	put_uint(b, packet_length(i) + 5, 4);
	if (magic == 0xa1b2cd34)
		put_uint(b, 0, 8);
	put_packet(b, i, packet_length(i));
}

static inline void
pcap_build(struct capture_bytes *b, bool big, uint32_t magic, unsigned packets)
{
	b->len = 0;
	b->big = big;
	pcap_begin(b, magic, 1);
	for (unsigned i = 0; i < packets; i++)
		pcap_packet(b, magic, i);
}

static inline void
ng_section(struct capture_bytes *b)
{
	put_uint(b, 0x0a0d0d0a, 4);
	put_uint(b, 28, 4);
	put_uint(b, 0x1a2b3c4d, 4);
	put_uint(b, 1, 2);
	put_uint(b, 0, 2);
	put_uint(b, UINT64_MAX, 8);
	put_uint(b, 28, 4);
}

/* 'resolution' as the if_tsresol option has it. */
static inline void
ng_interface(struct capture_bytes *b, uint16_t link, uint8_t resolution, int64_t offset_s)
{
	put_uint(b, 1, 4);
	put_uint(b, 44, 4);
	put_uint(b, link, 2);
	put_uint(b, 0, 2);
	put_uint(b, 0, 4);
	put_uint(b, 9, 2);
	put_uint(b, 1, 2);
	put_uint(b, resolution, 1);
	put_bytes(b, "\0\0", 3);
	put_uint(b, 14, 2);
	put_uint(b, 8, 2);
	put_uint(b, (uint64_t)offset_s, 8);
	put_uint(b, 0, 4);
	put_uint(b, 44, 4);
}

static inline void
ng_packet(struct capture_bytes *b, uint32_t interface, uint64_t ticks, unsigned i)
{
	const uint32_t n = packet_length(i), padded = (n + 3) & ~3u;

	put_uint(b, 6, 4);
	put_uint(b, 32 + padded, 4);
	put_uint(b, interface, 4);
	put_uint(b, ticks >> 32, 4);
	put_uint(b, ticks, 4);
	put_uint(b, n, 4);
	put_uint(b, n + 5, 4);
	put_packet(b, i, n);
	put_bytes(b, "\0\0\0", padded - n);
	put_uint(b, 32 + padded, 4);
}

static inline void
snoop_build(struct capture_bytes *b, unsigned packets)
{
	b->len = 0;
	b->big = true;
	put_bytes(b, "snoop\0\0\0", 8);
	put_uint(b, 2, 4);
	put_uint(b, 4, 4);
	for (unsigned i = 0; i < packets; i++) {
		const uint32_t n = packet_length(i), padded = (n + 3) & ~3u;
		const uint64_t ns = packet_time_ns(i);

		put_uint(b, n + 5, 4);
		put_uint(b, n, 4);
		put_uint(b, 24 + padded, 4);
		put_uint(b, 0, 4);
		put_uint(b, ns / 1000000000u, 4);
		put_uint(b, ns % 1000000000u / 1000, 4);
		put_packet(b, i, n);
		put_bytes(b, "\0\0\0", padded - n);
	}
}

#endif
