/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * -h and the manual page: nothing is missing, and both can be read.
 */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/key.h"
#include "tests/config/loaded.h"

static char *
printed(void (*print)(FILE *))
{
	static char *text; /* static: gcc takes what a stream keeps of a local for dangling */
	static size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	print(out);
	fclose(out);
	assert_non_null(text);
	return text;
}

/* Whether a line begins with these words, after blanks. */
static bool
begins_a_line(const char *text, const char *words)
{
	const size_t n = strlen(words);

	for (const char *at = text; (at = strstr(at, words)) != NULL; at++) {
		const char *before = at;

		while (before > text && before[-1] == ' ')
			before--;
		if ((before == text || before[-1] == '\n') && !isalnum((unsigned char)at[n]))
			return true;
	}
	return false;
}

static void
help_lists_each_option(void **state)
{
	char *help = printed(config_print_help);

	(void)state;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *k = &config_keys[i];
		char option[64];

		if (!key_is_option(k))
			continue;
		if (key_letter(k) != 0)
			snprintf(option, sizeof(option), "-%c", key_letter(k));
		else
			snprintf(option, sizeof(option), "--%s", k->option);
		if (!begins_a_line(help, option))
			print_error("-h has no %s\n", option);
		assert_true(begins_a_line(help, option));
		if (k->argument != NULL)
			assert_contains(help, k->argument);
	}
	free(help);
}

static void
help_fits_a_terminal(void **state)
{
	char *help = printed(config_print_help);

	(void)state;
	for (const char *line = help; *line != '\0';) {
		const size_t n = strcspn(line, "\n");

		assert_true(n <= 96);
		assert_true(n == 0 || line[n - 1] != ' ');
		line += n + 1;
	}
	free(help);
}

/* As roff writes a minus. */
static void
escaped(const char *text, char *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '-')
			*out++ = '\\';
		*out++ = *text;
	}
	*out = '\0';
}

static void
manual_has_each_option_and_variable(void **state)
{
	char *manual = printed(config_print_manual);

	(void)state;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *k = &config_keys[i];
		char name[64], words[160];

		if (key_letter(k) != 0) {
			snprintf(words, sizeof(words), ".TP\n\\fB\\-%c\\fR", key_letter(k));
			assert_contains(manual, words);
		}
		if (k->option != NULL) {
			snprintf(name, sizeof(name), "--%s", k->option);
			escaped(name, words);
			assert_contains(manual, words);
		}
		if (k->variable != NULL) {
			snprintf(words, sizeof(words), ".TP\n\\fB%s\\fR\n", k->variable);
			assert_contains(manual, words);
		}
	}
	free(manual);
}

static void
manual_is_sound_roff(void **state)
{
	char *manual = printed(config_print_manual);
	char path[] = "/tmp/panoptes-test.XXXXXX.8"; /* mandoc compares the section */
	const int fd = mkstemps(path, 2);
	char command[128];
	ssize_t written;
	int found, status;

	(void)state;
	assert_true(fd >= 0);
	written = write(fd, manual, strlen(manual));
	close(fd);
	assert_int_equal(written, strlen(manual));
	free(manual);
	found = system("command -v mandoc >/dev/null"); /* NOLINT(cert-env33-c) */
	snprintf(command, sizeof(command), "mandoc -T lint -W warning %s >&2", path);
	status = found == 0 ? system(command) : 0; /* NOLINT(cert-env33-c) */
	unlink(path);
	if (found != 0)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_lists_each_option),
		cmocka_unit_test(help_fits_a_terminal),
		cmocka_unit_test(manual_has_each_option_and_variable),
		cmocka_unit_test(manual_is_sound_roff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
