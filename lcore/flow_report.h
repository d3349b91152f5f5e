/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow -> flow record: what the flow says of the interval that ends. Pure; runs
 * on the flow's worker lcore, writes straight into the ring's slot.
 */
#ifndef PANOPTES_LCORE_FLOW_REPORT_H
#define PANOPTES_LCORE_FLOW_REPORT_H

#include <stdint.h>

#include "lcore/flow.h"

/* Who the record is of: the key's part of line 0, up to flow_index. */
void flow_report_key(const struct flow *, struct flow_record *);

/* Everything but flow_index, worker, cause and report_ns. */
void flow_report(const struct flow_layout *, struct flow *, const struct flow_record_layout *,
                 struct flow_record *);

/* Time of the interval's first packet. */
uint64_t flow_first_ns(const struct flow *);

#endif
