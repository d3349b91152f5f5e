/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * L2TP: version 2 over UDP with PPP (RFC 2661); version 3 over UDP or IP
 * (RFC 3931) with PPP or Ethernet (RFC 4719). A header of version 3 does not say
 * how long its cookie is, nor whether a sublayer follows: the inside must show.
 * Control messages stay with the tunnel.
 */
#include "lcore/dissect/walk.h"

enum {
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_VERSION = 0x000f,
};

/* Of a data header of version 2; 0: cut. */
static uint32_t
version2_size(const struct walk *w, uint16_t flags, uint32_t *session_at)
{
	uint32_t size = flags & L2TP_LENGTH ? 4 : 2;

	*session_at = size;
	size += flags & L2TP_SEQUENCE ? 8 : 4;
	if (!(flags & L2TP_OFFSET))
		return size;
	if (!walk_has(w, size + 2))
		return 0;
	return size + 2 + load16(w->data + w->at + size);
}

static enum layer
version2(struct walk *w, uint16_t flags)
{
	uint32_t session_at;
	const uint32_t size = version2_size(w, flags, &session_at);
	uint32_t session;

	if (size == 0 || !walk_has(w, size + 1))
		return LAYER_DONE;
	session = load32(w->data + w->at + session_at);
	w->at += size;
	tunnel_opened(w, TUNNEL_L2TP, session);
	return LAYER_PPP;
}

/* What begins here and is known beyond doubt. */
static enum layer
payload_at(const struct walk *w, uint32_t at)
{
	const uint8_t *h = w->data + w->at + at;
	uint16_t type;

	if (!walk_has(w, at + ETHER_SIZE))
		return LAYER_DONE;
	if (load32(h) == 0xff030021 || load32(h) == 0xff030057)
		return LAYER_PPP;
	type = load16(h + 12);
	return type > ETHERTYPE_LENGTH_MAX && layer_of_ethertype(type) != LAYER_DONE ? LAYER_ETHER
	                                                                             : LAYER_DONE;
}

/* Behind the session's number: a cookie of 0, 4 or 8 bytes, a sublayer of 0 or 4. */
static enum layer
version3(struct walk *w, uint32_t size)
{
	const uint32_t session = load32(w->data + w->at + size - 4);

	for (uint32_t more = 0; more <= 12; more += 4) {
		const enum layer layer = payload_at(w, size + more);

		if (layer == LAYER_DONE)
			continue;
		w->at += size + more;
		tunnel_opened(w, TUNNEL_L2TP, session);
		return layer;
	}
	return LAYER_DONE;
}

enum layer
layer_l2tp(struct walk *w)
{
	uint16_t flags;

	if (!walk_has(w, 8))
		return LAYER_DONE;
	flags = load16(w->data + w->at);
	if (flags & L2TP_CONTROL)
		return LAYER_DONE;
	switch (flags & L2TP_VERSION) {
	case 2:
		return version2(w, flags);
	case 3:
		return version3(w, 8);
	default:
		return LAYER_DONE;
	}
}

/* A session number of 0 is a control message's. */
enum layer
layer_l2tp_ip(struct walk *w)
{
	if (w->tunnels != TUNNELS_INNER || !walk_has(w, 4) || load32(w->data + w->at) == 0)
		return LAYER_DONE;
	return version3(w, 4);
}
