/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dialects: what each version of the format has, in wire slot order.
 * Constant; any core may read it.
 */
#include "export/argus/dsr.h"

static const struct dsr *const dsr_3[] = {
	&dsr_transport, &dsr_flow,   &dsr_time,   &dsr_metric,   &dsr_network,  &dsr_vlan,
	&dsr_mpls,      &dsr_jitter, &dsr_ipattr, &dsr_psize,    &dsr_data_src, &dsr_data_dst,
	&dsr_mac,       &dsr_icmp,   &dsr_encaps, &dsr_behavior, &dsr_label,
};
static const struct dsr *const dsr_5[] = {
	&dsr5_transport, &dsr_flow,     &dsr5_time,   &dsr_metric, &dsr5_network,
	&dsr_vlan,       &dsr_mpls,     &dsr5_jitter, &dsr_ipattr, &dsr5_psize,
	&dsr_data_src,   &dsr_data_dst, &dsr_mac,     &dsr_icmp,   &dsr5_encaps,
	&dsr_behavior,   &dsr_label,    &dsr5_vxlan,  &dsr5_gre,   &dsr5_geneve,
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
static_assert(COUNT(dsr_3) <= FAR_DSRS_MAX && COUNT(dsr_5) <= FAR_DSRS_MAX, "an encoder's room");

const struct dialect *
dialect_of(enum record_format format)
{
	static const struct dialect dialects[] = {
		[RECORD_FORMAT_3] = { .version = WIRE_VERSION,
		                      .far = WIRE_FAR,
		                      .mar = WIRE_MAR,
		                      .dsr = dsr_3,
		                      .dsrs = COUNT(dsr_3),
		                      .mar_identity = mar_identity_3 },
		[RECORD_FORMAT_5] = { .version = WIRE5_VERSION,
		                      .far = WIRE5_FAR,
		                      .mar = WIRE5_MAR,
		                      .numbers_records = true,
		                      .dsr = dsr_5,
		                      .dsrs = COUNT(dsr_5),
		                      .mar_identity = mar_identity_5 },
	};

	return &dialects[format];
}

bool
record_format_numbers_records(enum record_format format)
{
	return dialect_of(format)->numbers_records;
}
