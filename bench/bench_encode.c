/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs the collector to encode a record: nanoseconds of thread CPU
 * time per record, over records that don't fit into the cache and into a block
 * that is reused, as in the collector.
 *
 *	bench_encode [millions of records, default 4]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export/argus/record.h"

#define RECORDS 8192u
#define BLOCK_SIZE ((size_t)256 * 1024)

static double
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
fill(struct flow_record *r, uint32_t i, uint8_t proto)
{
	memset(r, 0, sizeof(*r));
	r->kind = FLOW_IPV4;
	r->proto = proto;
	memcpy(r->who.ip.src, &i, 4);
	r->src_port = (uint16_t)i;
	r->dst_port = 443;
	r->cause = CAUSE_START;
	r->flags = FLOW_RECORD_IPATTR_SRC | FLOW_RECORD_IPATTR_DST | FLOW_RECORD_MAC;
	for (unsigned d = 0; d < 2; d++) {
		r->first_ns[d] = 1700000000000000000u + i * 1000u + d;
		r->last_ns[d] = r->first_ns[d] + 2000000000u;
		r->packets[d] = 10 + i % 7;
		r->bytes[d] = 1000 + i % 100000;
		r->app_bytes[d] = 500;
		r->size_min[d] = 60;
		r->size_max[d] = 1514;
		r->ip[d].ttl = 64;
		r->encaps[d] = 2;
		r->net_report.tcp.half[d].last_ns = proto == 6 ? r->last_ns[d] : 0;
	}
	r->net = proto == 6 ? FLOW_NET_TCP : FLOW_NET_NONE;
}

static void
bench(const char *name, const struct far_options *options, uint32_t user_size, uint8_t proto,
      uint64_t total)
{
	struct flow_record_layout layout;
	struct far_encoder encoder;
	char *records;
	uint8_t *block = malloc(BLOCK_SIZE);
	size_t used = 0, max;
	uint64_t bytes = 0;
	double start, spent;

	flow_record_layout_init(&layout, user_size != 0, user_size, user_size);
	records = aligned_alloc(64, (size_t)layout.size * RECORDS);
	if (block == NULL || records == NULL || far_encoder_init(&encoder, options, &layout) != 0)
		abort();
	memset(records, 0, (size_t)layout.size * RECORDS);
	for (uint32_t i = 0; i < RECORDS; i++) {
		struct flow_record *r = (void *)(records + (size_t)i * layout.size);
		struct flow_jitter_report *j = flow_record_jitter(&layout, r);

		fill(r, i, proto);
		if (j != NULL)
			j->active[0] = (struct flow_interval){ 4, 1, 2, 1, 3 };
		for (int d = 0; user_size != 0 && d < 2; d++)
			flow_record_user(&layout, r, d)->len = (uint16_t)user_size;
	}
	max = far_size_max(&encoder);
	start = cpu_ns();
	for (uint64_t i = 0; i < total; i++) {
		const void *r = records + (i % RECORDS) * layout.size;

		if (BLOCK_SIZE - used < max) {
			bytes += used;
			used = 0;
		}
		used += far_encode(&encoder, r, (uint32_t)i, block + used, BLOCK_SIZE - used);
	}
	spent = cpu_ns() - start;
	bytes += used;
	printf("%-28s %6.1f ns a record, %5.1f bytes\n", name, spent / (double)total,
	       (double)bytes / (double)total);
	free(records);
	free(block);
}

int
main(int argc, char *argv[])
{
	static const struct far_options plain, rich = {
		.app_bytes = true,
		.packet_size = true,
		.mac = true,
	};
	const uint64_t total = (argc > 1 ? strtoull(argv[1], NULL, 0) : 4) * 1000000u;

	bench("udp", &plain, 0, 17, total);
	bench("tcp", &plain, 0, 6, total);
	bench("udp, -A -J -m -Z -U 64", &rich, 64, 17, total);
	bench("tcp, -A -J -m -Z -U 64", &rich, 64, 6, total);
	return 0;
}
