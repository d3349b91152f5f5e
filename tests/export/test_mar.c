/* SPDX-License-Identifier: BSD-3-Clause */
/* MAR encoder: 128 bytes, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "export/argus/record.h"
#include "export/argus/wire.h"

static uint32_t
word(const uint8_t *p, size_t at)
{
	return (uint32_t)p[at] << 24 | (uint32_t)p[at + 1] << 16 | (uint32_t)p[at + 2] << 8 |
	       p[at + 3];
}

static void
start_is_what_argus_writes(void **state)
{
	const struct mar m = {
		.cause = CAUSE_START,
		.start_ns = 0x6b0436f6ull * 1000000000 + 0x000c94c9ull * 1000,
		.now_ns = 0x6b0436f6ull * 1000000000 + 0x000cc1f8ull * 1000 + 999,
		.far_interval_s = 5,
		.mar_interval_s = 60,
	};
	static const uint32_t want[32] = {
		0x83100020, 0,          0xe5712dcb,        0,          0,
		0,          0x6b0436f6, 0x000c94c9,        0x6b0436f6, 0x000cc1f8,
		0x03000000, 0x0005003c, [31] = 0xffffffff,
	};
	uint8_t out[WIRE_MAR_SIZE];

	(void)state;
	memset(out, 0xee, sizeof(out));
	mar_encode(&m, out);
	for (size_t i = 0; i < 32; i++)
		assert_int_equal(word(out, i * 4), want[i]);
}

static void
start_5_is_what_argus_5_writes(void **state)
{
	struct mar m = {
		.cause = CAUSE_START,
		.format = RECORD_FORMAT_5,
		.source_id = { .kind = SOURCE_ID_UUID },
		.start_ns = 0x6b04ce8aull * 1000000000 + 0x0009d4b1ull * 1000,
		.now_ns = 0x6b04ce8aull * 1000000000 + 0x0009d930ull * 1000,
		.far_interval_s = 5,
		.mar_interval_s = 60,
	};
	static const uint32_t
	        want[32] = {
		        0x85100020, 0xa00000,   0xe57150cb,        0,          0,
		        1,          0x6b04ce8a, 0x0009d4b1,        0x6b04ce8a, 0x0009d930,
		        0x05000000, 0x0005003c, [27] = 0x00112233, 0x44556677, 0x8899aabb,
		        0xccddeeff, 0xffffffff,
	        };
	uint8_t out[WIRE_MAR_SIZE];

	(void)state;
	for (unsigned i = 0; i < 16; i++)
		m.source_id.bytes[i] = (uint8_t)(i * 0x11);
	memset(out, 0xee, sizeof(out));
	mar_encode(&m, out);
	for (size_t i = 0; i < 32; i++)
		assert_int_equal(word(out, i * 4), want[i]);
}

/* The cookie and the source id are in each; the sequence number is the next one. */
static void
others_5_say_who_they_are(void **state)
{
	struct mar m = { .cause = CAUSE_STOP,
		         .format = RECORD_FORMAT_5,
		         .source_id = { SOURCE_ID_STRING, { 'p', 'r', 'b', '1' } },
		         .last_sequence = 11 };
	uint8_t out[WIRE_MAR_SIZE];

	(void)state;
	mar_encode(&m, out);
	assert_int_equal(word(out, 0), 0x85300020);
	assert_int_equal(word(out, 4), 0x200000);
	assert_int_equal(word(out, 8), 0xe57150cb);
	assert_int_equal(word(out, 20), 12);
	assert_int_equal(word(out, 108), 0x70726231);
	m.source_id = (struct source_id){ SOURCE_ID_NONE, { 1, 2, 3, 4 } };
	mar_encode(&m, out);
	assert_int_equal(word(out, 4), 0);
	assert_int_equal(word(out, 108), 0);
	m.source_id = (struct source_id){ SOURCE_ID_IPV6, { 0x20, 1, 0xd, 0xb8 } };
	mar_encode(&m, out);
	assert_int_equal(word(out, 4), 0x600000);
	assert_int_equal(word(out, 108), 0x20010db8);
}

static void
status_has_every_count_in_its_place(void **state)
{
	const struct mar m = {
		.cause = CAUSE_STATUS,
		.last_sequence = 11,
		.packets = 0x100000002,
		.bytes = 0x300000004,
		.records = 5,
		.flows = 6,
		.dropped = 7,
		.clients = 8,
		.buffers = 9,
		.memory = 10,
		.user_size = { 16, 32 },
	};
	uint8_t out[WIRE_MAR_SIZE];

	(void)state;
	mar_encode(&m, out);
	assert_int_equal(word(out, 0), 0x83200020);
	assert_int_equal(word(out, 20), 11);
	assert_int_equal(word(out, 48), 1);
	assert_int_equal(word(out, 52), 2);
	assert_int_equal(word(out, 56), 3);
	assert_int_equal(word(out, 60), 4);
	assert_int_equal(word(out, 72), 5);
	assert_int_equal(word(out, 76), 6);
	assert_int_equal(word(out, 80), 7);
	assert_int_equal(word(out, 92), 8);
	assert_int_equal(word(out, 96), 9);
	assert_int_equal(word(out, 100), 10);
	assert_int_equal(word(out, 104), 0x00100020);
	assert_int_equal(word(out, 124), 0xffffffff);
}

static void
source_id_of(const struct source_id *id, enum flow_cause cause, uint32_t status, uint32_t argusid,
             uint32_t thisid)
{
	const struct mar m = { .cause = cause, .source_id = *id };
	uint8_t out[WIRE_MAR_SIZE];

	mar_encode(&m, out);
	assert_int_equal(word(out, 4), status);
	assert_int_equal(word(out, 8), argusid);
	assert_int_equal(word(out, 120), thisid);
}

static void
source_id_is_where_clients_look(void **state)
{
	const struct source_id none = { SOURCE_ID_NONE, { 1, 2, 3, 4 } };
	const struct source_id ipv4 = { SOURCE_ID_IPV4, { 10, 9, 8, 7 } };
	const struct source_id number = { SOURCE_ID_INTEGER, { 0, 0, 0, 17 } };
	const struct source_id text = { SOURCE_ID_STRING, { 'p', 'r', 'b', '1' } };

	(void)state;
	source_id_of(&none, CAUSE_START, 0, 0xe5712dcb, 0);
	source_id_of(&none, CAUSE_STOP, 0, 0, 0);
	source_id_of(&ipv4, CAUSE_START, 0x800000, 0xe5712dcb, 0x0a090807);
	source_id_of(&ipv4, CAUSE_STATUS, 0x800000, 0x0a090807, 0);
	source_id_of(&number, CAUSE_START, 0x400000, 0xe5712dcb, 17);
	/* a text is reversed in a MAR, and only there */
	source_id_of(&text, CAUSE_STOP, 0x200000, 0x31627270, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_is_what_argus_writes),
		cmocka_unit_test(start_5_is_what_argus_5_writes),
		cmocka_unit_test(others_5_say_who_they_are),
		cmocka_unit_test(status_has_every_count_in_its_place),
		cmocka_unit_test(source_id_is_where_clients_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
