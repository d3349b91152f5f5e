/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a stream of flow exports. Input: datagrams, each behind two bytes of
 * its length, the first bit of which tells sFlow from NetFlow and IPFIX. What comes
 * out is checked: sampled bytes lie within the datagram, each record is counted.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lcore/import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	const uint8_t *datagram;
	size_t size;
	uint64_t flows;
};

static void
take_flow(void *context, const struct flow_record *r)
{
	struct seen *seen = context;

	seen->flows++;
	if (r->kind != FLOW_IPV4 && r->kind != FLOW_IPV6)
		abort();
	for (int d = 0; d < 2; d++) {
		if (r->last_ns[d] < r->first_ns[d] || r->last_ns[d] > UINT64_C(1) << 62)
			abort();
	}
}

static void
take_sample(void *context, const struct import_origin *o, const struct import_sample *s)
{
	const struct seen *seen = context;

	(void)o;
	if (s->bytes < seen->datagram || s->captured > seen->size || s->length < s->captured ||
	    (size_t)(s->bytes - seen->datagram) > seen->size - s->captured)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct counters counters;
	struct import_origin origin = { .time_ns = 1 };
	struct seen seen = { 0 };
	const struct import_sink sink = { &seen, take_flow, take_sample };
	struct importer *im = importer_create(&sink, &counters);

	if (im == NULL)
		return 0;
	memset(&counters, 0, sizeof(counters));
	while (size >= 2) {
		const bool sflow = data[0] & 0x80;
		size_t len = (size_t)(data[0] & 0x7f) << 8 | data[1];
		uint8_t *copy;

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		copy = malloc(len != 0 ? len : 1);
		if (copy == NULL)
			break;
		memcpy(copy, data, len);
		seen.datagram = copy;
		seen.size = len;
		if (sflow)
			importer_sflow(im, &origin, copy, len);
		else
			importer_datagram(im, &origin, copy, len);
		free(copy);
		data += len;
		size -= len;
	}
	if (counter_get(&counters, COUNTER_import_flows) != seen.flows)
		abort();
	importer_free(im);
	return 0;
}
