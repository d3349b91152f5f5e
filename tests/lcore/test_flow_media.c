/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What UDP flows carry: RTP, RTCP and UDT are found, and nothing else is taken
 * for them.
 */
#include "tests/lcore/engine_harness.h"

#include "lcore/flow_media.h"

#define FLOWS 256
#define HOST 30 /* whose ports are above MEDIA_PORT_MIN */
#define SOURCE 0x12345678u

struct media {
	struct harness h;
	unsigned ms;
	uint8_t payload[1500];
};

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static void
media_open(struct media *m)
{
	memset(m, 0, sizeof(*m));
	harness_open(&m->h, NULL, FLOWS, true);
}

/* One packet with the first 'size' bytes of the payload, 10 ms after the one before. */
static void
media_send(struct media *m, uint8_t from, uint8_t to, uint32_t size)
{
	struct packet p = udp_packet(HOST + from, HOST + to, m->ms, size + 42);

	p.data = m->payload;
	p.payload_at = 0;
	p.payload_length = size;
	p.payload_captured = (uint16_t)size;
	harness_packet(&m->h, &p);
	m->ms += 10;
}

static void
rtp_send(struct media *m, uint8_t from, uint8_t to, uint16_t seq, uint32_t ssrc, uint32_t size)
{
	m->payload[0] = 0x80;
	m->payload[1] = 0;
	put16(m->payload + 2, seq);
	put32(m->payload + 4, seq * 160u);
	put32(m->payload + 8, ssrc);
	media_send(m, from, to, 12 + size);
}

static const struct flow_record *
media_end(struct media *m)
{
	harness_flush(&m->h);
	assert_true(m->h.taken > 0);
	return &m->h.records[m->h.taken - 1];
}

static void
rtp_is_found_by_headers_that_agree(void **state)
{
	const struct flow_record *r;
	struct media m;

	(void)state;
	media_open(&m);
	for (uint16_t i = 0; i < 20; i++) {
		rtp_send(&m, 1, 2, (uint16_t)(65530 + i), SOURCE, 160); /* wraps */
		rtp_send(&m, 2, 1, (uint16_t)(100 + i), SOURCE + 1, 160);
	}
	r = media_end(&m);
	assert_int_equal(r->net, FLOW_NET_RTP);
	assert_int_equal(r->net_report.rtp.drops[0], 0);
	assert_int_equal(r->net_report.rtp.drops[1], 0);
	assert_int_equal(r->net_report.rtp.silence, 0);
	assert_int_equal(media_read16(r->net_report.rtp.header[0] + 2), 13);
	assert_int_equal(media_read32(r->net_report.rtp.header[1] + 8), SOURCE + 1);
	assert_int_equal(r->app_bytes[0], 20 * 172);
	harness_close(&m.h);
}

static void
fewer_packets_than_must_agree_are_udp(void **state)
{
	for (unsigned n = 1; n <= MEDIA_AGREED; n++) {
		struct media m;

		(void)state;
		media_open(&m);
		for (uint16_t i = 0; i < n; i++)
			rtp_send(&m, 1, 2, i, SOURCE, 160);
		assert_int_equal(media_end(&m)->net,
		                 n < MEDIA_AGREED ? FLOW_NET_NONE : FLOW_NET_RTP);
		harness_close(&m.h);
	}
}

/* 1 2 3 4 6 7 5 10: two lost; then the same again, 70000 further on: a new beginning. */
static void
rtp_loss_is_counted_by_sequence_numbers(void **state)
{
	static const uint16_t seq[] = { 1, 2, 3, 4, 6, 7, 5, 5, 10, 30000, 30001, 30002, 30004 };
	const struct flow_record *r;
	struct media m;

	(void)state;
	media_open(&m);
	for (size_t i = 0; i < sizeof(seq) / sizeof(seq[0]); i++)
		rtp_send(&m, 1, 2, seq[i], SOURCE, 160);
	r = media_end(&m);
	assert_int_equal(r->net, FLOW_NET_RTP);
	/* the copy of 5 is taken for one that comes late as well; nobody can tell */
	assert_int_equal(r->net_report.rtp.drops[0], 2);
	assert_int_equal(r->net_report.rtp.state, MEDIA_OUT_OF_ORDER);
	assert_int_equal(media_read16(r->net_report.rtp.header[0] + 2), 30004);
	harness_close(&m.h);
}

