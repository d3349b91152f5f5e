/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Protection of QUIC's Initial packets (RFC 9001, 5; RFC 9369 for version 2): their keys
 * follow from what stands in the packet, so that anyone on the path may read them. One
 * worker lcore owns an opener; what the library of ciphers needs is made once.
 */
#ifndef PANOPTES_LCORE_APPS_QUIC_H
#define PANOPTES_LCORE_APPS_QUIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUIC_PACKET_MAX 9216 /* bytes of a packet that is opened: a jumbo frame's */
#define QUIC_ID_MAX 20       /* RFC 9000, 17.2 */

enum quic_opened {
	QUIC_OPENED,
	QUIC_OTHER,   /* another packet with a length: what follows it may be of use */
	QUIC_FOREIGN, /* none of a known version with a long header */
	QUIC_CUT,     /* it is longer than what was captured, or than what is opened */
	QUIC_UNSOUND, /* its tag is wrong: not the client's, or damaged */
};

/* A connection id: the keys follow from that of the first packet that a client sends. */
struct quic_id {
	uint8_t size;
	uint8_t bytes[QUIC_ID_MAX];
};

/* A packet that was opened, or has a length. */
struct quic_packet {
	size_t size;           /* behind it another may stand */
	const uint8_t *frames; /* what it carries, until the next call */
	size_t frames_size;
	struct quic_id id; /* whose keys it is sealed with */
};

struct quic;

/* NULL: no memory, or the library lacks what it takes. */
struct quic *quic_create(void);
void quic_free(struct quic *);

/* Opens the client's Initial packet at the beginning of these bytes: with the keys of the id in it,
 * or else of 'first' (NULL: not known), as a client takes up the server's id while it keeps the
 * keys. */
enum quic_opened quic_open(struct quic *, const uint8_t *bytes, size_t size,
                           const struct quic_id *first, struct quic_packet *);

#endif
