/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * time DSR. By default the range of the whole flow, as argus writes it; with
 * bidirectional time stamps a start and an end of each direction.
 */
#include "export/argus/dsr.h"

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

static void
time_whole_write(struct writer *w, const struct flow_record *r)
{
	struct range t = range_whole(r);
	const uint64_t packets = r->packets[0] + r->packets[1];
	uint8_t *p;

	range_widen(&t, packets);
	if (t.start_ns / 1000 == t.end_ns / 1000) {
		p = writer_claim(w, 12);
		if (p == NULL)
			return;
		/* argus says "range" of two packets in the same microsecond, too */
		put_dsr_header(p, WIRE_DSR_TIME, packets > 1 ? WIRE_TIME_RANGE : WIRE_TIME_STAMP,
		               WIRE_TIME_UTC_US, 3);
		put_stamp(p + 4, t.start_ns);
		return;
	}
	p = writer_claim(w, 20);
	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_TIME, WIRE_TIME_RANGE, WIRE_TIME_UTC_US, 5);
	put_stamp(p + 4, t.start_ns);
	put_stamp(p + 12, t.end_ns);
}

/* Where both directions are there, each gets its end even if it is its start: clients take the
 * other direction's end for the flow's otherwise. */
static void
time_bidirectional_write(struct writer *w, const struct flow_record *r)
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
		end = both || t.start_ns / 1000 != t.end_ns / 1000;
		p = writer_claim(w, end ? 16 : 8);
		if (p == NULL)
			return;
		subtype |= start_bit[d];
		put_stamp(p, t.start_ns);
		if (end) {
			subtype = (subtype & ~7u) | WIRE_TIME_RANGE | end_bit[d];
			put_stamp(p + 8, t.end_ns);
		}
	}
	put_dsr_header(header, WIRE_DSR_TIME, subtype, WIRE_TIME_UTC_US,
	               (unsigned)(w->at - header) / 4);
}

static void
time_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;

	if (in->options->bidirectional_times && r->packets[0] + r->packets[1] != 0)
		time_bidirectional_write(w, r);
	else
		time_whole_write(w, r);
}

const struct dsr dsr_time = {
	.name = "time",
	.type = WIRE_DSR_TIME,
	.size_max = 4 + 4 * 8,
	.write = time_write,
};
