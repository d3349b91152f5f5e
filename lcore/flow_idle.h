/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long a silent flow lives on, by protocol. argus's own idle times begin when
 * the status interval is over; so do argus's defaults here, written out or not. A
 * time that the operator chose otherwise is strict: it begins with the flow's last
 * packet, whatever the interval. Plain data, made once; read-only then.
 */
#ifndef PANOPTES_LCORE_FLOW_IDLE_H
#define PANOPTES_LCORE_FLOW_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "lcore/dissect/flow_key.h"

struct flow_idle {
	uint32_t seconds;
	bool strict;
};

struct flow_idle_times {
	struct flow_idle ip, tcp, icmp, igmp, fragment, arp, other;
	uint32_t longest_s;
};

void flow_idle_init(struct flow_idle_times *, const struct config *);

struct flow_idle flow_idle_of(const struct flow_idle_times *, const struct flow_key *);

#endif
