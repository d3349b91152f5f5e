/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names, help texts and sums of the ledger's counters. No state.
 */
#include "ring/counters.h"

#include <stddef.h>

static const struct {
	const char *name, *help;
} texts[COUNTER_COUNT] = {
#define COUNTER(name, help) { #name, help },
	COUNTERS(COUNTER)
#undef COUNTER
};

const char *
counter_name(enum counter i)
{
	return (unsigned)i < COUNTER_COUNT ? texts[i].name : NULL;
}

const char *
counter_help(enum counter i)
{
	return (unsigned)i < COUNTER_COUNT ? texts[i].help : NULL;
}

void
counters_sum(uint64_t *sum, const struct counters *c)
{
	for (unsigned i = 0; i < COUNTER_COUNT; i++)
		sum[i] += counter_get(c, (enum counter)i);
}
