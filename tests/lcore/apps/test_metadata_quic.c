/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * QUIC's Initial packets: the examples of RFC 9001 and RFC 9369, hellos in many
 * pieces, and what must not be believed.
 */
#include "tests/lcore/apps/reading_harness.h"

#include <openssl/crypto.h>

#include "lcore/apps/quic.h"
#include "tests/lcore/apps/hello_builder.h"

#define SLOTS 4
#define HELLO_ITEMS "sni=example.org;alpn=h2;ja4=q" HELLO_JA4 ";tlsv=1.3"

static const uint8_t first_id[] = "\x83\x94\xc8\xf0\x3e\x51\x57\x08";
static const uint8_t server_id[] = "\xf0\x67\xa5\x50\x2a\x42\x62\xb5";

static size_t allocations;

static void *
counted_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return malloc(size);
}

static void *
counted_realloc(void *at, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return realloc(at, size);
}

static void
counted_free(void *at, const char *file, int line)
{
	(void)file;
	(void)line;
	free(at);
}

static void
from_hex(struct message *m, const char *hex)
{
	char byte[3] = { 0 };

	m->size = 0;
	for (; *hex != '\0'; hex += 2) {
		memcpy(byte, hex, 2);
		message_number(m, 1, strtoul(byte, NULL, 16));
	}
}

/* The frames of both appendices, A.2. */
static void
example_frames(struct message *m)
{
	from_hex(m, "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868"
	            "04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
	            "616d706c652e636f6dff01000100000a00080006001d00170018001000070005"
	            "04616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
	            "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400"
	            "0d0010000e0403050306030203080408050806002d00020101001c0002400100"
	            "3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000"
	            "75300901100f088394c8f03e51570806048000ffff");
}

static void
examples_of_both_versions(void **state)
{
	static const char *const begins[] = {
		"c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11"
		"d242b123dc9bd8bab936b47d92ec356c",
		"d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485"
		"dd04de806071bf03dceebfa162e75d6c",
	};
	static struct message frames, packet, begin, tag;
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);

	(void)state;
	example_frames(&frames);
	for (unsigned version = 1; version <= 2; version++) {
		struct talk t = talk_begin(m, METADATA_QUIC, true);

		initial_build(&packet, version, first_id, first_id, 2, &frames, 1162);
		assert_int_equal(packet.size, 1200);
		from_hex(&begin, begins[version - 1]);
		assert_memory_equal(packet.bytes, begin.bytes, begin.size);
		if (version == 1) {
			from_hex(&tag, "e221af44860018ab0856972e194cd934");
			assert_memory_equal(packet.bytes + 1184, tag.bytes, 16);
		}
		talk_say(&t, 0, 0, packet.bytes, packet.size);
		assert_memory_equal(t.label.text, "sni=example.com;alpn=alpn;ja4=q13d0211an_", 41);
		assert_memory_equal(t.label.text + t.label.len - 9, ";tlsv=1.3", 9);
		assert_int_equal(t.flow.ended, 3);
		talk_end(&t);
	}
	metadata_destroy(m);
}

/* A datagram with parts of the hello, each "from" and size. */
static void
say_parts(struct talk *t, const struct message *hello, unsigned version, const uint8_t *id,
          uint32_t number, const size_t (*parts)[2], size_t count)
{
	static struct message frames, packet;

	frames.size = 0;
	for (size_t i = 0; i < count; i++) {
		message_put(&frames, "\x00\x01\x00", 3); /* PADDING, PING */
		crypto_frame(&frames, hello, parts[i][0], parts[i][1]);
	}
	initial_build(&packet, version, first_id, id, number, &frames, 1162);
	talk_say(t, 0, 0, packet.bytes, packet.size);
}

static void
shuffled_parts_in_several_datagrams(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message hello;
	struct talk t;

	(void)state;
	hello_build(&hello, 1500);
	for (unsigned version = 1; version <= 2; version++) {
		const size_t one[][2] = { { 900, 100 }, { 3, 200 }, { 500, 400 }, { 0, 3 } };
		const size_t two[][2] = { { 1000, hello.size - 1000 }, { 203, 100 } };
		const size_t three[][2] = { { 280, 220 } };

		t = talk_begin(m, METADATA_QUIC, true);
		say_parts(&t, &hello, version, first_id, 0, one, 4);
		say_parts(&t, &hello, version, first_id, 0, one, 4);
		say_parts(&t, &hello, version, first_id, 1, two, 2);
		assert_label(&t, "");
		/* the server has answered: its id is shown, the keys stay */
		say_parts(&t, &hello, version, server_id, 70000, three, 1);
		assert_label(&t, HELLO_ITEMS);
		assert_int_equal(t.flow.ended, 3);
		talk_end(&t);
	}
	assert_int_equal(counts_of(m).malformed, 0);
	assert_int_equal(counts_of(m).incomplete, 0);
	metadata_destroy(m);
}

