/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line is read twice: once to see whether it is sound, whether it
 * only asks for help, and whether /etc/argus.conf counts; then for good, from left
 * to right. The words of the packet filter are joined and count at the end, so
 * that no -X or -F takes them away.
 */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/line.h"
#include "config/setting.h"

#define SYSTEM_FILE "/etc/argus.conf"

struct command_line {
	struct config *config;
	struct setting_source source;
	char *filter; /* words so far; NULL: neither dash nor word */
};

/* Appends a word, with a blank between; an empty one only begins. */
static int
join(char **text, const char *word)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", *text != NULL ? *text : "",
	             *text != NULL && **text != '\0' && *word != '\0' ? " " : "", word) < 0)
		return -ENOMEM;
	free(*text);
	*text = joined;
	return 0;
}

static int
apply_words(struct setting *s, const struct line_item *item)
{
	int rc = setting_apply(s);

	for (int i = 0; i < item->n_words && rc == 0; i++) {
		s->text = item->words[i];
		rc = setting_apply(s);
	}
	return rc;
}

/* Several interfaces behind one -i belong together: one string. */
static int
apply_interfaces(struct setting *s, const struct line_item *item)
{
	char *text = NULL;
	int rc = join(&text, s->text);

	for (int i = 0; i < item->n_words && rc == 0; i++)
		rc = join(&text, item->words[i]);
	s->text = text;
	rc = rc == 0 ? setting_apply(s) : setting_no_memory(s);
	free(text);
	return rc;
}

static int
apply_file(struct command_line *cl, const char *path)
{
	const int rc = config_load_file(cl->config, path, cl->source.error, cl->source.error_size);

	return rc == -ENOENT ? -EINVAL : rc;
}

static void
apply_reset(struct config *c)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (config_keys[i].use & USE_RESET)
			setting_reset(c, &config_keys[i]);
	}
}

static int
apply_item(struct command_line *cl, const struct line_item *item)
{
	const char *bare = item->key->bare != NULL ? item->key->bare : "";
	struct setting s = {
		.config = cl->config,
		.source = &cl->source,
		.key = item->key,
		.text = item->text != NULL ? item->text : bare,
	};

	switch (item->key->kind) {
	case VALUE_FILTER:
		return join(&cl->filter, s.text) < 0 ? setting_no_memory(&s) : 0;
	case VALUE_FILES:
	case VALUE_DIRS:
		return apply_words(&s, item);
	case VALUE_INTERFACES:
		return apply_interfaces(&s, item);
	case VALUE_OUTPUT:
		s.second = item->n_words != 0 ? item->words[0] : NULL;
		return setting_apply(&s);
	case VALUE_INCLUDE:
		return apply_file(cl, s.text);
	case VALUE_RESET:
		apply_reset(cl->config);
		return 0;
	default:
		return setting_apply(&s);
	}
}

/* What is answered without a configuration. */
static bool
stands_alone(const struct key *k)
{
	return k->kind == VALUE_ACTION &&
	       (k->max == CONFIG_HELP || k->max == CONFIG_VERSION || k->max == CONFIG_MANUAL);
}

/* The first reading. 'use_system' tells whether /etc/argus.conf is to be read. */
static int
survey(struct config *c, struct line *line, bool *use_system, char *error, size_t error_size)
{
	struct line_item item;
	int rc;

	*use_system = true;
	while ((rc = line_next(line, &item, error, error_size)) > 0) {
		if (item.key->kind == VALUE_INCLUDE || item.key->kind == VALUE_RESET)
			*use_system = false;
		if (!stands_alone(item.key))
			continue;
		c->action = (enum config_action)item.key->max;
		return 0;
	}
	return rc;
}

/* As in argus, there need not be one; but one that can't be read is told. */
static int
load_system_file(struct config *c, char *error, size_t error_size)
{
	FILE *stream = fopen(SYSTEM_FILE, "re");
	const int reason = errno;

	if (stream != NULL) {
		fclose(stream);
		return config_load_file(c, SYSTEM_FILE, error, error_size);
	}
	if (reason != ENOENT &&
	    config_warn(c, "%s: can't be opened, so its settings don't count: %s", SYSTEM_FILE,
	                strerror(reason)) < 0) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	return 0;
}

/* The second reading. */
static int
apply_line(struct command_line *cl, struct line *line)
{
	const struct setting filter = {
		.config = cl->config,
		.source = &cl->source,
		.key = &config_keys[KEY_packet_filter],
	};
	struct setting joined = filter;
	struct line_item item;
	int rc;

	while ((rc = line_next(line, &item, cl->source.error, cl->source.error_size)) > 0) {
		rc = apply_item(cl, &item);
		if (rc < 0)
			return rc;
	}
	if (rc < 0 || cl->filter == NULL)
		return rc;
	joined.text = cl->filter;
	return setting_apply(&joined);
}

/* Settings that are nothing without another. */
static int
check_together(struct config *c, char *error, size_t error_size)
{
	if (!c->packet_capture_on_error || c->packet_capture_file != NULL ||
	    config_warn(c, "ARGUS_PACKET_CAPTURE_ON_ERROR: of no effect without "
	                   "ARGUS_PACKET_CAPTURE_FILE, which names the file") == 0)
		return 0;
	snprintf(error, error_size, "out of memory");
	return -ENOMEM;
}

int
config_load(struct config *c, int argc, char *const argv[], char *error, size_t error_size)
{
	struct command_line cl = {
		.config = c,
		.source = { .error = error, .error_size = error_size },
	};
	struct line line;
	bool use_system;
	int rc;

	line_init(&line, argc, argv);
	rc = survey(c, &line, &use_system, error, error_size);
	if (rc < 0 || c->action != CONFIG_RUN)
		return rc;
	if (use_system)
		rc = load_system_file(c, error, error_size);
	if (rc < 0)
		return rc;
	line_init(&line, argc, argv);
	rc = apply_line(&cl, &line);
	free(cl.filter);
	return rc < 0 ? rc : check_together(c, error, error_size);
}
