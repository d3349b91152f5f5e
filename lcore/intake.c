/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Source, filter and packet range as one source, and what tunnels carry.
 */
#include "lcore/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INTAKE_TRIES 64 /* bursts without a single match before the caller has its turn */

struct intake {
	struct source source; /* first: what callers see */
	struct intake_options options;
	uint64_t passed;   /* packets that the filter let through */
	uint64_t clock_ns; /* of the latest packet, whether it passed or not */
	unsigned drained;  /* bursts since the stop; beyond options.drain: the end */
};

static uint64_t
bytes_of(const struct packet_view *views, unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += views[i].length;
	return sum;
}

/* Beyond is damage, and no sum of times behind the intake may wrap. */
#define TIME_MAX_NS (UINT64_C(1) << 62) /* the year 2116 */

/* One clock for every worker: of equal or falling times each is a nanosecond after the one before
 * it. So what a packet's coming makes due has one order, wherever it is done. */
static void
tell_clock(struct intake *in, struct packet_view *views, unsigned n, uint64_t now_ns)
{
	for (unsigned i = 0; i < n; i++) {
		if (views[i].time_ns > TIME_MAX_NS)
			views[i].time_ns = TIME_MAX_NS;
		views[i].before_ns = in->clock_ns++;
		if (views[i].time_ns > in->clock_ns)
			in->clock_ns = views[i].time_ns;
		views[i].clock_ns = in->clock_ns;
		in->clock_ns += in->options.tunnels; /* the inner flow's */
	}
	if (now_ns > TIME_MAX_NS)
		now_ns = TIME_MAX_NS;
	if (now_ns > in->clock_ns)
		in->clock_ns = now_ns;
}

/* Keeps the packets of the range, which is contiguous. */
static unsigned
keep_range(struct intake *in, struct packet_view *views, unsigned n)
{
	const uint64_t before = in->passed; /* views[i] is packet number before + i + 1 */
	unsigned from = 0, to = n;

	in->passed += n;
	if (in->options.first_packet > before + 1)
		from = in->options.first_packet - before - 1 < n
		               ? (unsigned)(in->options.first_packet - before - 1)
		               : n;
	if (in->options.last_packet != 0 && in->passed > in->options.last_packet)
		to = in->options.last_packet > before ? (unsigned)(in->options.last_packet - before)
		                                      : 0;
	if (to <= from)
		return 0;
	if (from != 0)
		memmove(views, views + from, (to - from) * sizeof(views[0]));
	return to - from;
}

/* Every packet that came in a tunnel a second time. There is room for twice as many. */
static unsigned
add_inner(struct packet_view *views, unsigned n)
{
	static const struct dissect_options options = { .tunnels = TUNNELS_INNER };
	struct packet_view copy[VIEW_BURST / 2];
	struct packet packet;
	unsigned k = 0;

	memcpy(copy, views, n * sizeof(copy[0]));
	for (unsigned i = 0; i < n; i++) {
		views[k++] = copy[i];
		if (dissect(&options, &copy[i], &packet) != DISSECT_OK ||
		    !(packet.flags & PACKET_TUNNEL))
			continue;
		views[k] = copy[i];
		/* exports are read where they are, inside */
		views[k - 1].flags &= (uint8_t) ~(VIEW_IMPORT | VIEW_SFLOW);
		views[k].before_ns = views[k].clock_ns++;
		views[k++].flags |= VIEW_INNER;
	}
	return k;
}

/* Packets of link types that nothing dissects end here, by name. */
static unsigned
drop_foreign(struct intake *in, struct packet_view *views, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		if (views[i].flags & VIEW_FOREIGN)
			continue;
		if (kept != i)
			views[kept] = views[i];
		kept++;
	}
	if (kept != n)
		counter_add(in->options.counters, COUNTER_drop_link_type, n - kept);
	return kept;
}

