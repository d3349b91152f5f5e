/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --apps and PANOPTES_APPS: whether flows are labelled with their application, and
 * with what else.
 */
#include <string.h>
#include <strings.h>

#include "config/metadata_item.h"
#include "config/setting.h"
#include "config/value.h"

#define SEPARATORS ", \t"

static const struct {
	const char *name;
	uint16_t item;
} items[] = {
	{ "sni", METADATA_SNI },     { "alpn", METADATA_ALPN },     { "tlsv", METADATA_TLSV },
	{ "ja4", METADATA_JA4 },     { "qname", METADATA_QNAME },   { "rcode", METADATA_RCODE },
	{ "host", METADATA_HOST },   { "method", METADATA_METHOD }, { "status", METADATA_STATUS },
	{ "agent", METADATA_AGENT }, { "ssh", METADATA_SSH },       { "sshd", METADATA_SSHD },
	{ "all", METADATA_ALL },
};

uint16_t
metadata_item(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		if (strlen(items[i].name) == len && strncasecmp(items[i].name, name, len) == 0)
			return items[i].item;
	return 0;
}

/* One word: yes, no, or an item behind a plus. */
static int
apply_word(const struct setting *s, const char *word, size_t len, bool *on, uint32_t *chosen)
{
	char copy[16], shown[VALUE_SHOWN_SIZE];
	uint16_t item;

	snprintf(copy, sizeof(copy), "%.*s", (int)len, word);
	if (len < sizeof(copy) && value_bool(copy, on) == 0)
		return 0;
	item = word[0] == '+' ? metadata_item(word + 1, len - 1) : 0;
	if (item == 0)
		return setting_refuse(s,
		                      "\"%s\" is not yes, no, or items with commas between, each "
		                      "with a plus: " METADATA_NAMES ", all",
		                      value_shown(s->text, shown, sizeof(shown)));
	*on = true;
	*chosen |= item;
	return 0;
}

int
setting_apps(const struct setting *s)
{
	const char *word = s->text;
	bool on = false;
	uint32_t chosen = 0;

	for (word += strspn(word, SEPARATORS); *word != '\0'; word += strspn(word, SEPARATORS)) {
		const size_t len = strcspn(word, SEPARATORS);
		const int rc = apply_word(s, word, len, &on, &chosen);

		if (rc < 0)
			return rc;
		word += len;
	}
	s->config->apps = on;
	s->config->apps_items = on ? chosen : 0;
	return 0;
}
