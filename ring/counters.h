/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The probe's ledger: what every core counts, one line a counter.
 *
 * A struct counters has one writer (the core that owns it) and any number of
 * readers, so a relaxed load and store is enough; readers add up over cores.
 * Invariant, asserted at every stop:
 *	rx_packets = flow_packets + filtered + malformed_dropped + every drop_*
 * What was never received is counted apart, as missed_*.
 *	records_made = records_written + _filtered + _lost + _spooled    (per output)
 */
#ifndef PANOPTES_RING_COUNTERS_H
#define PANOPTES_RING_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#define COUNTERS(COUNTER)                                                                      \
	COUNTER(rx_packets, "packets received from the source")                                \
	COUNTER(rx_bytes, "bytes received, as on the wire")                                    \
	COUNTER(filtered, "packets the packet filter refused")                                 \
	COUNTER(flow_packets, "packets counted in a flow")                                     \
	COUNTER(flow_bytes, "bytes counted in a flow")                                         \
	COUNTER(truncated, "packets in a flow whose headers the capture cut")                  \
	COUNTER(malformed, "packets in a flow whose headers contradict themselves")            \
	COUNTER(drop_undecodable, "packets too short for their link header")                   \
	COUNTER(drop_link_type, "packets of a link type that nothing dissects")                \
	COUNTER(drop_dispatch, "packets lost to a full dispatch ring")                         \
	COUNTER(drop_sampled, "packets of new flows that an overloaded worker did not take")   \
	COUNTER(drop_table, "packets of new flows: the table was full of established ones")    \
	COUNTER(missed_kernel, "packets that the kernel lost before they were received")       \
	COUNTER(missed_port, "packets that a port lost: its queue was full")                   \
	COUNTER(missed_memory, "packets that a port lost: no buffers were left")               \
	COUNTER(missed_errors, "packets that a port refused as damaged")                       \
	COUNTER(stamps_taken, "packets whose time is the one that their port stamped")         \
	COUNTER(stamps_refused, "... whose stamp was missing, or not of the last second")      \
	COUNTER(link_losses, "times that a port's link or an interface went away")             \
	COUNTER(notices, "ICMP errors told to the flow they quote")                            \
	COUNTER(inner_packets, "packets counted in a tunnel's inner flow as well")             \
	COUNTER(drop_inner, "... lost to a full dispatch ring, or to overload")                \
	COUNTER(flows_opened, "flows opened")                                                  \
	COUNTER(flows_closed, "flows closed by idle time or end")                              \
	COUNTER(flows_evicted, "flows closed early because the table was full")                \
	COUNTER(records_made, "flow records handed to the collector")                          \
	COUNTER(records_lost_ring, "flow records lost to a full ring")                         \
	COUNTER(packets_lost_ring, "packets in records lost to a full ring")                   \
	COUNTER(bytes_lost_ring, "bytes in records lost to a full ring")                       \
	COUNTER(records_deferred, "interim records that waited for a full ring")               \
	COUNTER(overload_steps, "times that a worker began to do without something more")      \
	COUNTER(shed_bytes, "bytes of the packets in drop_sampled and drop_table")             \
	COUNTER(shed_payloads, "payloads not looked at for applications, for overload")        \
	COUNTER(shed_packets, "packets counted without user data, for overload")               \
	COUNTER(shed_gaps, "packets counted without times between them, for overload")         \
	COUNTER(records_merged, "interim records that became one with the next, for overload") \
	COUNTER(control_cut, "control-plane packets whose user data is not whole")             \
	COUNTER(apps_flows, "flows with payload that was looked at for their application")     \
	COUNTER(apps_labelled, "... whose application was found")                              \
	COUNTER(apps_unknown, "... whose payload no rule knows")                               \
	COUNTER(apps_undecided, "... that the end of the run found undecided")                 \
	COUNTER(apps_payloads, "payloads that patterns were looked for in")                    \
	COUNTER(apps_bytes, "bytes of them")                                                   \
	COUNTER(apps_alerts, "alerts of rules, once for a flow and rule")                      \
	COUNTER(metadata_payloads, "payloads read for what a label tells besides")             \
	COUNTER(metadata_malformed, "... messages that their protocol does not allow")         \
	COUNTER(metadata_incomplete, "... messages whose end was not seen")                    \
	COUNTER(metadata_displaced, "... messages that lost their place to another")           \
	COUNTER(metadata_cut, "items without room in their label")                             \
	COUNTER(import_datagrams, "UDP payloads read as flow exports")                         \
	COUNTER(import_cut, "flow exports that the capture or a fragment cut")                 \
	COUNTER(import_unknown, "payloads of no version of a flow export")                     \
	COUNTER(import_malformed, "flow exports whose lengths contradict themselves")          \
	COUNTER(import_flows, "flow records made from exports, among records_made")            \
	COUNTER(import_skipped, "exported records that tell of no traffic")                    \
	COUNTER(import_lost_flows, "flows missing by exporters' sequence numbers")             \
	COUNTER(import_lost_datagrams, "exports missing by exporters' sequence numbers")       \
	COUNTER(import_templates, "templates learnt or repeated")                              \
	COUNTER(import_templates_refused, "templates of no use or of too many fields")         \
	COUNTER(import_templates_evicted, "templates forgotten to make room")                  \
	COUNTER(import_no_template, "data sets whose template was not seen")                   \
	COUNTER(import_options, "records that tell of their exporter")                         \
	COUNTER(import_samples, "sampled packets counted in a flow")                           \
	COUNTER(import_samples_skipped, "samples without a packet that can be dissected")      \
	COUNTER(import_samples_refused, "samples of new flows not taken, as in drop_*")        \
	COUNTER(import_samples_clamped, "samples whose rate a record has no room for")         \
	COUNTER(import_counter_samples, "samples of interface counters, not used")             \
	COUNTER(import_evicted, "exporters forgotten to make room")

enum counter {
#define COUNTER(name, help) COUNTER_##name,
	COUNTERS(COUNTER)
#undef COUNTER
	        COUNTER_COUNT
};

struct counters {
	_Alignas(64) _Atomic uint64_t v[COUNTER_COUNT];
};

/* Name and help text of a counter; NULL beyond the last. */
const char *counter_name(enum counter);
const char *counter_help(enum counter);

static inline uint64_t
counter_get(const struct counters *c, enum counter i)
{
	return atomic_load_explicit(&c->v[i], memory_order_relaxed);
}

/* Only the owning core may call this. */
static inline void
counter_add(struct counters *c, enum counter i, uint64_t n)
{
	const uint64_t v = atomic_load_explicit(&c->v[i], memory_order_relaxed);

	atomic_store_explicit(&c->v[i], v + n, memory_order_relaxed);
}

/* Adds every counter of 'c' to 'sum', an array of COUNTER_COUNT. */
void counters_sum(uint64_t *sum, const struct counters *c);

#endif