static void
rtp_counters_are_of_the_interval(void **state)
{
	struct media m;

	(void)state;
	media_open(&m);
	for (uint16_t i = 0; i < 10; i++)
		rtp_send(&m, 1, 2, (uint16_t)(2 * i), SOURCE, i == 9 ? 3 : 160);
	m.ms += 6000;
	rtp_send(&m, 1, 2, 19, SOURCE, 160);
	(void)media_end(&m);
	assert_int_equal(m.h.taken, 2);
	assert_int_equal(m.h.records[0].net_report.rtp.drops[0], 9);
	assert_int_equal(m.h.records[0].net_report.rtp.silence, 1);
	assert_int_equal(m.h.records[1].net, FLOW_NET_RTP);
	assert_int_equal(m.h.records[1].net_report.rtp.drops[0], 0);
	assert_int_equal(m.h.records[1].net_report.rtp.silence, 0);
	harness_close(&m.h);
}

/* A conversation begins with others: session traversal, then media (RFC 7983). */
static void
rtp_is_found_behind_other_packets(void **state)
{
	for (unsigned others = MEDIA_TRIES - MEDIA_AGREED; others <= MEDIA_TRIES; others++) {
		const bool found = others <= MEDIA_TRIES - MEDIA_AGREED;
		struct media m;

		(void)state;
		media_open(&m);
		for (unsigned i = 0; i < others; i++) {
			memset(m.payload, 0, 20);
			m.payload[1] = 1;
			put32(m.payload + 4, 0x2112a442);
			media_send(&m, i % 2 ? 1 : 2, i % 2 ? 2 : 1, 20);
		}
		for (uint16_t i = 0; i < 50; i++)
			rtp_send(&m, 1, 2, i, SOURCE, 33);
		assert_int_equal(media_end(&m)->net, found ? FLOW_NET_RTP : FLOW_NET_NONE);
		harness_close(&m.h);
	}
}

/* Another source takes over; the one before it is not missed. */
static void
rtp_sources_may_change(void **state)
{
	const struct flow_record *r;
	struct media m;

	(void)state;
	media_open(&m);
	for (uint16_t i = 0; i < 10; i++)
		rtp_send(&m, 1, 2, i, SOURCE, 160);
	for (uint16_t i = 0; i < 10; i++)
		rtp_send(&m, 1, 2, (uint16_t)(40000 + i), 99, 160);
	r = media_end(&m);
	assert_int_equal(r->net, FLOW_NET_RTP);
	assert_int_equal(r->net_report.rtp.drops[0], 0);
	assert_int_equal(media_read32(r->net_report.rtp.header[0] + 8), 99);
	harness_close(&m.h);
}

/* A sender report with a block, then a source description; 'extra' spoils the lengths. */
static uint32_t
rtcp_fill(uint8_t *p, uint32_t extra)
{
	memset(p, 0, 80);
	p[0] = 0x81;
	p[1] = 200;
	put16(p + 2, 12);
	put32(p + 4, SOURCE);
	p[52] = 0x81;
	p[53] = 202;
	put16(p + 54, 5 + extra);
	put32(p + 56, SOURCE);
	return 76;
}

static void
rtcp_is_found_by_its_compound_packets(void **state)
{
	const struct flow_record *r;
	struct media m;

	(void)state;
	media_open(&m);
	media_send(&m, 1, 2, rtcp_fill(m.payload, 0));
	r = media_end(&m);
	assert_int_equal(r->net, FLOW_NET_RTCP);
	assert_int_equal(r->net_report.rtp.header[0][1], 200);
	assert_int_equal(media_read32(r->net_report.rtp.header[0] + 4), SOURCE);
	assert_int_equal(media_read32(r->net_report.rtp.header[1] + 4), 0);
	harness_close(&m.h);
}

/* What follows the report may be encrypted: then two packets must agree. */
static void
one_report_alone_is_not_enough(void **state)
{
	for (unsigned n = 1; n <= 3; n++) {
		struct media m;

		(void)state;
		media_open(&m);
		for (unsigned i = 0; i < n; i++) {
			(void)rtcp_fill(m.payload, 7);
			/* the second of three is of another source */
			put32(m.payload + 4, n == 3 && i == 1 ? 5 : SOURCE);
			media_send(&m, 1, 2, 76);
		}
		assert_int_equal(media_end(&m)->net, n == 2 ? FLOW_NET_RTCP : FLOW_NET_NONE);
		harness_close(&m.h);
	}
}

