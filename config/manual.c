/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The manual page: options and variables from the table, the rest from here.
 * Roff of the man macros; all text goes through print_text(), which knows what
 * roff would take for its own.
 */
#include "config/config.h"

#include <inttypes.h>
#include <string.h>

#include "config/key.h"

#define WIDTH 70

/* One character, as text and nothing else. */
static void
print_character(FILE *out, char c)
{
	static const struct {
		char c;
		const char *roff;
	} escapes[] = {
		{ '\\', "\\e" },  { '-', "\\-" },   { '\'', "\\(aq" }, { '`', "\\(ga" },
		{ '^', "\\(ha" }, { '~', "\\(ti" }, { ';', ";\\:" }, /* a line may end there */
	};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		if (escapes[i].c == c) {
			fputs(escapes[i].roff, out);
			return;
		}
	}
	fputc(c, out);
}

/* Wrapped. A dot at the start of a line would be a request: \& hides it. */
static void
print_text(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		const size_t n = strcspn(text, " ");

		if (column != 0 && column + n > WIDTH) {
			fputc('\n', out);
			column = 0;
		} else if (column != 0) {
			fputc(' ', out);
		}
		if (column == 0 && *text == '.')
			fputs("\\&", out);
		for (size_t i = 0; i < n; i++)
			print_character(out, text[i]);
		column += n + 1;
		text += n;
		text += strspn(text, " ");
	}
}

static void
print_bold(FILE *out, const char *text)
{
	fputs("\\fB", out);
	print_text(out, text);
	fputs("\\fR", out);
}

static void
print_italic(FILE *out, const char *text)
{
	fputs("\\fI", out);
	print_text(out, text);
	fputs("\\fR", out);
}

static void
print_option_name(FILE *out, const struct key *k)
{
	char name[64];
	const char letter = key_letter(k);

	if (letter != 0) {
		snprintf(name, sizeof(name), "-%c", letter);
		print_bold(out, name);
	}
	if (letter != 0 && k->option != NULL)
		fputs(", ", out);
	if (k->option != NULL) {
		snprintf(name, sizeof(name), "--%s", k->option);
		print_bold(out, name);
	}
	if (k->argument != NULL) {
		fputs(k->bare != NULL ? "[=" : " ", out);
		print_italic(out, k->argument);
		if (k->bare != NULL)
			fputc(']', out);
	}
}

/* Range, default, and what can't be used yet. */
static void
print_facts(FILE *out, const struct key *k)
{
	char right[128];

	switch (k->kind) {
	case VALUE_U16:
	case VALUE_U32:
	case VALUE_SIZE:
	case VALUE_SECONDS:
	case VALUE_INTERVAL:
	case VALUE_RANGE:
		fputs("\nTakes ", out);
		print_text(out, key_expects(k, right, sizeof(right)));
		fputc('.', out);
		break;
	default:
		break;
	}
	if (k->use & USE_CAPPED)
		fputs("\nA greater one is lowered to the greatest, with a warning.", out);
	if (k->initial != NULL && k->kind != VALUE_IGNORED) {
		fputs("\nDefault: ", out);
		print_text(out, k->initial);
		fputc('.', out);
	}
	if (k->use & (USE_LIVE | USE_LATER | USE_STRICT))
		fputs("\nNot available in this version.", out);
	if (k->use & USE_LIVE && k->variable != NULL)
		fputs("\nIn a file it is no matter while captures are read.", out);
	if (k->use & USE_LATER && k->variable != NULL)
		fputs("\nIn a file it is a warning.", out);
	if (k->use & USE_FIVE && k->kind == VALUE_IGNORED)
		fputs("\nA variable of argus 5: a warning, and ignored.", out);
	if (k->use & USE_DEAD)
		fputs("\nAccepted and ignored, as by argus.", out);
}

