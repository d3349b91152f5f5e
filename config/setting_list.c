/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strings and lists of them: all that is allocated. Whatever grows is complete
 * before it is counted, so that a failure leaves a list as it was.
 */
#include "config/setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/prefix.h"
#include "config/value.h"

int
string_list_add(struct string_list *list, const char *text)
{
	char *copy = strdup(text);
	char **v;

	if (copy == NULL)
		return -ENOMEM;
	v = realloc(list->v, (list->n + 1) * sizeof(*v));
	if (v == NULL) {
		free(copy);
		return -ENOMEM;
	}
	list->v = v;
	list->v[list->n++] = copy;
	return 0;
}

void
string_list_clear(struct string_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	list->v = NULL;
	list->n = 0;
}

int
output_list_add(struct output_list *list, const char *target, const char *filter)
{
	struct output_spec spec = { .target = strdup(target) };
	struct output_spec *v;

	if (filter != NULL)
		spec.filter = strdup(filter);
	v = realloc(list->v, (list->n + 1) * sizeof(*v));
	if (v != NULL)
		list->v = v;
	if (v == NULL || spec.target == NULL || (filter != NULL && spec.filter == NULL)) {
		free(spec.target);
		free(spec.filter);
		return -ENOMEM;
	}
	list->v[list->n++] = spec;
	return 0;
}

void
output_list_clear(struct output_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].target);
		free(list->v[i].filter);
	}
	free(list->v);
	list->v = NULL;
	list->n = 0;
}

int
setting_string(const struct setting *s)
{
	char **field = key_field(s->config, s->key);
	char *copy = NULL;

	if (s->text[0] != '\0') {
		copy = strdup(s->text);
		if (copy == NULL)
			return setting_no_memory(s);
	}
	free(*field);
	*field = copy;
	return 0;
}

int
setting_list(const struct setting *s)
{
	if (s->text[0] == '\0')
		return 0;
	return string_list_add(key_field(s->config, s->key), s->text) < 0 ? setting_no_memory(s)
	                                                                  : 0;
}

int
setting_files(const struct setting *s)
{
	char shown[VALUE_SHOWN_SIZE];

	if (s->text[0] == '\0' || (s->text[0] == '-' && s->text[1] != '\0'))
		return setting_refuse(s, "\"%s\" is not a capture file, nor - for standard input",
		                      value_shown(s->text, shown, sizeof(shown)));
	return setting_list(s);
}

int
setting_interfaces(const struct setting *s)
{
	char shown[VALUE_SHOWN_SIZE];

	if (key_id(s->key) == KEY_collect && strncmp(s->text, "udp://", 6) != 0)
		return setting_refuse(s, "\"%s\" is not udp://address:port",
		                      value_shown(s->text, shown, sizeof(shown)));
	if (!s->source->interfaces_seen)
		string_list_clear(&s->config->interfaces);
	s->source->interfaces_seen = true;
	return setting_list(s);
}

/* Each of the addresses, as 'add' takes it. */
static int
each_address(const struct setting *s, int (*add)(const struct setting *, const char *address))
{
	static const char between[] = ", \t";
	char *copy = strdup(s->text), *save = NULL;
	int rc = copy != NULL ? 0 : setting_no_memory(s);

	if (rc == 0)
		for (char *a = strtok_r(copy, between, &save); a != NULL && rc == 0;
		     a = strtok_r(NULL, between, &save))
			rc = add(s, a);
	free(copy);
	return rc;
}

static int
add_address(const struct setting *s, const char *address)
{
	return string_list_add(key_field(s->config, s->key), address) < 0 ? setting_no_memory(s)
	                                                                  : 0;
}

int
setting_addresses(const struct setting *s)
{
	return each_address(s, add_address);
}

static int
add_prefix(const struct setting *s, const char *text)
{
	char shown[VALUE_SHOWN_SIZE];
	struct prefix p;

	if (prefix_parse(text, &p) < 0)
		return setting_refuse(s,
		                      "\"%s\" is not a prefix of addresses, as 192.0.2.0/24, "
		                      "2001:db8::/32 or a whole address",
		                      value_shown(text, shown, sizeof(shown)));
	return add_address(s, text);
}

int
setting_prefixes(const struct setting *s)
{
	return each_address(s, add_prefix);
}

/* Whether it is method:path:interval[:compress]; the path has no colon, as in argus. */
static bool
event_is_sound(const char *text)
{
	const char *path, *interval, *rest;
	size_t n;

	if (strncmp(text, "file:", 5) != 0 && strncmp(text, "prog:", 5) != 0)
		return false;
	path = text + 5;
	interval = strchr(path, ':');
	if (interval == NULL || interval == path)
		return false;
	n = strspn(++interval, "0123456789");
	rest = interval + n;
	if (n == 0)
		return false;
	if (*rest != '\0' && strchr("smhdwMy", *rest) != NULL)
		rest++;
	return *rest == '\0' || strcmp(rest, ":compress") == 0 || strcmp(rest, ":compress2") == 0;
}

int
setting_event(const struct setting *s)
{
	char shown[VALUE_SHOWN_SIZE];

	if (s->text[0] != '\0' && !event_is_sound(s->text))
		return setting_refuse(s,
		                      "\"%s\" is not file:path:interval or prog:path:interval, "
		                      "with :compress behind it or not",
		                      value_shown(s->text, shown, sizeof(shown)));
	return setting_list(s);
}

int
setting_output(const struct setting *s)
{
	const char *filter = s->second != NULL && s->second[0] != '\0' ? s->second : NULL;
	char shown[VALUE_SHOWN_SIZE];

	if (s->source->file == NULL &&
	    (s->text[0] == '\0' || (s->text[0] == '-' && s->text[1] != '\0')))
		return setting_refuse(s, "\"%s\" is not a file, nor - for standard output",
		                      value_shown(s->text, shown, sizeof(shown)));
	if (!s->source->outputs_seen)
		output_list_clear(&s->config->outputs);
	s->source->outputs_seen = true;
	if (s->text[0] == '\0')
		return 0;
	return output_list_add(&s->config->outputs, s->text, filter) < 0 ? setting_no_memory(s) : 0;
}
