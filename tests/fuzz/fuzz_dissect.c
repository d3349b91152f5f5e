/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a packet of any link type. Input: the link type in two bytes, high
 * one first (or, where nobody reads that, the number of one that somebody does),
 * what the frame had on the wire beyond what was captured, the packet.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lcore/dissect/packet_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINK_TYPES 512

static uint16_t
link_type_of(const uint8_t *data)
{
	static uint16_t known[LINK_TYPES];
	static uint32_t count;
	const uint16_t wanted = (uint16_t)(data[0] << 8 | data[1]);

	for (int i = count == 0 ? 0 : LINK_TYPES; i < LINK_TYPES; i++) {
		if (dissect_link_supported(i))
			known[count++] = (uint16_t)i;
	}
	return dissect_link_supported(wanted) ? wanted : known[wanted % count];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet_view v = { .time_ns = 1, .clock_ns = 1 };
	const char *broken;

	if (size < 3)
		return 0;
	v.link_type = link_type_of(data);
	v.data = data + 3;
	v.captured = (uint32_t)size - 3;
	v.length = v.captured + data[2] * 16u;
	broken = packet_rules(&v);
	if (broken != NULL) {
		fprintf(stderr, "link type %u: %s\n", v.link_type, broken);
		abort();
	}
	return 0;
}
