/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections for the tests of the TCP machine: segments written one per line,
 * sequence numbers relative to each side's initial one, times in milliseconds.
 * The harness does what a flow does: opens, updates, reopens and turns.
 */
#ifndef PANOPTES_TESTS_LCORE_TCP_SCRIPT_H
#define PANOPTES_TESTS_LCORE_TCP_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lcore/flow_tcp.h"

#define SCRIPT_EPOCH_NS 1700000000000000000ull

struct segment {
	int dir; /* 0: by the one who sends the first segment */
	uint8_t flags;
	uint32_t seq, ack; /* relative; ack counts only with TCP_ACK */
	uint32_t length;
	uint32_t ms;
	uint16_t window; /* 0: 1000; SHUT: really 0 */
	uint16_t ip_id;
};
#define SHUT UINT16_MAX

struct script {
	struct flow_tcp tcp;
	uint32_t isn[2];
	uint32_t options; /* of flow_tcp_update() */
	uint32_t verdict; /* of the last segment */
	unsigned active[2], idle[2];
	unsigned reopened;
	bool open, turned;
};

static inline void
script_init(struct script *s, uint32_t isn0, uint32_t isn1)
{
	memset(s, 0, sizeof(*s));
	s->isn[0] = isn0;
	s->isn[1] = isn1;
}

static inline struct packet
script_packet(const struct script *s, const struct segment *g)
{
	struct packet p;

	memset(&p, 0, sizeof(p));
	p.flags = PACKET_IPV4 | PACKET_TCP;
	p.time_ns = SCRIPT_EPOCH_NS + (uint64_t)g->ms * 1000000u;
	p.ip_id = g->ip_id;
	p.payload_length = g->length;
	p.tcp.flags = g->flags;
	p.tcp.seq = s->isn[g->dir] + g->seq;
	p.tcp.ack = (g->flags & TCP_ACK) ? s->isn[g->dir ^ 1] + g->ack : 0;
	p.tcp.window = g->window == SHUT ? 0 : g->window != 0 ? g->window : 1000;
	p.tcp.header_length = 20;
	return p;
}

static inline void
script_feed(struct script *s, const struct packet *p, int sender)
{
	const int dir = sender ^ (s->turned ? 1 : 0);

	if (!s->open) {
		flow_tcp_open(&s->tcp, p);
		s->open = true;
		s->turned = sender == 1;
		return;
	}
	s->verdict = flow_tcp_update(&s->tcp, p, dir, s->options);
	if (s->verdict & FLOW_TCP_REOPEN) {
		s->reopened++;
		if (s->verdict & FLOW_TCP_TURN)
			s->turned = !s->turned;
		flow_tcp_open(&s->tcp, p);
		return;
	}
	if (s->verdict & FLOW_TCP_ACTIVE)
		s->active[dir]++;
	else
		s->idle[dir]++;
}

static inline void
script_run(struct script *s, const struct segment *segments, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct packet p = script_packet(s, &segments[i]);

		script_feed(s, &p, segments[i].dir);
	}
}

#define RUN(script, ...)                                                                 \
	do {                                                                             \
		const struct segment segments_[] = { __VA_ARGS__ };                      \
		script_run((script), segments_, sizeof(segments_) / sizeof(*segments_)); \
	} while (0)

/* The three segments that open a connection; 10 ms and 2 ms apart. */
/* clang-format off */
#define HANDSHAKE                                             \
	{ .dir = 0, .flags = TCP_SYN, .ms = 0 },              \
	{ .dir = 1, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ms = 10 }, \
	{ .dir = 0, .flags = TCP_ACK, .seq = 1, .ack = 1, .ms = 12 }
/* clang-format on */

#endif
