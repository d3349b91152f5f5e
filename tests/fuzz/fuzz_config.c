/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as argus.conf or as a command line. The first byte chooses: even, a
 * file; odd, a line whose words end at NULs or line ends.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "tests/config/fake_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS_MAX 64

/* -F would read whatever file the fuzzer can name. */
static void
word_disarm(char *word)
{
	if (word[0] != '-' || word[1] == '-')
		return;
	for (; *word != '\0'; word++) {
		if (*word == 'F')
			*word = 'f';
	}
}

static int
load_line(struct config *c, char *words, size_t size, char *error, size_t error_size)
{
	char name[] = "panoptes", reset[] = "-X";
	char *argv[WORDS_MAX + 1] = { name, reset };
	int argc = 2;

	for (char *w = words, *end = words + size; w < end && argc < WORDS_MAX;) {
		size_t n = 0;

		while (w[n] != '\0' && w[n] != '\n')
			n++;
		w[n] = '\0';
		word_disarm(w);
		argv[argc++] = w;
		w += n + 1;
	}
	return config_load(c, argc, argv, error, error_size);
}

/* One line that a terminal can show. */
static void
check_line(const char *line)
{
	if (line[0] == '\0')
		abort();
	for (; *line != '\0'; line++) {
		if (*line < ' ' || *line > '~')
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[512] = "";
	struct config c;
	char *text;
	int rc;

	if (size == 0)
		return 0;
	text = malloc(size); /* exactly as long, so that a read beyond is seen */
	if (text == NULL)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	config_init(&c);
	if (data[0] & 1)
		rc = load_line(&c, text, size - 1, error, sizeof(error));
	else
		rc = config_load_text(&c, "fuzz.conf", text, size - 1, error, sizeof(error));
	if (rc != 0 && rc != -EINVAL)
		abort();
	if (rc != 0)
		check_line(error);
	for (size_t i = 0; i < c.warnings.n; i++)
		check_line(c.warnings.v[i]);
	if (rc == 0 && config_check_available(&c, error, sizeof(error)) != 0)
		check_line(error);
	config_fini(&c);
	free(text);
	return 0;
}