static void
packets_that_share_a_datagram(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_QUIC, true);
	static struct message hello, frames, packet, all;

	(void)state;
	hello_build(&hello, 0);
	/* 0-RTT of twelve bytes first */
	from_hex(&all, "d000000001088394c8f03e515708000c0102030405060708090a0b0c");
	crypto_frame(&frames, &hello, 0, 100);
	initial_build(&packet, 1, first_id, first_id, 0, &frames, 0);
	message_put(&all, packet.bytes, packet.size);
	frames.size = 0;
	crypto_frame(&frames, &hello, 100, hello.size - 100);
	initial_build(&packet, 1, first_id, first_id, 1, &frames, 0);
	message_put(&all, packet.bytes, packet.size);
	talk_say(&t, 0, 0, all.bytes, all.size);
	assert_label(&t, HELLO_ITEMS);
	metadata_destroy(m);
}

static void
a_wrong_byte_anywhere_is_not_believed(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message hello, frames, packet;

	(void)state;
	hello_build(&hello, 0);
	frames.size = 0;
	crypto_frame(&frames, &hello, 0, hello.size);
	initial_build(&packet, 1, first_id, first_id, 2, &frames, 0);
	for (size_t at = 0; at < packet.size; at++) {
		struct talk t = talk_begin(m, METADATA_QUIC, true);

		packet.bytes[at] ^= 0x40;
		talk_say(&t, 0, 0, packet.bytes, packet.size);
		assert_label(&t, "");
		packet.bytes[at] ^= 0x40;
		talk_end(&t);
	}
	assert_true(counts_of(m).malformed > hello.size);
	metadata_destroy(m);
}

static void
a_datagram_cut_anywhere_says_nothing(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message hello, frames, packet;

	(void)state;
	hello_build(&hello, 0);
	frames.size = 0;
	crypto_frame(&frames, &hello, 0, hello.size);
	initial_build(&packet, 1, first_id, first_id, 2, &frames, 0);
	for (size_t size = 1; size < packet.size; size++) {
		struct talk t = talk_begin(m, METADATA_QUIC, true);

		talk_say(&t, 0, 0, packet.bytes, size);
		assert_label(&t, "");
		talk_end(&t);
	}
	assert_int_equal(counts_of(m).malformed, 0);
	metadata_destroy(m);
}

static void
frames_that_are_not_allowed(void **state)
{
	static const struct {
		const char *hex;
		bool malformed;
	} cases[] = {
		{ "08", true },                   /* a STREAM frame */
		{ "0640", true },                 /* cut in the offset */
		{ "060040f101", true },           /* a part that isn't there */
		{ "06c000000000000000c0", true }, /* ... nor its length */
		{ "02000000", true },             /* an ACK without its first range */
		{ "0200003fff00", true },         /* ... without the others */
		{ "0300000000010203", false },    /* an ACK with counts of congestion */
		{ "1c00", false },                /* the end of the connection */
		{ "06000402000000", true },       /* a message that is no ClientHello */
	};
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message frames, packet;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint64_t before = counts_of(m).malformed;
		struct talk t = talk_begin(m, METADATA_QUIC, true);

		from_hex(&frames, cases[i].hex);
		initial_build(&packet, 1, first_id, first_id, 0, &frames, 0);
		talk_say(&t, 0, 0, packet.bytes, packet.size);
		assert_label(&t, "");
		assert_int_equal(counts_of(m).malformed - before, cases[i].malformed);
		talk_end(&t);
	}
	metadata_destroy(m);
}

static void
the_servers_direction_is_looked_at_once(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_QUIC, true);
	static struct message frames, packet;

	(void)state;
	from_hex(&frames, "0000000000");
	initial_build(&packet, 1, server_id, first_id, 0, &frames, 0);
	talk_say(&t, 1, 0, packet.bytes, packet.size);
	assert_false(metadata_wants(&t.flow, 1));
	assert_true(metadata_wants(&t.flow, 0));
	assert_int_equal(counts_of(m).malformed, 0);
	metadata_destroy(m);
}

static void
packets_are_opened_without_an_allocation(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message hello, frames, packet;
	size_t before;

	(void)state;
	hello_build(&hello, 0);
	frames.size = 0;
	crypto_frame(&frames, &hello, 0, hello.size);
	initial_build(&packet, 1, first_id, first_id, 2, &frames, 1162);
	before = allocations;
	assert_true(before != 0); /* it does count */
	for (unsigned i = 0; i < 100; i++) {
		struct talk t = talk_begin(m, METADATA_QUIC, true);

		packet.bytes[packet.size - 1] ^= i & 1; /* sound and unsound */
		talk_say(&t, 0, 0, packet.bytes, packet.size);
	}
	assert_int_equal(allocations, before);
	metadata_destroy(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_both_versions),
		cmocka_unit_test(shuffled_parts_in_several_datagrams),
		cmocka_unit_test(packets_that_share_a_datagram),
		cmocka_unit_test(a_wrong_byte_anywhere_is_not_believed),
		cmocka_unit_test(a_datagram_cut_anywhere_says_nothing),
		cmocka_unit_test(frames_that_are_not_allowed),
		cmocka_unit_test(the_servers_direction_is_looked_at_once),
		cmocka_unit_test(packets_are_opened_without_an_allocation),
	};

	if (CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
