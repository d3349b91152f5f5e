/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * generator [OPTION...] -- [OPTION...] FILE: sends a capture again and again on a
 * port of DPDK, from memory, as fast as the other side takes it or at a rate.
 *
 *	generator -l 0 --no-pci --vdev net_vhost0,iface=/tmp/x,client=1 -- -s 10 many.pcap
 *
 *	-s SECONDS  how long (10)
 *	-p PPS      packets a second that are offered; what the port does not take at
 *	            its time is refused and counted, as a wire would not wait. 0: wait
 *	            for the port (0)
 *	-n          each pass has flows of its own: its number goes into the addresses
 *	-d SECONDS  waits so long for the other end to get ready, once it is there (0)
 *	-k SECONDS  keeps the port open behind that, until the other end is gone (0)
 *
 * A sender that is late, as its CPU was taken away, offers less: it does not make up for it.
 * One line of JSON when all is sent: offered, sent, refused, bytes, seconds. One lcore.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#define BURST 32u
#define FRAME_MAX 1518u
#define MBUFS 16383u
#define DESCRIPTORS 1024
#define LATE_BURSTS 4 /* what was missed beyond them is not made up for: no wire would */

struct frame {
	const uint8_t *bytes;
	uint32_t size;
};

struct options {
	double seconds;
	uint64_t pps;
	bool renew;
	double delay, keep; /* seconds */
	const char *file;
};

struct totals {
	uint64_t offered, sent, refused, bytes;
};

struct generator {
	struct options options;
	struct frame *frames;
	size_t count, next;
	uint32_t pass;
	struct rte_mempool *pool;
	uint16_t port;
	uint64_t end; /* TSC */
	struct totals totals;
};

static volatile sig_atomic_t told_to_stop;

static void
on_signal(int number)
{
	(void)number;
	told_to_stop = 1;
}

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "generator: %s: %s\n", what, why);
	return -1;
}

/* --- the capture --------------------------------------------------------- */

static int
load(struct generator *g)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(g->options.file, error);
	struct pcap_pkthdr *header;
	const u_char *bytes;
	size_t room = 0;
	int rc = -1;

	if (p == NULL)
		return fail("the capture", error);
	while (pcap_next_ex(p, &header, &bytes) == 1) {
		uint8_t *copy;

		if (header->caplen > FRAME_MAX)
			continue;
		if (g->count == room) {
			struct frame *more;

			room = room != 0 ? 2 * room : 4096;
			more = realloc(g->frames, room * sizeof(*more));
			if (more == NULL)
				goto out;
			g->frames = more;
		}
		copy = malloc(header->caplen != 0 ? header->caplen : 1);
		if (copy == NULL)
			goto out;
		memcpy(copy, bytes, header->caplen);
		g->frames[g->count++] = (struct frame){ copy, header->caplen };
	}
	rc = g->count != 0 ? 0 : fail(g->options.file, "no packets");
out:
	pcap_close(p);
	return rc;
}

static void
unload(struct generator *g)
{
	for (size_t i = 0; i < g->count; i++)
		free((void *)(uintptr_t)g->frames[i].bytes);
	free(g->frames);
}

/* --- sending ------------------------------------------------------------- */

/* The number of the pass into both addresses, so that directions still match. */
static void
renew(uint8_t *frame, uint32_t size, uint32_t pass)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(void *)(frame + 14);

	if (size < 34 || frame[12] != 0x08 || frame[13] != 0x00)
		return;
	ip->src_addr ^= rte_cpu_to_be_32(pass << 8);
	ip->dst_addr ^= rte_cpu_to_be_32(pass << 8);
	ip->hdr_checksum = 0;
	ip->hdr_checksum = rte_ipv4_cksum(ip);
}

static void
fill(struct generator *g, struct rte_mbuf *m)
{
	const struct frame *f = &g->frames[g->next];
	uint8_t *to;

	rte_pktmbuf_reset(m);
	to = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(to, f->bytes, f->size);
	m->data_len = (uint16_t)f->size;
	m->pkt_len = f->size;
	if (g->options.renew && g->pass != 0)
		renew(to, f->size, g->pass);
	g->totals.bytes += f->size;
	if (++g->next == g->count) {
		g->next = 0;
		g->pass++;
	}
}

/* A burst, whole or as far as the port takes it. */
static void
send_burst(struct generator *g, unsigned n)
{
	struct rte_mbuf *burst[BURST];
	unsigned sent = 0;

	if (rte_mempool_get_bulk(g->pool, (void **)burst, n) != 0)
		return; /* all are on their way */
	for (unsigned i = 0; i < n; i++)
		fill(g, burst[i]);
	g->totals.offered += n;
	do
		sent += rte_eth_tx_burst(g->port, 0, burst + sent, (uint16_t)(n - sent));
	while (sent < n && g->options.pps == 0 && !told_to_stop && rte_rdtsc() < g->end);
	g->totals.sent += sent;
	g->totals.refused += n - sent;
	for (unsigned i = sent; i < n; i++)
		g->totals.bytes -= burst[i]->pkt_len;
	rte_pktmbuf_free_bulk(burst + sent, n - sent);
}

