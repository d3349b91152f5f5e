/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments of the client are remembered, the oldest making room for the latest,
 * until the server's acknowledge them.
 */
#include "lcore/flow_keystroke.h"

#include <string.h>

void
keystroke_rules_init(struct keystroke_rules *r, const struct config *c)
{
	*r = (struct keystroke_rules){
		.client_min = c->keystroke_conf.dc_min,
		.client_max = c->keystroke_conf.dc_max,
		.server_min = c->keystroke_conf.ds_min,
		.server_max = c->keystroke_conf.ds_max,
		.echo_gap_max = c->keystroke_conf.gs_max,
		.gap_max = c->keystroke_conf.gpc_max,
		.pause_min_us = c->keystroke_conf.ic_min_us,
		.ratio_min = (float)c->keystroke_conf.icr_min,
		.ratio_max = (float)c->keystroke_conf.icr_max,
		.ssh = c->keystroke_ssh,
	};
}

void
flow_keystroke_open(struct flow_keystroke *k, const struct keystroke_rules *r)
{
	memset(k, 0, sizeof(*k));
	k->number = -(int64_t)r->gap_max;
}

/* A free place, else that of the oldest segment that had no echo, else any. */
static struct keystroke_segment *
place(struct flow_keystroke *k)
{
	struct keystroke_segment *oldest = NULL;

	for (unsigned i = 0; i < KEYSTROKES_OPEN; i++) {
		struct keystroke_segment *s = &k->open[i];

		if (s->number == 0)
			return s;
		if (!s->tentative && (oldest == NULL || s->number < oldest->number))
			oldest = s;
	}
	return oldest != NULL ? oldest : &k->open[0];
}

static void
client_segment(struct flow_keystroke *k, const struct keystroke_rules *r, const struct packet *p,
               uint64_t now_us)
{
	if (p->payload_length < r->client_min || p->payload_length > r->client_max)
		return;
	*place(k) = (struct keystroke_segment){
		.time_us = now_us,
		.pause_us = (int64_t)(now_us - k->client_us),
		.end = p->tcp.seq + p->payload_length,
		.number = k->packets,
	};
}

/* Those that waited for a keystroke to follow: there it is, or not. */
static int32_t
settle_tentative(struct flow_keystroke *k)
{
	int32_t n = 0;

	for (unsigned i = 0; i < KEYSTROKES_OPEN; i++) {
		if (!k->open[i].tentative)
			continue;
		n++;
		k->open[i] = (struct keystroke_segment){ 0 };
	}
	return n;
}

static bool
is_echo(const struct flow_keystroke *k, const struct keystroke_rules *r,
        const struct keystroke_segment *s, const struct packet *p, uint64_t now_us)
{
	const int64_t between_us = (int64_t)(now_us - k->server_us);
	float ratio;

	if (k->packets - s->number > r->echo_gap_max || p->payload_length < r->server_min ||
	    p->payload_length > r->server_max || s->pause_us < (int64_t)r->pause_min_us ||
	    between_us <= 0)
		return false;
	ratio = (float)((double)s->pause_us / (double)between_us);
	return ratio >= r->ratio_min && ratio <= r->ratio_max;
}

static void
server_segment(struct flow_keystroke *k, const struct keystroke_rules *r, const struct packet *p,
               uint64_t now_us)
{
	struct keystroke_segment *s = NULL;

	for (unsigned i = 0; i < KEYSTROKES_OPEN && s == NULL; i++) {
		struct keystroke_segment *at = &k->open[i];

		if (at->number != 0 && !at->tentative && at->end == p->tcp.ack)
			s = at;
	}
	if (s == NULL)
		return;
	if (!is_echo(k, r, s, p, now_us)) {
		(void)settle_tentative(k);
		*s = (struct keystroke_segment){ 0 };
		return;
	}
	k->client_us = s->time_us;
	k->server_us = now_us;
	if (s->number - k->number <= (int64_t)r->gap_max) {
		k->strokes += 1 + settle_tentative(k);
		k->number = s->number;
		*s = (struct keystroke_segment){ 0 };
	} else {
		(void)settle_tentative(k);
		k->number = s->number;
		s->tentative = true;
	}
}

void
flow_keystroke_update(struct flow_keystroke *k, const struct keystroke_rules *r,
                      const struct packet *p, int dir)
{
	const uint64_t now_us = p->time_ns / 1000;

	if (k->given_up || k->packets == INT32_MAX)
		return;
	if (++k->packets < KEYSTROKE_PACKETS_MIN || p->payload_length == 0)
		return;
	if (r->ssh && p->payload_length % 4 != 0) {
		k->given_up = true;
		return;
	}
	if (dir == 0)
		client_segment(k, r, p, now_us);
	else
		server_segment(k, r, p, now_us);
}
