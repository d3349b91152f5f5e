/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARP (RFC 826), its inverse (RFC 2390) and RARP (RFC 903). The flow is the
 * question: who asks for what. An answer has the question's key, the other way
 * round. Addresses that are not four bytes long leave a layer-2 flow.
 */
#include "lcore/dissect/walk.h"

#define ARP_SIZE 8
#define ARP_ETHERNET_SIZE 28 /* with Ethernet and IPv4 addresses, header included */
#define HARDWARE_KEY_SIZE 12

enum {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	RARP_REQUEST = 3,
	RARP_REPLY = 4,
	INVERSE_REQUEST = 8,
	INVERSE_REPLY = 9,
};

struct arp_addresses {
	const uint8_t *sender_hardware, *sender_ip, *target_hardware, *target_ip;
};

static void
put_hardware(uint8_t *key, const uint8_t *address, uint8_t size)
{
	if (size <= HARDWARE_KEY_SIZE) {
		memcpy(key, address, size);
		return;
	}
	memcpy(key, address, 4);
	memcpy(key + 4, address + size - 8, 8);
}

static void
put_mac(uint8_t mac[MAC_SIZE], const uint8_t *address, uint8_t size)
{
	memset(mac, 0, MAC_SIZE);
	memcpy(mac, address, size < MAC_SIZE ? size : MAC_SIZE);
}

static void
arp_facts(struct packet *p, const uint8_t *h, const struct arp_addresses *a)
{
	p->flags |= PACKET_ARP;
	p->arp.hardware = load16(h);
	p->arp.protocol = load16(h + 2);
	p->arp.hardware_len = h[4];
	p->arp.protocol_len = h[5];
	p->arp.op = load16(h + 6);
	put_mac(p->arp.sender_mac, a->sender_hardware, h[4]);
	put_mac(p->arp.target_mac, a->target_hardware, h[4]);
	memcpy(p->arp.sender_ip, a->sender_ip, 4);
	memcpy(p->arp.target_ip, a->target_ip, 4);
}

/* The operation of the question that this one belongs to. */
static uint16_t
arp_question(struct packet *p)
{
	switch (p->arp.op) {
	case ARP_REQUEST:
	case RARP_REQUEST:
	case INVERSE_REQUEST:
		p->flags |= PACKET_REQUEST;
		return p->arp.op;
	case ARP_REPLY:
	case RARP_REPLY:
	case INVERSE_REPLY:
		p->flags |= PACKET_REPLY;
		p->reverse = true;
		return (uint16_t)(p->arp.op - 1);
	default:
		return p->arp.op;
	}
}

static void
arp_key(struct packet *p, const struct arp_addresses *a)
{
	struct flow_key *key = &p->key;
	const uint8_t size = p->arp.hardware_len;

	memset(key, 0, sizeof(*key));
	p->reverse = false;
	key->port[0] = arp_question(p);
	key->port[1] = p->arp.protocol;
	key->id = p->arp.hardware;
	if (key->port[0] == RARP_REQUEST) {
		/* a question names its own address twice, an answer the asker's as the target's */
		key->kind = FLOW_RARP;
		key->ethertype = ETHERTYPE_RARP;
		put_hardware(key->addr[1], a->target_hardware, size);
		if (!p->reverse)
			put_hardware(key->addr[0], a->sender_hardware, size);
		else
			put_hardware(key->addr[0], a->target_hardware, size);
		return;
	}
	key->kind = FLOW_ARP;
	key->ethertype = ETHERTYPE_ARP;
	memcpy(key->addr[p->reverse], a->sender_ip, 4);
	memcpy(key->addr[!p->reverse], a->target_ip, 4);
	put_hardware(key->addr[0] + 4, p->reverse ? a->target_hardware : a->sender_hardware, size);
}

enum layer
layer_arp(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	struct arp_addresses a;
	uint32_t size;

	if (!walk_has(w, ARP_SIZE))
		return walk_short(w, ARP_SIZE);
	size = ARP_SIZE + 2u * (h[4] + h[5]);
	if (!walk_has(w, size))
		return walk_short(w, size);
	if (h[5] != 4)
		return LAYER_DONE;
	a.sender_hardware = h + ARP_SIZE;
	a.sender_ip = a.sender_hardware + h[4];
	a.target_hardware = a.sender_ip + 4;
	a.target_ip = a.target_hardware + h[4];
	arp_facts(p, h, &a);
	arp_key(p, &a);
	p->l3_at = (uint16_t)w->at;
	w->at += size;
	walk_payload(w, p->bytes > ARP_ETHERNET_SIZE ? p->bytes - ARP_ETHERNET_SIZE : 0);
	return LAYER_DONE;
}
