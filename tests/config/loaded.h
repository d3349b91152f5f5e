/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration as a test loads it: from the text of a file or from a command
 * line, with what came of it.
 */
#ifndef PANOPTES_TESTS_CONFIG_LOADED_H
#define PANOPTES_TESTS_CONFIG_LOADED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

#define LOADED_WORDS_MAX 32

struct loaded {
	struct config c;
	char error[512];
	int rc;
};

static inline struct loaded *
loaded_bytes(struct loaded *l, const char *text, size_t len)
{
	l->error[0] = '\0';
	config_init(&l->c);
	l->rc = config_load_text(&l->c, "test.conf", text, len, l->error, sizeof(l->error));
	return l;
}

static inline struct loaded *
loaded_text(struct loaded *l, const char *text)
{
	return loaded_bytes(l, text, strlen(text));
}

/* Words up to NULL; argv[0] is put before them. */
static inline struct loaded *
loaded_line(struct loaded *l, ...)
{
	char name[] = "panoptes";
	char *argv[LOADED_WORDS_MAX + 2] = { name };
	int argc = 1;
	va_list words;
	char *w;

	va_start(words, l);
	while ((w = va_arg(words, char *)) != NULL) {
		assert_true(argc <= LOADED_WORDS_MAX);
		argv[argc++] = w;
	}
	va_end(words);
	l->error[0] = '\0';
	config_init(&l->c);
	l->rc = config_load(&l->c, argc, argv, l->error, sizeof(l->error));
	return l;
}

static inline void
loaded_free(struct loaded *l)
{
	config_fini(&l->c);
}

/* It went well, and nobody has to be told anything. */
static inline void
assert_loaded(const struct loaded *l)
{
	if (l->rc != 0)
		print_error("error: %s\n", l->error);
	assert_int_equal(l->rc, 0);
	if (l->c.warnings.n != 0)
		print_error("warning: %s\n", l->c.warnings.v[0]);
	assert_int_equal(l->c.warnings.n, 0);
}

static inline void
assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		print_error("\"%s\" does not contain \"%s\"\n", text, part);
	assert_non_null(strstr(text, part));
}

/* It was refused, in one line that has these words. */
static inline void
assert_refused(const struct loaded *l, const char *part)
{
	assert_int_equal(l->rc, -22 /* -EINVAL */);
	assert_null(strchr(l->error, '\n'));
	assert_contains(l->error, part);
}

/* One warning, which has these words. */
static inline void
assert_warned(const struct loaded *l, const char *part)
{
	if (l->rc != 0)
		print_error("error: %s\n", l->error);
	assert_int_equal(l->rc, 0);
	assert_int_equal(l->c.warnings.n, 1);
	assert_null(strchr(l->c.warnings.v[0], '\n'));
	assert_contains(l->c.warnings.v[0], part);
}

#endif
