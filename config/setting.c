/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kinds whose value is one number, and what is common to all: the way from
 * a kind to its function, defaults, messages.
 */
#include "config/setting.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/value.h"

#define NAME_SIZE 80
#define WHERE_SIZE 320
#define MESSAGE_SIZE 512

/* "FILE:LINE: NAME" or "option -x" */
static const char *
setting_where(const struct setting *s, char *out, size_t size)
{
	if (s->source->file == NULL)
		key_name(s->key, out, size);
	else
		snprintf(out, size, "%.200s:%lu: %s", s->source->file, s->line,
		         s->key->variable != NULL ? s->key->variable : "");
	return out;
}

int
setting_refuse(const struct setting *s, const char *format, ...)
{
	char where[WHERE_SIZE], what[MESSAGE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(s->source->error, s->source->error_size, "%s: %s",
	         setting_where(s, where, sizeof(where)), what);
	return -EINVAL;
}

int
setting_refuse_text(const struct setting *s)
{
	char shown[VALUE_SHOWN_SIZE], right[NAME_SIZE + 40];

	return setting_refuse(s, "\"%s\" is not %s", value_shown(s->text, shown, sizeof(shown)),
	                      key_expects(s->key, right, sizeof(right)));
}

int
setting_no_memory(const struct setting *s)
{
	(void)setting_refuse(s, "out of memory");
	return -ENOMEM;
}

int
setting_warn(const struct setting *s, const char *format, ...)
{
	char where[WHERE_SIZE], what[MESSAGE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return config_warn(s->config, "%s: %s", setting_where(s, where, sizeof(where)), what);
}

static int
setting_bool(const struct setting *s)
{
	bool *field = key_field(s->config, s->key);

	if (s->source->file == NULL && strcmp(s->text, "toggle") == 0)
		*field = !*field;
	else if (value_bool(s->text, field) < 0)
		return setting_refuse_text(s);
	return 0;
}

static int
setting_number(const struct setting *s)
{
	void *field = key_field(s->config, s->key);
	uint64_t n;

	if (value_count(s->text, &n) < 0 || n < s->key->min)
		return setting_refuse_text(s);
	if (n > s->key->max) {
		if (!(s->key->use & USE_CAPPED))
			return setting_refuse_text(s);
		n = s->key->max;
		if (setting_warn(s, "lowered to %u, the most there is", (unsigned)n) < 0)
			return setting_no_memory(s);
	}
	if (s->key->kind == VALUE_U16)
		*(uint16_t *)field = (uint16_t)n;
	else if (s->key->kind == VALUE_U32)
		*(uint32_t *)field = (uint32_t)n;
	else
		*(uint64_t *)field = n;
	return 0;
}

/* argus takes fractions here as well, and says whole seconds in its records. */
static int
setting_seconds(const struct setting *s)
{
	const uint64_t second = UINT64_C(1000000000);
	uint32_t *field = key_field(s->config, s->key);
	uint64_t ns, n;

	if (value_interval(s->text, &ns) < 0)
		return setting_refuse_text(s);
	n = ns / second + (ns % second != 0);
	if (n < s->key->min || n > s->key->max)
		return setting_refuse_text(s);
	*field = (uint32_t)n;
	if (ns % second == 0)
		return 0;
	return setting_warn(s, "rounded up to %u seconds", (unsigned)n) < 0 ? setting_no_memory(s)
	                                                                    : 0;
}

static int
setting_interval(const struct setting *s)
{
	uint64_t *field = key_field(s->config, s->key);
	uint64_t ns;

	if (value_interval(s->text, &ns) < 0 || (ns != 0 && (ns < s->key->min || ns > s->key->max)))
		return setting_refuse_text(s);
	*field = ns;
	return 0;
}

static int
setting_scale(const struct setting *s)
{
	double *field = key_field(s->config, s->key);
	double scale;

	if (value_decimal(s->text, &scale) < 0 || scale < (double)s->key->min ||
	    scale > (double)s->key->max)
		return setting_refuse_text(s);
	*field = scale;
	return 0;
}

/* a-b leaves out the first a packets, as argus does: a of 0 is the plain count. */
static int
setting_range(const struct setting *s)
{
	uint64_t from, to;

	if (value_range(s->text, &from, &to) < 0 || from >= to)
		return setting_refuse_text(s);
	s->config->first_packet = from == 0 ? 0 : from + 1;
	s->config->last_packet = to;
	return 0;
}

/* One of the words that -h shows with bars between them. */
static int
setting_choice(const struct setting *s)
{
	unsigned *field = key_field(s->config, s->key);
	const char *words = s->key->argument;
	const size_t len = strlen(s->text);
	char shown[VALUE_SHOWN_SIZE];

	for (unsigned i = 0; *words != '\0'; i++) {
		const size_t n = strcspn(words, "|");

		if (n == len && strncasecmp(words, s->text, n) == 0) {
			*field = i;
			return 0;
		}
		words += n + (words[n] == '|');
	}
	return setting_refuse(s, "\"%s\" is not one of %s",
	                      value_shown(s->text, shown, sizeof(shown)), s->key->argument);
}

static int
setting_huge(const struct setting *s)
{
	char shown[VALUE_SHOWN_SIZE];
	bool yes;

	if (strcasecmp(s->text, "auto") == 0)
		s->config->huge = HUGE_AUTO;
	else if (value_bool(s->text, &yes) == 0)
		s->config->huge = yes ? HUGE_YES : HUGE_NO;
	else
		return setting_refuse(s, "\"%s\" is not yes, no or auto",
		                      value_shown(s->text, shown, sizeof(shown)));
	return 0;
}

static int
setting_format(const struct setting *s)
{
	char shown[VALUE_SHOWN_SIZE];

	if (strcmp(s->text, "3") == 0)
		s->config->format = RECORD_FORMAT_3;
	else if (strcmp(s->text, "5") == 0)
		s->config->format = RECORD_FORMAT_5;
	else
		return setting_refuse(s, "\"%s\" is not a record format: 3 or 5",
		                      value_shown(s->text, shown, sizeof(shown)));
	return 0;
}

static int
setting_period(const struct setting *s)
{
	if (value_period(s->text, key_field(s->config, s->key)) < 0)
		return setting_refuse_text(s);
	return 0;
}

static int
setting_action(const struct setting *s)
{
	s->config->action = (enum config_action)s->key->max;
	return 0;
}

static int
setting_ignored(const struct setting *s)
{
	if (s->key->use & USE_FIVE && setting_warn(s, "is a variable of argus 5: ignored") < 0)
		return setting_no_memory(s);
	return 0;
}

/* Headings, -F and -X are not values: nothing to do here. */
static int
setting_none(const struct setting *s)
{
	(void)s;
	return 0;
}

static int (*const appliers[VALUE_KINDS])(const struct setting *) = {
	[VALUE_HEADING] = setting_none,
	[VALUE_BOOL] = setting_bool,
	[VALUE_U16] = setting_number,
	[VALUE_U32] = setting_number,
	[VALUE_SIZE] = setting_number,
	[VALUE_SECONDS] = setting_seconds,
	[VALUE_INTERVAL] = setting_interval,
	[VALUE_SCALE] = setting_scale,
	[VALUE_RANGE] = setting_range,
	[VALUE_STRING] = setting_string,
	[VALUE_FILTER] = setting_string,
	[VALUE_LIST] = setting_list,
	[VALUE_FILES] = setting_files,
	[VALUE_DIRS] = setting_list,
	[VALUE_INTERFACES] = setting_interfaces,
	[VALUE_ADDRESSES] = setting_addresses,
	[VALUE_PREFIXES] = setting_prefixes,
	[VALUE_EVENT] = setting_event,
	[VALUE_SOURCE_ID] = setting_source_id,
	[VALUE_OUTPUT] = setting_output,
	[VALUE_CONTROL] = setting_control,
	[VALUE_FLOW_TYPE] = setting_flow_type,
	[VALUE_FLOW_KEY] = setting_flow_key,
	[VALUE_TUNNEL] = setting_tunnel,
	[VALUE_KEYSTROKE] = setting_keystroke,
	[VALUE_KEYSTROKE_CONF] = setting_keystroke_conf,
	[VALUE_APPS] = setting_apps,
	[VALUE_HUGE] = setting_huge,
	[VALUE_CHOICE] = setting_choice,
	[VALUE_FORMAT] = setting_format,
	[VALUE_PERIOD] = setting_period,
	[VALUE_ACTION] = setting_action,
	[VALUE_INCLUDE] = setting_none,
	[VALUE_RESET] = setting_none,
	[VALUE_IGNORED] = setting_ignored,
};

/* Values that an empty text can be. */
static bool
takes_empty(enum value_kind kind)
{
	return kind >= VALUE_STRING && kind <= VALUE_EVENT && kind != VALUE_FILES &&
	       kind != VALUE_DIRS;
}

int
setting_apply(const struct setting *s)
{
	const bool file = s->source->file != NULL;
	int rc;

	if (file && s->text[0] == '\0' && !takes_empty(s->key->kind))
		return setting_warn(s, "has no value: ignored") < 0 ? setting_no_memory(s) : 0;
	rc = appliers[s->key->kind](s);
	if (rc < 0)
		return rc;
	s->config->origin[key_id(s->key)] = file ? ORIGIN_FILE : ORIGIN_LINE;
	if (file && s->key->use & USE_LATER && !setting_is_initial(s->config, s->key) &&
	    setting_warn(s, "is not available yet: ignored") < 0)
		return setting_no_memory(s);
	return 0;
}

void
setting_clear(struct config *c, const struct key *k)
{
	char **text;

	switch (k->kind) {
	case VALUE_STRING:
	case VALUE_FILTER:
		text = key_field(c, k);
		free(*text);
		*text = NULL;
		break;
	case VALUE_LIST:
	case VALUE_FILES:
	case VALUE_DIRS:
	case VALUE_INTERFACES:
	case VALUE_ADDRESSES:
	case VALUE_PREFIXES:
	case VALUE_EVENT:
		string_list_clear(key_field(c, k));
		break;
	case VALUE_OUTPUT:
		output_list_clear(key_field(c, k));
		break;
	case VALUE_SOURCE_ID:
		memset(&c->source_id, 0, sizeof(c->source_id));
		break;
	default:
		break;
	}
}

void
setting_reset(struct config *c, const struct key *k)
{
	char error[MESSAGE_SIZE];
	struct setting_source source = { .error = error, .error_size = sizeof(error) };
	const struct setting s = { .config = c, .source = &source, .key = k, .text = k->initial };

	setting_clear(c, k);
	if (k->initial != NULL)
		(void)setting_apply(&s);
	c->origin[key_id(k)] = ORIGIN_DEFAULT;
}

bool
setting_is_initial(const struct config *c, const struct key *k)
{
	const void *field = key_field_const(c, k);
	bool initial;

	switch (k->kind) {
	case VALUE_BOOL:
		return value_bool(k->initial, &initial) == 0 && *(const bool *)field == initial;
	case VALUE_KEYSTROKE:
		return !c->keystroke;
	case VALUE_U16:
		return *(const uint16_t *)field == 0;
	case VALUE_STRING:
	case VALUE_FILTER:
		return *(char *const *)field == NULL;
	case VALUE_LIST:
	case VALUE_FILES:
	case VALUE_DIRS:
	case VALUE_INTERFACES:
	case VALUE_ADDRESSES:
	case VALUE_PREFIXES:
	case VALUE_EVENT:
		return ((const struct string_list *)field)->n == 0;
	default:
		return false;
	}
}
