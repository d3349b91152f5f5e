/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The worker's loop without its driver: dissector, flow engine, expiry, and the
 * hand-over of records, on packets that are made just before each burst, as a NIC
 * leaves them in the cache. Making packets and emptying the ring is not measured.
 * TSC cycles a packet of each stage: the median of many slices and the lowest one,
 * which is what the code costs when nobody disturbs.
 *
 *	many       64-byte UDP datagrams over -n flows that are all established
 *	churn      each packet opens a flow; the table holds -n and is always full
 *	imix       TCP and UDP, 64, 594 and 1518 bytes as 7:4:1, flows drawn after Zipf
 *	elephants  full-size TCP segments and their acknowledgements
 *
 * usage: bench_worker [EAL options] -- MIX [-n flows] [-s slices] [-r packets a second]
 *                     [-j] [-m] [-p]
 * -j: time between packets, -m: MAC addresses, -p: tables in plain memory. Output: one line
 * of 'key value' pairs.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_byteorder.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>

#include "lcore/flow_engine.h"

#define SLICE_BURSTS 512 /* bursts a slice */
#define SLICES_MAX 4096
#define FRAME_SIZE 128 /* of which the headers are read */
#define RING_SLOTS 16384
#define EPOCH_NS UINT64_C(1700000000000000000)

enum stage { STAGE_DISSECT, STAGE_FLOWS, STAGE_EXPIRY, STAGE_COUNT };

static const char *const stage_names[STAGE_COUNT] = { "dissect", "flows", "expiry" };

enum mix { MIX_MANY, MIX_CHURN, MIX_IMIX, MIX_ELEPHANTS, MIX_COUNT };

static const char *const mix_names[MIX_COUNT] = { "many", "churn", "imix", "elephants" };

struct options {
	enum mix mix;
	uint32_t flows;
	unsigned slices;
	uint64_t rate; /* packets a second of the packets' own time */
	bool huge;
	struct config config;
};

struct bed {
	const struct options *o;
	struct flow_record_layout layout;
	struct flow_ring *ring;
	struct flow_engine *engine;
	struct counters counters;
	struct dissect_options dissect;
	uint8_t (*frames)[FRAME_SIZE];
	struct packet_view views[VIEW_BURST];
	struct packet packets[VIEW_BURST];
	uint32_t *sequence; /* of each TCP flow and direction */
	uint64_t random, next_flow;
	uint64_t now_ns, step_ns;
	uint64_t records;
	double zipf_span;
};