static void
print_options(FILE *out)
{
	for (const struct key *k = config_keys; k < config_keys + KEY_COUNT; k++) {
		if (k->kind == VALUE_HEADING) {
			if (key_heads(k, true))
				fprintf(out, ".SS %s\n", k->help);
			continue;
		}
		if (!key_is_option(k))
			continue;
		fputs(".TP\n", out);
		print_option_name(out, k);
		fputc('\n', out);
		print_text(out, k->help);
		fputc('.', out);
		if (k->variable != NULL) {
			fputs("\nVariable: ", out);
			print_bold(out, k->variable);
			fputc('.', out);
		}
		print_facts(out, k);
		fputc('\n', out);
	}
}

static void
print_variables(FILE *out)
{
	for (const struct key *k = config_keys; k < config_keys + KEY_COUNT; k++) {
		if (k->kind == VALUE_HEADING) {
			if (key_heads(k, false))
				fprintf(out, ".SS %s\n", k->help);
			continue;
		}
		if (k->variable == NULL)
			continue;
		fputs(".TP\n", out);
		print_bold(out, k->variable);
		fputc('\n', out);
		print_text(out, k->help);
		fputc('.', out);
		if (key_is_option(k)) {
			fputs("\nOption: ", out);
			print_option_name(out, k);
			fputc('.', out);
		}
		print_facts(out, k);
		fputc('\n', out);
	}
}

static const char opening[] =
        ".TH PANOPTES 8 2026-11-23 panoptes\n"
        ".SH NAME\n"
        "panoptes \\- high-speed network flow probe\n"
        ".SH SYNOPSIS\n"
        "\\fBpanoptes\\fR [\\fIoptions\\fR] \\fB\\-r\\fR \\fIfile ...\\fR [\\fB\\-w\\fR\n"
        "\\fIoutput\\fR] [\\fB\\-\\fR \\fIexpression\\fR]\n"
        ".br\n"
        "\\fBpanoptes\\fR [\\fIoptions\\fR] \\fB\\-R\\fR \\fIdir ...\\fR [\\fB\\-w\\fR\n"
        "\\fIoutput\\fR] [\\fB\\-\\fR \\fIexpression\\fR]\n"
        ".SH DESCRIPTION\n"
        "panoptes reads packets and writes records of the flows they belong to,\n"
        "in the argus format, version 3 or with \\-\\-format 5 version 5, that\n"
        ".BR ra (1)\n"
        "and the other argus clients read.\n"
        "It takes the command line and the configuration file of\n"
        ".BR argus (8).\n"
        ".PP\n"
        "Options count from left to right, so that a later one wins over an earlier\n"
        "one.\n"
        "Before the first of them\n"
        ".I /etc/argus.conf\n"
        "is read, unless\n"
        ".B \\-X\n"
        "or\n"
        ".B \\-F\n"
        "is anywhere on the line.\n"
        "Captures compressed with gzip or zstd are known by their first bytes.\n"
        ".PP\n"
        "The words behind a single\n"
        ".B \\-\n"
        "are the packet filter, in the language of\n"
        ".BR pcap\\-filter (7);\n"
        "so are words that belong to no option.\n"
        "Options are still known among them;\n"
        "behind\n"
        ".B \\-\\-\n"
        "they aren\\(aqt.\n"
        "The filter of the command line replaces the one of the files.\n"
        ".SH OPTIONS\n";

