/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which records an output gets: an expression in the language of ra(1), compiled
 * once, asked for each record before it is encoded. An operator writes it behind
 * an output, a client sends it.
 *
 * A filter owns its memory and is read-only once compiled: any core may ask it.
 * It is compiled on a core that may wait, since names of hosts are looked up.
 */
#ifndef PANOPTES_EXPORT_FILTER_RECORD_FILTER_H
#define PANOPTES_EXPORT_FILTER_RECORD_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct far_input;
struct record_filter;

#define RECORD_FILTER_TEXT_MAX 16384 /* bytes of an expression */

/* NULL on failure; 'error' then holds one line: "at 9: ...", counted from 1 in 'text'. An empty
 * text selects everything. */
struct record_filter *record_filter_compile(const char *text, char *error, size_t error_size);
void record_filter_free(struct record_filter *);

/* Whether it selects the flow record, as ra would select the FAR that is written from it. */
bool record_filter_match(const struct record_filter *, const struct far_input *);

#endif
