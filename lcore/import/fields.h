/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The information elements that a flow record has a place for, of NetFlow 9
 * (RFC 3954, section 8) and IPFIX (IANA's registry), which share their numbers.
 * Pure functions.
 */
#ifndef PANOPTES_LCORE_IMPORT_FIELDS_H
#define PANOPTES_LCORE_IMPORT_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#define FIELD_UNKNOWN 0 /* row of elements that are skipped */

/* One record's values, as exported; [1] is the way back. Numbers are of any length up to 8. */
struct import_values {
	uint64_t packets[2], bytes[2], out_packets, out_bytes;
	uint64_t first_ns, last_ns;         /* absolute */
	uint64_t first_up_ms, last_up_ms;   /* by the exporter's uptime */
	uint64_t first_ago_us, last_ago_us; /* before the export */
	uint64_t boot_ms;                   /* when the uptime was 0 */
	uint64_t interval, random_interval; /* sampling: one packet of so many */
	uint64_t sampled, skipped;          /* sampling: so many packets, then not so many */
	uint64_t sampler;
	uint64_t ip_version, proto, tos[2], tcp_flags[2], ttl, src_port, dst_port;
	uint64_t icmp, icmp_type, icmp_code; /* type << 8 | code, or each */
	uint64_t vlan, mpls;
	uint8_t src4[4], dst4[4], src6[16], dst6[16], src_mac[6], dst_mac[6];
	bool has_uptime, has_ago, has_ip4, has_ip6, has_mac, has_vlan, has_mpls, has_icmp;
	bool has_sampler;
};

/* The row of an element, or FIELD_UNKNOWN. */
uint8_t field_row(uint16_t element);

/* Takes 'length' bytes as the row's value; those of a length that can't be are ignored. */
void field_take(struct import_values *, uint8_t row, bool reverse, const uint8_t *bytes,
                uint32_t length);

#endif
