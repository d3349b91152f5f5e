/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs the collector to ask a filter: nanoseconds of thread CPU time
 * per record and expression, over records that fit into the second-level cache.
 *
 *	bench_filter [millions of records, default 20]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export/argus/dsr.h"
#include "export/filter/record_filter.h"

#define RECORDS 512u

static struct flow_record records[RECORDS];

static double
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Every third one UDP, a port in ten 443. */
static void
fill(void)
{
	for (uint32_t i = 0; i < RECORDS; i++) {
		struct flow_record *r = &records[i];
		const uint8_t address[4] = { 10, (uint8_t)(i * 31), (uint8_t)i, 1 };

		memset(r, 0, sizeof(*r));
		r->kind = FLOW_IPV4;
		r->proto = i % 3 == 0 ? 17 : 6;
		memcpy(r->who.ip.src, address, 4);
		r->src_port = (uint16_t)(1024 + i * 97);
		r->dst_port = i % 10 == 0 ? 443 : (uint16_t)(i * 31);
		r->packets[0] = 1 + i % 20;
		r->bytes[0] = 100 * r->packets[0];
		r->first_ns[0] = 1700000000000000000u;
		r->last_ns[0] = r->first_ns[0] + i * 10000000u;
	}
}

static void
bench(const char *text, uint64_t total)
{
	static const struct far_options options;
	char error[256];
	struct record_filter *f = record_filter_compile(text, error, sizeof(error));
	struct far_input in = { .options = &options };
	uint64_t selected = 0;
	double start, spent;

	if (f == NULL)
		abort();
	start = cpu_ns();
	for (uint64_t i = 0; i < total; i++) {
		in.record = &records[i % RECORDS];
		selected += record_filter_match(f, &in);
	}
	spent = cpu_ns() - start;
	printf("%6.1f ns a record, %4.1f %% selected: %s\n", spent / (double)total,
	       100.0 * (double)selected / (double)total, text);
	record_filter_free(f);
}

int
main(int argc, char *argv[])
{
	const uint64_t total = (argc > 1 ? strtoull(argv[1], NULL, 0) : 20) * 1000000u;

	fill();
	bench("tcp", total);
	bench("tcp and port 443", total);
	bench("src net 10.0.0.0/9 and not port (22 or 80 or 443)", total);
	bench("udp or bytes gt 1500 or dur gt 2.5", total);
	return 0;
}
