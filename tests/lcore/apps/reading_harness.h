/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One flow's payloads shown to a reader of metadata, each in memory of exactly its
 * size, so that a sanitizer sees every read beyond.
 */
#ifndef PANOPTES_TESTS_LCORE_APPS_READING_HARNESS_H
#define PANOPTES_TESTS_LCORE_APPS_READING_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lcore/apps/metadata.h"

struct talk {
	struct metadata *m;
	enum metadata_protocol protocol;
	bool datagram;
	struct metadata_flow flow;
	struct label label;
};

static inline struct talk
talk_begin(struct metadata *m, enum metadata_protocol protocol, bool datagram)
{
	return (struct talk){ .m = m, .protocol = protocol, .datagram = datagram };
}

static inline void
talk_say(struct talk *t, uint8_t dir, uint32_t seq, const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size != 0 ? size : 1);
	const struct metadata_payload p = {
		.data = copy,
		.len = (uint32_t)size,
		.dir = dir,
		.client = dir == 0,
		.datagram = t->datagram,
		.seq = seq,
	};

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	if (metadata_wants(&t->flow, dir))
		metadata_read(t->m, t->protocol, &t->flow, &p, &t->label);
	free(copy);
}

static inline void
talk_end(struct talk *t)
{
	metadata_release(t->m, &t->flow);
	assert_int_equal(t->flow.pending, 0);
}

#define assert_label(t, expected)                               \
	do {                                                    \
		char text_[LABEL_MAX + 1] = { 0 };              \
		memcpy(text_, (t)->label.text, (t)->label.len); \
		assert_string_equal(text_, expected);           \
	} while (0)

static inline struct metadata_counts
counts_of(const struct metadata *m)
{
	struct metadata_counts c;

	metadata_get_counts(m, &c);
	return c;
}

#endif
