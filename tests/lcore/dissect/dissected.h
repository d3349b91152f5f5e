/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Built packets through the dissector, each in memory of its exact size, so that
 * a sanitizer sees every read outside. The memory is the helper's, until next time.
 */
#ifndef PANOPTES_TESTS_LCORE_DISSECT_DISSECTED_H
#define PANOPTES_TESTS_LCORE_DISSECT_DISSECTED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lcore/dissect/dissect.h"
#include "ring/flow_record.h"
#include "tests/support/packet_builder.h"

#define LINK_ETHERNET 1

/* The first 'captured' bytes of a frame that had 'length' on the wire. */
enum dissect_result dissect_bytes(const uint8_t *bytes, uint32_t captured, uint32_t length,
                                  uint16_t link_type, struct packet *);

/* The whole packet, sealed, for the classic key; it must have one, and keep the rules. */
void dissect_built(struct packet_builder *, uint16_t link_type, struct packet *);

/* ... with another flow key. */
void dissect_keyed(struct packet_builder *, const struct dissect_options *, struct packet *);

/* Cut at every length, by the capture and on the wire: the rules hold, and what is
 * cut inside of the last 'headers' bytes' worth of headers says so. */
void dissect_cut_everywhere(struct packet_builder *, uint16_t link_type, uint32_t headers);

/* Both packets are of one flow, in the same or in opposite directions. */
void assert_same_flow(const struct packet *, const struct packet *, bool opposite);
void assert_other_flow(const struct packet *, const struct packet *);

/* addr[index] of an IP key is end 'end' of the builder. */
void assert_key_address(const struct packet *, unsigned index, unsigned end);

#endif
