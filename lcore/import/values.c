/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the values of a data record of NetFlow 9 or IPFIX mean: which of several
 * that say the same counts, times, sampling.
 */
#include <string.h>

#include "lcore/import/sets.h"

static uint16_t
u16(uint64_t n)
{
	return (uint16_t)n;
}

/* Packets per sampled one; 0: not told. */
static uint32_t
sampling_of(const struct import_values *v)
{
	uint64_t n = v->interval != 0 ? v->interval : v->random_interval;

	if (v->sampled != 0 && v->skipped < UINT32_MAX)
		n = (v->sampled + v->skipped) / v->sampled;
	return n <= UINT32_MAX ? (uint32_t)n : 0;
}

void
import_options(struct export *x, const struct import_values *v)
{
	struct session *s = x->session;
	const uint32_t sampling = sampling_of(v);

	import_count(x->im, COUNTER_import_options);
	if (v->boot_ms != 0)
		s->boot_ms = v->boot_ms;
	if (sampling == 0)
		return;
	s->sampling = sampling;
	if (v->has_sampler && v->sampler != 0)
		s->sampler[v->sampler % SESSION_SAMPLERS] =
		        (struct session_sampler){ v->sampler, sampling };
}

/* The record's own word, its sampler's, the exporter's. Sampler 0 takes each packet. */
static uint32_t
sampling_of_record(const struct export *x, const struct import_values *v)
{
	const struct session_sampler *s = &x->session->sampler[v->sampler % SESSION_SAMPLERS];
	const uint32_t own = sampling_of(v);

	if (own != 0)
		return own;
	if (v->has_sampler && v->sampler == 0)
		return 1;
	if (v->has_sampler && s->id == v->sampler)
		return s->sampling;
	return x->session->sampling;
}

static uint64_t
booted_ns(const struct export *x, uint64_t boot_ms, uint64_t up_ms)
{
	const uint64_t uptime_ms = x->now_ns / IMPORT_MS - boot_ms;

	return import_uptime_ns(x->now_ns, (uint32_t)uptime_ms, (uint32_t)up_ms);
}

static uint64_t
ago_ns(const struct export *x, uint64_t us)
{
	return us < x->now_ns / 1000 ? x->now_ns - us * 1000 : 0;
}

static void
take_times(const struct export *x, const struct import_values *v, struct import_flow *f)
{
	const uint64_t boot_ms = v->boot_ms != 0 ? v->boot_ms : x->session->boot_ms;

	f->first_ns = v->first_ns;
	f->last_ns = v->last_ns;
	if ((v->first_ns | v->last_ns) != 0)
		return;
	if (v->has_uptime && x->version == 9) {
		f->first_ns = import_uptime_ns(x->now_ns, x->uptime_ms, (uint32_t)v->first_up_ms);
		f->last_ns = import_uptime_ns(x->now_ns, x->uptime_ms, (uint32_t)v->last_up_ms);
	} else if (v->has_uptime && boot_ms != 0) {
		f->first_ns = booted_ns(x, boot_ms, v->first_up_ms);
		f->last_ns = booted_ns(x, boot_ms, v->last_up_ms);
	} else if (v->has_ago) {
		f->first_ns = ago_ns(x, v->first_ago_us);
		f->last_ns = ago_ns(x, v->last_ago_us);
	} else {
		f->first_ns = f->last_ns = x->now_ns;
	}
}

/* One template may have room for either family. */
static bool
is_ipv6(const struct import_values *v)
{
	static const uint8_t zeros[4];

	if (!v->has_ip4 || !v->has_ip6)
		return v->has_ip6;
	if (v->ip_version != 0)
		return v->ip_version == 6;
	return memcmp(v->src4, zeros, 4) == 0 && memcmp(v->dst4, zeros, 4) == 0;
}

static void
take_addresses(const struct import_values *v, struct import_flow *f)
{
	f->ipv6 = is_ipv6(v);
	memcpy(f->src, f->ipv6 ? v->src6 : v->src4, f->ipv6 ? 16 : 4);
	memcpy(f->dst, f->ipv6 ? v->dst6 : v->dst4, f->ipv6 ? 16 : 4);
	f->src_port = u16(v->src_port);
	f->dst_port = u16(v->dst_port);
	f->icmp_type = (uint8_t)(v->icmp_type | v->icmp >> 8);
	f->icmp_code = (uint8_t)(v->icmp_code | v->icmp);
	if (!v->has_icmp) {
		f->icmp_type = (uint8_t)(v->dst_port >> 8);
		f->icmp_code = (uint8_t)v->dst_port;
	}
}

static void
take_counts(const struct import_values *v, struct import_flow *f)
{
	memcpy(f->packets, v->packets, sizeof(f->packets));
	memcpy(f->bytes, v->bytes, sizeof(f->bytes));
	if ((v->packets[0] | v->bytes[0]) == 0) {
		f->packets[0] = v->out_packets;
		f->bytes[0] = v->out_bytes;
	}
	for (int d = 0; d < 2; d++) {
		/* bytes alone: of one packet at the least */
		if (f->packets[d] == 0 && f->bytes[d] != 0)
			f->packets[d] = 1;
		f->tos[d] = (uint8_t)v->tos[d];
		f->tcp_flags[d] = u16(v->tcp_flags[d]);
	}
}

void
import_values_emit(struct export *x, const struct import_values *v)
{
	struct import_flow f = {
		.sampling = sampling_of_record(x, v),
		.proto = (uint8_t)v->proto,
		.ttl = (uint8_t)v->ttl,
		.has_vlan = v->has_vlan && v->vlan != 0,
		.vlan = u16(v->vlan),
		.has_mpls = v->has_mpls && v->mpls != 0,
		.mpls_label = (uint32_t)(v->mpls << 8), /* without its TTL */
		.has_mac = v->has_mac,
	};

	if (!v->has_ip4 && !v->has_ip6) {
		import_count(x->im, COUNTER_import_skipped);
		return;
	}
	memcpy(f.src_mac, v->src_mac, sizeof(f.src_mac));
	memcpy(f.dst_mac, v->dst_mac, sizeof(f.dst_mac));
	take_addresses(v, &f);
	take_counts(v, &f);
	take_times(x, v, &f);
	import_flow_emit(x->im, x->origin, &f);
}
