/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hellos of TLS: their items and fingerprint, however they are cut.
 */
#include "tests/lcore/apps/reading_harness.h"

#include "lcore/apps/pending.h"
#include "tests/lcore/apps/hello_builder.h"

#define SLOTS 4
#define CLIENT_ITEMS "sni=example.org;alpn=h2;ja4=t" HELLO_JA4

static void
server_hello(struct message *m, unsigned version, unsigned chosen)
{
	static const uint8_t random[32];
	size_t record, whole, block;

	m->size = 0;
	message_put(m, "\x16\x03\x03", 3);
	record = message_open(m, 2);
	message_number(m, 1, 2);
	whole = message_open(m, 3);
	message_number(m, 2, version);
	message_put(m, random, 32);
	message_number(m, 1, 0);
	message_put(m, "\x13\x01", 3);
	if (chosen != 0) {
		block = message_open(m, 2);
		message_put(m, "\x00\x2b\x00\x02", 4);
		message_number(m, 2, chosen);
		message_close(m, block, 2);
	}
	message_close(m, whole, 3);
	message_close(m, record, 2);
}

static void
client_hello(struct message *m, size_t record)
{
	static struct message hello;

	hello_build(&hello, 0);
	records_build(m, &hello, record);
}

static void
the_specifications_example(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message client, server;
	struct talk t = talk_begin(m, METADATA_TLS, false);

	(void)state;
	client_hello(&client, 16384);
	talk_say(&t, 0, 1, client.bytes, client.size);
	assert_label(&t, CLIENT_ITEMS);
	server_hello(&server, 0x303, 0x304);
	talk_say(&t, 1, 1, server.bytes, server.size);
	assert_label(&t, CLIENT_ITEMS ";tlsv=1.3");
	assert_int_equal(t.flow.ended, 3);
	assert_int_equal(counts_of(m).malformed, 0);
	metadata_destroy(m);
}

static void
the_servers_version(void **state)
{
	static const struct {
		unsigned version, chosen;
		const char *text;
	} cases[] = { { 0x300, 0, "tlsv=ssl3" },    { 0x301, 0, "tlsv=1.0" },
		      { 0x302, 0, "tlsv=1.1" },     { 0x303, 0, "tlsv=1.2" },
		      { 0x303, 0x303, "tlsv=1.2" }, { 0x303, 0x7f1c, "tlsv=1.3" },
		      { 0x303, 0x1234, "" },        { 0, 0, "" } };
	struct metadata *m = metadata_create(METADATA_TLSV, SLOTS, 0);
	static struct message server;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk t = talk_begin(m, METADATA_TLS, false);

		server_hello(&server, cases[i].version, cases[i].chosen);
		talk_say(&t, 1, 1, server.bytes, server.size);
		assert_label(&t, cases[i].text);
	}
	metadata_destroy(m);
}

static void
cut_anywhere_and_gone_on(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL & ~METADATA_TLSV, SLOTS, 0);
	static struct message client;

	(void)state;
	client_hello(&client, 16384);
	for (size_t cut = 1; cut < client.size; cut++) {
		struct talk t = talk_begin(m, METADATA_TLS, false);

		talk_say(&t, 0, UINT32_MAX - 50, client.bytes, cut);
		assert_label(&t, "");
		talk_say(&t, 0, UINT32_MAX - 50 + (uint32_t)cut, client.bytes + cut,
		         client.size - cut);
		assert_label(&t, CLIENT_ITEMS);
		talk_end(&t);
	}
	assert_int_equal(counts_of(m).incomplete, 0);
	metadata_destroy(m);
}

static void
records_of_any_size(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message client;

	(void)state;
	for (size_t record = 1; record < 300; record++) {
		struct talk t = talk_begin(m, METADATA_TLS, false);

		client_hello(&client, record);
		talk_say(&t, 0, 1, client.bytes, client.size);
		assert_label(&t, CLIENT_ITEMS);
	}
	metadata_destroy(m);
}

