/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Metadata of the protocols that speak in the clear: DNS, HTTP, SSH.
 */
#include "tests/lcore/apps/reading_harness.h"

#define SLOTS 4

static const uint8_t query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
                               "\x03www\x07"
                               "Example\x03org\x00\x00\x01\x00\x01";
#define QUERY_SIZE (sizeof(query) - 1)
#define QUESTION_AT 12
#define NAME_SIZE 17

static const char request[] = "GET /a?b HTTP/1.1\r\nAccept: */*\r\nUser-Agent:  probe/1 (x)\r\n"
                              "HOST:www.example.org \r\n\r\nHost: no";

static void
a_dns_question_and_its_answer(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_DNS, true);
	uint8_t answer[QUERY_SIZE];

	(void)state;
	memcpy(answer, query, QUERY_SIZE);
	answer[2] = 0x81;
	answer[3] = 0x83;
	talk_say(&t, 0, 0, query, QUERY_SIZE);
	assert_label(&t, "qname=www.Example.org");
	assert_false(metadata_wants(&t.flow, 0));
	assert_true(metadata_wants(&t.flow, 1));
	talk_say(&t, 1, 0, answer, QUERY_SIZE);
	assert_label(&t, "qname=www.Example.org;rcode=3");
	assert_int_equal(t.flow.ended, 3);
	/* an answer alone has all */
	t = talk_begin(m, METADATA_DNS, true);
	talk_say(&t, 1, 0, answer, QUERY_SIZE);
	assert_label(&t, "qname=www.Example.org;rcode=3");
	metadata_destroy(m);
}

static void
a_dns_query_cut_anywhere_says_nothing(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);

	(void)state;
	for (size_t size = 1; size < QUERY_SIZE; size++) {
		struct talk t = talk_begin(m, METADATA_DNS, true);

		talk_say(&t, 0, 0, query, size);
		assert_label(&t, size < QUESTION_AT + NAME_SIZE ? "" : "qname=www.Example.org");
		talk_end(&t);
	}
	assert_int_equal(counts_of(m).incomplete, QUESTION_AT + NAME_SIZE - 1);
	assert_int_equal(counts_of(m).malformed, 0);
	metadata_destroy(m);
}

static void
dns_names_have_limits(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_DNS, true);
	uint8_t bytes[512] = { 0, 0, 1, 0, 0, 1 };

	(void)state;
	talk_say(&t, 0, 0, bytes, QUESTION_AT + 5); /* the root */
	assert_label(&t, "qname=.");
	memcpy(bytes, query, QUERY_SIZE);
	bytes[QUESTION_AT] = 0xc0; /* a pointer */
	t = talk_begin(m, METADATA_DNS, true);
	talk_say(&t, 0, 0, bytes, sizeof(bytes));
	assert_label(&t, "");
	assert_int_equal(counts_of(m).malformed, 1);
	for (unsigned at = QUESTION_AT; at + 64 < sizeof(bytes); at += 64) {
		bytes[at] = 63;
		memset(bytes + at + 1, 'a', 63);
	}
	t = talk_begin(m, METADATA_DNS, true);
	talk_say(&t, 0, 0, bytes, sizeof(bytes)); /* more than 255 bytes */
	assert_label(&t, "");
	assert_int_equal(counts_of(m).malformed, 2);
	metadata_destroy(m);
}

static void
dns_over_tcp_has_its_size_first(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	uint8_t bytes[2 + QUERY_SIZE] = { 0, QUERY_SIZE };
	struct talk t = talk_begin(m, METADATA_DNS, false);

	(void)state;
	memcpy(bytes + 2, query, QUERY_SIZE);
	talk_say(&t, 0, 100, bytes, sizeof(bytes));
	assert_label(&t, "qname=www.Example.org");
	/* in pieces, wherever they are cut, over the end of the sequence numbers, and twice */
	for (size_t cut = 1; cut < sizeof(bytes); cut++) {
		const uint32_t seq = UINT32_MAX - 3;

		t = talk_begin(m, METADATA_DNS, false);
		talk_say(&t, 0, seq, bytes, cut);
		talk_say(&t, 0, seq, bytes, cut);
		talk_say(&t, 0, seq + (uint32_t)cut, bytes + cut, sizeof(bytes) - cut);
		assert_label(&t, "qname=www.Example.org");
		assert_int_equal(t.flow.pending, 0);
		talk_end(&t);
	}
	assert_int_equal(counts_of(m).incomplete, 0);
	bytes[1] = 20; /* the message ends in the name */
	t = talk_begin(m, METADATA_DNS, false);
	talk_say(&t, 0, 0, bytes, sizeof(bytes));
	assert_label(&t, "");
	assert_int_equal(counts_of(m).malformed, 1);
	metadata_destroy(m);
}

static void
an_http_request_and_its_response(void **state)
{
	static const char response[] = "HTTP/1.1 404 Not Found\r\n";
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_HTTP, false);

	(void)state;
	talk_say(&t, 0, 1, request, sizeof(request) - 1);
	assert_label(&t, "method=GET;host=www.example.org;agent=probe/1%20(x)");
	assert_false(metadata_wants(&t.flow, 0));
	talk_say(&t, 1, 1, response, sizeof(response) - 1);
	assert_label(&t, "method=GET;host=www.example.org;agent=probe/1%20(x);status=404");
	assert_int_equal(t.flow.ended, 3);
	metadata_destroy(m);
}

