/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rte_eth_rx_burst, and the views of its mbufs.
 */
#include "lcore/source_port.h"

#include <errno.h>
#include <stddef.h>

#include <pcap/dlt.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#define HEADERS_MAX 512 /* a first segment of less, with others behind it, is copied */
#define COPY_MAX 2048u  /* bytes of such a packet */

struct source_port {
	struct source source; /* first: what callers see */
	struct source_port_options options;
	uint32_t snaplen;
	uint64_t now_ns;
	uint64_t stamped_ns; /* the latest time of a packet, of those that are the port's */
	unsigned held_count;
	struct rte_mbuf *held[VIEW_BURST];
	uint8_t copies[VIEW_BURST][COPY_MAX];
};

/* Bytes of 'm' that can be looked at, at *data. */
static uint32_t
reach(struct source_port *s, unsigned i, struct rte_mbuf *m, const uint8_t **data)
{
	uint32_t n = rte_pktmbuf_data_len(m);

	*data = rte_pktmbuf_mtod(m, const uint8_t *);
	if (unlikely(m->nb_segs > 1 && n < HEADERS_MAX)) {
		n = RTE_MIN(rte_pktmbuf_pkt_len(m), COPY_MAX);
		*data = rte_pktmbuf_read(m, 0, n, s->copies[i]);
	}
	return RTE_MIN(n, s->snaplen);
}

/* The port's own times, where there are any; the burst's is in the views. */
static void
take_stamps(struct source_port *s, struct packet_view *views, unsigned n)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < n; i++) {
		const uint64_t ns = port_stamp_ns(s->options.stamp, s->held[i], s->now_ns);

		if (ns == 0)
			continue;
		taken++;
		if (ns > s->stamped_ns)
			s->stamped_ns = ns;
		/* its clock may be ahead by a little: no packet is of the future */
		views[i].time_ns = RTE_MIN(s->stamped_ns, s->now_ns);
	}
	counter_add(s->options.counters, COUNTER_stamps_taken, taken);
	counter_add(s->options.counters, COUNTER_stamps_refused, n - taken);
}

static int
port_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct source_port *s = (struct source_port *)source;
	const unsigned n =
	        rte_eth_rx_burst(s->options.port, s->options.queue, s->held, (uint16_t)max);
	const uint64_t time_ns = tsc_clock_ns(s->options.clock, rte_rdtsc());

	if (time_ns > s->now_ns)
		s->now_ns = time_ns;
	*now_ns = s->now_ns;
	s->held_count = n;
	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(s->held[i], const void *));
	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = s->held[i];
		const uint8_t *data;
		const uint32_t captured = reach(s, i, m, &data);

		views[i] = (struct packet_view){
			.data = data,
			.time_ns = s->now_ns,
			.captured = captured,
			.length = rte_pktmbuf_pkt_len(m),
			.link_type = DLT_EN10MB,
			.ingress = s->options.ingress,
		};
	}
	if (s->options.stamp != NULL && n != 0)
		take_stamps(s, views, n);
	return (int)n;
}

static void
port_release(struct source *source)
{
	struct source_port *s = (struct source_port *)source;

	rte_pktmbuf_free_bulk(s->held, s->held_count);
	s->held_count = 0;
}

static void
port_backlog(struct source *source, uint32_t *used, uint32_t *size)
{
	const struct source_port *s = (const struct source_port *)source;
	const int n = rte_eth_rx_queue_count(s->options.port, s->options.queue);

	if (n < 0)
		return; /* few drivers of virtual devices tell */
	*used = (uint32_t)n;
	*size = s->options.descriptors;
}

static void
port_close(struct source *source)
{
	port_release(source);
	rte_free(source);
}

static const struct source_ops port_ops = {
	.burst = port_burst,
	.release = port_release,
	.backlog = port_backlog,
	.close = port_close,
};

struct source *
source_port_create(const struct source_port_options *options)
{
	struct source_port *s =
	        rte_zmalloc_socket("source_port", sizeof(*s), RTE_CACHE_LINE_SIZE, options->socket);

	if (s == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	s->source.ops = &port_ops;
	s->options = *options;
	s->snaplen = options->snaplen != 0 ? options->snaplen : UINT32_MAX;
	return &s->source;
}