static const char after_options[] =
        ".SS Where panoptes differs from argus 3.0.8.2\n"
        ".TP\n"
        "\\fB\\-R\\fR\n"
        "with a directory behind it reads the captures there;\n"
        "without one it keeps the meaning it has in argus.\n"
        ".TP\n"
        "\\fB\\-r\\fR\n"
        "keeps the order of its files, where argus sorts them by name.\n"
        ".TP\n"
        "\\fB\\-e\\fR\n"
        "refuses a number beyond 32 bits, and warns when text is cut to four\n"
        "characters.\n"
        ".TP\n"
        "\\fB\\-S\\fR\n"
        "takes each fraction of a second as it is written.\n"
        ".TP\n"
        "\\fB\\-w\\fR\n"
        "refuses an output whose name begins with \\-, where argus would act as for \\-X.\n"
        ".TP\n"
        "\\fB\\-P\\fR\n"
        "lets clients come in at 127.0.0.1 and ::1 alone unless\n"
        ".B \\-B\n"
        "names addresses;\n"
        "on the command line it counts also while captures are read.\n"
        ".TP\n"
        "\\fB\\-X\\fR\n"
        "forgets what it forgets in argus;\n"
        "flow type and key, timeouts, packet sizes, TCP metrics, keystrokes, tunnels,\n"
        "input files,\n"
        "user and group and the settings of panoptes alone stay.\n"
        ".SH CONFIGURATION FILE\n"
        "Each line is\n"
        ".IR NAME = value ,\n"
        "without blanks before the equals sign.\n"
        "A value with blanks stands in double quotes.\n"
        "A line that begins with # or ! is a comment;\n"
        "behind a value without quotes, a blank and // or # begin one.\n"
        "Yes and no may be written in any case.\n"
        ".PP\n"
        "A name that is not known, or a line of another form, is a warning.\n"
        "A value of the wrong form is an error and names file and line.\n"
        ".PP\n"
        "An output may have a filter of records, in the language of\n"
        ".BR ra (1);\n"
        "on the command line it is the word behind the output\\(aqs name:\n"
        ".PP\n"
        ".nf\n"
        "ARGUS_OUTPUT_FILE=\"/var/log/argus.out tcp and port 80\"\n"
        "ARGUS_OUTPUT_FILE=/var/log/argus.out \"tcp and port 80\"\n"
        ".fi\n"
        ".PP\n"
        "mean the same.\n"
        "The first output of a file replaces those that were configured before,\n"
        "further ones add to it;\n"
        "likewise on the command line, and for interfaces.\n"
        ".PP\n"
        "An id in double quotes is text; without them it is a number, an address or a\n"
        "name.\n"
        "A name in quotes of the other kind, \\(gahostname\\(ga, stands for the IPv4\n"
        "address of this\n"
        "host\\(aqs name or, where it has none, for its first four characters. No\n"
        "program is run.\n"
        ".SH VARIABLES\n";

static const char closing[] =
        ".SH EXIT STATUS\n"
        ".TP\n"
        "0\n"
        "all input was read and all records were written.\n"
        ".TP\n"
        "1\n"
        "something failed while running; one line tells what.\n"
        "All packets before the damage are in the output.\n"
        ".TP\n"
        "2\n"
        "command line, configuration or filter are wrong, or ask for what is not\n"
        "available yet;\n"
        "nothing was read.\n"
        ".SH FILES\n"
        ".TP\n"
        ".I /etc/argus.conf\n"
        "configuration that is read first.\n"
        ".SH EXAMPLES\n"
        "Flows of a capture, to a file and on the screen:\n"
        ".PP\n"
        ".nf\n"
        "panoptes \\-X \\-r capture.pcap \\-w flows.argus\n"
        "panoptes \\-X \\-r capture.pcap \\-w \\- \\- tcp and port 80 | ra \\-n \\-r \\-\n"
        ".fi\n"
        ".PP\n"
        "All captures below a directory, with application bytes and MAC addresses:\n"
        ".PP\n"
        ".nf\n"
        "panoptes \\-X \\-A \\-m \\-R captures \\-w day.argus\n"
        ".fi\n"
        ".SH SEE ALSO\n"
        ".BR argus (8),\n"
        ".BR argus.conf (5),\n"
        ".BR pcap\\-filter (7),\n"
        ".BR ra (1)\n";

void
config_print_manual(FILE *out)
{
	fputs(opening, out);
	print_options(out);
	fputs(after_options, out);
	print_variables(out);
	fputs(closing, out);
}
