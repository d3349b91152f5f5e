/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words, numbers and patterns of a rule's line. Hexadecimal bytes become a regular
 * expression, so that whoever compiles patterns knows one kind of them.
 */
#include "config/rules_line.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

int
rules_refuse(const struct rules_place *p, const char *format, ...)
{
	const int n =
	        snprintf(p->error, p->error_size, "%.200s:%u:%u: ", p->file, p->line, p->column);
	va_list args;

	if (n < 0 || (size_t)n >= p->error_size)
		return -1;
	va_start(args, format);
	vsnprintf(p->error + n, p->error_size - (size_t)n, format, args);
	va_end(args);
	return -1;
}

bool
rules_word(struct rules_line *l, const char **word, size_t *len)
{
	l->at += strspn(l->at, BLANKS);
	l->place->column = (unsigned)(l->at - l->begin) + 1;
	*word = l->at;
	*len = *l->at == '#' ? 0 : strcspn(l->at, BLANKS);
	l->at += *len;
	return *len != 0;
}

int
rules_end(struct rules_line *l)
{
	const char *word;
	size_t len;

	if (!rules_word(l, &word, &len))
		return 0;
	return rules_refuse(l->place, "\"%.*s\" is too much: the line should end before it",
	                    (int)(len < 40 ? len : 40), word);
}

int
rules_number(struct rules_line *l, const char *what, unsigned long min, unsigned long max,
             unsigned long *value)
{
	const char *word;
	size_t len;
	char *end;

	if (rules_word(l, &word, &len) && len < 12 && isdigit((unsigned char)*word)) {
		*value = strtoul(word, &end, 10);
		if (end == word + len && *value >= min && *value <= max)
			return 0;
	}
	return rules_refuse(l->place, "%s is a number, %lu to %lu", what, min, max);
}

static int
flags_of(struct rules_line *l, const char *flags, size_t len, unsigned *out)
{
	for (size_t i = 0; i < len; i++) {
		l->place->column = (unsigned)(flags + i - l->begin) + 1;
		if (flags[i] == 'i')
			*out |= RULE_CASELESS;
		else if (flags[i] == 's')
			*out |= RULE_DOT_ALL;
		else if (flags[i] == 'm')
			*out |= RULE_MULTILINE;
		else
			return rules_refuse(l->place,
			                    "'%c' is no flag of a pattern: i, s and m are",
			                    isprint((unsigned char)flags[i]) ? flags[i] : '?');
	}
	return 0;
}

/* From the '/' at the word's beginning to the last one of the line that flags follow: blanks are
 * part of an expression. "\/" is a slash. */
static int
regex(struct rules_line *l, const char *from, struct rule_pattern *p)
{
	const char *end = from + 1;

	for (; *end != '\0' && *end != '/'; end++)
		if (*end == '\\' && end[1] != '\0')
			end++;
	if (*end != '/')
		return rules_refuse(l->place, "the expression has no end: /expression/flags");
	if (end == from + 1)
		return rules_refuse(l->place, "the expression is empty");
	p->expression = strndup(from + 1, (size_t)(end - from - 1));
	if (p->expression == NULL)
		return rules_refuse(l->place, "out of memory");
	l->at = end + 1 + strcspn(end + 1, BLANKS);
	return flags_of(l, end + 1, (size_t)(l->at - end - 1), &p->flags);
}

static int
digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* One byte: "16", "??", "1?" or "?6". */
static void
put_byte(FILE *out, const char *word)
{
	if (word[0] == '?' && word[1] == '?') {
		fputc('.', out);
	} else if (word[1] == '?') {
		fprintf(out, "[\\x%x0-\\x%xf]", digit(word[0]), digit(word[0]));
	} else if (word[0] == '?') {
		fputc('[', out);
		for (int high = 0; high < 16; high++)
			fprintf(out, "\\x%x%x", high, digit(word[1]));
		fputc(']', out);
	} else {
		fprintf(out, "\\x%x%x", digit(word[0]), digit(word[1]));
	}
}

static int
hex(struct rules_line *l, struct rule_pattern *p)
{
	size_t len, size = 0;
	const char *word;
	unsigned bytes = 0;
	FILE *out = open_memstream(&p->expression, &size);

	if (out == NULL)
		return rules_refuse(l->place, "out of memory");
	while (rules_word(l, &word, &len)) {
		if (bytes == 0 && len == 3 && memcmp(word, "any", 3) == 0 && ftell(out) == 0) {
			fputs("(?:)", out); /* anywhere */
			continue;
		}
		if (bytes++ == 0 && ftell(out) == 0)
			fputc('^', out);
		if (len != 2 || !(isxdigit((unsigned char)word[0]) || word[0] == '?') ||
		    !(isxdigit((unsigned char)word[1]) || word[1] == '?')) {
			fclose(out);
			return rules_refuse(l->place,
			                    "\"%.*s\" is no byte: two hexadecimal digits, or ? "
			                    "for one that doesn't matter",
			                    (int)(len < 40 ? len : 40), word);
		}
		put_byte(out, word);
	}
	p->flags |= RULE_DOT_ALL;
	if (fclose(out) != 0)
		return rules_refuse(l->place, "out of memory");
	return bytes != 0 ? 0 : rules_refuse(l->place, "hex needs bytes: hex 16 03 ?? 0?");
}

int
rules_pattern(struct rules_line *l, struct rule_pattern *p)
{
	const char *word;
	size_t len;

	(void)rules_word(l, &word, &len);
	p->line = l->place->line;
	p->column = l->place->column;
	if (len == 3 && memcmp(word, "hex", 3) == 0)
		return hex(l, p);
	if (len != 0 && *word == '/')
		return regex(l, word, p) < 0 ? -1 : rules_end(l);
	return rules_refuse(l->place, "a pattern is /expression/flags or hex with bytes");
}
