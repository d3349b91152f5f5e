/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a packet of any link type. Input: the link type's number in the
 * table, what the frame had on the wire beyond what was captured, the packet.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lcore/dissect/packet_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t links[] = { 1,   0,   9,   12,  50,  101, 104, 108, 113, 228,
		                          229, 276, 6,   7,   8,   10,  11,  15,  16,  19,
		                          51,  107, 109, 117, 123, 129, 143, 166, 178, 179,
		                          180, 181, 204, 205, 206, 219, 226, 239, 281, 282,
		                          284, 285, 105, 119, 127, 163, 192, 258 };
	struct packet_view v = { .time_ns = 1, .clock_ns = 1 };
	const char *broken;

	if (size < 2)
		return 0;
	v.link_type = links[data[0] % (sizeof(links) / sizeof(links[0]))];
	v.data = data + 2;
	v.captured = (uint32_t)size - 2;
	v.length = v.captured + data[1] * 16u;
	broken = packet_rules(&v);
	if (broken != NULL) {
		fprintf(stderr, "link type %u: %s\n", v.link_type, broken);
		abort();
	}
	return 0;
}
