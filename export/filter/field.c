/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers of a record, as clients compute them from the FAR: what a FAR has for
 * neither direction is not there, and no comparison with it holds; what it has
 * for one direction only is 0 for the other.
 */
#include "export/filter/internal.h"

#include <math.h>

#define IPPROTO_ESP 50

static bool
is_ip(const struct flow_record *r)
{
	return r->kind == FLOW_IPV4 || r->kind == FLOW_IPV6 || r->kind == FLOW_MATRIX_L3_IPV4 ||
	       r->kind == FLOW_MATRIX_L3_IPV6;
}

static bool
has_attributes(const struct flow_record *r)
{
	return is_ip(r) && (r->flags & (FLOW_RECORD_IPATTR_SRC | FLOW_RECORD_IPATTR_DST)) != 0;
}

static struct flow_ip_attributes
attributes(const struct flow_record *r, int dir)
{
	const uint16_t flag = dir == 0 ? FLOW_RECORD_IPATTR_SRC : FLOW_RECORD_IPATTR_DST;

	return r->flags & flag ? r->ip[dir] : (struct flow_ip_attributes){ 0 };
}

static uint16_t
vlan_tci(const struct flow_record *r, int dir)
{
	return r->flags & (dir == 0 ? FLOW_RECORD_VLAN_SRC : FLOW_RECORD_VLAN_DST)
	               ? r->vlan_tci[dir]
	               : 0;
}

static int64_t
lost(const struct flow_record *r, int dir)
{
	switch (r->net) {
	case FLOW_NET_TCP:
		return r->net_report.tcp.half[dir].retransmitted;
	case FLOW_NET_ESP:
		return dir == 0 ? r->net_report.esp.lost : 0;
	case FLOW_NET_RTP:
	case FLOW_NET_RTCP:
		return r->net_report.rtp.drops[dir];
	case FLOW_NET_UDT:
		return dir == 0 ? r->net_report.udt.dropped : 0;
	default:
		return 0;
	}
}

/* Sequence space that no packet filled: ra's sgap and dgap. */
static int64_t
gap(const struct flow_record *r, int dir)
{
	const struct flow_tcp_half *h = &r->net_report.tcp.half[dir];
	int64_t space;

	if (r->net != FLOW_NET_TCP || h->retransmitted != 0 || h->seq == 0 ||
	    h->seq_base == h->ack_bytes)
		return 0;
	space = (int64_t)(int32_t)(h->seq - h->seq_base) - h->bytes;
	return space > 1 ? space - 1 : 0;
}

static bool
attribute_of(enum filter_field field, const struct flow_record *r, int dir, int64_t *v)
{
	const struct flow_ip_attributes a = attributes(r, dir);

	switch (field) {
	case FILTER_FIELD_TTL:
		*v = a.ttl;
		break;
	case FILTER_FIELD_TOS:
		*v = a.tos;
		break;
	case FILTER_FIELD_DSB:
		*v = a.tos >> 2;
		break;
	default:
		*v = a.id;
		break;
	}
	return has_attributes(r);
}

