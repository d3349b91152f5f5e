/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pcapng (draft-ietf-opsawg-pcapng): blocks of type, length, body, length.
 * Sections may change byte order; every interface has its own link type, time
 * unit and time offset. Packets come in Enhanced, Simple and (obsolete) Packet
 * blocks; all other blocks are passed over.
 */
#include "lcore/capture_format.h"

#define NG_SECTION 0x0a0d0d0au
#define NG_INTERFACE 1u
#define NG_PACKET 2u
#define NG_SIMPLE 3u
#define NG_ENHANCED 6u
#define NG_BYTE_ORDER 0x1a2b3c4du

#define NG_BLOCK_MIN 12 /* type, length, length */
#define NG_SECTION_MIN 28
#define NG_INTERFACE_MIN 20
#define NG_SIMPLE_MIN 16
#define NG_ENHANCED_MIN 32 /* Packet blocks too */
#define NG_OPTION_TSRESOL 9
#define NG_OPTION_TSOFFSET 14
#define NG_TIME_MAX (UINT64_C(1) << 62) /* ns; times beyond are nonsense and must stay ordered */

static bool
ng_probe(const uint8_t *bytes, size_t len)
{
	uint32_t type, order;

	if (len < 12)
		return false;
	memcpy(&type, bytes, 4);
	memcpy(&order, bytes + 8, 4);
	return type == NG_SECTION &&
	       (order == NG_BYTE_ORDER || order == __builtin_bswap32(NG_BYTE_ORDER));
}

/* Sections are ordinary blocks: the first one is read by the step. */
static int
ng_header(struct capture_parser *p, const uint8_t *bytes, size_t len)
{
	(void)p;
	(void)bytes;
	(void)len;
	return 0;
}

/* Ticks of an interface -> ns since the epoch. Multiplications are 128 bits wide. */
static uint64_t
ng_time(const struct capture_interface *i, uint64_t ticks)
{
	unsigned __int128 ns = ticks;
	__int128 t;

	if (i->binary) {
		ns = ns * 1000000000u >> i->exponent;
	} else if (i->exponent <= 9) {
		for (unsigned e = i->exponent; e < 9; e++)
			ns *= 10;
	} else {
		for (unsigned e = i->exponent; e > 9; e--)
			ns /= 10;
	}
	t = (__int128)ns + (__int128)i->offset_s * 1000000000;
	if (t < 0)
		return 0;
	return t > (__int128)NG_TIME_MAX ? NG_TIME_MAX : (uint64_t)t;
}

static void
ng_interface_options(struct capture_parser *p, struct capture_interface *i, const uint8_t *at,
                     size_t len)
{
	while (len >= 4) {
		const uint16_t code = capture_u16(p, at);
		const uint16_t size = capture_u16(p, at + 2);
		const size_t padded = ((size_t)size + 3) & ~(size_t)3;

		at += 4;
		len -= 4;
		if (code == 0 || padded > len)
			return;
		if (code == NG_OPTION_TSRESOL && size == 1) {
			i->binary = (at[0] & 0x80) != 0;
			i->exponent = at[0] & 0x7f;
		} else if (code == NG_OPTION_TSOFFSET && size == 8) {
			const uint64_t first = capture_u32(p, at), second = capture_u32(p, at + 4);
			const bool big = (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) != p->swapped;

			i->offset_s = (int64_t)(big ? first << 32 | second : second << 32 | first);
		}
		at += padded;
		len -= padded;
	}
}

static enum capture_step
ng_interface(struct capture_parser *p, const uint8_t *bytes, uint32_t size)
{
	struct capture_interface *i;

	if (size < NG_INTERFACE_MIN)
		return capture_damaged(p, "an interface block of %u bytes", size);
	if (p->interface_count == CAPTURE_INTERFACES_MAX)
		return capture_damaged(p, "more than %u interfaces in a section",
		                       CAPTURE_INTERFACES_MAX);
	i = &p->interfaces[p->interface_count++];
	i->link_type = capture_link_type(capture_u16(p, bytes + 8));
	i->snaplen = capture_u32(p, bytes + 12);
	i->binary = false;
	i->exponent = 6;
	i->offset_s = 0;
	ng_interface_options(p, i, bytes + 16, size - NG_INTERFACE_MIN);
	return CAPTURE_OTHER;
}

