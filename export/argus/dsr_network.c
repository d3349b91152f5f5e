/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * network DSR: what the flow's own protocol says. Flows without such a report
 * get none; the empty one that argus writes is dropped by clients.
 */
#include "export/argus/dsr.h"

/* argus never fills in the window of this form; left 0 alike, so that records compare. */
static void
tcp_init_write(struct writer *w, const struct flow_tcp_report *t)
{
	uint8_t *p = writer_claim(w, 20);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_TCP_INIT, 0, 5);
	put_u32(p + 4, t->status);
	put_u32(p + 8, t->half[0].seq_base);
	put_u32(p + 12, t->options);
	put_u16(p + 16, 0);
	p[18] = t->half[0].flags;
	p[19] = t->half[0].window_shift;
}

static void
tcp_status_write(struct writer *w, const struct flow_tcp_report *t)
{
	uint8_t *p = writer_claim(w, 12);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_TCP_STATUS, 0, 3);
	put_u32(p + 4, t->status);
	p[8] = t->half[0].flags;
	p[9] = t->half[1].flags;
	put_u16(p + 10, 0);
}

static void
put_tcp_half(uint8_t *p, const struct flow_tcp_half *h)
{
	if (h->last_ns != 0)
		put_stamp(p, h->last_ns);
	else
		put_u64(p, 0);
	put_u32(p + 8, h->status);
	put_u32(p + 12, h->seq_base);
	put_u32(p + 16, h->seq);
	put_u32(p + 20, h->ack);
	put_u32(p + 24, h->windows);
	put_u32(p + 28, h->bytes);
	put_u32(p + 32, h->retransmitted);
	put_u32(p + 36, h->ack_bytes);
	put_u32(p + 40, h->win_bytes);
	put_u16(p + 44, h->window);
	p[46] = h->flags;
	p[47] = h->window_shift;
}

static void
tcp_perf_write(struct writer *w, const struct flow_tcp_report *t)
{
	uint8_t *p = writer_claim(w, 120);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_TCP_PERF, 0, 30);
	put_u32(p + 4, t->status);
	put_u32(p + 8, t->state);
	put_u32(p + 12, t->options);
	put_u32(p + 16, t->synack_us);
	put_u32(p + 20, t->ackdat_us);
	put_tcp_half(p + 24, &t->half[0]);
	put_tcp_half(p + 72, &t->half[1]);
}

/* Version 5: the largest segment as well, and half times in the unit of the time DSR. */
static void
tcp_init_5_write(struct writer *w, const struct flow_tcp_report *t)
{
	uint8_t *p = writer_claim(w, 24);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_TCP_INIT, WIRE5_NET_TCP, 6);
	put_u32(p + 4, t->status);
	put_u32(p + 8, t->half[0].seq_base);
	put_u32(p + 12, t->options);
	put_u16(p + 16, 0);
	p[18] = t->half[0].flags;
	p[19] = t->half[0].window_shift;
	put_u16(p + 20, t->mss[0]);
	put_u16(p + 22, 0);
}

static void
tcp_perf_5_write(struct writer *w, const struct flow_tcp_report *t)
{
	uint8_t *p = writer_claim(w, 128);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_TCP_PERF, WIRE5_NET_TCP, 32);
	put_u32(p + 4, t->status);
	put_u32(p + 8, t->state);
	put_u32(p + 12, t->options);
	put_u32(p + 16, t->synack_us);
	put_u32(p + 20, t->ackdat_us);
	p += 24;
	for (int d = 0; d < 2; d++) {
		const struct flow_tcp_half *h = &t->half[d];

		put_tcp_half(p, h);
		if (h->last_ns != 0)
			put_stamp_ns(p, h->last_ns);
		put_u16(p + 48, t->mss[d]);
		put_u16(p + 50, 0);
		p += 52;
	}
}

/* Three words; argus writes 41 more, of whatever lay behind. */
static void
arp_write(struct writer *w, const uint8_t *responder)
{
	uint8_t *p = writer_claim(w, 12);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_ARP, 0, 3);
	memcpy(p + 4, responder, 6);
	put_u16(p + 10, 0);
}

static void
esp_write(struct writer *w, const struct flow_esp_report *e)
{
	uint8_t *p = writer_claim(w, 20);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_ESP, 0, 5);
	put_u32(p + 4, e->status);
	put_u32(p + 8, e->spi);
	put_u32(p + 12, e->last_seq);
	put_u32(p + 16, e->lost);
}

