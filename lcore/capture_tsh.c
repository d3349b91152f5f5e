/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NLANR TSH ("time sequenced headers"): no file header; records of 44 bytes,
 * big-endian: seconds, interface (8 bits) and microseconds (24 bits), an IPv4
 * header of 20 bytes, the first 16 bytes of the TCP header. It can't be told by
 * a magic, so the operator says that a file is one.
 */
#include "lcore/capture_format.h"

#include <pcap/dlt.h>

#define TSH_RECORD 44
#define TSH_TIME 8
#define TSH_HEADERS (TSH_RECORD - TSH_TIME)

static bool
tsh_probe(const uint8_t *bytes, size_t len)
{
	(void)bytes;
	(void)len;
	return false;
}

static int
tsh_header(struct capture_parser *p, const uint8_t *bytes, size_t len)
{
	(void)bytes;
	(void)len;
	p->interface_count = 1;
	p->interfaces[0].link_type = DLT_RAW;
	return 0;
}

static inline enum capture_step
tsh_step(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
         struct packet_view *v)
{
	if (len < TSH_RECORD)
		return CAPTURE_MORE;
	if (bytes[TSH_TIME] >> 4 != 4)
		return capture_damaged(p, "its record holds no IPv4 header");
	v->data = bytes + TSH_TIME;
	v->time_ns = capture_be32(bytes) * UINT64_C(1000000000) +
	             (capture_be32(bytes + 4) & 0xffffffu) * UINT64_C(1000);
	v->captured = TSH_HEADERS;
	v->length = (uint32_t)bytes[TSH_TIME + 2] << 8 | bytes[TSH_TIME + 3];
	if (v->length < TSH_HEADERS) /* a short datagram: what follows its end is no packet */
		v->captured = v->length;
	v->link_type = DLT_RAW;
	v->ingress = bytes[4];
	v->flags = 0;
	*used = TSH_RECORD;
	return CAPTURE_PACKET;
}

static unsigned
tsh_burst(struct capture_parser *p, const uint8_t *bytes, size_t len, size_t *used,
          struct packet_view *views, unsigned max, enum capture_step *step)
{
	return capture_burst_steps(tsh_step, p, bytes, len, used, views, max, step);
}

const struct capture_format capture_tsh = {
	.name = "TSH",
	.header_min = 0,
	.probe = tsh_probe,
	.header = tsh_header,
	.burst = tsh_burst,
};
