/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any sequence of UDP payloads of one flow, looked into for what they carry. Input:
 * for each packet a byte of choices, its size in two bytes, its payload; a record is
 * cut now and then. Each payload has an allocation of its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lcore/flow_media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum choice {
	CHOICE_BACK = 1, /* from the destination */
	CHOICE_CUT = 2,  /* the capture has less than the wire */
	CHOICE_RECORD = 4,
};

/* What a record says must come from what was seen. */
static void
check_record(struct flow_media *m)
{
	struct flow_record r;

	memset(&r, 0, sizeof(r));
	flow_media_report(m, &r);
	if ((m->kind == MEDIA_UNKNOWN) != (r.net == FLOW_NET_NONE))
		abort();
	if (r.net == FLOW_NET_RTP && r.net_report.rtp.header[0][0] >> 6 != 2 &&
	    r.net_report.rtp.header[1][0] >> 6 != 2)
		abort();
	if (r.net == FLOW_NET_UDT &&
	    (r.net_report.udt.nacked > INT32_MAX || r.net_report.udt.dropped > INT32_MAX))
		abort();
	flow_media_reported(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_media m;
	uint8_t kind = MEDIA_UNKNOWN;

	flow_media_open(&m);
	while (size >= 3) {
		const uint8_t choices = data[0];
		const size_t wanted = (size_t)(data[1] << 8 | data[2]);
		const size_t n = wanted < size - 3 ? wanted : size - 3;
		uint8_t *payload = malloc(n != 0 ? n : 1);
		struct packet p;

		if (payload == NULL)
			abort();
		memcpy(payload, data + 3, n);
		memset(&p, 0, sizeof(p));
		p.data = payload;
		p.payload_captured = (uint16_t)n;
		p.payload_length = (uint32_t)(choices & CHOICE_CUT ? n + 700 : n);
		flow_media_update(&m, &p, choices & CHOICE_BACK);
		free(payload);
		/* decided once; RTP may take over from RTCP */
		if (m.kind != kind && kind != MEDIA_UNKNOWN &&
		    !(kind == MEDIA_RTCP && m.kind == MEDIA_RTP))
			abort();
		kind = m.kind;
		if (choices & CHOICE_RECORD)
			check_record(&m);
		data += 3 + n;
		size -= 3 + n;
	}
	check_record(&m);
	return 0;
}