static void
rtp_write(struct writer *w, const struct flow_rtp_report *r)
{
	uint8_t *p = writer_claim(w, 40);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_RTP, r->silence, 10);
	put_u32(p + 4, r->state);
	memcpy(p + 8, r->header[0], 12);
	memcpy(p + 20, r->header[1], 12);
	put_u16(p + 32, r->drops[0]);
	put_u16(p + 34, r->drops[1]);
	put_u16(p + 36, r->deviation[0]);
	put_u16(p + 38, r->deviation[1]);
}

static void
rtcp_write(struct writer *w, const struct flow_rtp_report *r)
{
	uint8_t *p = writer_claim(w, 24);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_RTCP, 0, 6);
	memcpy(p + 4, r->header[0], 8);
	memcpy(p + 12, r->header[1], 8);
	put_u16(p + 20, r->drops[0]);
	put_u16(p + 22, r->drops[1]);
}

static void
udt_write(struct writer *w, const struct flow_udt_report *u)
{
	const uint32_t values[] = { u->seq,     u->stamp,           u->ack,
		                    u->rtt_us,  u->rtt_variance_us, u->window,
		                    u->rate,    u->capacity,        u->solo,
		                    u->first,   u->middle,          u->last,
		                    u->dropped, u->retransmitted,   u->nacked };
	uint8_t *p = writer_claim(w, 108);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_UDT, 0, 27);
	put_u32(p + 4, 0);
	put_u32(p + 8, u->status);
	for (size_t i = 0; i < 7; i++)
		put_u32(p + 12 + 4 * i, u->handshake[i]);
	if (u->last_ns != 0)
		put_stamp(p + 40, u->last_ns);
	else
		put_u64(p + 40, 0);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		put_u32(p + 48 + 4 * i, values[i]);
}

/* What filters of clients look at: type and code. As of argus all of it is little-endian; the
 * addresses are the packet's own, those that it quotes are not kept. IPv6's have no room. */
static void
icmp_network_write(struct writer *w, const struct flow_record *r)
{
	uint8_t *p = writer_claim(w, 28);

	if (p == NULL)
		return;
	put_dsr_header(p, WIRE_DSR_NETWORK, WIRE_NET_ICMP, 0, 7);
	p[4] = r->proto_key.icmp.type;
	p[5] = r->proto_key.icmp.code;
	p[6] = (uint8_t)r->proto_key.icmp.seq;
	p[7] = (uint8_t)(r->proto_key.icmp.seq >> 8);
	memset(p + 8, 0, 20);
	for (int i = 0; i < 4 && r->kind == FLOW_IPV4; i++) {
		p[8 + i] = r->who.ip.src[3 - i];
		p[12 + i] = r->who.ip.dst[3 - i];
	}
}

/* What both versions have alike: all but TCP. */
static void
other_write(struct writer *w, const struct flow_record *r)
{
	switch ((enum flow_net)r->net) {
	case FLOW_NET_ARP:
		arp_write(w, r->net_report.arp_responder);
		break;
	case FLOW_NET_ESP:
		esp_write(w, &r->net_report.esp);
		break;
	case FLOW_NET_RTP:
		rtp_write(w, &r->net_report.rtp);
		break;
	case FLOW_NET_RTCP:
		rtcp_write(w, &r->net_report.rtp);
		break;
	case FLOW_NET_ICMP:
		icmp_network_write(w, r);
		break;
	case FLOW_NET_UDT:
		udt_write(w, &r->net_report.udt);
		break;
	case FLOW_NET_TCP:
	case FLOW_NET_NONE:
		break;
	}
}

static void
network_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;

	if (r->net != FLOW_NET_TCP)
		other_write(w, r);
	else if (r->net_report.tcp.flags_only)
		tcp_status_write(w, &r->net_report.tcp);
	else if (r->net_report.tcp.initial)
		tcp_init_write(w, &r->net_report.tcp);
	else
		tcp_perf_write(w, &r->net_report.tcp);
}

static void
network_5_write(struct writer *w, const struct far_input *in)
{
	const struct flow_record *r = in->record;

	if (r->net != FLOW_NET_TCP)
		other_write(w, r);
	else if (r->net_report.tcp.flags_only)
		tcp_status_write(w, &r->net_report.tcp);
	else if (r->net_report.tcp.initial)
		tcp_init_5_write(w, &r->net_report.tcp);
	else
		tcp_perf_5_write(w, &r->net_report.tcp);
}

const struct dsr dsr_network = {
	.name = "network",
	.type = WIRE_DSR_NETWORK,
	.size_max = 120,
	.write = network_write,
};

const struct dsr dsr5_network = {
	.name = "network",
	.type = WIRE_DSR_NETWORK,
	.size_max = 128,
	.write = network_5_write,
};
