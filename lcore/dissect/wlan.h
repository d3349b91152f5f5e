/* SPDX-License-Identifier: BSD-3-Clause */
/* IEEE 802.11, for the captures that carry it (link_wlan.c). */
#ifndef PANOPTES_LCORE_DISSECT_WLAN_H
#define PANOPTES_LCORE_DISSECT_WLAN_H

#include "lcore/dissect/link.h"

/* The frame at walk->at, which counts whole. 'padded': its header is filled up to a multiple of
 * four bytes. False: not even a receiver's address is there. */
bool wlan_frame(struct walk *w, bool padded, enum layer *first);

#endif
