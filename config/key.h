/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of config/keys.h as a table that code can walk. Constant; any core
 * may read it. Internal to config/.
 */
#ifndef PANOPTES_CONFIG_KEY_H
#define PANOPTES_CONFIG_KEY_H

#include "config/config.h"

/* How text becomes a value. */
enum value_kind {
	VALUE_HEADING = 0, /* no setting: a title */
	VALUE_BOOL,        /* bool: yes, no; "toggle" from the command line */
	VALUE_U16,         /* uint16_t in min..max */
	VALUE_U32,         /* uint32_t in min..max, K, M and G */
	VALUE_SIZE,        /* uint64_t in min..max, K, M and G */
	VALUE_SECONDS,     /* uint32_t; fractions are rounded up */
	VALUE_INTERVAL,    /* uint64_t, seconds in text and ns in the field */
	VALUE_SCALE,       /* double in min..max */
	VALUE_RANGE,       /* first_packet and last_packet */
	VALUE_STRING,      /* char *; empty: NULL */
	VALUE_FILTER,      /* the same, an expression */
	VALUE_LIST,        /* string_list, one more string */
	VALUE_FILES,       /* the same, capture files */
	VALUE_DIRS,        /* the same, directories */
	VALUE_INTERFACES,  /* the same, the first replaces */
	VALUE_ADDRESSES,   /* the same, several with commas between */
	VALUE_PREFIXES,    /* the same, checked */
	VALUE_EVENT,       /* the same, checked */
	VALUE_SOURCE_ID,
	VALUE_OUTPUT,
	VALUE_CONTROL, /* control_protocols, one more list; the first of a file replaces */
	VALUE_FLOW_TYPE,
	VALUE_FLOW_KEY,
	VALUE_TUNNEL,
	VALUE_KEYSTROKE,
	VALUE_KEYSTROKE_CONF,
	VALUE_APPS, /* apps and apps_items */
	VALUE_HUGE,
	VALUE_FORMAT,
	VALUE_PERIOD,  /* uint32_t, seconds: a number and its unit */
	VALUE_CHOICE,  /* an enum, by the place of the word in 'argument' */
	VALUE_ACTION,  /* enum config_action: max */
	VALUE_INCLUDE, /* -F */
	VALUE_RESET,   /* -X */
	VALUE_IGNORED,
	VALUE_KINDS
};

/* What is special about a setting. */
enum key_use {
	USE_LIVE = 0x01,  /* for live capture, a later version's: refused as an option, no matter in
	                     a file */
	USE_LATER = 0x02, /* a later version's: refused as an option, a warning in a file */
	USE_STRICT = 0x04, /* a later version's: refused wherever it is said */
	USE_FIVE = 0x08,   /* a variable of argus 5 */
	USE_DEAD = 0x10,   /* a variable that argus reads and never uses */
	USE_RESET = 0x20,  /* -X sets it back */
	USE_CAPPED = 0x40, /* a VALUE_U32 beyond max counts as max, with a warning */
};

struct key {
	const char *variable;
	const char *option;
	const char *initial;
	const char *argument;
	const char *bare;
	const char *help;
	uint64_t min, max;
	size_t offset; /* of the field in struct config */
	enum value_kind kind;
	unsigned use;
	char letter;
};

extern const struct key config_keys[KEY_COUNT];

/* The row of a variable of 'len' bytes, or NULL. */
const struct key *key_find(const char *variable, size_t len);

static inline enum config_key
key_id(const struct key *k)
{
	return (enum config_key)(k - config_keys);
}

static inline void *
key_field(struct config *c, const struct key *k)
{
	return (char *)c + k->offset;
}

static inline const void *
key_field_const(const struct config *c, const struct key *k)
{
	return (const char *)c + k->offset;
}

/* Whether the command line has it. */
bool key_is_option(const struct key *);

/* The letter of its option, or 0. */
char key_letter(const struct key *);

/* Whether a heading has an option (else: a variable) below it. */
bool key_heads(const struct key *heading, bool options);

/*
 * How an operator names the setting: "option -S" or "option --workers", else
 * the variable. Written to 'out', which is returned.
 */
const char *key_name(const struct key *, char *out, size_t size);

/* What is right for it: "a number of seconds (0.000001 to 31536000, or 0)". */
const char *key_expects(const struct key *, char *out, size_t size);

#endif