static bool
number_of(enum filter_field field, const struct far_input *in, int dir, int64_t *v)
{
	const struct flow_record *r = in->record;
	const bool vlan = (r->flags & (FLOW_RECORD_VLAN_SRC | FLOW_RECORD_VLAN_DST)) != 0;
	const bool mpls = (r->flags & (FLOW_RECORD_MPLS_SRC | FLOW_RECORD_MPLS_DST)) != 0;

	switch (field) {
	case FILTER_FIELD_SEQ:
		*v = in->sequence;
		return true;
	case FILTER_FIELD_TTL:
	case FILTER_FIELD_TOS:
	case FILTER_FIELD_DSB:
	case FILTER_FIELD_IPID:
		return attribute_of(field, r, dir, v);
	case FILTER_FIELD_VID:
		*v = vlan_tci(r, dir) & 0xfff;
		return vlan;
	case FILTER_FIELD_VPRI:
		*v = vlan_tci(r, dir) >> 13;
		return vlan;
	case FILTER_FIELD_MID:
		*v = r->flags & (dir == 0 ? FLOW_RECORD_MPLS_SRC : FLOW_RECORD_MPLS_DST)
		             ? r->mpls_label[dir] >> 12
		             : 0;
		return mpls;
	case FILTER_FIELD_PKTS:
		*v = (int64_t)r->packets[dir];
		return true;
	case FILTER_FIELD_BYTES:
		*v = (int64_t)r->bytes[dir];
		return true;
	case FILTER_FIELD_APPBYTES:
		*v = in->options->app_bytes ? (int64_t)r->app_bytes[dir] : 0;
		return true;
	case FILTER_FIELD_TRANS: /* a record of a probe is one transaction */
		*v = 1;
		return true;
	case FILTER_FIELD_SPI:
		*v = r->proto_key.spi;
		return is_ip(r) && r->proto == IPPROTO_ESP && !(r->flags & FLOW_RECORD_FRAGMENT);
	case FILTER_FIELD_BASE:
		*v = r->net_report.tcp.half[dir].seq_base;
		return r->net == FLOW_NET_TCP;
	case FILTER_FIELD_NSTROKE:
		*v = r->strokes[dir];
		return (r->flags & FLOW_RECORD_BEHAVIOR) != 0;
	case FILTER_FIELD_LOSS:
		*v = lost(r, dir);
		return true;
	case FILTER_FIELD_GAP:
		*v = gap(r, dir);
		return true;
	default:
		return false;
	}
}

/* Seconds from the first packet to the last, of one direction where the FAR tells them apart. */
static double
duration(const struct far_input *in, int dir)
{
	const struct flow_record *r = in->record;
	uint64_t first = UINT64_MAX, last = 0;

	for (int d = 0; d < 2; d++) {
		if (r->packets[d] == 0 ||
		    (dir >= 0 && d != dir && in->options->bidirectional_times))
			continue;
		if (r->first_ns[d] / 1000 < first)
			first = r->first_ns[d] / 1000;
		if (r->last_ns[d] / 1000 > last)
			last = r->last_ns[d] / 1000;
	}
	return last > first ? (double)(last - first) / 1e6 : 0;
}

static double
rate(const struct far_input *in, int dir)
{
	const uint64_t packets = in->record->packets[dir];
	const double s = duration(in, dir);

	return packets > 1 && s > 0 ? (double)(packets - 1) / s : 0;
}

static double
load(const struct far_input *in, int dir)
{
	const uint64_t packets = in->record->packets[dir], bytes = in->record->bytes[dir];
	const double s = duration(in, dir);

	if (packets <= 1 || s <= 0)
		return 0;
	/* the mean packet in whole bytes, as ra has it */
	const uint64_t mean = bytes / packets;

	return (double)(bytes - mean) * 8 / s;
}

/* Who sent how much of the payload: 1 is all the source, -1 all the destination. */
static double
producer(const struct far_input *in)
{
	const double src = in->options->app_bytes ? (double)in->record->app_bytes[0] : 0;
	const double dst = in->options->app_bytes ? (double)in->record->app_bytes[1] : 0;

	return src + dst > 0 ? (src - dst) / (src + dst) : 0;
}

/* Of active and idle gaps as one set. */
static void
gaps_joined(const struct flow_interval *a, const struct flow_interval *b, double *mean,
            double *deviation)
{
	const double n = (double)a->count + b->count;
	double squares;

	*mean = 0;
	*deviation = 0;
	if (n == 0)
		return;
	*mean = (a->count * (double)a->mean_us + b->count * (double)b->mean_us) / n;
	squares = a->count * ((double)a->stdev_us * a->stdev_us + (double)a->mean_us * a->mean_us) +
	          b->count * ((double)b->stdev_us * b->stdev_us + (double)b->mean_us * b->mean_us);
	squares = squares / n - *mean * *mean;
	*deviation = squares > 0 ? sqrt(squares) : 0;
}

