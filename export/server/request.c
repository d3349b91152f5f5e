/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol has no framing: where a request ends is guessed from what it is,
 * in one pass over the bytes, so that it does not matter how the network cut them.
 */
#include "export/server/request.h"

#include <string.h>

static const struct word {
	const char *text;
	enum request_kind kind;
} words[] = {
	{ "START: ", REQUEST_START },   { "DONE: ", REQUEST_DONE },
	{ "FILTER: ", REQUEST_FILTER }, { "MODEL: ", REQUEST_OTHER },
	{ "PROJECT: ", REQUEST_OTHER }, { "FILE: ", REQUEST_OTHER },
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_end(char c)
{
	return c == '\0' || c == '\n' || c == '\r';
}

/* The word that stands at the front; NULL: none. '*begun' when the bytes end within one. */
static const struct word *
word_at(const char *bytes, size_t size, bool *begun)
{
	*begun = false;
	for (size_t i = 0; i < WORDS; i++) {
		size_t n;

		if (size == 0 || words[i].text[0] != *bytes)
			continue;
		n = strlen(words[i].text);
		if (size >= n && memcmp(bytes, words[i].text, n) == 0)
			return &words[i];
		if (size < n && memcmp(bytes, words[i].text, size) == 0)
			*begun = true;
	}
	return NULL;
}

/* How many bytes there are before the next word, or the beginning of one that is cut. */
static size_t
until_word(const char *bytes, size_t size)
{
	bool begun;

	for (size_t i = 0; i < size; i++) {
		if (word_at(bytes + i, size - i, &begun) != NULL || begun)
			return i;
	}
	return size;
}

/* Where a filter's text ends; '*ended' when that can be told. */
static size_t
filter_end(const char *text, size_t size, bool quiet, bool *ended)
{
	static const char usual[] = "man or (";
	const bool wrapped =
	        size >= sizeof(usual) - 1 && memcmp(text, usual, sizeof(usual) - 1) == 0;
	long depth = 0;
	size_t last = 0; /* of what is not blank */
	bool begun;

	for (size_t i = 0; i < size; i++) {
		*ended = true;
		if (is_end(text[i]))
			return i;
		if (depth <= 0 && word_at(text + i, size - i, &begun) != NULL)
			return i;
		depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
		last = is_blank(text[i]) ? last : i;
	}
	*ended = quiet || (wrapped && depth == 0 && text[last] == ')');
	return size;
}

static size_t
parse_filter(const char *bytes, size_t size, size_t at, bool quiet, struct request *out)
{
	bool ended;
	size_t end;

	while (at < size && is_blank(bytes[at]))
		at++;
	end = at + filter_end(bytes + at, size - at, quiet, &ended);
	if (end == size && !ended && !quiet)
		return 0;
	*out = (struct request){ REQUEST_FILTER, bytes + at, end - at };
	return end;
}

size_t
request_parse(const char *bytes, size_t size, bool quiet, struct request *out)
{
	const struct word *word;
	size_t at = 0, end;
	bool begun;

	*out = (struct request){ REQUEST_MORE, bytes, 0 };
	while (at < size && (is_end(bytes[at]) || is_blank(bytes[at])))
		at++;
	if (at == size)
		return at;
	word = word_at(bytes + at, size - at, &begun);
	if (word == NULL && begun && !quiet)
		return at;
	if (word == NULL) {
		end = at + 1 + until_word(bytes + at + 1, size - at - 1);
		*out = (struct request){ REQUEST_GARBAGE, bytes + at, end - at };
		return end;
	}
	if (word->kind == REQUEST_FILTER) {
		end = parse_filter(bytes, size, at + strlen(word->text), quiet, out);
		return end != 0 ? end : at;
	}
	at += strlen(word->text);
	end = at + until_word(bytes + at, size - at);
	*out = (struct request){ word->kind, bytes + at, end - at };
	return end;
}
