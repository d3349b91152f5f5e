/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stamps are checked one by one: clocks of NICs are set and stepped by others.
 */
#include "lcore/port_stamp.h"

#include <rte_errno.h>
#include <rte_mbuf_dyn.h>

#define NS_PER_US UINT64_C(1000)

int
port_stamp_init(struct port_stamp *s)
{
	return rte_mbuf_dyn_rx_timestamp_register(&s->offset, &s->flag) < 0 ? -rte_errno : 0;
}

bool
port_stamp_registered(void)
{
	return rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, NULL) >= 0;
}

static bool
is_recent(uint64_t ns, uint64_t now_ns)
{
	return ns <= now_ns + PORT_STAMP_LATE_NS && ns >= now_ns - PORT_STAMP_EARLY_NS;
}

uint64_t
port_stamp_ns(const struct port_stamp *s, const struct rte_mbuf *m, uint64_t now_ns)
{
	uint64_t stamp;

	if ((m->ol_flags & s->flag) == 0)
		return 0;
	stamp = *RTE_MBUF_DYNFIELD(m, (size_t)s->offset, const rte_mbuf_timestamp_t *);
	if (s->has_clock)
		stamp = tsc_clock_ns_around(&s->clock, stamp);
	else if (stamp < UINT64_MAX / NS_PER_US && is_recent(stamp * NS_PER_US, now_ns))
		stamp *= NS_PER_US;
	return is_recent(stamp, now_ns) ? stamp : 0;
}