static enum capture_step
ng_view(struct capture_parser *p, struct packet_view *v, uint32_t interface, const uint8_t *data,
        uint32_t room, uint32_t captured, uint32_t length)
{
	if (interface >= p->interface_count)
		return capture_damaged(p, "it names interface %u of %u", interface,
		                       p->interface_count);
	if (captured > room || captured > CAPTURE_PACKET_MAX)
		return capture_damaged(p, "it says %u captured bytes, %u are there", captured,
		                       room);
	v->data = data;
	v->captured = captured;
	v->length = length;
	v->link_type = p->interfaces[interface].link_type;
	v->ingress = (uint8_t)interface;
	v->flags = 0;
	return CAPTURE_PACKET;
}

static enum capture_step
ng_packet(struct capture_parser *p, uint32_t type, const uint8_t *b, uint32_t size,
          struct packet_view *v)
{
	uint32_t interface = 0, captured, length;
	enum capture_step s;

	if (size < (type == NG_SIMPLE ? NG_SIMPLE_MIN : NG_ENHANCED_MIN))
		return capture_damaged(p, "a packet block of %u bytes", size);
	if (type == NG_SIMPLE) {
		length = captured = capture_u32(p, b + 8);
		if (p->interface_count != 0 && p->interfaces[0].snaplen != 0 &&
		    captured > p->interfaces[0].snaplen)
			captured = p->interfaces[0].snaplen;
		v->time_ns = 0;
		return ng_view(p, v, 0, b + 12, size - NG_SIMPLE_MIN, captured, length);
	}
	interface = type == NG_ENHANCED ? capture_u32(p, b + 8) : capture_u16(p, b + 8);
	captured = capture_u32(p, b + 20);
	length = capture_u32(p, b + 24);
	s = ng_view(p, v, interface, b + 28, size - NG_ENHANCED_MIN, captured, length);
	if (s == CAPTURE_PACKET)
		v->time_ns =
		        ng_time(&p->interfaces[interface],
		                (uint64_t)capture_u32(p, b + 12) << 32 | capture_u32(p, b + 16));
	return s;
}

static enum capture_step
ng_section(struct capture_parser *p, const uint8_t *bytes)
{
	uint32_t order;

	memcpy(&order, bytes + 8, 4);
	if (order != NG_BYTE_ORDER && order != __builtin_bswap32(NG_BYTE_ORDER))
		return capture_damaged(p, "a section header without byte order");
	p->swapped = order != NG_BYTE_ORDER;
	p->interface_count = 0;
	return CAPTURE_OTHER;
}

static enum capture_step
ng_step(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
        struct packet_view *v)
{
	uint32_t type, size;
	enum capture_step s = CAPTURE_OTHER;

	if (len < NG_BLOCK_MIN)
		return CAPTURE_MORE;
	type = capture_u32(p, bytes);
	if (type == NG_SECTION) { /* reads the same in both orders; what follows does not */
		s = ng_section(p, bytes);
		if (s == CAPTURE_DAMAGED)
			return s;
	}
	size = capture_u32(p, bytes + 4);
	if (size < (type == NG_SECTION ? NG_SECTION_MIN : NG_BLOCK_MIN) || size % 4 != 0)
		return capture_damaged(p, "its block length is %u", size);
	*used = size;
	if (type != NG_INTERFACE && type != NG_PACKET && type != NG_SIMPLE && type != NG_ENHANCED)
		return CAPTURE_OTHER;
	if (size > CAPTURE_RECORD_MAX)
		return capture_damaged(p, "its block length is %u", size);
	if (len < size)
		return CAPTURE_MORE;
	if (capture_u32(p, bytes + size - 4) != size)
		return capture_damaged(p, "its block lengths %u and %u differ", size,
		                       capture_u32(p, bytes + size - 4));
	return type == NG_INTERFACE ? ng_interface(p, bytes, size)
	                            : ng_packet(p, type, bytes, size, v);
}

static unsigned
ng_burst(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
         struct packet_view *views, unsigned max, enum capture_step *step)
{
	return capture_burst_steps(ng_step, p, bytes, len, used, views, max, step);
}

const struct capture_format capture_pcapng = {
	.name = "pcapng",
	.header_min = 12,
	.probe = ng_probe,
	.header = ng_header,
	.burst = ng_burst,
};