/* Whether all its headers are there and agree. */
static bool
is_sound(const struct dissect_options *options, const struct packet_view *view)
{
	struct packet packet;

	return dissect(options, view, &packet) == DISSECT_OK &&
	       !(packet.flags & (PACKET_TRUNCATED | PACKET_MALFORMED));
}

static void
copy_packets(const struct intake_options *o, const struct packet_view *views, unsigned n)
{
	if (!o->file_on_error) {
		packet_file_write(o->file, views, n);
		return;
	}
	packet_file_begin(o->file, views[0].link_type);
	for (unsigned i = 0; i < n; i++) {
		if (!is_sound(&o->dissect, &views[i]))
			packet_file_write(o->file, &views[i], 1);
	}
}

/* One burst of the source: how many packets came (*received) and how many are left. */
static int
receive(struct intake *in, struct packet_view *views, unsigned max, uint64_t *now_ns,
        unsigned *received)
{
	const struct intake_options *o = &in->options;
	const bool twice = o->tunnels && max > 1;
	const int n = o->source->ops->burst(o->source, views, twice ? max / 2 : max, now_ns);
	unsigned known, kept;

	*received = n > 0 ? (unsigned)n : 0;
	tell_clock(in, views, *received, *now_ns);
	*now_ns = in->clock_ns;
	if (n <= 0)
		return n;
	counter_add(o->counters, COUNTER_rx_packets, *received);
	counter_add(o->counters, COUNTER_rx_bytes, bytes_of(views, *received));
	known = kept = drop_foreign(in, views, *received);
	if (o->filter != NULL)
		kept = filter_burst(o->filter, views, known);
	kept = keep_range(in, views, kept);
	if (o->file != NULL && kept != 0)
		copy_packets(o, views, kept);
	if (kept != known)
		counter_add(o->counters, COUNTER_filtered, known - kept);
	if (twice)
		kept = add_inner(views, kept);
	return (int)kept;
}

/* The end, unless the copy of the packets is not whole. */
static int
intake_end(struct intake *in)
{
	struct source *source = &in->source;

	if (in->options.file == NULL ||
	    packet_file_flush(in->options.file, source->problem, sizeof(source->problem)) == 0)
		return -ENODATA;
	return -EIO;
}

static int
intake_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct intake *in = (struct intake *)source;
	const struct intake_options *o = &in->options;

	for (unsigned tries = 0; tries < INTAKE_TRIES; tries++) {
		unsigned received;
		int n;

		const bool stopped = control_stopped(o->control);

		if ((stopped && in->drained++ >= o->drain) ||
		    (o->last_packet != 0 && in->passed >= o->last_packet))
			return intake_end(in);
		n = receive(in, views, max, now_ns, &received);
		if (n == -ENODATA || (stopped && received == 0 && n == 0))
			return intake_end(in);
		if (n < 0)
			memcpy(source->problem, o->source->problem, sizeof(source->problem));
		if (n != 0 || received == 0)
			return n;
		o->source->ops->release(o->source);
	}
	return 0;
}

static void
intake_release(struct source *source)
{
	struct intake *in = (struct intake *)source;

	in->options.source->ops->release(in->options.source);
}

static void
intake_close(struct source *source)
{
	struct intake *in = (struct intake *)source;

	in->options.source->ops->close(in->options.source);
	filter_free(in->options.filter);
	packet_file_close(in->options.file);
	free(in);
}

static void
intake_backlog(struct source *source, uint32_t *used, uint32_t *size)
{
	const struct intake *in = (const struct intake *)source;

	source_backlog(in->options.source, used, size);
}

static const struct source_ops intake_ops = {
	.burst = intake_burst,
	.release = intake_release,
	.backlog = intake_backlog,
	.close = intake_close,
};

struct source *
intake_create(const struct intake_options *options)
{
	struct intake *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->source.ops = &intake_ops;
	in->options = *options;
	return &in->source;
}
