/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IS-IS (ISO 10589, RFC 1195): hellos, link state and sequence number PDUs have
 * flows of their own, by sender, receiver and what they are about. Any other PDU
 * is a layer-2 flow.
 */
#include "lcore/dissect/walk.h"

#define COMMON_SIZE 8
#define LLC_SIZE 17 /* Ethernet and LLC, which argus takes off the payload of this one */
#define SYSTEM_ID_SIZE 6
#define NODE_ID_SIZE 7
#define LSP_ID_SIZE 8

enum {
	PDU_HELLO_L1 = 15,
	PDU_HELLO_L2 = 16,
	PDU_LSP_L1 = 18,
	PDU_LSP_L2 = 20,
	PDU_CSNP_L1 = 24,
	PDU_CSNP_L2 = 25,
	PDU_PSNP_L1 = 26,
	PDU_PSNP_L2 = 27,
};

/* The whole header of each, common part included; 0: not one of these. */
static uint32_t
pdu_size(uint8_t type)
{
	switch (type) {
	case PDU_HELLO_L1:
	case PDU_HELLO_L2:
	case PDU_LSP_L1:
	case PDU_LSP_L2:
		return COMMON_SIZE + 19;
	case PDU_CSNP_L1:
	case PDU_CSNP_L2:
		return COMMON_SIZE + 25;
	case PDU_PSNP_L1:
	case PDU_PSNP_L2:
		return COMMON_SIZE + 9;
	default:
		return 0;
	}
}

/* Tells PDUs without a checksum of their own apart by their content: argus's sum, of big-endian
 * words from the byte before the PDU's own header on, each taken modulo 2^16 - 1. */
static uint16_t
content_sum(const uint8_t *from, uint32_t size)
{
	uint32_t sum = 0, sums = 0;

	for (uint32_t i = 0; i + 1 < size; i += 2) {
		sum += load16(from + i);
		sum = sum >= 0xffff ? sum - 0xffff : sum;
		sums += sum;
		sums = sums >= 0xffff ? sums - 0xffff : sums;
	}
	return (uint16_t)(sum | sums);
}

/* What the PDU is about, in the flow DSR's layout. */
static void
pdu_body(struct walk *w, uint8_t type, const uint8_t *h)
{
	struct packet *p = w->packet;
	uint8_t *body = p->isis.body;
	uint32_t left = w->wire - w->at - COMMON_SIZE;

	memset(body, 0, sizeof(p->isis.body));
	/* argus sums whole words; what the capture cut has none */
	left = (left + 1) & ~1u;
	p->isis.checksum = walk_has(w, COMMON_SIZE - 1 + left) ? content_sum(h - 1, left) : 0;
	switch (type) {
	case PDU_HELLO_L1:
	case PDU_HELLO_L2:
		memcpy(body, h + 1, SYSTEM_ID_SIZE);
		memcpy(body + SYSTEM_ID_SIZE, h + 12, NODE_ID_SIZE);
		break;
	case PDU_LSP_L1:
	case PDU_LSP_L2:
		memcpy(body, h + 4, LSP_ID_SIZE);
		memcpy(body + LSP_ID_SIZE, h + 12, 4);
		p->isis.checksum = load16(h + 16);
		break;
	default:
		memcpy(body, h + 2, NODE_ID_SIZE);
		break;
	}
}

static void
isis_key(struct walk *w)
{
	struct packet *p = w->packet;
	struct flow_key *key = &p->key;

	memset(key, 0, sizeof(*key));
	memcpy(key->addr[0], w->mac[1], MAC_SIZE);
	memcpy(key->addr[1], w->mac[0], MAC_SIZE);
	memcpy(key->addr[0] + MAC_SIZE, p->isis.body, 10);
	memcpy(key->addr[1] + MAC_SIZE, p->isis.body + 10, 4);
	key->kind = FLOW_ISIS;
	key->port[0] = (uint16_t)p->isis.pdu_type;
	key->id = (uint16_t)p->isis.checksum;
	p->reverse = false;
}

enum layer
layer_isis(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	uint32_t size;
	uint8_t type;

	if (!walk_has(w, COMMON_SIZE))
		return walk_short(w, COMMON_SIZE);
	type = h[4] & 0x1f;
	size = pdu_size(type);
	if (h[2] != 1 || h[5] != 1 || (h[3] != 0 && h[3] != SYSTEM_ID_SIZE) || size == 0)
		return LAYER_DONE;
	if (h[1] != size)
		return walk_malformed(w);
	if (!walk_has(w, size))
		return walk_short(w, size);
	p->flags |= PACKET_ISIS;
	p->isis.pdu_type = type;
	p->isis.version = h[2];
	pdu_body(w, type, h + COMMON_SIZE);
	isis_key(w);
	walk_payload(w, p->bytes > LLC_SIZE ? p->bytes - LLC_SIZE : 0);
	return LAYER_DONE;
}
