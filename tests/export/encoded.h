/* SPDX-License-Identifier: BSD-3-Clause */
/* What a DSR writes, compared with bytes in hexadecimal. */
#ifndef PANOPTES_TESTS_EXPORT_ENCODED_H
#define PANOPTES_TESTS_EXPORT_ENCODED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "export/argus/dsr.h"

static inline size_t
unhex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned byte;

	for (; *hex != '\0'; hex += 2) {
		while (*hex == ' ')
			hex++;
		if (sscanf(hex, "%2x", &byte) != 1)
			break;
		out[n++] = (uint8_t)byte;
	}
	return n;
}

/* Writes one DSR of 'r' and compares; an empty text: nothing is written. Then takes the room
 * away, byte by byte: nothing may be touched that isn't there. */
static inline void
expect(const struct dsr *dsr, const struct far_input *in, const char *hex)
{
	uint8_t want[512], got[512];
	const size_t size = unhex(hex, want);
	struct writer w = { .at = got, .end = got + sizeof(got) };

	memset(got, 0xee, sizeof(got));
	dsr->write(&w, in);
	assert_false(w.overflow);
	assert_int_equal(w.at - got, size);
	assert_memory_equal(got, want, size);
	assert_true(size <= dsr->size_max + (size_t)in->user_size[0] + in->user_size[1]);
	for (size_t room = 0; room < size; room++) {
		w = (struct writer){ .at = got, .end = got + room };
		memset(got, 0xee, sizeof(got));
		dsr->write(&w, in);
		assert_true(w.overflow);
		for (size_t i = room; i < sizeof(got); i++)
			assert_int_equal(got[i], 0xee);
	}
}

#endif
