/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any text as a packet filter, run on the bytes behind it: native code and
 * libpcap's interpreter must agree. Input: one byte of choices, the expression
 * up to a NUL, then the packet.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/dlt.h>

#include "lcore/filter.h"
#include "tests/ring/eal_setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPRESSION_MAX 200 /* longer ones only make pcap_compile slow */

static bool
matches(const char *expression, const uint8_t *packet, size_t len, uint8_t choices, bool interpret)
{
	static const uint16_t links[] = { DLT_EN10MB, DLT_RAW, DLT_LINUX_SLL, DLT_NULL };
	struct filter *f = filter_create(expression, (choices & 1) != 0);
	struct packet_view v = {
		.data = packet,
		.captured = (uint32_t)len,
		.length = (uint32_t)len + (choices & 2 ? 100 : 0),
		.link_type = links[choices >> 2 & 3],
	};
	unsigned n;

	if (f == NULL)
		abort();
	if (interpret)
		filter_use_interpreter(f);
	n = filter_burst(f, &v, 1);
	filter_free(f);
	return n != 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	char expression[EXPRESSION_MAX + 1];
	uint8_t choices;
	size_t n = 0;

	if (!started && test_eal_setup(NULL) != 0)
		abort();
	started = true;
	if (size < 2)
		return 0;
	choices = data[0];
	while (n < EXPRESSION_MAX && n + 1 < size && data[n + 1] != '\0') {
		expression[n] = (char)data[n + 1];
		n++;
	}
	expression[n] = '\0';
	/* a name would be looked up in the DNS */
	if (strstr(expression, "host") != NULL || strstr(expression, "gateway") != NULL)
		return 0;
	data += 1 + n;
	size -= 1 + n;
	if (matches(expression, data, size, choices, false) !=
	    matches(expression, data, size, choices, true))
		abort();
	return 0;
}
