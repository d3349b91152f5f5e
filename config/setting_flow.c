/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Kinds whose text is made of words: flow type and key, tunnels, keystrokes.
 */
#include "config/setting.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "config/value.h"

#define WORD_SIZE 64

int
setting_flow_type(const struct setting *s)
{
	char shown[VALUE_SHOWN_SIZE];

	/* argus looks at the first letters */
	if (strncasecmp(s->text, "uni", 3) == 0)
		s->config->unidirectional = true;
	else if (strncasecmp(s->text, "bi", 2) == 0)
		s->config->unidirectional = false;
	else
		return setting_refuse(s, "\"%s\" is not Bidirectional or Unidirectional",
		                      value_shown(s->text, shown, sizeof(shown)));
	return 0;
}

/*
 * The next of the words in *text, which moves on; false: there is none. Without memory
 * of its own, so that defaults can't fail. A word too long for any name is cut, and 'cut' says so.
 */
static bool
next_word(const char **text, const char *between, char word[WORD_SIZE], bool *cut)
{
	const char *begin = *text + strspn(*text, between);
	const size_t n = strcspn(begin, between);

	*cut = n >= WORD_SIZE;
	snprintf(word, WORD_SIZE, "%.*s", (int)(*cut ? WORD_SIZE - 1 : n), begin);
	*text = begin + n;
	return n != 0;
}

/* The bit of a word of ARGUS_FLOW_KEY, or 0. */
static uint32_t
flow_key_bit(const char *word)
{
	static const struct {
		const char *word;
		uint32_t bit;
	} words[] = {
		{ "CLASSIC_5_TUPLE", FLOW_KEY_5TUPLE },
		{ "LAYER_2", FLOW_KEY_L2 },
		{ "LAYER_2_MATRIX", FLOW_KEY_L2_MATRIX },
		{ "LAYER_3_MATRIX", FLOW_KEY_L3_MATRIX },
		{ "VLAN", FLOW_KEY_VLAN },
		{ "MPLS",
		  FLOW_KEY_LOCAL_MPLS }, /* documented so; the label on top is the local one */
		{ "LOCAL_MPLS", FLOW_KEY_LOCAL_MPLS },
		{ "COMPLETE_MPLS", FLOW_KEY_COMPLETE_MPLS },
		{ "VNI", FLOW_KEY_VNI },
		{ "TUNNEL_ID", FLOW_KEY_TUNNEL_ID },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(words[i].word, word) == 0)
			return words[i].bit;
	}
	return 0;
}

int
setting_flow_key(const struct setting *s)
{
	const char *text = s->text;
	char word[WORD_SIZE], shown[VALUE_SHOWN_SIZE];
	const uint32_t labels = FLOW_KEY_LOCAL_MPLS | FLOW_KEY_COMPLETE_MPLS;
	const uint32_t tunnels = FLOW_KEY_VNI | FLOW_KEY_TUNNEL_ID;
	uint32_t key = 0;
	bool cut;

	while (next_word(&text, " +\t", word, &cut)) {
		const uint32_t bit = cut ? 0 : flow_key_bit(word);

		if (bit == 0)
			return setting_refuse(s,
			                      "\"%s\" is not one of CLASSIC_5_TUPLE, LAYER_2, "
			                      "LAYER_2_MATRIX, LAYER_3_MATRIX, VLAN, MPLS, "
			                      "LOCAL_MPLS, COMPLETE_MPLS, VNI, TUNNEL_ID",
			                      value_shown(word, shown, sizeof(shown)));
		key |= bit;
	}
	if ((key & labels) != 0 && (key & tunnels) != 0)
		return setting_refuse(s, "a key has room for MPLS labels or for a tunnel's number "
		                         "(VNI, TUNNEL_ID), not for both");
	if (key != 0)
		s->config->flow_key = key;
	return 0;
}

int
setting_tunnel(const struct setting *s)
{
	static const char *const choices[] = {
		[TUNNEL_ARGUS] = "argus",
		[TUNNEL_OUTER] = "outer",
		[TUNNEL_INNER] = "inner",
		[TUNNEL_BOTH] = "both",
	};
	char shown[VALUE_SHOWN_SIZE];

	for (unsigned i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (strcasecmp(s->text, choices[i]) != 0)
			continue;
		s->config->tunnel = (enum tunnel_choice)i;
		return 0;
	}
	return setting_refuse(s, "\"%s\" is not argus, outer, inner or both",
	                      value_shown(s->text, shown, sizeof(shown)));
}

int
setting_keystroke(const struct setting *s)
{
	struct config *c = s->config;
	char shown[VALUE_SHOWN_SIZE];
	bool yes = true;

	if (strcasecmp(s->text, "tcp") != 0 && strcasecmp(s->text, "ssh") != 0 &&
	    value_bool(s->text, &yes) < 0)
		return setting_refuse(s, "\"%s\" is not yes, no, tcp or ssh",
		                      value_shown(s->text, shown, sizeof(shown)));
	c->keystroke = yes;
	c->keystroke_ssh = strcasecmp(s->text, "ssh") == 0;
	return 0;
}

/* One NAME=number of ARGUS_KEYSTROKE_CONF: 0, -ENOENT, or what value_count() says. */
static int
keystroke_assign(struct config *c, const char *name, const char *number)
{
	const struct {
		const char *name;
		uint32_t *count;
		double *ratio;
	} names[] = {
		{ "DC_MIN", &c->keystroke_conf.dc_min, NULL },
		{ "DC_MAX", &c->keystroke_conf.dc_max, NULL },
		{ "GS_MAX", &c->keystroke_conf.gs_max, NULL },
		{ "DS_MIN", &c->keystroke_conf.ds_min, NULL },
		{ "DS_MAX", &c->keystroke_conf.ds_max, NULL },
		{ "IC_MIN", &c->keystroke_conf.ic_min_us, NULL },
		{ "LCS_MAX", &c->keystroke_conf.lcs_max_us, NULL },
		{ "GPC_MAX", &c->keystroke_conf.gpc_max, NULL },
		{ "ICR_MIN", NULL, &c->keystroke_conf.icr_min },
		{ "ICR_MAX", NULL, &c->keystroke_conf.icr_max },
	};
	uint64_t n;
	int rc;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(names[i].name, name) != 0)
			continue;
		if (names[i].ratio != NULL)
			return value_decimal(number, names[i].ratio);
		rc = value_count(number, &n);
		if (rc == 0 && n > UINT32_MAX)
			rc = -ERANGE;
		if (rc == 0)
			*names[i].count = (uint32_t)n;
		return rc;
	}
	return -ENOENT;
}

int
setting_keystroke_conf(const struct setting *s)
{
	const char *text = s->text;
	char word[WORD_SIZE], shown[VALUE_SHOWN_SIZE];
	bool cut;

	while (next_word(&text, "; \t", word, &cut)) {
		char *number = strchr(word, '=');
		int rc = -EINVAL;

		(void)value_shown(word, shown, sizeof(shown));
		if (number != NULL)
			*number++ = '\0';
		if (number != NULL && !cut)
			rc = keystroke_assign(s->config, word, number);
		if (rc == -ENOENT)
			return setting_refuse(s,
			                      "\"%s\": names are DC_MIN, DC_MAX, GS_MAX, DS_MIN, "
			                      "DS_MAX, IC_MIN, LCS_MAX, GPC_MAX, ICR_MIN, ICR_MAX",
			                      shown);
		if (rc < 0)
			return setting_refuse(s, "\"%s\" is not NAME=number", shown);
	}
	return 0;
}
