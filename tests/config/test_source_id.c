/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/config/fake_names.h"
#include "tests/config/loaded.h"

#define UUID                                                                                     \
	{                                                                                        \
		0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, \
		        0xee, 0xff                                                               \
	}

static const struct {
	const char *text;
	enum source_id_kind kind;
	uint8_t bytes[16];
} forms[] = {
	{ "0", SOURCE_ID_INTEGER, { 0, 0, 0, 0 } },
	{ "2435", SOURCE_ID_INTEGER, { 0, 0, 9, 131 } },
	{ "4294967295", SOURCE_ID_INTEGER, { 255, 255, 255, 255 } },
	{ "10.2.45.3", SOURCE_ID_IPV4, { 10, 2, 45, 3 } },
	{ "255.255.255.255", SOURCE_ID_IPV4, { 255, 255, 255, 255 } },
	{ "10.1", SOURCE_ID_IPV4, { 10, 0, 0, 1 } },
	{ "probe.example", SOURCE_ID_IPV4, { 192, 0, 2, 7 } },
	{ "\"en0\"", SOURCE_ID_STRING, { 'e', 'n', '0', 0 } },
	{ "\"ab c\"", SOURCE_ID_STRING, { 'a', 'b', ' ', 'c' } },
	{ "\"1234\"", SOURCE_ID_STRING, { '1', '2', '3', '4' } },
	{ "\"a\"", SOURCE_ID_STRING, { 'a', 0, 0, 0 } },
	{ "2001:db8::1", SOURCE_ID_IPV6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	{ "ipv6:2001:db8::1", SOURCE_ID_IPV6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	{ "::", SOURCE_ID_IPV6, { 0 } },
	{ "00112233-4455-6677-8899-AAbbccddeeff", SOURCE_ID_UUID, UUID },
	{ "uuid:00112233-4455-6677-8899-aabbccddeeff", SOURCE_ID_UUID, UUID },
	{ "uuid:/00112233-4455-6677-8899-aabbccddeeff", SOURCE_ID_UUID, UUID },
	{ "uuid:00112233445566778899aabbccddeeff", SOURCE_ID_UUID, UUID },
};

static void
check_form(const struct loaded *l, size_t i)
{
	assert_loaded(l);
	assert_int_equal(l->c.source_id.kind, forms[i].kind);
	assert_memory_equal(l->c.source_id.bytes, forms[i].bytes, 16);
}

static void
each_form_is_taken_from_line_and_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct loaded l;
		char text[128];

		loaded_line(&l, "-X", "-e", forms[i].text, NULL);
		check_form(&l, i);
		loaded_free(&l);
		snprintf(text, sizeof(text), "ARGUS_MONITOR_ID=%s    // an id\n", forms[i].text);
		loaded_text(&l, text);
		check_form(&l, i);
		loaded_free(&l);
	}
}

static void
what_is_no_id_is_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "99999999999", "32 bits (0 to 4294967295)" },
		{ "4294967296", "32 bits" },
		{ "unknown.example", "\"unknown.example\" is not an IPv4 address, a number" },
		{ "-5", "\"-5\"" },
		{ "1.2.3.4.5", "\"1.2.3.4.5\"" },
		{ "256.1.1.1", "\"256.1.1.1\"" },
		{ "2001:db8::1::", "\"2001:db8::1::\"" },
		{ "ipv6:10.1.2.3", "behind the colon is not an IPv6 address" },
		{ "uuid:", "behind the colon is not a UUID" },
		{ "uuid:00112233-4455-6677-8899-aabbccddeef", "is not a UUID" },
		{ "uuid:00112233-4455-6677-8899-aabbccddeeff0", "is not a UUID" },
		{ "uuid:001122334455-6677-8899-aabbccddeeff", "is not a UUID" },
		{ "uuid:00112233-4455-6677-8899-aabbccddeefg", "is not a UUID" },
		{ "`id`", "`hostname`" },
		{ "`hostname", "`hostname`" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l;
		char text[128];

		loaded_line(&l, "-X", "-e", rows[i].text, NULL);
		assert_refused(&l, rows[i].words);
		assert_contains(l.error, "option -e: ");
		assert_int_equal(l.c.source_id.kind, SOURCE_ID_NONE);
		loaded_free(&l);
		snprintf(text, sizeof(text), "ARGUS_MONITOR_ID=%s\n", rows[i].text);
		loaded_text(&l, text);
		assert_refused(&l, rows[i].words);
		assert_contains(l.error, "test.conf:1: ARGUS_MONITOR_ID: ");
		loaded_free(&l);
	}
}

