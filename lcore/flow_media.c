/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which of the protocols a UDP flow carries, once and for all, with one exception:
 * RTCP and RTP may share a flow (RFC 5761), which then is RTP's. Runs on the flow's
 * worker lcore; owns nothing.
 */
#include "lcore/flow_media.h"

#include <string.h>

void
flow_media_open(struct flow_media *m)
{
	memset(m, 0, sizeof(*m));
}

static void
look_for_udt(struct flow_media *m, const struct packet *p, int dir)
{
	struct flow_udt udt;

	if (!flow_udt_open(&udt, p->data + p->payload_at, p->payload_captured))
		return;
	m->udt = udt;
	m->kind = MEDIA_UDT;
	flow_udt_update(&m->udt, p, dir);
}

/* RTCP is told from RTP by its packet types, which RTP's payload types keep free (RFC 5761, 4). */
static bool
has_rtcp_type(const uint8_t *payload)
{
	return payload[1] >= 192 && payload[1] <= 223;
}

void
flow_media_update(struct flow_media *m, const struct packet *p, int dir)
{
	const uint8_t *payload = p->data + p->payload_at;

	if (m->kind == MEDIA_UDT) {
		flow_udt_update(&m->udt, p, dir);
		return;
	}
	if (!media_begins(p))
		return;
	if (m->kind == MEDIA_UNKNOWN)
		look_for_udt(m, p, dir);
	if (m->kind == MEDIA_UDT)
		return;
	if (has_rtcp_type(payload)) {
		if (m->kind != MEDIA_RTP &&
		    flow_rtcp_update(&m->rtp, payload, p->payload_captured, p->payload_length, dir))
			m->kind = MEDIA_RTCP;
	} else if (flow_rtp_update(&m->rtp, payload, p->payload_captured, p->payload_length, dir)) {
		m->kind = MEDIA_RTP;
	}
}

static uint16_t
limited(uint32_t n)
{
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

static void
report_rtp(const struct flow_rtp *rtp, struct flow_rtp_report *r)
{
	*r = (struct flow_rtp_report){ .state = rtp->status, .silence = rtp->silence };
	for (int d = 0; d < 2; d++) {
		if (rtp->side[d].followed)
			memcpy(r->header[d], rtp->side[d].header, sizeof(r->header[d]));
		r->drops[d] = limited(rtp->side[d].lost);
	}
}

static void
report_rtcp(const struct flow_rtp *rtp, struct flow_rtp_report *r)
{
	*r = (struct flow_rtp_report){ 0 };
	for (int d = 0; d < 2; d++)
		if (rtp->side[d].reports != 0)
			memcpy(r->header[d], rtp->side[d].header, 8);
}

void
flow_media_report(const struct flow_media *m, struct flow_record *r)
{
	switch ((enum media_kind)m->kind) {
	case MEDIA_RTP:
		r->net = FLOW_NET_RTP;
		report_rtp(&m->rtp, &r->net_report.rtp);
		break;
	case MEDIA_RTCP:
		r->net = FLOW_NET_RTCP;
		report_rtcp(&m->rtp, &r->net_report.rtp);
		break;
	case MEDIA_UDT:
		r->net = FLOW_NET_UDT;
		r->net_report.udt = m->udt.report;
		break;
	case MEDIA_UNKNOWN:
		break;
	}
}

void
flow_media_reported(struct flow_media *m)
{
	if (m->kind == MEDIA_UDT) {
		struct flow_udt_report *r = &m->udt.report;

		r->status = 0;
		r->solo = r->first = r->middle = r->last = 0;
		r->dropped = r->retransmitted = r->nacked = 0;
		return;
	}
	m->rtp.status = 0;
	m->rtp.silence = 0;
	m->rtp.side[0].lost = 0;
	m->rtp.side[1].lost = 0;
}
