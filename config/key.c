/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table itself. Each row's field has the type that its kind writes: the
 * sizes are compared when this file is compiled.
 */
#include "config/key.h"

#include <inttypes.h>
#include <string.h>

const struct key config_keys[KEY_COUNT] = {
/* the whole row, in the order of keys.h */
#define KEY(id, variable_, letter_, option_, kind_, field_, initial_, min_, max_, argument_, \
            bare_, use_, help_)                                                              \
	[KEY_##id] = { .variable = (variable_),                                              \
		       .option = (option_),                                                  \
		       .initial = (initial_),                                                \
		       .argument = (argument_),                                              \
		       .bare = (bare_),                                                      \
		       .help = (help_),                                                      \
		       .min = (min_),                                                        \
		       .max = (max_),                                                        \
		       .offset = offsetof(struct config, field_),                            \
		       .kind = VALUE_##kind_,                                                \
		       .use = (use_),                                                        \
		       .letter = (letter_) },
#include "config/keys.h"
};

#define SIZE_BOOL sizeof(bool)
#define SIZE_U16 sizeof(uint16_t)
#define SIZE_U32 sizeof(uint32_t)
#define SIZE_SIZE sizeof(uint64_t)
#define SIZE_SECONDS sizeof(uint32_t)
#define SIZE_INTERVAL sizeof(uint64_t)
#define SIZE_SCALE sizeof(double)
#define SIZE_RANGE sizeof(uint64_t)
#define SIZE_STRING sizeof(char *)
#define SIZE_FILTER sizeof(char *)
#define SIZE_LIST sizeof(struct string_list)
#define SIZE_FILES sizeof(struct string_list)
#define SIZE_DIRS sizeof(struct string_list)
#define SIZE_INTERFACES sizeof(struct string_list)
#define SIZE_ADDRESSES sizeof(struct string_list)
#define SIZE_PREFIXES sizeof(struct string_list)
#define SIZE_EVENT sizeof(struct string_list)
#define SIZE_SOURCE_ID sizeof(struct source_id)
#define SIZE_OUTPUT sizeof(struct output_list)
#define SIZE_CONTROL sizeof(struct control_protocols)
#define SIZE_FLOW_TYPE sizeof(bool)
#define SIZE_FLOW_KEY sizeof(uint32_t)
#define SIZE_TUNNEL sizeof(enum tunnel_choice)
#define SIZE_KEYSTROKE sizeof(bool)
#define SIZE_KEYSTROKE_CONF sizeof(((struct config *)0)->keystroke_conf)
#define SIZE_APPS sizeof(bool)
#define SIZE_HUGE sizeof(enum huge_pages)
#define SIZE_CHOICE sizeof(unsigned)
#define SIZE_FORMAT sizeof(enum record_format)
#define SIZE_PERIOD sizeof(uint32_t)
#define SIZE_HEADING sizeof(enum config_action)
#define SIZE_ACTION sizeof(enum config_action)
#define SIZE_INCLUDE sizeof(enum config_action)
#define SIZE_RESET sizeof(enum config_action)
#define SIZE_IGNORED sizeof(enum config_action)
#define KEY(id, variable, letter, option, kind, field, ...)                \
	_Static_assert(sizeof(((struct config *)0)->field) == SIZE_##kind, \
	               "the field of " #id " has the type that VALUE_" #kind " writes");
#include "config/keys.h"

const struct key *
key_find(const char *variable, size_t len)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *k = &config_keys[i];

		if (k->variable != NULL && strlen(k->variable) == len &&
		    memcmp(k->variable, variable, len) == 0)
			return k;
	}
	return NULL;
}

/* -R has two rows: with directories behind it, and without. */
char
key_letter(const struct key *k)
{
	return k->kind == VALUE_DIRS ? 'R' : k->letter;
}

bool
key_is_option(const struct key *k)
{
	return key_letter(k) != 0 || k->option != NULL;
}

bool
key_heads(const struct key *heading, bool options)
{
	for (const struct key *k = heading + 1;
	     k < config_keys + KEY_COUNT && k->kind != VALUE_HEADING; k++) {
		if (options ? key_is_option(k) : k->variable != NULL)
			return true;
	}
	return false;
}

const char *
key_name(const struct key *k, char *out, size_t size)
{
	if (key_letter(k) != 0)
		snprintf(out, size, "option -%c", key_letter(k));
	else if (k->option != NULL)
		snprintf(out, size, "option --%s", k->option);
	else
		snprintf(out, size, "%s", k->variable != NULL ? k->variable : "");
	return out;
}

const char *
key_expects(const struct key *k, char *out, size_t size)
{
	switch (k->kind) {
	case VALUE_BOOL:
		snprintf(out, size, "yes or no");
		break;
	case VALUE_SECONDS:
		snprintf(out, size, "a number of seconds (%" PRIu64 " to %" PRIu64 ")", k->min,
		         k->max);
		break;
	case VALUE_INTERVAL:
		snprintf(out, size, "a number of seconds (%.6f to %" PRIu64 ", or 0)",
		         (double)k->min / 1e9, k->max / UINT64_C(1000000000));
		break;
	case VALUE_PERIOD:
		snprintf(out, size,
		         "a period that divides a day, or whole days, with its unit, s, m, h or d");
		break;
	case VALUE_RANGE:
		snprintf(out, size,
		         "a number of packets (1 or more) or a range a-b with a less than b");
		break;
	default:
		snprintf(out, size, "a number (%" PRIu64 " to %" PRIu64 ")", k->min, k->max);
		break;
	}
	return out;
}
