/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet as every source yields it. The bytes belong to the source and stay
 * valid until the burst is released; nothing behind a view knows where the
 * packet came from.
 */
#ifndef PANOPTES_LCORE_VIEW_H
#define PANOPTES_LCORE_VIEW_H

#include <stdint.h>

#define VIEW_BURST 64 /* packets a burst at the most */

/* Bits of packet_view.flags. */
#define VIEW_NOTICE 0x01 /* an ICMP error, for the flow it quotes only: do not count it */
#define VIEW_INNER 0x02  /* what the packet carries in a tunnel: a flow besides its own */
#define VIEW_FOREIGN \
	0x04 /* of a link type that nothing dissects: the intake counts it and lets it go */
#define VIEW_IMPORT 0x08 /* a UDP payload is a flow export: NetFlow or IPFIX */
#define VIEW_SFLOW 0x10  /* ... sFlow */
#define VIEW_SAMPLE 0x20 /* a packet out of sFlow: one that no source gave */

struct packet_view {
	const uint8_t *data;
	uint64_t time_ns;   /* since the epoch */
	uint64_t clock_ns;  /* the source's clock: never goes back, no two packets have the same */
	uint64_t before_ns; /* ... as it stood before this packet */
	uint32_t captured;  /* bytes at 'data' */
	uint32_t length;    /* bytes on the wire, >= captured unless the capture lies */
	uint16_t link_type; /* libpcap DLT_* */
	uint8_t ingress;    /* port or file interface */
	uint8_t flags;      /* VIEW_* */
};

#endif
