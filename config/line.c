/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * getopt_long() is told to stop at each word that is no option ("+"): which words
 * belong to an option and which to the filter is decided here.
 */
#include "config/line.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "config/value.h"

#define LONG_ONLY 256 /* getopt's value for row n's long option: above all letters */

/* Of one that is something without its argument, too, that stands behind '='. */
static int
has_argument(const struct key *k)
{
	if (k->argument == NULL)
		return no_argument;
	return k->bare != NULL ? optional_argument : required_argument;
}

void
line_init(struct line *l, int argc, char *const argv[])
{
	char *letter = l->letters;
	size_t n = 0;

	memset(l, 0, sizeof(*l));
	l->argc = argc;
	l->argv = argv;
	*letter++ = '+';
	*letter++ = ':';
	for (int i = 0; i < KEY_COUNT; i++) {
		const struct key *k = &config_keys[i];

		if (k->letter != 0)
			*letter++ = k->letter;
		if (k->letter != 0 && k->argument != NULL)
			*letter++ = ':';
		if (k->option != NULL)
			l->options[n++] = (struct option){
				.name = k->option,
				.has_arg = has_argument(k),
				.val = LONG_ONLY + i,
			};
	}
	optind = 0; /* glibc: start anew */
	opterr = 0;
}

static const struct key *
key_of(int option)
{
	if (option >= LONG_ONLY)
		return &config_keys[option - LONG_ONLY];
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (config_keys[i].letter != 0 && config_keys[i].letter == option)
			return &config_keys[i];
	}
	return NULL;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Words from optind on that are no options, at most 'max' of them. */
static void
take_words(const struct line *l, struct line_item *item, int max)
{
	item->words = &l->argv[optind];
	while (optind < l->argc && item->n_words < max && l->argv[optind][0] != '-') {
		item->n_words++;
		optind++;
	}
}

/* Directories turn -R from argus's flag into an input. A path that is none is a mistake. */
static int
take_directories(const struct line *l, struct line_item *item, char *error, size_t error_size)
{
	char shown[VALUE_SHOWN_SIZE];

	while (optind < l->argc && is_directory(l->argv[optind])) {
		if (item->text == NULL) {
			item->key = &config_keys[KEY_capture_dirs];
			item->text = l->argv[optind];
			item->words = &l->argv[optind + 1];
		} else {
			item->n_words++;
		}
		optind++;
	}
	if (item->text == NULL && optind < l->argc && strchr("./", l->argv[optind][0]) != NULL &&
	    l->argv[optind][0] != '\0') {
		snprintf(error, error_size, "option -R: \"%s\" is not a directory",
		         value_shown(l->argv[optind], shown, sizeof(shown)));
		return -EINVAL;
	}
	return 1;
}

static int
take_option(const struct line *l, struct line_item *item, char *error, size_t error_size)
{
	switch (item->key->kind) {
	case VALUE_FILES:
	case VALUE_INTERFACES:
		take_words(l, item, l->argc);
		return 1;
	case VALUE_OUTPUT:
		take_words(l, item, 1);
		return 1;
	default:
		break;
	}
	if (item->key == &config_keys[KEY_response_time])
		return take_directories(l, item, error, error_size);
	return 1;
}

static int
take_filter_word(struct line *l, struct line_item *item)
{
	const char *word = l->argv[optind++];

	item->key = &config_keys[KEY_packet_filter];
	item->text = word;
	if (!l->verbatim && !l->dash && strcmp(word, "-") == 0) {
		l->dash = true;
		item->text = "";
	}
	return 1;
}

/* What getopt_long() stumbled over: "?" an unknown option, ":" a missing argument. */
static int
refuse(const struct line *l, int found, int at, char *error, size_t error_size)
{
	const struct key *k = key_of(optopt);
	char shown[VALUE_SHOWN_SIZE], name[VALUE_SHOWN_SIZE];

	if (k != NULL && found == ':')
		snprintf(error, error_size, "%s: its argument is missing (%s)",
		         key_name(k, name, sizeof(name)), k->argument);
	else if (k != NULL && optopt >= LONG_ONLY)
		snprintf(error, error_size, "%s takes no argument",
		         key_name(k, name, sizeof(name)));
	else if (optopt > ' ' && optopt <= '~')
		snprintf(error, error_size, "option -%c is unknown; -h lists them all", optopt);
	else
		snprintf(error, error_size, "option %s is unknown; -h lists them all",
		         value_shown(l->argv[at], shown, sizeof(shown)));
	return -EINVAL;
}

int
line_next(struct line *l, struct line_item *item, char *error, size_t error_size)
{
	const int at = optind != 0 ? optind : 1;
	int found;

	memset(item, 0, sizeof(*item));
	if (l->verbatim)
		return optind < l->argc ? take_filter_word(l, item) : 0;
	found = getopt_long(l->argc, l->argv, l->letters, l->options, NULL);
	if (found == '?' || found == ':')
		return refuse(l, found, at, error, error_size);
	if (found != -1) {
		item->key = key_of(found);
		item->text = optarg;
		return take_option(l, item, error, error_size);
	}
	if (optind == at + 1 && strcmp(l->argv[at], "--") == 0) {
		l->verbatim = true;
		item->key = &config_keys[KEY_packet_filter];
		item->text = "";
		return 1;
	}
	return optind < l->argc ? take_filter_word(l, item) : 0;
}