static double
run(struct generator *g)
{
	const double hz = (double)rte_get_tsc_hz();
	const uint64_t start = rte_rdtsc();
	uint64_t now, skipped = 0;

	g->end = start + (uint64_t)(g->options.seconds * hz);
	while ((now = rte_rdtsc()) < g->end && !told_to_stop) {
		unsigned n = BURST;

		if (g->options.pps != 0) {
			const double due = (double)(now - start) / hz * (double)g->options.pps -
			                   (double)(g->totals.offered + skipped);

			if (due < 1)
				continue;
			if (due > LATE_BURSTS * BURST)
				skipped += (uint64_t)due - BURST;
			n = due < BURST ? (unsigned)due : BURST;
		}
		send_burst(g, n);
	}
	return (double)(now - start) / hz;
}

/* --- the port ------------------------------------------------------------ */

static int
open_port(struct generator *g)
{
	const struct rte_eth_conf conf = { 0 };
	int rc;

	if (rte_eth_dev_count_avail() == 0)
		return fail("no port", "name one with --vdev or -a");
	g->port = (uint16_t)rte_eth_find_next(0);
	g->pool = rte_pktmbuf_pool_create("frames", MBUFS, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
	                                  (int)rte_socket_id());
	if (g->pool == NULL)
		return fail("packet buffers", rte_strerror(rte_errno));
	rc = rte_eth_dev_configure(g->port, 1, 1, &conf);
	if (rc == 0)
		rc = rte_eth_rx_queue_setup(g->port, 0, DESCRIPTORS, rte_socket_id(), NULL,
		                            g->pool);
	if (rc == 0)
		rc = rte_eth_tx_queue_setup(g->port, 0, DESCRIPTORS, rte_socket_id(), NULL);
	if (rc == 0)
		rc = rte_eth_dev_start(g->port);
	return rc == 0 ? 0 : fail("the port", rte_strerror(-rc));
}

static bool
link_is_up(const struct generator *g)
{
	struct rte_eth_link link = { 0 };

	(void)rte_eth_link_get_nowait(g->port, &link);
	return link.link_status == RTE_ETH_LINK_UP;
}

/* Some ports don't bear that their peer goes first. */
static void
keep_open(const struct generator *g)
{
	for (unsigned left = (unsigned)(g->options.keep * 100);
	     left != 0 && link_is_up(g) && !told_to_stop; left--)
		rte_delay_us_sleep(10000);
}

static int
wait_for_link(const struct generator *g)
{
	for (unsigned i = 0; i < 3000 && !told_to_stop; i++) {
		if (link_is_up(g))
			return 0;
		rte_delay_us_sleep(10000);
	}
	return fail("the port", "nobody at the other end within 30 seconds");
}

static int
parse(struct options *o, int argc, char **argv)
{
	int c;

	*o = (struct options){ .seconds = 10 };
	while ((c = getopt(argc, argv, "s:p:nd:k:")) != -1) {
		switch (c) {
		case 's':
			o->seconds = strtod(optarg, NULL);
			break;
		case 'p':
			o->pps = strtoull(optarg, NULL, 10);
			break;
		case 'n':
			o->renew = true;
			break;
		case 'd':
			o->delay = strtod(optarg, NULL);
			break;
		case 'k':
			o->keep = strtod(optarg, NULL);
			break;
		default:
			return -1;
		}
	}
	if (optind + 1 != argc || o->seconds <= 0)
		return fail(
		        "usage",
		        "generator EAL-OPTION... -- [-s SECONDS] [-p PPS] [-n] [-d SECONDS] [-k "
		        "SECONDS] CAPTURE");
	o->file = argv[optind];
	return 0;
}

int
main(int argc, char **argv)
{
	struct generator g = { 0 };
	double seconds;
	const int eal = rte_eal_init(argc, argv);

	if (eal < 0)
		return fail("EAL", rte_strerror(rte_errno)) != 0;
	if (parse(&g.options, argc - eal, argv + eal) != 0)
		return 2;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (load(&g) != 0 || open_port(&g) != 0 || wait_for_link(&g) != 0) {
		unload(&g);
		return 1;
	}
	rte_delay_us_sleep((unsigned)(g.options.delay * 1e6));
	seconds = run(&g);
	printf("{ \"offered\": %" PRIu64 ", \"sent\": %" PRIu64 ", \"refused\": %" PRIu64
	       ", \"bytes\": %" PRIu64 ", \"seconds\": %.6f }\n",
	       g.totals.offered, g.totals.sent, g.totals.refused, g.totals.bytes, seconds);
	fflush(stdout);
	keep_open(&g);
	(void)rte_eth_dev_stop(g.port);
	(void)rte_eal_cleanup();
	unload(&g);
	return 0;
}
