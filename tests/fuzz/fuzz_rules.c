/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any text as a file of rules: it is refused in one line, or what it says holds.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/rules.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rule_set set = { 0 };
	char error[256] = "";

	if (rules_read_text(&set, "x", (const char *)data, size, error, sizeof(error)) < 0 &&
	    (error[0] == '\0' || strchr(error, '\n') != NULL))
		abort();
	for (unsigned i = 0; i < set.count; i++) {
		const struct rule *r = &set.rules[i];

		if (r->pattern_count == 0 || r->application[0] == '\0' || r->transports == 0 ||
		    r->confidence == 0 || r->confidence > 100)
			abort();
		for (unsigned k = 0; k < r->pattern_count; k++)
			if (r->patterns[k].expression == NULL ||
			    r->patterns[k].expression[0] == '\0')
				abort();
	}
	rules_free(&set);
	return 0;
}
