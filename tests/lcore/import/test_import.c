/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The importer's bounds and what it remembers; what each version says is the smoke
 * test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lcore/import/fields.h"
#include "lcore/import/session.h"
#include "lcore/import/template_store.h"

static struct counters counters;
static struct flow_record last;
static unsigned flows;

static void
take_flow(void *context, const struct flow_record *r)
{
	(void)context;
	last = *r;
	flows++;
}

static struct importer *
importer(void)
{
	const struct import_sink sink = { .flow = take_flow };
	struct importer *im = importer_create(&sink, &counters);

	assert_non_null(im);
	memset(&counters, 0, sizeof(counters));
	flows = 0;
	return im;
}

static uint8_t *
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, v >> 16), v & 0xffff);
}

/* NetFlow 9: a template of addresses, packets and bytes, and one record of it. */
static size_t
make9(uint8_t *at, uint32_t source, unsigned id, bool with_template, bool with_data)
{
	static const uint16_t elements[] = { 8, 12, 2, 1 };
	uint8_t *p = put16(put16(at, 9), 2);

	p = put32(put32(put32(put32(p, 5000), 1700000000), 1), source);
	if (with_template) {
		p = put16(put16(put16(put16(p, 0), 8 + 16), id), 4);
		for (unsigned i = 0; i < 4; i++)
			p = put16(put16(p, elements[i]), 4);
	}
	if (with_data) {
		p = put16(put16(p, id), 4 + 16);
		p = put32(put32(put32(put32(p, 0x0a000001), 0x0a000002), 7), 700);
	}
	return (size_t)(p - at);
}