static void
an_http_request_in_pieces(void **state)
{
	struct metadata *m = metadata_create(METADATA_HOST, SLOTS, 0);
	const size_t size = sizeof(request) - 1;

	(void)state;
	for (size_t cut = 1; cut < size; cut++) {
		struct talk t = talk_begin(m, METADATA_HTTP, false);

		talk_say(&t, 0, 77, request, cut);
		talk_say(&t, 0, 77 + (uint32_t)cut, request + cut, size - cut);
		assert_label(&t, "host=www.example.org");
		assert_int_equal(t.flow.ended, 3);
		talk_end(&t);
	}
	assert_int_equal(counts_of(m).incomplete, 0);
	metadata_destroy(m);
}

static void
the_middle_piece_may_come_last(void **state)
{
	struct metadata *m = metadata_create(METADATA_HOST, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_HTTP, false);

	(void)state;
	talk_say(&t, 0, 1, request, 10);
	talk_say(&t, 0, 61, request + 60, sizeof(request) - 61);
	assert_label(&t, "");
	talk_say(&t, 1, 1, "HTTP/1.1", 8); /* the other direction has no part in it */
	talk_say(&t, 0, 11, request + 10, 50);
	assert_label(&t, "host=www.example.org");
	talk_end(&t);
	metadata_destroy(m);
}

static void
what_never_ends_is_given_up(void **state)
{
	struct metadata *m = metadata_create(METADATA_HOST, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_HTTP, false);
	static char line[4096];

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, request, 4); /* "GET " */
	talk_say(&t, 0, 0, line, sizeof(line));
	assert_true(metadata_wants(&t.flow, 0));
	talk_say(&t, 0, sizeof(line), line, sizeof(line));
	assert_false(metadata_wants(&t.flow, 0));
	assert_int_equal(counts_of(m).incomplete, 1);
	/* a flow that ends earlier is counted as well, and what isn't HTTP is not waited for */
	t = talk_begin(m, METADATA_HTTP, false);
	talk_say(&t, 0, 0, line, sizeof(line));
	talk_end(&t);
	assert_int_equal(counts_of(m).incomplete, 2);
	t = talk_begin(m, METADATA_HTTP, false);
	talk_say(&t, 0, 0, "\x16\x03\x01 no", 6);
	assert_false(metadata_wants(&t.flow, 0));
	assert_int_equal(counts_of(m).incomplete, 2);
	metadata_destroy(m);
}

static void
more_flows_wait_than_there_are_slots(void **state)
{
	struct metadata *m = metadata_create(METADATA_HOST, SLOTS, 0);
	struct talk t[SLOTS + 1];

	(void)state;
	for (unsigned i = 0; i <= SLOTS; i++) {
		t[i] = talk_begin(m, METADATA_HTTP, false);
		talk_say(&t[i], 0, 0, request, 60);
	}
	assert_int_equal(counts_of(m).pending_full, 1);
	for (unsigned i = 0; i <= SLOTS; i++) {
		talk_say(&t[i], 0, 60, request + 60, sizeof(request) - 61);
		assert_label(&t[i], i == 0 ? "" : "host=www.example.org");
		talk_end(&t[i]);
	}
	metadata_destroy(m);
}

static void
ssh_banners_of_both_ends(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_SSH_BANNER, false);

	(void)state;
	talk_say(&t, 1, 1, "Welcome\r\nSSH-2.0-OpenSSH_9.2p1 Debian\r\n\x00\x01", 41);
	talk_say(&t, 0, 1, "SSH-2.0-Pu", 10);
	talk_say(&t, 0, 11, "TTY\n", 4);
	assert_label(&t, "sshd=SSH-2.0-OpenSSH_9.2p1%20Debian;ssh=SSH-2.0-PuTTY");
	assert_int_equal(t.flow.ended, 3);
	metadata_destroy(m);
}

static void
only_what_is_asked_for_is_told(void **state)
{
	struct metadata *m = metadata_create(METADATA_AGENT, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_HTTP, false);

	(void)state;
	talk_say(&t, 0, 1, request, sizeof(request) - 1);
	assert_label(&t, "agent=probe/1%20(x)");
	assert_int_equal(t.flow.ended, 3);
	t = talk_begin(m, METADATA_DNS, true);
	talk_say(&t, 0, 0, query, QUERY_SIZE);
	assert_label(&t, "");
	assert_int_equal(t.flow.ended, 3);
	assert_int_equal(counts_of(m).payloads, 1);
	assert_int_equal(metadata_protocol_of("http"), METADATA_HTTP);
	assert_int_equal(metadata_protocol_of("no"), METADATA_NONE);
	metadata_destroy(m);
}

static void
an_item_without_room_is_counted(void **state)
{
	struct metadata *m = metadata_create(METADATA_ALL, SLOTS, 0);
	struct talk t = talk_begin(m, METADATA_HTTP, false);

	(void)state;
	t.label.len = LABEL_MAX - 12;
	memset(t.label.text, 'x', sizeof(t.label.text));
	talk_say(&t, 0, 1, request, sizeof(request) - 1);
	assert_int_equal(t.label.len, LABEL_MAX - 1); /* ";method=GET" */
	assert_int_equal(counts_of(m).cut, 2);
	metadata_destroy(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dns_question_and_its_answer),
		cmocka_unit_test(a_dns_query_cut_anywhere_says_nothing),
		cmocka_unit_test(dns_names_have_limits),
		cmocka_unit_test(dns_over_tcp_has_its_size_first),
		cmocka_unit_test(an_http_request_and_its_response),
		cmocka_unit_test(an_http_request_in_pieces),
		cmocka_unit_test(the_middle_piece_may_come_last),
		cmocka_unit_test(what_never_ends_is_given_up),
		cmocka_unit_test(more_flows_wait_than_there_are_slots),
		cmocka_unit_test(ssh_banners_of_both_ends),
		cmocka_unit_test(only_what_is_asked_for_is_told),
		cmocka_unit_test(an_item_without_room_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
