/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of a rule file, taken apart into words, with the column that each began
 * at. Internal to config/.
 */
#ifndef PANOPTES_CONFIG_RULES_LINE_H
#define PANOPTES_CONFIG_RULES_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/rules.h"

/* Where a message is about, and where it goes. */
struct rules_place {
	const char *file;
	unsigned line, column; /* from 1 */
	char *error;
	size_t error_size;
};

/* "FILE:LINE:COLUMN: ..."; returns -1. */
int rules_refuse(const struct rules_place *, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

struct rules_line {
	struct rules_place *place; /* its column moves along with the words */
	const char *begin, *at;
};

/* The next word and its length; its column is the place's. Words end at blanks; '#' at a word's
 * beginning ends the line. False: there is none. */
bool rules_word(struct rules_line *, const char **word, size_t *len);

/* Nothing may follow: 0, or -1 with the message. */
int rules_end(struct rules_line *);

/* A decimal number in min..max: 0, or -1 with "WHAT is a number, MIN to MAX". */
int rules_number(struct rules_line *, const char *what, unsigned long min, unsigned long max,
                 unsigned long *value);

/* What is behind client, server or either: "/expression/flags", "hex 16 03 ?? 0?" or "hex any 16".
 * The pattern's expression is allocated. 0 or -1. */
int rules_pattern(struct rules_line *, struct rule_pattern *);

#endif
