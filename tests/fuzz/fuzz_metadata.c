/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any sequence of payloads of two flows at a time, read for metadata. Input: the
 * items, a byte; for each payload a byte of choices (flow, direction, datagram, end of
 * the flow), the protocol, the sequence number in two bytes, the size in two bytes,
 * its bytes. What a label holds afterwards is checked.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lcore/apps/metadata.h"

#define FLOW 0x01
#define DIRECTION 0x02
#define DATAGRAM 0x04
#define END 0x08
#define HEADER_SIZE 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzzed {
	struct metadata_flow flow;
	struct label label;
};

/* Whole items of printable characters: a key, '=', and a value in which '%' begins an escape, or
 * the mark of a cut. */
static void
check(const struct label *l)
{
	unsigned keys = 0;

	if (l->len > LABEL_MAX)
		abort();
	for (unsigned i = 0; i < l->len; i++) {
		if (l->text[i] <= 0x20 || l->text[i] >= 0x7f || strchr("\",", l->text[i]) != NULL)
			abort();
		if (l->text[i] == '%' && i + 3 > l->len)
			abort();
		if (l->text[i] == '=')
			keys++;
		if (l->text[i] == ';' && keys-- != 1)
			abort();
	}
	if (keys != (l->len != 0))
		abort();
}

static void
say(struct metadata *m, struct fuzzed *f, const uint8_t *header, const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size != 0 ? size : 1);
	const struct metadata_payload p = {
		.data = copy,
		.len = (uint32_t)size,
		.dir = (header[0] & DIRECTION) != 0,
		.client = (header[0] & DIRECTION) == 0,
		.datagram = (header[0] & DATAGRAM) != 0,
		.seq = (uint32_t)header[2] << 8 | header[3],
	};

	if (copy == NULL)
		return;
	memcpy(copy, bytes, size);
	if (metadata_wants(&f->flow, p.dir))
		metadata_read(m, (enum metadata_protocol)(header[1] % (METADATA_SSH_BANNER + 1)),
		              &f->flow, &p, &f->label);
	free(copy);
	check(&f->label);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzzed flows[2] = { 0 };
	struct metadata *m;

	if (size == 0)
		return 0;
	m = metadata_create(data[0] != 0 ? (uint16_t)(data[0] << 4 | data[0] >> 4) & METADATA_ALL
	                                 : METADATA_ALL,
	                    1, 0);
	if (m == NULL)
		return 0;
	data++;
	size--;
	while (size >= HEADER_SIZE) {
		const uint8_t *header = data;
		struct fuzzed *f = &flows[(header[0] & FLOW) != 0];
		size_t len = (size_t)header[4] << 8 | header[5];

		data += HEADER_SIZE;
		size -= HEADER_SIZE;
		if (len > size)
			len = size;
		say(m, f, header, data, len);
		if (header[0] & END) {
			metadata_release(m, &f->flow);
			memset(f, 0, sizeof(*f));
		}
		data += len;
		size -= len;
	}
	metadata_release(m, &flows[0].flow);
	metadata_release(m, &flows[1].flow);
	metadata_destroy(m);
	return 0;
}
