/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * argus.conf: NAME=value, a line each; '#' or '!' begins a line of comment, " //"
 * or " #" ends a value without quotes. Double quotes keep a value with blanks
 * together. What argus would pass over in silence is a warning here, what it would
 * read as something else an error. A line is as long as it is.
 */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/setting.h"
#include "config/value.h"

#define FILE_SIZE_MAX ((size_t)16 << 20) /* a device that never ends is no argus.conf */

struct conf_file {
	struct config *config;
	struct setting_source source;
	unsigned long line;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static char *
skip_blanks(char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

static void
trim_end(char *text)
{
	size_t n = strlen(text);

	while (n != 0 && is_blank(text[n - 1]))
		text[--n] = '\0';
}

/* Whether a comment begins here, behind a blank. */
static bool
begins_comment(const char *text)
{
	return text[0] == '#' || (text[0] == '/' && text[1] == '/');
}

/* Cuts a comment off a value without quotes around it; quotes inside protect. */
static void
cut_comment(char *text)
{
	bool quoted = false;

	for (char *t = text; *t != '\0'; t++) {
		if (*t == '"') {
			quoted = !quoted;
		} else if (!quoted && is_blank(*t) && begins_comment(t + 1)) {
			*t = '\0';
			break;
		}
	}
	trim_end(text);
}

/* Takes a pair of quotes off both ends. */
static char *
unquote(char *text)
{
	const size_t n = strlen(text);

	if (n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n - 1] == text[0]) {
		text[n - 1] = '\0';
		text++;
	}
	return text;
}

/* An output's value is "target filter": parts them. 'rest' is what stood behind the quotes. */
static void
part_output(struct setting *s, char *text, char *rest)
{
	char *filter = text + strcspn(text, " \t");

	if (*filter != '\0') {
		*filter++ = '\0';
		filter = skip_blanks(filter);
	}
	if (*filter == '\0')
		filter = rest;
	trim_end(filter);
	s->text = text;
	s->second = unquote(filter);
}

static int
refuse_line(const struct conf_file *f, const char *what)
{
	snprintf(f->source.error, f->source.error_size, "%.200s:%lu: %s", f->source.file, f->line,
	         what);
	return -EINVAL;
}

static int
warn_line(const struct conf_file *f, const char *what, const char *text)
{
	char shown[VALUE_SHOWN_SIZE];

	if (config_warn(f->config, "%.200s:%lu: \"%s\" %s: ignored", f->source.file, f->line,
	                value_shown(text, shown, sizeof(shown)), what) == 0)
		return 0;
	(void)refuse_line(f, "out of memory");
	return -ENOMEM;
}

/* The value of a known variable. */
static int
apply_value(struct conf_file *f, const struct key *key, char *value)
{
	struct setting s = {
		.config = f->config, .source = &f->source, .key = key, .line = f->line
	};
	char *rest = value + strlen(value);

	value = skip_blanks(value);
	if (*value == '"') {
		char *end = strchr(++value, '"');

		if (end == NULL)
			return setting_refuse(&s, "the closing double quote is missing");
		*end++ = '\0';
		rest = skip_blanks(end);
		if (begins_comment(rest))
			*rest = '\0';
		cut_comment(rest);
		s.quoted = true;
	} else if (begins_comment(value)) {
		*value = '\0';
	} else {
		cut_comment(value);
	}
	if (key->kind != VALUE_SOURCE_ID) { /* whose blanks may be meant */
		value = skip_blanks(value);
		trim_end(value);
	}
	s.text = value;
	if (key->kind == VALUE_OUTPUT) {
		part_output(&s, value, rest);
		if (s.second[0] == '"' || s.second[0] == '\'')
			return setting_refuse(&s, "the closing quote of the filter is missing");
	} else if (*rest != '\0' && setting_warn(&s, "what follows the quotes is ignored") < 0) {
		return setting_no_memory(&s);
	}
	return setting_apply(&s);
}

/* One line, without its end, as a string. */
static int
apply_line(struct conf_file *f, char *text, size_t len)
{
	const struct key *key;
	char *name, *equals;

	/* a comment may hold anything */
	name = skip_blanks(text);
	if (*name == '#' || *name == '!')
		return 0;
	if (memchr(text, '\0', len) != NULL)
		return refuse_line(f, "a NUL byte; is this a text file?");
	if (*name == '\0')
		return 0;
	equals = strchr(name, '=');
	if (equals == NULL)
		return warn_line(f, "is not NAME=value", name);
	key = key_find(name, (size_t)(equals - name));
	if (key != NULL)
		return apply_value(f, key, equals + 1);
	*equals = '\0';
	if (equals != name && is_blank(equals[-1])) {
		trim_end(name);
		if (key_find(name, strlen(name)) != NULL)
			return warn_line(f, "must have = right behind it", name);
	}
	return warn_line(f, "is no variable of argus or panoptes", name);
}

int
config_load_text(struct config *c, const char *name, const char *text, size_t len, char *error,
                 size_t error_size)
{
	static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's byte order mark */
	struct conf_file f = {
		.config = c,
		.source = { .file = name, .error_size = error_size },
	};
	const char *end = text + len;
	int rc = 0;

	f.source.error = error;
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		text += 3;
	while (text < end && rc == 0) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const size_t n = (size_t)((stop != NULL ? stop : end) - text);
		char *line = malloc(n + 1);

		f.line++;
		if (line == NULL) {
			(void)refuse_line(&f, "out of memory");
			return -ENOMEM;
		}
		memcpy(line, text, n);
		line[n] = '\0';
		rc = apply_line(&f, line, n);
		free(line);
		text = stop != NULL ? stop + 1 : end;
	}
	return rc;
}

/* All of a stream in memory that the caller frees: 0 or negative errno. */
static int
read_all(FILE *stream, char **text, size_t *len)
{
	size_t size = 0;

	*text = NULL;
	*len = 0;
	for (;;) {
		char *bigger;

		if (*len == size) {
			if (size >= FILE_SIZE_MAX)
				return -EFBIG;
			size = size != 0 ? size * 2 : 65536;
			bigger = realloc(*text, size);
			if (bigger == NULL)
				return -ENOMEM;
			*text = bigger;
		}
		errno = 0;
		*len += fread(*text + *len, 1, size - *len, stream);
		if (ferror(stream))
			return errno != 0 ? -errno : -EIO;
		if (feof(stream))
			return 0;
	}
}

int
config_load_file(struct config *c, const char *path, char *error, size_t error_size)
{
	FILE *stream = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;
	int rc;

	if (stream == NULL) {
		snprintf(error, error_size, "%.200s: can't be opened: %s", path, strerror(errno));
		return -ENOENT;
	}
	rc = read_all(stream, &text, &len);
	if (rc < 0)
		snprintf(error, error_size, "%.200s: can't be read: %s", path,
		         rc == -EFBIG ? "too large for a configuration" : strerror(-rc));
	else
		rc = config_load_text(c, path, text, len, error, error_size);
	free(text);
	fclose(stream);
	return rc == 0 || rc == -ENOMEM ? rc : -EINVAL;
}
