/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What holds of every dissection, whatever the packet: shared by the unit tests
 * and the fuzzer. Each says what is broken, or returns NULL.
 */
#ifndef PANOPTES_TESTS_LCORE_DISSECT_PACKET_RULES_H
#define PANOPTES_TESTS_LCORE_DISSECT_PACKET_RULES_H

#include "lcore/dissect/dissect.h"
#include "lcore/view.h"

/* All of the rules below, for one view and the classic flow key. */
const char *packet_rules(const struct packet_view *);

/* Whether two dissections of the same bytes say the same. */
const char *packet_same(const struct packet *, const struct packet *);

#endif