/* Milliseconds. */
static bool
gaps_of(enum filter_field field, const struct far_input *in, int dir, double *v)
{
	const struct flow_jitter_report *j = in->jitter;
	double mean, deviation;

	if (j == NULL ||
	    (j->active[0].count | j->active[1].count | j->idle[0].count | j->idle[1].count) == 0)
		return false;
	gaps_joined(&j->active[dir], &j->idle[dir], &mean, &deviation);
	switch (field) {
	case FILTER_FIELD_INTER:
		*v = mean / 1e3;
		break;
	case FILTER_FIELD_INTER_ACTIVE:
		*v = j->active[dir].count != 0 ? (double)j->active[dir].mean_us / 1e3 : 0;
		break;
	case FILTER_FIELD_INTER_IDLE:
		*v = j->idle[dir].count != 0 ? (double)j->idle[dir].mean_us / 1e3 : 0;
		break;
	case FILTER_FIELD_JITTER:
		*v = deviation / 1e3;
		break;
	case FILTER_FIELD_JITTER_ACTIVE:
		*v = j->active[dir].count != 0 ? (double)j->active[dir].stdev_us / 1e3 : 0;
		break;
	default:
		*v = j->idle[dir].count != 0 ? (double)j->idle[dir].stdev_us / 1e3 : 0;
		break;
	}
	return true;
}

static bool
real_of(enum filter_field field, const struct far_input *in, int dir, double *v)
{
	const struct flow_record *r = in->record;
	double share;

	switch (field) {
	case FILTER_FIELD_TCPRTT:
		*v = (r->net_report.tcp.synack_us + (double)r->net_report.tcp.ackdat_us) / 1e6;
		return r->net == FLOW_NET_TCP && !r->net_report.tcp.initial;
	case FILTER_FIELD_DUR:
		*v = duration(in, -1);
		return true;
	case FILTER_FIELD_RATE:
		*v = rate(in, dir);
		return true;
	case FILTER_FIELD_LOAD:
		*v = load(in, dir);
		return true;
	case FILTER_FIELD_PLOSS:
		share = (double)lost(r, dir);
		*v = share > 0 ? 100 * share / (share + (double)r->packets[dir]) : 0;
		return true;
	case FILTER_FIELD_PCR:
		*v = producer(in);
		return true;
	default:
		return gaps_of(field, in, dir, v);
	}
}

static bool
holds(enum filter_relation relation, int order)
{
	switch (relation) {
	case FILTER_EQUAL:
		return order == 0;
	case FILTER_NOT_EQUAL:
		return order != 0;
	case FILTER_LESS:
		return order < 0;
	case FILTER_LESS_EQUAL:
		return order <= 0;
	case FILTER_GREATER:
		return order > 0;
	case FILTER_GREATER_EQUAL:
		return order >= 0;
	}
	return false;
}

/* To the millionth, which is what clients show. */
static double
rounded(double v)
{
	return round(v * 1e6) / 1e6;
}

static bool
match_direction(const struct filter_test *t, const struct far_input *in, int dir)
{
	int64_t number;
	double real;

	if (t->kind == FILTER_NUMBER)
		return number_of((enum filter_field)t->field, in, dir, &number) &&
		       holds((enum filter_relation)t->relation,
		             (number > t->number) - (number < t->number));
	if (!real_of((enum filter_field)t->field, in, dir, &real))
		return false;
	real = rounded(real) - rounded(t->real);
	return holds((enum filter_relation)t->relation, (real > 0) - (real < 0));
}

bool
filter_field_match(const struct filter_test *t, const struct far_input *in)
{
	if (t->direction == FILTER_BOTH)
		return match_direction(t, in, 0) && match_direction(t, in, 1);
	return ((t->direction & FILTER_SRC) != 0 && match_direction(t, in, 0)) ||
	       ((t->direction & FILTER_DST) != 0 && match_direction(t, in, 1));
}
