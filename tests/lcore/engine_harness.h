/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow engine between packets made by hand and a ring that is emptied into an
 * array. Times are milliseconds after an epoch; the clock is the packets', as
 * the intake makes it.
 */
#ifndef PANOPTES_TESTS_LCORE_ENGINE_HARNESS_H
#define PANOPTES_TESTS_LCORE_ENGINE_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lcore/flow_engine.h"
#include "lcore/flow_tcp.h"
#include "ring/counters.h"
#include "tests/ring/eal_setup.h"

#define EPOCH_NS 1700000000000000000ull
#define MS 1000000ull
#define RING_SLOTS 1024
#define TAKEN_MAX 65536
#define TAKEN_LARGE_MAX 1024 /* records of more than a page */

struct harness {
	struct config config;
	struct flow_record_layout layout;
	struct flow_ring *ring;
	struct counters counters;
	struct control control;
	struct flow_engine *engine;
	uint64_t clock_ns;
	unsigned taken, taken_max;
	struct flow_record *records; /* taken from the ring so far; the fixed part */
	uint8_t *rooms;              /* the same with their sections */
};

/* argus's defaults but for a status interval of 5 s and what 'set' changes. */
static inline void
harness_open(struct harness *h, void (*set)(struct config *), uint32_t flows, bool lossless)
{
	static unsigned number;
	struct flow_engine_options o = { .flows = flows, .lossless = lossless, .socket = -1 };
	uint32_t user_size;
	char name[32];

	memset(h, 0, sizeof(*h));
	config_init(&h->config);
	if (set != NULL)
		set(&h->config);
	user_size = h->config.control_plane ? USER_DATA_MAX : h->config.user_data_size;
	flow_record_layout_init(&h->layout, h->config.jitter, user_size, user_size);
	if (config_tells_tunnels(&h->config))
		flow_record_layout_add_tunnel(&h->layout);
	snprintf(name, sizeof(name), "engine%u", number++);
	h->ring = flow_ring_create(name, RING_SLOTS, &h->layout, -1);
	assert_non_null(h->ring);
	o.config = &h->config;
	o.layout = &h->layout;
	o.ring = h->ring;
	o.counters = &h->counters;
	o.control = &h->control;
	o.seed = 42;
	h->engine = flow_engine_create(&o);
	assert_non_null(h->engine);
	h->taken_max = h->layout.size > 4096 ? TAKEN_LARGE_MAX : TAKEN_MAX;
	h->records = calloc(h->taken_max, sizeof(*h->records));
	h->rooms = calloc(h->taken_max, h->layout.size);
	assert_non_null(h->records);
	assert_non_null(h->rooms);
}

static inline void
harness_close(struct harness *h)
{
	flow_engine_free(h->engine);
	flow_ring_free(h->ring);
	config_fini(&h->config);
	free(h->records);
	free(h->rooms);
}

static inline void
harness_take(struct harness *h)
{
	const struct flow_record *r;

	flow_ring_flush(h->ring);
	while ((r = flow_ring_peek(h->ring)) != NULL) {
		assert_true(h->taken < h->taken_max);
		memcpy(h->rooms + (size_t)h->taken * h->layout.size, r, h->layout.size);
		h->records[h->taken++] = *r;
		flow_ring_release(h->ring);
	}
}

/* Record i with its sections. */
static inline struct flow_record *
harness_record(struct harness *h, unsigned i)
{
	assert_true(i < h->taken);
	return (struct flow_record *)(void *)(h->rooms + (size_t)i * h->layout.size);
}

static inline void
harness_burst(struct harness *h, const struct packet *packets, unsigned n, uint8_t flags)
{
	struct packet_view views[VIEW_BURST];

	memset(views, 0, sizeof(views));
	for (unsigned i = 0; i < n; i++) {
		views[i].flags = flags;
		views[i].before_ns = h->clock_ns++;
		if (packets[i].time_ns > h->clock_ns)
			h->clock_ns = packets[i].time_ns;
		views[i].clock_ns = h->clock_ns;
		views[i].time_ns = packets[i].time_ns;
	}
	flow_engine_burst(h->engine, packets, views, n);
	harness_take(h);
}

static inline void
harness_packet(struct harness *h, const struct packet *p)
{
	harness_burst(h, p, 1, 0);
}

/* Time goes by without packets. */
static inline void
harness_advance(struct harness *h, unsigned ms)
{
	const uint64_t now_ns = EPOCH_NS + ms * MS;

	if (now_ns > h->clock_ns)
		h->clock_ns = now_ns;
	(void)flow_engine_advance(h->engine, h->clock_ns, 0);
	harness_take(h);
}

static inline uint64_t
harness_counter(const struct harness *h, enum counter c)
{
	return counter_get(&h->counters, c);
}

static inline void
harness_flush(struct harness *h)
{
	flow_engine_flush(h->engine);
	harness_take(h);
	assert_true(flow_ring_clock(h->ring) == UINT64_MAX);
	assert_true(harness_counter(h, COUNTER_flows_opened) ==
	            harness_counter(h, COUNTER_flows_closed) +
	                    harness_counter(h, COUNTER_flows_evicted));
}

/* UDP from host 'from' to host 'to' (10.0.0.x), port 1000 + host at either end. */
static inline struct packet
udp_packet(uint8_t from, uint8_t to, unsigned ms, uint32_t bytes)
{
	static const uint8_t frame[64];
	const bool reverse = from > to;
	struct packet p;

	memset(&p, 0, sizeof(p));
	memcpy(p.key.addr[reverse], (uint8_t[]){ 10, 0, 0, from }, 4);
	memcpy(p.key.addr[!reverse], (uint8_t[]){ 10, 0, 0, to }, 4);
	p.key.port[reverse] = (uint16_t)(1000 + from);
	p.key.port[!reverse] = (uint16_t)(1000 + to);
	p.key.kind = FLOW_IPV4;
	p.key.proto = 17;
	p.reverse = reverse;
	p.flags = PACKET_IPV4 | PACKET_UDP;
	p.bytes = bytes;
	p.payload_length = bytes > 42 ? bytes - 42 : 0;
	p.ttl = 64;
	p.encaps = ENCAPS_ETHER;
	p.time_ns = EPOCH_NS + ms * MS;
	p.data = frame;
	return p;
}

static inline struct packet
tcp_packet(uint8_t from, uint8_t to, unsigned ms, uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct packet p = udp_packet(from, to, ms, 60);

	p.key.proto = 6;
	p.flags = PACKET_IPV4 | PACKET_TCP;
	p.payload_length = 0;
	p.tcp.flags = flags;
	p.tcp.seq = seq;
	p.tcp.ack = ack;
	p.tcp.window = 1000;
	return p;
}

#endif
