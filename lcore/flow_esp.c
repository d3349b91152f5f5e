/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A sequence number that is far off or comes twice tells nothing of loss: from
 * then on, until the next record, none is counted.
 */
#include "lcore/flow_esp.h"

#define ESP_WINDOW 65536

void
flow_esp_open(struct flow_esp *e, uint32_t seq)
{
	e->status = 0;
	e->last_seq = seq;
	e->lost = 0;
}

void
flow_esp_update(struct flow_esp *e, uint32_t seq)
{
	const int32_t ahead = (int32_t)(seq - e->last_seq);

	if (e->status & ESP_SEQUENCE_FAILURE)
		return;
	if (ahead == 0 || ahead > ESP_WINDOW || ahead < -ESP_WINDOW) {
		e->status |= ESP_SEQUENCE_FAILURE;
		e->last_seq = seq;
	} else if (ahead > 0) {
		e->last_seq = seq;
		e->lost += ahead - 1;
		if (ahead > 1)
			e->status |= ESP_DROPPED;
	} else {
		e->lost--; /* it was taken for lost */
		e->status |= ESP_OUT_OF_ORDER;
	}
}
