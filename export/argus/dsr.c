/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/argus/dsr.h"

const struct dsr *const dsr_table[FAR_DSRS_MAX] = {
	&dsr_transport, &dsr_flow,   &dsr_time,   &dsr_metric,   &dsr_network,  &dsr_vlan,
	&dsr_mpls,      &dsr_jitter, &dsr_ipattr, &dsr_psize,    &dsr_data_src, &dsr_data_dst,
	&dsr_mac,       &dsr_icmp,   &dsr_encaps, &dsr_behavior,
};
const unsigned dsr_table_size = 16;
