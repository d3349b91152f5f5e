/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NetFlow 1, 5, 6 and 7: a header, and records of one form, which differ little:
 *
 *	addresses 0 4, interfaces 12, packets 16, bytes 20, first and last 24 28 (the
 *	exporter's uptime, ms), ports 32 34 (ICMP: type and code in the second);
 *	from 5 on TCP flags 37, protocol 38, TOS 39; in 1 protocol 38, TOS 39, flags 40
 *
 * Headers: version 0, count 2, uptime 4, seconds and nanoseconds 8 12, from 5 on
 * the number of the first flow 16, engine 20, and of 5 the sampling 22 (two bits
 * mode, 14 bits interval).
 */
#include <string.h>

#include "lcore/import/import_internal.h"

struct form {
	size_t header, record;
};

/* Records of version 1 are 48 bytes by the structure that collectors were given, and 52 as most
 * exporters write them. */
static struct form
form_of(unsigned version, unsigned count, size_t len)
{
	switch (version) {
	case 1:
		return (struct form){ 16, len == 16 + 48 * (size_t)count ? 48 : 52 };
	case 5:
		return (struct form){ 24, 48 };
	default: /* 6, 7 */
		return (struct form){ 24, 52 };
	}
}

static void
fixed_record(struct importer *im, const struct import_origin *o, const uint8_t *header,
             const uint8_t *r, uint32_t sampling)
{
	const uint64_t now_ns = import_u32(header + 8) * IMPORT_SECOND + import_u32(header + 12);
	const uint32_t uptime_ms = import_u32(header + 4);
	struct import_flow f = {
		.packets[0] = import_u32(r + 16),
		.bytes[0] = import_u32(r + 20),
		.first_ns = import_uptime_ns(now_ns, uptime_ms, import_u32(r + 24)),
		.last_ns = import_uptime_ns(now_ns, uptime_ms, import_u32(r + 28)),
		.sampling = sampling,
		.src_port = import_u16(r + 32),
		.dst_port = import_u16(r + 34),
		.proto = r[38],
		.tos[0] = r[39],
		.tcp_flags[0] = header[1] == 1 ? r[40] : r[37],
		.icmp_type = r[34],
		.icmp_code = r[35],
	};

	memcpy(f.src, r, 4);
	memcpy(f.dst, r + 4, 4);
	import_flow_emit(im, o, &f);
}

void
import_netflow_fixed(struct importer *im, const struct import_origin *o, const uint8_t *p,
                     size_t len)
{
	const unsigned version = import_u16(p);
	const unsigned count = len >= 4 ? import_u16(p + 2) : 0;
	const struct form form = form_of(version, count, len);
	uint32_t sampling = 0;
	size_t records;

	if (len < form.header) {
		import_count(im, COUNTER_import_malformed);
		return;
	}
	records = (len - form.header) / form.record;
	if (records < count)
		import_count(im, COUNTER_import_malformed);
	else
		records = count;
	if (version != 1) {
		const uint32_t sequence = import_u32(p + 16);
		const uint32_t engine = version == 7 ? 0 : import_u16(p + 20);

		import_sequence(im, import_session(im, o, (uint16_t)version, engine), sequence,
		                sequence + count, COUNTER_import_lost_flows);
	}
	if (version == 5)
		sampling = import_u16(p + 22) & 0x3fff;
	for (size_t i = 0; i < records; i++)
		fixed_record(im, o, p, p + form.header + i * form.record, sampling);
}
