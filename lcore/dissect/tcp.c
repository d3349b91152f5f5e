/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP (RFC 9293): header and options (RFC 7323, 2018, 1072, 1644).
 */
#include "lcore/dissect/walk.h"

#define TCP_SIZE 20

/* Bits of the TCP_PERF DSR. */
enum {
	OPTION_MSS = 0x00100000,
	OPTION_WINDOW_SCALE = 0x00200000,
	OPTION_SACK_PERMITTED = 0x00400000,
	OPTION_SACK = 0x00800000,
	OPTION_ECHO = 0x01000000,
	OPTION_ECHO_REPLY = 0x02000000,
	OPTION_TIMESTAMP = 0x04000000,
	OPTION_CC = 0x08000000,
	OPTION_CC_NEW = 0x10000000,
	OPTION_CC_ECHO = 0x20000000,
};

/* The option counts as soon as its kind is seen, its value when it is whole. */
static void
option_note(struct packet *p, const uint8_t *option, uint32_t size)
{
	switch (option[0]) {
	case 2:
		p->tcp.options |= OPTION_MSS;
		if (size >= 4)
			p->tcp.mss = load16(option + 2);
		break;
	case 3:
		p->tcp.options |= OPTION_WINDOW_SCALE;
		if (size >= 3) {
			p->tcp.window_shift = option[2];
			p->tcp.has_window_shift = 1;
		}
		break;
	case 4:
		p->tcp.options |= OPTION_SACK_PERMITTED;
		break;
	case 5:
		p->tcp.options |= OPTION_SACK;
		break;
	case 6:
		p->tcp.options |= OPTION_ECHO;
		break;
	case 7:
		p->tcp.options |= OPTION_ECHO_REPLY;
		break;
	case 8:
		p->tcp.options |= OPTION_TIMESTAMP;
		break;
	case 11:
		p->tcp.options |= OPTION_CC;
		break;
	case 12:
		p->tcp.options |= OPTION_CC_NEW;
		break;
	case 13:
		p->tcp.options |= OPTION_CC_ECHO;
		break;
	default:
		break;
	}
}

static void
tcp_options(struct packet *p, const uint8_t *option, uint32_t size)
{
	uint32_t at = 0;

	/* What every segment of most connections carries: two paddings and a time stamp. */
	if (size == 12 && load32(option) == 0x0101080a) {
		p->tcp.options = OPTION_TIMESTAMP;
		return;
	}
	while (at < size && option[at] != 0) {
		uint32_t length = 1;

		if (option[at] != 1) {
			length = size - at > 1 ? option[at + 1] : 0;
			if (length < 2) {
				p->tcp.bad_options = 1;
				return;
			}
			/* of one that is cut the kind still tells something */
			option_note(p, option + at, length < size - at ? length : size - at);
			p->tcp.bad_options = length > size - at;
		}
		at += length;
	}
}

void
tcp_fields(struct packet *p, const uint8_t *h, uint32_t size)
{
	p->flags |= PACKET_TCP;
	p->tcp.seq = load32(h + 4);
	p->tcp.ack = load32(h + 8);
	p->tcp.header_length = (uint8_t)((h[12] >> 4) * 4);
	p->tcp.flags = h[13];
	p->tcp.window = load16(h + 14);
	p->tcp.urgent = load16(h + 18);
	p->tcp.window_shift = 0;
	p->tcp.has_window_shift = 0;
	p->tcp.mss = 0;
	p->tcp.bad_options = 0;
	p->tcp.reserved = 0;
	p->tcp.options = 0;
	if (size > TCP_SIZE)
		tcp_options(p, h + TCP_SIZE, size - TCP_SIZE);
}

/* Ports are taken from whatever has them, state only from a whole header. */
enum layer
layer_tcp(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *h = w->data + w->at;
	const uint32_t left = walk_ip_left(w);
	uint32_t size;

	w->complete = false;
	if (left < TCP_SIZE) /* a fragment so tiny is not believed, but it may be */
		return walk_ip_short(w, TCP_SIZE);
	if (!walk_has(w, 4))
		return walk_short(w, 4);
	key_ports(w, load16(h), load16(h + 2));
	if (!walk_has(w, TCP_SIZE))
		return walk_short(w, TCP_SIZE);
	size = (h[12] >> 4) * 4u;
	if (size < TCP_SIZE || size > left) { /* nobody knows where its payload begins */
		tcp_fields(p, h, TCP_SIZE);
		w->at += TCP_SIZE;
		walk_payload(w, 0);
		return walk_malformed(w);
	}
	if (!walk_has(w, size)) {
		(void)walk_short(w, size);
		tcp_fields(p, h, w->captured - w->at);
		w->at = w->captured;
	} else {
		tcp_fields(p, h, size);
		w->at += size;
	}
	walk_payload(w, left - size);
	return LAYER_DONE;
}