/* From memory of exactly that size, so that a sanitizer sees a read beyond. */
static void
give(struct importer *im, const uint8_t *bytes, size_t len, uint32_t exporter)
{
	struct import_origin o = { .time_ns = 1 };
	uint8_t *copy = malloc(len != 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	memcpy(o.exporter, &exporter, sizeof(exporter));
	importer_datagram(im, &o, copy, len);
	free(copy);
}

static void
a_record_is_what_the_export_says(void **state)
{
	struct importer *im = importer();
	uint8_t b[128];

	(void)state;
	give(im, b, make9(b, 1, 256, true, true), 0x010200c0);
	assert_int_equal(flows, 1);
	assert_int_equal(last.kind, FLOW_IPV4);
	assert_memory_equal(last.who.ip.src, "\x0a\0\0\1", 4);
	assert_memory_equal(last.who.ip.dst, "\x0a\0\0\2", 4);
	assert_int_equal(last.packets[0], 7);
	assert_int_equal(last.bytes[0], 700);
	assert_int_equal(last.packets[1], 0);
	assert_int_equal(last.first_ns[0], 1700000000 * UINT64_C(1000000000));
	assert_int_equal(last.first_ns[1], 0);
	assert_memory_equal(last.exporter, "\xc0\0\2\1", 4);
	importer_free(im);
}

static void
an_export_may_be_cut_anywhere(void **state)
{
	struct importer *im = importer();
	uint8_t b[128];
	const size_t size = make9(b, 1, 256, true, true);

	(void)state;
	for (size_t len = 0; len < size; len++)
		give(im, b, len, 1);
	assert_int_equal(flows, 0);
	assert_int_equal(counter_get(&counters, COUNTER_import_datagrams), size);
	assert_int_equal(counter_get(&counters, COUNTER_import_unknown), 2);
	importer_free(im);
}

static void
any_byte_may_be_anything(void **state)
{
	struct importer *im = importer();
	uint8_t b[128];
	const size_t size = make9(b, 1, 256, true, true);

	(void)state;
	for (size_t i = 0; i < size; i++) {
		const uint8_t before = b[i];

		for (unsigned v = 0; v < 256; v++) {
			b[i] = (uint8_t)v;
			give(im, b, size, 1);
			put16(b, 10);
			give(im, b, size, 1);
			put16(b, 5);
			give(im, b, size, 1);
			put16(b, 9);
		}
		b[i] = before;
	}
	assert_true(flows != 0);
	assert_int_equal(counter_get(&counters, COUNTER_import_flows), flows);
	importer_free(im);
}

static void
templates_beyond_the_store_evict_the_oldest(void **state)
{
	struct importer *im = importer();
	uint8_t b[128];

	(void)state;
	for (unsigned i = 0; i < TEMPLATES_MAX; i++)
		give(im, b, make9(b, 1, 256 + i, true, false), 1);
	assert_int_equal(counter_get(&counters, COUNTER_import_templates_evicted), 0);
	give(im, b, make9(b, 1, 256, false, true), 1); /* the first is young again */
	give(im, b, make9(b, 1, 256 + TEMPLATES_MAX, true, false), 1);
	assert_int_equal(counter_get(&counters, COUNTER_import_templates_evicted), 1);
	give(im, b, make9(b, 1, 256, false, true), 1);
	assert_int_equal(flows, 2);
	give(im, b, make9(b, 1, 257, false, true), 1);
	assert_int_equal(flows, 2);
	assert_int_equal(counter_get(&counters, COUNTER_import_no_template), 1);
	importer_free(im);
}

static void
exporters_beyond_the_store_evict_the_oldest(void **state)
{
	struct importer *im = importer();
	uint8_t b[128];

	(void)state;
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		give(im, b, make9(b, 1, 256, true, false), i);
	give(im, b, make9(b, 1, 256, false, true), 0);
	assert_int_equal(flows, 1);
	assert_int_equal(counter_get(&counters, COUNTER_import_evicted), 0);
	give(im, b, make9(b, 1, 256, true, false), SESSIONS_MAX);
	assert_int_equal(counter_get(&counters, COUNTER_import_evicted), 1);
	give(im, b, make9(b, 1, 256, false, true), 0);
	assert_int_equal(flows, 2);
	/* who made room has to tell its template again */
	give(im, b, make9(b, 1, 256, false, true), 1);
	assert_int_equal(flows, 2);
	importer_free(im);
}

static void
elements_have_rows_and_only_sound_lengths_count(void **state)
{
	static const uint8_t bytes[16] = { 0, 0, 0, 0, 0, 0, 0, 9 };
	struct import_values v = { .proto = 1 };

	(void)state;
	assert_int_equal(field_row(0), FIELD_UNKNOWN);
	assert_int_equal(field_row(3), FIELD_UNKNOWN);
	assert_int_equal(field_row(UINT16_MAX), FIELD_UNKNOWN);
	assert_int_not_equal(field_row(1), FIELD_UNKNOWN);
	assert_int_not_equal(field_row(306), FIELD_UNKNOWN);
	field_take(&v, field_row(4), false, bytes, 8);
	assert_int_equal(v.proto, 9);
	field_take(&v, field_row(4), false, bytes, 9);
	field_take(&v, field_row(4), false, bytes, 0);
	field_take(&v, field_row(4), true, bytes, 1);
	assert_int_equal(v.proto, 9);
	field_take(&v, field_row(8), false, bytes, 16);
	assert_false(v.has_ip4);
	field_take(&v, field_row(8), false, bytes + 4, 4);
	assert_true(v.has_ip4);
	field_take(&v, field_row(1), true, bytes, 8);
	assert_int_equal(v.bytes[0], 0);
	assert_int_equal(v.bytes[1], 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_what_the_export_says),
		cmocka_unit_test(an_export_may_be_cut_anywhere),
		cmocka_unit_test(any_byte_may_be_anything),
		cmocka_unit_test(templates_beyond_the_store_evict_the_oldest),
		cmocka_unit_test(exporters_beyond_the_store_evict_the_oldest),
		cmocka_unit_test(elements_have_rows_and_only_sound_lengths_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
