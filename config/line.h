/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * argus's command line as a row of items: options with the words that belong to
 * them, and the words of the packet filter. Knows where words go, not what they
 * mean. Uses getopt's globals, so there is one at a time; main lcore.
 *
 *	-r f1 f2 ...     words up to the next option are files; -i likewise
 *	-w out filter    the word behind, unless it is an option, is a filter
 *	-R dir ...       directories behind -R are read; without any it is a flag
 *	- words          begins the packet filter; options are still known behind it
 *	-- words         the same, and whatever follows is filter
 */
#ifndef PANOPTES_CONFIG_LINE_H
#define PANOPTES_CONFIG_LINE_H

#include <getopt.h>

#include "config/key.h"

struct line {
	int argc;
	char *const *argv;
	bool verbatim; /* behind -- */
	bool dash;     /* behind - */
	char letters[2 * KEY_COUNT + 3];
	struct option options[KEY_COUNT + 1];
};

/* Strings are argv's. */
struct line_item {
	const struct key *key;
	const char
	        *text; /* argument; NULL: none. Of KEY_packet_filter: a word, or "" for the dash */
	char *const *words; /* that follow the argument and belong to it */
	int n_words;
};

void line_init(struct line *, int argc, char *const argv[]);

/* 1: an item. 0: the end. -EINVAL: 'error' says what is wrong. */
int line_next(struct line *, struct line_item *, char *error, size_t error_size);

#endif
