/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loss of an ESP security association, by its sequence numbers (RFC 4303, 2.2).
 * One direction: an association has no answers. Part of a flow, on its worker
 * lcore.
 */
#ifndef PANOPTES_LCORE_FLOW_ESP_H
#define PANOPTES_LCORE_FLOW_ESP_H

#include <stdint.h>

#include "lcore/flow.h"

/* Status bits of the ESP network DSR. */
/* clang-format off */
#define ESP_DROPPED		0x00000010u
#define ESP_SEQUENCE_FAILURE	0x00002000u
#define ESP_OUT_OF_ORDER	0x00010000u
/* clang-format on */

void flow_esp_open(struct flow_esp *, uint32_t seq);
void flow_esp_update(struct flow_esp *, uint32_t seq);

#endif