/* RFC 5761: both in one flow, whichever comes first. */
static void
a_flow_with_both_is_rtp(void **state)
{
	struct media m;

	(void)state;
	media_open(&m);
	for (uint16_t i = 0; i < 20; i++) {
		if (i % 8 == 0)
			media_send(&m, 1, 2, rtcp_fill(m.payload, 0));
		memset(m.payload, 0, 80);
		rtp_send(&m, 1, 2, i, SOURCE, 160);
	}
	assert_int_equal(media_end(&m)->net, FLOW_NET_RTP);
	assert_int_equal(m.h.records[0].net_report.rtp.drops[0], 0);
	harness_close(&m.h);
}

static uint32_t
udt_handshake(uint8_t *p)
{
	memset(p, 0, 64);
	p[0] = 0x80;
	put32(p + 16, 4);
	put32(p + 20, 1);
	put32(p + 24, 1000);
	put32(p + 28, 1500);
	put32(p + 32, 25600);
	put32(p + 36, 1);
	put32(p + 40, 77);
	return 64;
}

static void
udt_data(struct media *m, uint8_t from, uint8_t to, uint32_t seq)
{
	memset(m->payload, 0, 16);
	put32(m->payload, seq);
	put32(m->payload + 4, 0xc0000000u);
	put32(m->payload + 8, m->ms * 1000);
	media_send(m, from, to, 1000);
}

static void
udt_is_found_by_its_handshake_and_counted(void **state)
{
	const struct flow_udt_report *u;
	const struct flow_record *r;
	struct media m;

	(void)state;
	media_open(&m);
	media_send(&m, 1, 2, udt_handshake(m.payload));
	media_send(&m, 2, 1, udt_handshake(m.payload));
	for (uint32_t i = 0; i < 10; i++)
		udt_data(&m, 1, 2,
		         i < 5 ? (0x7ffffffd + i) & 0x7fffffff : 5 + i); /* wraps, 2 .. 9 lost */
	udt_data(&m, 1, 2, 4);
	memset(m.payload, 0, 40);
	put16(m.payload, 0x8002);
	put32(m.payload + 16, 12);
	put32(m.payload + 20, 345);
	media_send(&m, 2, 1, 40);
	put16(m.payload, 0x8003);
	put32(m.payload + 16, 2);
	put32(m.payload + 20, 0x80000004u);
	put32(m.payload + 24, 9);
	put32(m.payload + 28, 0x80000004u); /* a range without an end */
	media_send(&m, 2, 1, 32);
	r = media_end(&m);
	u = &r->net_report.udt;
	assert_int_equal(r->net, FLOW_NET_UDT);
	assert_int_equal(u->handshake[0], 4);
	assert_int_equal(u->handshake[6], 77);
	assert_int_equal(u->solo, 11);
	assert_int_equal(u->dropped, 8);
	assert_int_equal(u->retransmitted, 1);
	assert_int_equal(u->ack, 12);
	assert_int_equal(u->rtt_us, 345);
	assert_int_equal(u->nacked, 7);
	assert_int_equal(u->status, MEDIA_DROPPED | MEDIA_RETRANSMITTED | MEDIA_WINDOW_SHUT << 1);
	harness_close(&m.h);
}

static void
almost_a_udt_handshake_is_none(void **state)
{
	static const struct {
		uint8_t at, value;
	} spoilt[] = { { 0, 0x81 },  { 1, 1 },  { 19, 5 }, { 23, 3 },
		       { 24, 0x80 }, { 31, 0 }, { 36, 9 } };

	(void)state;
	for (size_t i = 0; i <= sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct media m;
		uint32_t size;

		media_open(&m);
		size = udt_handshake(m.payload);
		if (i == 5)
			m.payload[30] = 0;
		if (i < sizeof(spoilt) / sizeof(spoilt[0]))
			m.payload[spoilt[i].at] = spoilt[i].value;
		else
			size--;
		media_send(&m, 1, 2, size);
		assert_int_equal(media_end(&m)->net, FLOW_NET_NONE);
		harness_close(&m.h);
	}
}

static uint64_t random_state = 88172645463325252u;

static uint32_t
random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

enum likeness {
	LIKE_NOTHING,     /* random */
	LIKE_FIRST_BITS,  /* random behind the first two bits */
	LIKE_SAME_SOURCE, /* a magic number where RTP has its source */
	LIKE_SAME_HEADER, /* header of a protocol that says the same each time */
	LIKE_QUIC_LONG,   /* QUIC's long header without its fixed bit (RFC 9287) */
	LIKE_REPORT,      /* the type of an RTCP report */
	LIKE_DNS,
	LIKENESSES,
};

