/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Snoop files (RFC 1761): big-endian; a 16-byte file header, records of a
 * 24-byte header, the packet and padding.
 */
#include "lcore/capture_format.h"

#include <pcap/dlt.h>

#define SNOOP_FILE_HEADER 16
#define SNOOP_RECORD_HEADER 24

static bool
snoop_probe(const uint8_t *bytes, size_t len)
{
	return len >= 8 && memcmp(bytes, "snoop\0\0\0", 8) == 0;
}

static int
snoop_header(struct capture_parser *p, const uint8_t *bytes, size_t len)
{
	uint32_t version, link;

	if (len < SNOOP_FILE_HEADER) {
		capture_damaged(p, "the file ends inside its header");
		return -1;
	}
	version = capture_be32(bytes + 8);
	link = capture_be32(bytes + 12);
	if (version != 2) {
		capture_damaged(p, "snoop version %u is not supported", version);
		return -1;
	}
	p->interface_count = 1;
	switch (link) { /* RFC 1761, section 4 */
	case 0:         /* IEEE 802.3 */
	case 4:         /* Ethernet */
		p->interfaces[0].link_type = DLT_EN10MB;
		break;
	case 8:
		p->interfaces[0].link_type = DLT_FDDI;
		break;
	default:
		capture_damaged(p, "snoop link type %u is not supported", link);
		return -1;
	}
	return SNOOP_FILE_HEADER;
}

static inline enum capture_step
snoop_step(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
           struct packet_view *v)
{
	uint32_t captured, record;

	if (len < SNOOP_RECORD_HEADER)
		return CAPTURE_MORE;
	captured = capture_be32(bytes + 4);
	record = capture_be32(bytes + 8);
	if (captured > CAPTURE_PACKET_MAX || record > CAPTURE_RECORD_MAX ||
	    record < SNOOP_RECORD_HEADER || record - SNOOP_RECORD_HEADER < captured)
		return capture_damaged(p,
		                       "its record header says %u captured bytes in a record of %u",
		                       captured, record);
	if (len < record)
		return CAPTURE_MORE;
	v->data = bytes + SNOOP_RECORD_HEADER;
	v->time_ns = capture_be32(bytes + 16) * UINT64_C(1000000000) +
	             capture_be32(bytes + 20) * UINT64_C(1000);
	v->captured = captured;
	v->length = capture_be32(bytes);
	v->link_type = p->interfaces[0].link_type;
	v->ingress = 0;
	v->flags = 0;
	*used = record;
	return CAPTURE_PACKET;
}

static unsigned
snoop_burst(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
            struct packet_view *views, unsigned max, enum capture_step *step)
{
	return capture_burst_steps(snoop_step, p, bytes, len, used, views, max, step);
}

const struct capture_format capture_snoop = {
	.name = "snoop",
	.header_min = SNOOP_FILE_HEADER,
	.probe = snoop_probe,
	.header = snoop_header,
	.burst = snoop_burst,
};
