/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tokens. A word runs as far as names, numbers and addresses of all kinds do,
 * colons and dots included; what it is depends on where it stands.
 */
#include "export/filter/internal.h"

#include <ctype.h>
#include <string.h>

static bool
is_word_char(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("._:-+", c) != NULL);
}

/* Up to 'n' characters into the token's word. */
static void
take_word(struct filter_scanner *s, const char *from, size_t n, bool lower)
{
	if (n >= sizeof(s->word)) {
		s->token = TOKEN_BAD;
		n = sizeof(s->word) - 1;
	}
	for (size_t i = 0; i < n; i++)
		s->word[i] = lower ? (char)tolower((unsigned char)from[i]) : from[i];
	s->word[n] = '\0';
}

static void
scan_string(struct filter_scanner *s)
{
	const char *end = strchr(s->begin + 1, '"');

	if (end == NULL) {
		s->token = TOKEN_BAD;
		take_word(s, s->begin, strlen(s->begin), false);
		s->at = s->begin + strlen(s->begin);
		return;
	}
	s->token = TOKEN_STRING;
	take_word(s, s->begin + 1, (size_t)(end - s->begin - 1), false);
	s->at = end + 1;
}

/* A backslash takes a word out of the language: it is a name. */
static void
scan_word(struct filter_scanner *s)
{
	const bool escaped = *s->begin == '\\';
	const char *from = s->begin + escaped, *end = from;

	while (is_word_char(*end))
		end++;
	s->at = end;
	s->token = end == from ? TOKEN_BAD : TOKEN_WORD;
	if (end == from)
		s->at++;
	take_word(s, from, end == from ? 1 : (size_t)(end - from), !escaped);
	if (s->token == TOKEN_WORD && !escaped)
		(void)filter_word(s, s->word);
}

static void
scan_symbol(struct filter_scanner *s)
{
	static const struct {
		const char *text;
		enum filter_token token;
		int value;
	} symbols[] = {
		{ "&&", TOKEN_AND, 0 },
		{ "||", TOKEN_OR, 0 },
		{ "!=", TOKEN_RELATION, FILTER_NOT_EQUAL },
		{ ">=", TOKEN_RELATION, FILTER_GREATER_EQUAL },
		{ "<=", TOKEN_RELATION, FILTER_LESS_EQUAL },
		{ "==", TOKEN_RELATION, FILTER_EQUAL },
		{ "=", TOKEN_RELATION, FILTER_EQUAL },
		{ ">", TOKEN_RELATION, FILTER_GREATER },
		{ "<", TOKEN_RELATION, FILTER_LESS },
		{ "!", TOKEN_NOT, 0 },
		{ "(", TOKEN_OPEN, 0 },
		{ ")", TOKEN_CLOSE, 0 },
		{ "/", TOKEN_SLASH, 0 },
	};

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		const size_t n = strlen(symbols[i].text);

		if (strncmp(s->begin, symbols[i].text, n) != 0)
			continue;
		s->token = symbols[i].token;
		s->value = symbols[i].value;
		take_word(s, s->begin, n, false);
		s->at = s->begin + n;
		return;
	}
	scan_word(s);
}

void
filter_scan(struct filter_scanner *s)
{
	s->begin = s->at + strspn(s->at, " \t\r\n");
	s->at = s->begin;
	s->value = 0;
	s->word[0] = '\0';
	if (*s->begin == '\0')
		s->token = TOKEN_END;
	else if (*s->begin == '"')
		scan_string(s);
	else
		scan_symbol(s);
}
