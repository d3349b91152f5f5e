/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * -h: the table's options under its headings, wrapped.
 */
#include "config/config.h"

#include <string.h>

#include "config/key.h"

#define INDENT 26
#define WIDTH 96

/* "  -S secs", "  -h, --help"; how wide it is. */
static int
print_option(FILE *out, const struct key *k)
{
	const char letter = key_letter(k);
	int n = fprintf(out, "  ");

	if (letter != 0)
		n += fprintf(out, "-%c", letter);
	if (letter != 0 && k->option != NULL)
		n += fprintf(out, ", ");
	if (k->option != NULL)
		n += fprintf(out, "--%s", k->option);
	if (k->argument != NULL)
		n += fprintf(out, k->bare != NULL ? "[=%s]" : " %s", k->argument);
	return n;
}

/* Words from 'column' on, each line from INDENT to WIDTH. */
static int
print_words(FILE *out, const char *text, int column)
{
	while (*text != '\0') {
		const int n = (int)strcspn(text, " ");

		if (column > INDENT && column + 1 + n > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column < INDENT)
			column += fprintf(out, "%*s", INDENT - column, "");
		else if (column > INDENT)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", n, text);
		text += n;
		text += strspn(text, " ");
	}
	return column;
}

static void
print_row(FILE *out, const struct key *k)
{
	char initial[64];
	int column = print_option(out, k);

	if (column > INDENT - 2) {
		fputc('\n', out);
		column = 0;
	}
	column = print_words(out, k->help, column);
	if (k->initial != NULL && k->argument != NULL) {
		snprintf(initial, sizeof(initial), "(%s)", k->initial);
		print_words(out, initial, column);
	}
	fputc('\n', out);
}

void
config_print_help(FILE *out)
{
	fputs("usage: panoptes [options] -r capture ... [-w output] [- filter expression]\n"
	      "       panoptes [options] -R directory ... [-w output] [- filter expression]\n",
	      out);
	for (const struct key *k = config_keys; k < config_keys + KEY_COUNT; k++) {
		if (k->kind == VALUE_HEADING && key_heads(k, true))
			fprintf(out, "\n%s\n", k->help);
		else if (key_is_option(k))
			print_row(out, k);
	}
	fputs("\n  - expression            (or -- expression) account only for packets that "
	      "match,\n"
	      "                          in tcpdump's language\n"
	      "\nAll variables of argus.conf are in the manual: panoptes --print-manual | man -l "
	      "-\n",
	      out);
}