static uint64_t
random_next(struct bed *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

static void
die(const char *what)
{
	fprintf(stderr, "bench_worker: %s\n", what);
	exit(1);
}

static void
put16(uint8_t *p, uint16_t v)
{
	v = rte_cpu_to_be_16(v);
	memcpy(p, &v, sizeof(v));
}

static void
put32(uint8_t *p, uint32_t v)
{
	v = rte_cpu_to_be_32(v);
	memcpy(p, &v, sizeof(v));
}

/* Ethernet, IPv4 and TCP or UDP of 'length' bytes of a flow, from its client or to it. */
static void
frame_make(struct bed *b, uint8_t *f, uint64_t flow, bool back, bool tcp, uint32_t length)
{
	const uint32_t client = 0x0a000000u | (uint32_t)(flow & 0xffffff);
	const uint32_t server = 0xc6120000u | (uint32_t)(flow >> 24 & 0xffff);
	const uint16_t port = (uint16_t)(1024 + flow * 7 % 60000);
	const uint32_t payload = length - (tcp ? 54 : 42);
	uint8_t *ip = f + 14, *l4 = f + 34;

	memcpy(f, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0\x45\0", 16);
	put16(ip + 2, (uint16_t)(length - 14));
	put32(ip + 4, (uint32_t)b->now_ns & 0xffff0000u);
	put32(ip + 8, 64u << 24 | (tcp ? 6u : 17u) << 16);
	put32(ip + 12, back ? server : client);
	put32(ip + 16, back ? client : server);
	put16(l4, back ? 443 : port);
	put16(l4 + 2, back ? port : 443);
	if (!tcp) {
		put16(l4 + 4, (uint16_t)(payload + 8));
		put16(l4 + 6, 0);
		put32(l4 + 8, 0);
		return;
	}
	put32(l4 + 4, b->sequence[2 * flow + back]);
	put32(l4 + 8, b->sequence[2 * flow + !back]);
	put32(l4 + 12, 0x5010ffffu);
	put32(l4 + 16, 0);
	b->sequence[2 * flow + back] += payload;
}

static uint64_t
flow_draw(struct bed *b)
{
	const uint32_t flows = b->o->flows;
	uint64_t rank;

	if (b->o->mix != MIX_IMIX)
		return ((random_next(b) >> 32) * flows) >> 32;
	rank = (uint64_t)exp((double)(random_next(b) >> 11) * 0x1p-53 * b->zipf_span) - 1;
	return rank * 2654435761u % flows;
}

/* The next packet of the mix: its frame's length. 'open' runs through all flows instead. */
static uint32_t
packet_make(struct bed *b, uint8_t *frame, bool open)
{
	static const uint16_t imix[12] = { 64, 64, 64, 64, 64, 64, 64, 594, 594, 594, 594, 1518 };
	const bool next = open || b->o->mix == MIX_CHURN;
	const uint64_t flow = open   ? (b->next_flow >> 1) % b->o->flows
	                      : next ? b->next_flow
	                             : flow_draw(b);
	const bool back = open ? (b->next_flow & 1) != 0 : (random_next(b) >> 40 & 1) != 0;
	uint32_t length = 64;
	bool tcp = false;

	b->next_flow += next;
	if (b->o->mix == MIX_IMIX) {
		length = imix[random_next(b) % 12];
		tcp = (flow & 3) != 0;
	} else if (b->o->mix == MIX_ELEPHANTS) {
		length = back ? 64 : 1514;
		tcp = true;
	}
	frame_make(b, frame, flow, back && b->o->mix != MIX_CHURN, tcp, length);
	return length;
}

static void
burst_make(struct bed *b, bool open)
{
	for (unsigned i = 0; i < VIEW_BURST; i++) {
		struct packet_view *v = &b->views[i];
		const uint32_t length = packet_make(b, b->frames[i], open);

		*v = (struct packet_view){
			.data = b->frames[i],
			.before_ns = b->now_ns,
			.time_ns = b->now_ns + b->step_ns,
			.clock_ns = b->now_ns + b->step_ns,
			.captured = length,
			.length = length,
			.link_type = 1,
		};
		b->now_ns = v->time_ns;
	}
}

static void
ring_empty(struct bed *b)
{
	flow_ring_flush(b->ring);
	while (flow_ring_peek(b->ring) != NULL) {
		flow_ring_release(b->ring);
		b->records++;
	}
}

/* A burst through all stages; what each took is added. */
static void
burst_run(struct bed *b, uint64_t cycles[STAGE_COUNT])
{
	uint64_t at[STAGE_COUNT + 1];

	at[0] = rte_rdtsc_precise();
	for (unsigned i = 0; i < VIEW_BURST; i++)
		if (dissect(&b->dissect, &b->views[i], &b->packets[i]) != DISSECT_OK)
			die("a packet was not understood");
	at[1] = rte_rdtsc_precise();
	flow_engine_burst(b->engine, b->packets, b->views, VIEW_BURST);
	at[2] = rte_rdtsc_precise();
	(void)flow_engine_advance(b->engine, b->now_ns, 0);
	at[3] = rte_rdtsc_precise();
	for (unsigned s = 0; s < STAGE_COUNT; s++)
		cycles[s] += at[s + 1] - at[s];
	ring_empty(b);
}

static void
bed_init(struct bed *b, const struct options *o)
{
	struct flow_engine_options e = { .config = &o->config,
		                         .layout = &b->layout,
		                         .counters = &b->counters,
		                         .socket = SOCKET_ID_ANY,
		                         .seed = 1 };

	memset(b, 0, sizeof(*b));
	b->o = o;
	b->random = 88172645463325252u;
	b->now_ns = EPOCH_NS;
	b->step_ns = 1000000000u / o->rate;
	b->zipf_span = log((double)o->flows);
	flow_record_layout_init(&b->layout, o->config.jitter, o->config.user_data_size,
	                        o->config.user_data_size);
	b->ring = flow_ring_create("bench", RING_SLOTS, &b->layout, SOCKET_ID_ANY);
	b->frames = aligned_alloc(64, VIEW_BURST * sizeof(b->frames[0]));
	b->sequence = calloc(2 * (size_t)o->flows, sizeof(b->sequence[0]));
	e.ring = b->ring;
	e.flows = o->mix == MIX_CHURN ? o->flows : o->flows + o->flows / 4 + VIEW_BURST;
	b->engine = flow_engine_create(&e);
	if (b->ring == NULL || b->frames == NULL || b->sequence == NULL || b->engine == NULL)
		die("no memory");
	memset(b->frames, 0, VIEW_BURST * sizeof(b->frames[0]));
}

/* Every flow is there, answered; or, of churn, the table is full. */
static void
bed_warm(struct bed *b)
{
	const bool churn = b->o->mix == MIX_CHURN;
	uint64_t cycles[STAGE_COUNT] = { 0 };
	const uint64_t step_ns = b->step_ns;

	b->step_ns = churn ? step_ns : 1;
	for (uint64_t n = 0; n < 2 * (uint64_t)b->o->flows; n += VIEW_BURST) {
		burst_make(b, !churn);
		burst_run(b, cycles);
	}
	b->step_ns = step_ns;
	/* intervals end at all times, as they do in the long run */
	for (unsigned i = 0; !churn && i < 2000000 / VIEW_BURST; i++) {
		burst_make(b, false);
		burst_run(b, cycles);
	}
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(struct bed *b)
{
	static double each[STAGE_COUNT + 1][SLICES_MAX];
	const double packets = (double)SLICE_BURSTS * VIEW_BURST;
	const unsigned n = b->o->slices;
	const uint64_t from = b->records;

	for (unsigned i = 0; i < n; i++) {
		uint64_t cycles[STAGE_COUNT] = { 0 };

		for (unsigned j = 0; j < SLICE_BURSTS; j++) {
			burst_make(b, false);
			burst_run(b, cycles);
		}
		each[STAGE_COUNT][i] = 0;
		for (unsigned s = 0; s < STAGE_COUNT; s++) {
			each[s][i] = (double)cycles[s] / packets;
			each[STAGE_COUNT][i] += each[s][i];
		}
	}
	printf("mix %s flows %u packets %.0f records %" PRIu64, mix_names[b->o->mix], b->o->flows,
	       packets * n, b->records - from);
	printf(" evicted %" PRIu64 " lost %" PRIu64 " tsc_mhz %" PRIu64,
	       counter_get(&b->counters, COUNTER_flows_evicted),
	       counter_get(&b->counters, COUNTER_records_lost_ring), rte_get_tsc_hz() / 1000000);
	for (unsigned s = 0; s <= STAGE_COUNT; s++) {
		qsort(each[s], n, sizeof(double), compare);
		printf(" %s %.1f %s_min %.1f", s < STAGE_COUNT ? stage_names[s] : "total",
		       each[s][n / 2], s < STAGE_COUNT ? stage_names[s] : "total", each[s][0]);
	}
	printf("\n");
}

static void
usage(void)
{
	fprintf(stderr,
	        "usage: bench_worker [EAL options] -- many|churn|imix|elephants [-n flows] "
	        "[-s slices] [-r packets a second] [-j] [-m] [-p]\n"
	        "-j: time between packets, -m: MAC addresses, -p: tables in plain memory\n");
	exit(2);
}

static void
options_read(struct options *o, int argc, char **argv)
{
	int c;

	*o = (struct options){ .mix = MIX_COUNT, .slices = 100, .rate = 10000000, .huge = true };
	config_init(&o->config);
	while ((c = getopt(argc, argv, "n:s:r:jmp")) != -1) {
		switch (c) {
		case 'n':
			o->flows = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 's':
			o->slices = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			o->rate = strtoull(optarg, NULL, 10);
			break;
		case 'j':
			o->config.jitter = true;
			break;
		case 'm':
			o->config.mac = true;
			break;
		case 'p':
			o->huge = false;
			break;
		default:
			usage();
		}
	}
	for (unsigned m = 0; optind < argc && m < MIX_COUNT; m++)
		if (strcmp(argv[optind], mix_names[m]) == 0)
			o->mix = (enum mix)m;
	if (o->mix == MIX_COUNT || o->slices == 0 || o->slices > SLICES_MAX || o->rate == 0 ||
	    o->rate > 1000000000)
		usage();
	if (o->flows == 0)
		o->flows = o->mix == MIX_ELEPHANTS ? 1000 : o->mix == MIX_IMIX ? 65536 : 1000000;
	o->config.huge = o->huge ? HUGE_YES : HUGE_NO;
}

int
main(int argc, char **argv)
{
	static struct bed bed;
	struct options options;
	const int used = rte_eal_init(argc, argv);

	if (used < 0)
		return 1;
	options_read(&options, argc - used, argv + used);
	bed_init(&bed, &options);
	bed_warm(&bed);
	measure(&bed);
	flow_engine_free(bed.engine);
	flow_ring_free(bed.ring);
	free(bed.frames);
	free(bed.sequence);
	config_fini(&options.config);
	return rte_eal_cleanup() == 0 ? 0 : 1;
}
