/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One piece of text that an operator wrote, on its way into struct config. The
 * parsers of files and of the command line fill it in; setting_apply() gives it to
 * the function of its kind. Internal to config/; main lcore while loading.
 *
 * Messages: "FILE:LINE: NAME: ..." or "option -x: ...", in one line.
 */
#ifndef PANOPTES_CONFIG_SETTING_H
#define PANOPTES_CONFIG_SETTING_H

#include "config/key.h"

/* Where settings come from: a file, or the command line. Lists that replace do so once for each. */
struct setting_source {
	const char *file; /* its name in messages; NULL: the command line */
	bool outputs_seen, interfaces_seen, control_seen;
	char *error; /* where a message goes */
	size_t error_size;
};

struct setting {
	struct config *config;
	struct setting_source *source;
	const struct key *key;
	const char *text;   /* without the quotes around it */
	const char *second; /* VALUE_OUTPUT: the filter, or NULL */
	bool quoted;        /* there were double quotes around the text */
	unsigned long line; /* of the file */
};

/* 0; -EINVAL or -ENOMEM with the source's error set. */
int setting_apply(const struct setting *);

/* Back to the default. Never fails: the defaults are known good. */
void setting_reset(struct config *, const struct key *);

/* Frees what the field holds and zeroes it. */
void setting_clear(struct config *, const struct key *);

/* Whether the field says what it says without any operator. */
bool setting_is_initial(const struct config *, const struct key *);

/* Writes the message; returns -EINVAL. */
int setting_refuse(const struct setting *, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* The same for a text that is none of key_expects(). */
int setting_refuse_text(const struct setting *);
/* Writes "out of memory"; returns -ENOMEM. */
int setting_no_memory(const struct setting *);
/* Adds to the warnings; 0 or -ENOMEM. */
int setting_warn(const struct setting *, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Kinds that have files of their own; results as setting_apply(). */
int setting_source_id(const struct setting *); /* source_id.c */
int setting_string(const struct setting *);    /* setting_list.c */
int setting_list(const struct setting *);
int setting_files(const struct setting *);
int setting_interfaces(const struct setting *);
int setting_addresses(const struct setting *);
int setting_prefixes(const struct setting *);
int setting_event(const struct setting *);
int setting_output(const struct setting *);
int setting_control(const struct setting *);   /* setting_control.c */
int setting_flow_type(const struct setting *); /* setting_flow.c */
int setting_flow_key(const struct setting *);
int setting_tunnel(const struct setting *s);
int setting_apps(const struct setting *); /* setting_apps.c */
int setting_keystroke(const struct setting *);
int setting_keystroke_conf(const struct setting *);

/* Lists: 0 or -ENOMEM, with the list as it was. */
int string_list_add(struct string_list *, const char *text);
void string_list_clear(struct string_list *);
int output_list_add(struct output_list *, const char *target, const char *filter);
void output_list_clear(struct output_list *);

/* Adds a warning as it is; the list is cut off where nobody would read on. */
int config_warn(struct config *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