static void
fill_like(uint8_t *p, enum likeness like, uint32_t flow, uint32_t packet)
{
	for (uint32_t i = 0; i < 64; i += 4)
		put32(p + i, random_number());
	switch (like) {
	case LIKE_NOTHING:
	case LIKENESSES:
		break;
	case LIKE_FIRST_BITS:
		p[0] = (uint8_t)(0x80 | (p[0] & 0x3f));
		break;
	case LIKE_SAME_SOURCE:
		p[0] = 0x80;
		p[1] = 96;
		put32(p + 8, flow);
		break;
	case LIKE_SAME_HEADER:
		put32(p, 0x80600001);
		put32(p + 8, flow);
		break;
	case LIKE_QUIC_LONG:
		p[0] = (uint8_t)(0x80 | (packet & 0x3f));
		put32(p + 1, 1);
		p[5] = 8;
		put32(p + 6, flow);
		put32(p + 10, flow);
		break;
	case LIKE_REPORT:
		p[0] = 0x81;
		p[1] = 201;
		break;
	case LIKE_DNS:
		put32(p, (0x8000 | (random_number() & 0x3fff)) << 16 | 0x8180);
		put32(p + 4, 1 << 16 | 1);
		put32(p + 8, 0);
		break;
	}
}

static void
other_traffic_is_never_taken_for_media(void **state)
{
	uint64_t records = 0;

	(void)state;
	for (enum likeness like = 0; like < LIKENESSES; like++) {
		for (uint32_t flow = 0; flow < 1000; flow++) {
			const uint32_t packets = 3 + flow % 60;
			struct flow_media media;

			flow_media_open(&media);
			for (uint32_t i = 0; i < packets; i++) {
				uint8_t payload[64];
				struct packet p = udp_packet(1, 2, i, 106);

				fill_like(payload, like, flow, i);
				p.data = payload;
				p.payload_length = 64;
				p.payload_captured = (uint16_t)(64 - random_number() % 60);
				flow_media_update(&media, &p, (int)(random_number() & 1));
			}
			if (media.kind != MEDIA_UNKNOWN)
				print_error("likeness %d, flow %u: %u\n", (int)like, flow,
				            media.kind);
			assert_int_equal(media.kind, MEDIA_UNKNOWN);
			records++;
		}
	}
	assert_int_equal(records, 1000 * LIKENESSES);
}

/* Ports below 1024 are somebody else's, and so is what is no UDP. */
static void
only_high_ports_of_udp_are_looked_at(void **state)
{
	for (unsigned variant = 0; variant < 3; variant++) {
		struct media m;

		(void)state;
		media_open(&m);
		for (uint16_t i = 0; i < 20; i++) {
			struct packet p = udp_packet(HOST + 1, HOST + 2, m.ms++, 200);

			rtp_send(&m, 3, 4, i, SOURCE, 1); /* fills the payload in */
			p.data = m.payload;
			p.payload_length = p.payload_captured = 100;
			if (variant == 0)
				p.key.port[0] = MEDIA_PORT_MIN - 1;
			else if (variant == 1)
				p.key.proto = 136, p.flags = PACKET_IPV4;
			harness_packet(&m.h, &p);
		}
		(void)media_end(&m);
		assert_int_equal(m.h.taken, 2);
		for (unsigned i = 0; i < 2; i++)
			assert_int_equal(m.h.records[i].net,
			                 variant == 2 || m.h.records[i].src_port == 1033
			                         ? FLOW_NET_RTP
			                         : FLOW_NET_NONE);
		harness_close(&m.h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rtp_is_found_by_headers_that_agree),
		cmocka_unit_test(fewer_packets_than_must_agree_are_udp),
		cmocka_unit_test(rtp_loss_is_counted_by_sequence_numbers),
		cmocka_unit_test(rtp_counters_are_of_the_interval),
		cmocka_unit_test(rtp_is_found_behind_other_packets),
		cmocka_unit_test(rtp_sources_may_change),
		cmocka_unit_test(rtcp_is_found_by_its_compound_packets),
		cmocka_unit_test(one_report_alone_is_not_enough),
		cmocka_unit_test(a_flow_with_both_is_rtp),
		cmocka_unit_test(udt_is_found_by_its_handshake_and_counted),
		cmocka_unit_test(almost_a_udt_handshake_is_none),
		cmocka_unit_test(other_traffic_is_never_taken_for_media),
		cmocka_unit_test(only_high_ports_of_udp_are_looked_at),
	};

	return cmocka_run_group_tests(tests, test_eal_setup, test_eal_teardown);
}