static void
nothing_is_no_id(void **state)
{
	struct loaded l;

	(void)state;
	assert_refused(loaded_line(&l, "-X", "-e", "", NULL), "\"\" is not");
	loaded_free(&l);
	assert_refused(loaded_line(&l, "-X", "-e", "`hostname`", NULL), "in a file");
	loaded_free(&l);
	assert_warned(loaded_text(&l, "ARGUS_MONITOR_ID=\"\"\n"), "has no value");
	assert_int_equal(l.c.source_id.kind, SOURCE_ID_NONE);
	loaded_free(&l);
}

static void
long_text_is_cut_with_a_warning(void **state)
{
	struct loaded l;

	(void)state;
	assert_warned(loaded_line(&l, "-X", "-e", "\"abcdefgh\"", NULL), "\"abcd\" is kept");
	assert_int_equal(l.c.source_id.kind, SOURCE_ID_STRING);
	assert_memory_equal(l.c.source_id.bytes, "abcd", 4);
	loaded_free(&l);
	assert_warned(loaded_text(&l, "ARGUS_MONITOR_ID=\"abcde\"\n"), "test.conf:1: ");
	assert_memory_equal(l.c.source_id.bytes, "abcd", 4);
	loaded_free(&l);
	assert_warned(loaded_text(&l, "ARGUS_MONITOR_ID=\"a\x81\x1b[31m\"\n"), "\"a??[\" is kept");
	assert_memory_equal(l.c.source_id.bytes, "a\x81\x1b[", 4);
	loaded_free(&l);
}

static void
an_open_quote_from_the_shell_is_enough(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_line(&l, "-X", "-e", "\"ab", NULL));
	assert_memory_equal(l.c.source_id.bytes, "ab\0\0", 4);
	loaded_free(&l);
	assert_loaded(loaded_line(&l, "-X", "-e", "\"", NULL));
	assert_int_equal(l.c.source_id.kind, SOURCE_ID_STRING);
	assert_memory_equal(l.c.source_id.bytes, "\0\0\0\0", 4);
	loaded_free(&l);
}

static void
hostname_is_resolved_or_cut(void **state)
{
	struct loaded l;

	(void)state;
	fake_host_name = "probe.example";
	assert_loaded(loaded_text(&l, "ARGUS_MONITOR_ID=`hostname`    // IPv4 address returned\n"));
	assert_int_equal(l.c.source_id.kind, SOURCE_ID_IPV4);
	assert_memory_equal(l.c.source_id.bytes, "\xc0\x00\x02\x07", 4);
	loaded_free(&l);

	fake_host_name = "probe.example.local";
	assert_loaded(loaded_text(&l, "ARGUS_MONITOR_ID=`hostname`\n"));
	assert_int_equal(l.c.source_id.kind, SOURCE_ID_IPV4);
	loaded_free(&l);

	fake_host_name = "sensor9";
	assert_warned(loaded_text(&l, "ARGUS_MONITOR_ID=`hostname`\n"), "\"sens\" is kept");
	assert_int_equal(l.c.source_id.kind, SOURCE_ID_STRING);
	assert_memory_equal(l.c.source_id.bytes, "sens", 4);
	loaded_free(&l);

	fake_host_name = "vm";
	assert_loaded(loaded_text(&l, "ARGUS_MONITOR_ID=`hostname`\n"));
	assert_memory_equal(l.c.source_id.bytes, "vm\0\0", 4);
	loaded_free(&l);

	fake_host_name = "";
	assert_refused(loaded_text(&l, "ARGUS_MONITOR_ID=`hostname`\n"), "has no name");
	loaded_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_taken_from_line_and_file),
		cmocka_unit_test(what_is_no_id_is_refused),
		cmocka_unit_test(nothing_is_no_id),
		cmocka_unit_test(long_text_is_cut_with_a_warning),
		cmocka_unit_test(an_open_quote_from_the_shell_is_enough),
		cmocka_unit_test(hostname_is_resolved_or_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
