/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One table of prefixes. No state.
 */
#include "config/capture_name.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *text;
	enum capture_kind kind;
} prefixes[] = {
	{ "cisco:", CAPTURE_FLOWS },    { "netflow:", CAPTURE_FLOWS }, { "ipfix:", CAPTURE_FLOWS },
	{ "paloalto:", CAPTURE_FLOWS }, { "sflow:", CAPTURE_SFLOW },
};

const char *
capture_name_path(const char *name, enum capture_kind *kind)
{
	size_t n = 0;

	*kind = CAPTURE_PACKETS;
	while (isalpha((unsigned char)name[n]) || (n != 0 && isdigit((unsigned char)name[n])))
		n++;
	if (n == 0 || name[n] != ':' || access(name, F_OK) == 0)
		return name;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(name, prefixes[i].text, n + 1) == 0 &&
		    prefixes[i].text[n + 1] == '\0') {
			*kind = prefixes[i].kind;
			return name + n + 1;
		}
	}
	return NULL;
}
