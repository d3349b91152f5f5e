/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * time DSR. By default the range of the whole flow, as argus writes it; with
 * bidirectional time stamps a start and an end of each direction. Version 3 has
 * microseconds, version 5 nanoseconds; the unit is a constant in either's code.
 */
#include "export/argus/dsr.h"

enum unit { UNIT_US, UNIT_NS };

static inline __attribute__((always_inline)) void
put_unit(uint8_t *p, uint64_t ns, enum unit unit)
{
	if (unit == UNIT_NS)
		put_stamp_ns(p, ns);
	else
		put_stamp(p, ns);
}

/* Whether both are the same time stamp. */
static inline __attribute__((always_inline)) bool
same_stamp(uint64_t a, uint64_t b, enum unit unit)
{
	return unit == UNIT_NS ? a == b : a / 1000 == b / 1000;
}

static inline __attribute__((always_inline)) unsigned
unit_qualifier(enum unit unit)
{
	return unit == UNIT_NS ? WIRE_TIME_UTC_NS : WIRE_TIME_UTC_US;
}

struct range {
	uint64_t start_ns, end_ns;
};

/* A record of many packets in no time would be an error record to clients: give it 1 us. */
static void
range_widen(struct range *t, uint64_t packets)
{
	if (packets > WIRE_TIME_INSTANT_PACKETS && t->end_ns / 1000 == t->start_ns / 1000)
		t->end_ns += 1000;
}

/* The clock may have stepped back. */
static struct range
range_of(const struct flow_record *r, int d)
{
	struct range t = { r->first_ns[d], r->last_ns[d] };

	if (t.end_ns < t.start_ns)
		t.end_ns = t.start_ns;
	return t;
}

/* An ICMP error moves the end of the flow that it quotes, also in a direction without packets. */
static struct range
range_whole(const struct flow_record *r)
{
	const uint64_t a = r->first_ns[0], b = r->first_ns[1];
	struct range t;

	t.start_ns = a != 0 && (a < b || b == 0) ? a : b;
	t.end_ns = r->last_ns[0] > r->last_ns[1] ? r->last_ns[0] : r->last_ns[1];
	if (t.end_ns < t.start_ns)
		t.end_ns = t.start_ns;
	return t;
}

static inline __attribute__((always_inline)) void
time_whole_write(struct writer *w, const struct flow_record *r, enum unit unit)
{
	struct range t = range_whole(r);
	const uint64_t packets = r->packets[0] + r->packets[1];
	uint8_t *p;

	range_widen(&t, packets);
	if (same_stamp(t.start_ns, t.end_ns, unit)) {
		p = writer_claim(w, 12);
		if (p == NULL)
			return;
		/* argus says "range" of two packets in the same microsecond, too */
		put_dsr_header(p, WIRE_DSR_TIME, packets > 1 ? WIRE_TIME_RANGE : WIRE_TIME_STAMP,
		               unit_qualifier(unit), 3);
		put_unit(p + 4, t.start_ns, unit);
		return;
	}
	p = writer_claim(w, 20);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_TIME, WIRE_TIME_RANGE, unit_qualifier(unit), 5);
	put_unit(p + 4, t.start_ns, unit);
	put_unit(p + 12, t.end_ns, unit);
}

/* Where both directions are there, each gets its end even if it is its start: clients take the
 * other direction's end for the flow's otherwise. */
static inline __attribute__((always_inline)) void
time_bidirectional_write(struct writer *w, const struct flow_record *r, enum unit unit)
{
	static const unsigned start_bit[2] = { WIRE_TIME_SRC_START, WIRE_TIME_DST_START };
	static const unsigned end_bit[2] = { WIRE_TIME_SRC_END, WIRE_TIME_DST_END };
	const uint64_t packets = r->packets[0] + r->packets[1];
	const bool both = r->packets[0] != 0 && r->packets[1] != 0;
	unsigned subtype = packets > 1 ? WIRE_TIME_RANGE : WIRE_TIME_STAMP;
	uint8_t *const header = writer_claim(w, 4);

	if (header == NULL)
		return;
	for (int d = 0; d < 2; d++) {
		struct range t = range_of(r, d);
		bool end;
		uint8_t *p;

		if (r->packets[d] == 0)
			continue;
		range_widen(&t, packets);
		end = both || !same_stamp(t.start_ns, t.end_ns, unit);
		p = writer_claim(w, end ? 16 : 8);
		if (p == NULL)
			return;
		subtype |= start_bit[d];
		put_unit(p, t.start_ns, unit);
		if (end) {
			subtype = (subtype & ~7u) | WIRE_TIME_RANGE | end_bit[d];
			put_unit(p + 8, t.end_ns, unit);
		}
	}
	put_dsr_header(header, WIRE_DSR_TIME, subtype, unit_qualifier(unit),
	               (unsigned)(w->at - header) / 4);
}

static inline __attribute__((always_inline)) void
time_of_unit(struct writer *w, const struct far_input *in, enum unit unit)
{
	const struct flow_record *r = in->record;

	if (in->options->bidirectional_times && r->packets[0] + r->packets[1] != 0)
		time_bidirectional_write(w, r, unit);
	else
		time_whole_write(w, r, unit);
}

static void
time_write(struct writer *w, const struct far_input *in)
{
	time_of_unit(w, in, UNIT_US);
}

static void
time_5_write(struct writer *w, const struct far_input *in)
{
	time_of_unit(w, in, UNIT_NS);
}

const struct dsr dsr_time = {
	.name = "time",
	.type = WIRE_DSR_TIME,
	.size_max = 4 + 4 * 8,
	.write = time_write,
};

const struct dsr dsr5_time = {
	.name = "time",
	.type = WIRE_DSR_TIME,
	.size_max = 4 + 4 * 8,
	.write = time_5_write,
};
