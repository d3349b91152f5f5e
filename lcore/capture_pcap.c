/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classic pcap: a 24-byte file header, then records of a 16-byte header and the
 * packet. Either byte order; microseconds or nanoseconds; Kuznetzov's "modified"
 * variant with 24-byte record headers; the swapped lengths of versions below 2.4.
 */
#include "lcore/capture_format.h"

#define PCAP_MAGIC_US 0xa1b2c3d4u
#define PCAP_MAGIC_NS 0xa1b23c4du
#define PCAP_MAGIC_MODIFIED 0xa1b2cd34u

#define PCAP_FILE_HEADER 24
#define PCAP_RECORD_HEADER 16
#define PCAP_MODIFIED_RECORD_HEADER 24
#define PCAP_LINK_TYPE_BITS 0x03ffffffu /* above: FCS length and reserved */

static uint32_t
load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool
is_magic(uint32_t v)
{
	return v == PCAP_MAGIC_US || v == PCAP_MAGIC_NS || v == PCAP_MAGIC_MODIFIED;
}

static bool
pcap_probe(const uint8_t *bytes, size_t len)
{
	return len >= 4 && (is_magic(load32(bytes)) || is_magic(__builtin_bswap32(load32(bytes))));
}

static int
pcap_header(struct capture_parser *p, const uint8_t *bytes, size_t len)
{
	uint32_t magic;
	uint16_t major, minor;

	p->swapped = !is_magic(load32(bytes));
	magic = capture_u32(p, bytes);
	p->nanoseconds = magic == PCAP_MAGIC_NS;
	p->header_size =
	        magic == PCAP_MAGIC_MODIFIED ? PCAP_MODIFIED_RECORD_HEADER : PCAP_RECORD_HEADER;
	if (len < PCAP_FILE_HEADER) {
		capture_damaged(p, "the file ends inside its header");
		return -1;
	}
	major = capture_u16(p, bytes + 4);
	minor = capture_u16(p, bytes + 6);
	if (major != 2) {
		capture_damaged(p, "pcap version %u.%u is not supported", major, minor);
		return -1;
	}
	p->lengths_swapped = minor < 4;
	p->interface_count = 1;
	p->interfaces[0].snaplen = capture_u32(p, bytes + 16);
	p->interfaces[0].link_type =
	        capture_link_type(capture_u32(p, bytes + 20) & PCAP_LINK_TYPE_BITS);
	return PCAP_FILE_HEADER;
}

static inline enum capture_step
pcap_step(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
          struct packet_view *v)
{
	uint32_t captured, length;
	uint64_t fraction;

	if (len < p->header_size)
		return CAPTURE_MORE;
	captured = capture_u32(p, bytes + 8);
	length = capture_u32(p, bytes + 12);
	if (p->lengths_swapped && captured > length) {
		const uint32_t swap = captured;

		captured = length;
		length = swap;
	}
	if (captured > CAPTURE_PACKET_MAX)
		return capture_damaged(
		        p, "its record header says %u captured bytes, at most %u make sense",
		        captured, CAPTURE_PACKET_MAX);
	if (len - p->header_size < captured)
		return CAPTURE_MORE;
	fraction = capture_u32(p, bytes + 4);
	v->data = bytes + p->header_size;
	v->time_ns = capture_u32(p, bytes) * UINT64_C(1000000000) +
	             (p->nanoseconds ? fraction : fraction * 1000);
	v->captured = captured;
	v->length = length;
	v->link_type = p->interfaces[0].link_type;
	v->ingress = 0;
	v->flags = 0;
	*used = (size_t)p->header_size + captured;
	return CAPTURE_PACKET;
}

static unsigned
pcap_burst(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
           struct packet_view *views, unsigned max, enum capture_step *step)
{
	return capture_burst_steps(pcap_step, p, bytes, len, used, views, max, step);
}

const struct capture_format capture_pcap = {
	.name = "pcap",
	.header_min = PCAP_FILE_HEADER,
	.probe = pcap_probe,
	.header = pcap_header,
	.burst = pcap_burst,
};
