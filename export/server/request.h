/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a client says: words that end in a colon and a blank, and text behind
 * them, without any terminator. "START: " begins the records, "DONE: " ends
 * them, "FILTER: " selects some of them; "MODEL: ", "PROJECT: " and "FILE: " are
 * known and mean nothing. Whatever else comes is garbage.
 *
 * Pure function over the bytes that have come so far; any core.
 */
#ifndef PANOPTES_EXPORT_SERVER_REQUEST_H
#define PANOPTES_EXPORT_SERVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum request_kind {
	REQUEST_MORE = 0, /* not decided yet: more must come */
	REQUEST_START,
	REQUEST_DONE,
	REQUEST_FILTER,
	REQUEST_OTHER, /* a known word without effect */
	REQUEST_GARBAGE,
};

struct request {
	enum request_kind kind;
	const char *text; /* behind the word, or the garbage; within the bytes given, no NUL */
	size_t text_size;
};

#define REQUEST_FILTER_MAX 4096 /* bytes of a filter; argus's clients send no longer ones */

/*
 * Takes one request off the front of 'bytes': returns how many of them are done
 * with, which is not 0 unless more must come. 'quiet': nothing has come for a
 * while, so nothing more belongs to what is there.
 *
 * A filter ends at a line end or NUL, before the next known word, where its
 * parentheses balance ("man or (...)", as argus's clients send it), or when it
 * gets quiet.
 */
size_t request_parse(const char *bytes, size_t size, bool quiet, struct request *out);

#endif
