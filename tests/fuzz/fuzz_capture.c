/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a capture file: plain, compressed, or TSH. Every byte of every
 * packet that comes out is read.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lcore/capture_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct capture_reader *reader;
	static volatile uint8_t sink;
	struct packet_view views[VIEW_BURST];
	unsigned bursts = 0;
	int n;

	if (size == 0)
		return 0;
	if (reader == NULL && (reader = capture_reader_create()) == NULL)
		abort();
	/* the first byte chooses how, the rest is the file */
	capture_reader_start(reader, capture_stream_open_memory(data + 1, size - 1), "fuzz",
	                     (data[0] & 0x80) != 0);
	while ((n = capture_reader_burst(reader, views, 1 + (data[0] & 0x3f))) >= 0) {
		for (int i = 0; i < n; i++) {
			for (uint32_t k = 0; k < views[i].captured; k++)
				sink = (uint8_t)(sink ^ views[i].data[k]);
		}
		if (++bursts == 4096) /* a zip bomb may go on for long */
			break;
	}
	return 0;
}
