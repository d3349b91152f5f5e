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

#define QUIC_PACKET_MAX 2048 /* bytes of a packet's frames */
#define QUIC_ID_MAX 20       /* RFC 9000, 17.2 */

/* The versions whose Initial packets can be opened. */
#define QUIC_VERSION_1 0x00000001u
#define QUIC_VERSION_2 0x6b3343cfu
#define QUIC_DRAFT_29 0xff00001du /* and up to draft 34, with another salt than version 1 to 32 */
#define QUIC_DRAFT_34 0xff000022u

enum quic_opened {
	QUIC_OPENED,
	QUIC_FOREIGN, /* not an Initial packet of a known version */
	QUIC_CUT,     /* it is longer than what was captured */
	QUIC_UNSOUND, /* its tag is wrong: not the client's, or damaged */
};

struct quic;

/* NULL: no memory, or the library lacks what it takes. */
struct quic *quic_create(void);
void quic_free(struct quic *);

/* Opens the client's Initial packet at the beginning of these bytes. '*frames' is what it carries,
 * valid until the next call; '*packet_size' its length, behind which another may stand. */
enum quic_opened quic_open(struct quic *, const uint8_t *bytes, size_t size, const uint8_t **frames,
                           size_t *frames_size, size_t *packet_size);

#endif