static void
segments_out_of_order_and_twice(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static const unsigned order[] = { 0, 3, 2, 2, 0, 3, 1 };
	static struct message client;
	struct talk t = talk_begin(m, METADATA_TLS, false);

	(void)state;
	client_hello(&client, 16384);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const size_t from = order[i] * 60u;

		assert_label(&t, "");
		talk_say(&t, 0, (uint32_t)from, client.bytes + from,
		         order[i] == 3 ? client.size - from : 60);
	}
	assert_label(&t, CLIENT_ITEMS);
	talk_end(&t);
	metadata_destroy(m);
}

/* Each byte of the hello with some wrong values, and each length too short and too long: nothing is
 * read beyond, and no slot stays behind. */
static void
any_byte_may_be_wrong(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message client;

	(void)state;
	client_hello(&client, 100);
	for (size_t at = 0; at < client.size; at++) {
		const uint8_t was = client.bytes[at];

		for (size_t v = 0; v < sizeof(values) + 2; v++) {
			struct talk t = talk_begin(m, METADATA_TLS, false);

			client.bytes[at] = v < sizeof(values)    ? values[v]
			                   : v == sizeof(values) ? (uint8_t)(was - 1)
			                                         : (uint8_t)(was + 1);
			talk_say(&t, 0, 1, client.bytes, client.size);
			talk_end(&t);
		}
		client.bytes[at] = was;
	}
	assert_true(counts_of(m).malformed > 100);
	metadata_destroy(m);
}

static void
a_hello_of_a_size_that_is_kept(void **state)
{
	struct metadata *m = metadata_create(METADATA_SNI, SLOTS, 0);
	static struct message hello, client;
	struct talk t = talk_begin(m, METADATA_TLS, false);

	(void)state;
	hello_build(&hello, 7000);
	records_build(&client, &hello, 16384);
	for (size_t from = 0; from < client.size; from += 1400)
		talk_say(&t, 0, (uint32_t)from, client.bytes + from,
		         client.size - from < 1400 ? client.size - from : 1400);
	assert_label(&t, "sni=example.org");
	hello_build(&hello, PENDING_SIZE);
	records_build(&client, &hello, 16384);
	t = talk_begin(m, METADATA_TLS, false);
	for (size_t from = 0; from < client.size; from += 1400)
		talk_say(&t, 0, (uint32_t)from, client.bytes + from,
		         client.size - from < 1400 ? client.size - from : 1400);
	assert_label(&t, "");
	assert_int_equal(counts_of(m).incomplete, 1);
	metadata_destroy(m);
}

static void
more_ciphers_than_a_fingerprint_takes(void **state)
{
	static const uint8_t zero[32];
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	static struct message hello, client;
	struct talk t = talk_begin(m, METADATA_TLS, false);
	size_t whole, list;

	(void)state;
	for (unsigned count = 256; count <= 257; count++) {
		hello.size = 0;
		message_number(&hello, 1, 1);
		whole = message_open(&hello, 3);
		message_number(&hello, 2, 0x302);
		message_put(&hello, zero, 32);
		message_number(&hello, 1, 0);
		list = message_open(&hello, 2);
		for (unsigned i = 0; i < count; i++)
			message_number(&hello, 2, i);
		message_close(&hello, list, 2);
		message_number(&hello, 2, 0x0100);
		message_close(&hello, whole, 3);
		records_build(&client, &hello, 16384);
		t = talk_begin(m, METADATA_TLS, false);
		talk_say(&t, 0, 1, client.bytes, client.size);
		if (count == 256)
			assert_memory_equal(t.label.text, "ja4=t11i990000_", 15);
		else
			assert_label(&t, "");
	}
	assert_int_equal(counts_of(m).incomplete, 1);
	metadata_destroy(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_specifications_example),
		cmocka_unit_test(the_servers_version),
		cmocka_unit_test(cut_anywhere_and_gone_on),
		cmocka_unit_test(records_of_any_size),
		cmocka_unit_test(segments_out_of_order_and_twice),
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(a_hello_of_a_size_that_is_kept),
		cmocka_unit_test(more_ciphers_than_a_fingerprint_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
