/* SPDX-License-Identifier: BSD-3-Clause */
/* What clients say, whole and in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "export/server/request.h"

/* All requests of a text, as "START[] FILTER[tcp]". */
static const char *
told(const char *bytes, size_t size, bool quiet)
{
	static const char *const names[] = {
		"MORE", "START", "DONE", "FILTER", "OTHER", "GARBAGE"
	};
	static char out[512];
	size_t at = 0, n = 0;

	out[0] = '\0';
	while (at < size) {
		struct request r;
		const size_t used = request_parse(bytes + at, size - at, quiet, &r);

		assert_true(used <= size - at);
		at += used;
		if (r.kind == REQUEST_MORE)
			break;
		assert_true(used != 0);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s[%.*s]", n ? " " : "",
		                      names[r.kind], (int)r.text_size, r.text);
	}
	return out;
}

#define TOLD(text, quiet) told(text, sizeof(text) - 1, quiet)

static void
words_of_the_clients_are_known(void **state)
{
	(void)state;
	assert_string_equal(TOLD("START: ", false), "START[]");
	assert_string_equal(TOLD("START: user='a',cmd='ra[17]'", false),
	                    "START[user='a',cmd='ra[17]']");
	assert_string_equal(TOLD("DONE: ", false), "DONE[]");
	assert_string_equal(TOLD("MODEL: x", false), "OTHER[x]");
	assert_string_equal(TOLD("PROJECT: x", false), "OTHER[x]");
	assert_string_equal(TOLD("FILE: x", false), "OTHER[x]");
}

static void
several_in_one_segment_are_told_apart(void **state)
{
	(void)state;
	assert_string_equal(TOLD("START: DONE: ", false), "START[] DONE[]");
	assert_string_equal(TOLD("FILTER: man or (udp)START: ", false),
	                    "FILTER[man or (udp)] START[]");
	assert_string_equal(TOLD("FILTER: udpSTART: ", false), "FILTER[udp] START[]");
	assert_string_equal(TOLD("FILTER: udp\nSTART: \n", false), "FILTER[udp] START[\n]");
	assert_string_equal(TOLD("MODEL: xFILTER: (tcp or udp) and dst port 53\0START: ", false),
	                    "OTHER[x] FILTER[(tcp or udp) and dst port 53] START[]");
}

static void
filter_ends_where_its_parentheses_balance(void **state)
{
	(void)state;
	assert_string_equal(TOLD("FILTER: man or (udp", false), "");
	assert_string_equal(TOLD("FILTER: man or ((udp) or tcp", false), "");
	assert_string_equal(TOLD("FILTER: man or ((udp) or tcp)", false),
	                    "FILTER[man or ((udp) or tcp)]");
	assert_string_equal(TOLD("FILTER: man or (udp) or (tcp)", false),
	                    "FILTER[man or (udp) or (tcp)]");
	assert_string_equal(TOLD("FILTER: man or (udp) or (tcp", false), "");
}

static void
filter_without_end_ends_when_it_gets_quiet(void **state)
{
	(void)state;
	assert_string_equal(TOLD("FILTER: udp", false), "");
	assert_string_equal(TOLD("FILTER: udp", true), "FILTER[udp]");
	assert_string_equal(TOLD("FILTER: man or (udp", true), "FILTER[man or (udp]");
	assert_string_equal(TOLD("FILTER: ", true), "FILTER[]");
}

static void
garbage_is_passed_over_up_to_the_next_word(void **state)
{
	(void)state;
	assert_string_equal(TOLD("GET / HTTP/1.1START: ", false),
	                    "GARBAGE[GET / HTTP/1.1] START[]");
	assert_string_equal(TOLD("STAR", false), "");
	assert_string_equal(TOLD("STAR", true), "GARBAGE[STAR]");
	assert_string_equal(TOLD("start: ", false), "GARBAGE[start: ]");
	assert_string_equal(TOLD("\r\n \0\t", true), "");
}

/* Whatever is cut where: the same requests, once all is there. */
static void
pieces_are_the_same_as_the_whole(void **state)
{
	static const char text[] = "xFILTER: man or (udp port 53)START: DONE: ";
	static const char whole[] = "GARBAGE[x] FILTER[man or (udp port 53)] START[] DONE[]";
	char pending[64], out[512];
	size_t n = 0, at, used;

	(void)state;
	for (size_t cut = 1; cut < sizeof(text) - 1; cut++) {
		out[0] = '\0';
		n = 0;
		for (size_t i = 0; i < 2; i++) {
			const size_t from = i == 0 ? 0 : cut, to = i == 0 ? cut : sizeof(text) - 1;
			struct request r;

			memcpy(pending + n, text + from, to - from);
			n += to - from;
			snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s",
			         out[0] ? " " : "", told(pending, n, false));
			for (at = 0; at < n; at += used) {
				used = request_parse(pending + at, n - at, false, &r);
				if (r.kind == REQUEST_MORE)
					break;
			}
			n -= at;
			memmove(pending, pending + at, n);
		}
		if (strstr(out, "FILTER[") == NULL)
			fail_msg("cut at %zu: %s", cut, out);
		assert_non_null(strstr(out, "FILTER[man or (udp port 53)]"));
		assert_non_null(strstr(out, "START["));
		assert_non_null(strstr(out, "DONE["));
		assert_true(strlen(out) <= sizeof(whole));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_the_clients_are_known),
		cmocka_unit_test(several_in_one_segment_are_told_apart),
		cmocka_unit_test(filter_ends_where_its_parentheses_balance),
		cmocka_unit_test(filter_without_end_ends_when_it_gets_quiet),
		cmocka_unit_test(garbage_is_passed_over_up_to_the_next_word),
		cmocka_unit_test(pieces_are_the_same_as_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
