/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rest over IP: AH (RFC 4302) and ESP (RFC 4303), IGMP (RFC 3376), and
 * protocols that begin with two ports: SCTP (RFC 9260), DCCP (RFC 4340) and
 * UDP-Lite (RFC 3828). Payload begins with their headers, as argus counts it.
 */
#include "lcore/dissect/walk.h"

#define ESP_SIZE 8
#define IGMP_SIZE 8
#define IGMP_QUERY 0x11

enum layer
layer_ah(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	uint32_t size;

	p->encaps |= ENCAPS_AH;
	w->complete = false;
	if (!walk_has(w, 2))
		return walk_short(w, 2);
	size = (h[1] + 2u) * 4;
	if (size > walk_ip_left(w))
		return walk_malformed(w);
	if (!walk_has(w, size))
		return walk_short(w, size);
	w->at += size;
	p->key.proto = h[0];
	p->l4_at = (uint16_t)w->at;
	/* As in argus AH counts as payload, unless TCP or UDP follow and know theirs. */
	walk_payload(w, walk_ip_left(w) + size);
	w->complete = true;
	return layer_of_protocol(p->key.kind, h[0]);
}

enum layer
layer_esp(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;

	w->complete = false;
	key_directed(w, w->ip[0], w->ip[1]);
	p->reverse = false;
	if (!walk_ip_has(w, ESP_SIZE))
		return walk_ip_short(w, ESP_SIZE);
	p->flags |= PACKET_ESP;
	p->esp.spi = load32(h);
	p->esp.seq = load32(h + 4);
	p->key.port[0] = load16(h);
	p->key.port[1] = load16(h + 2);
	w->complete = true;
	return LAYER_DONE;
}

/* The receiver is the group that the message names; a general query names none. */
enum layer
layer_igmp(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	const uint8_t *group = w->ip[1];

	w->complete = false;
	if (walk_ip_has(w, IGMP_SIZE) && (h[0] != IGMP_QUERY || load32(h + 4) != 0))
		group = h + 4;
	key_directed(w, w->ip[0], group);
	p->reverse = false;
	p->key.port[1] = p->ip_id;
	if (!walk_ip_has(w, IGMP_SIZE))
		return walk_ip_short(w, IGMP_SIZE);
	p->key.id = load16(h);
	w->complete = true;
	return LAYER_DONE;
}

enum layer
layer_ports(struct walk *w)
{
	const uint8_t *h = w->data + w->at;

	w->complete = false;
	if (!walk_ip_has(w, 4))
		return walk_ip_short(w, 4);
	key_ports(w, load16(h), load16(h + 2));
	return LAYER_DONE;
}
