/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text to numbers, strictly: the whole text is the number, nothing is cut off or
 * wrapped. No locale, no allocation. All return 0, -EINVAL when the text is
 * something else, or -ERANGE when the number does not fit; *out is set only on 0.
 */
#ifndef PANOPTES_CONFIG_VALUE_H
#define PANOPTES_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* yes or no, in any case of letters. */
int value_bool(const char *text, bool *out);

/* Decimal digits; behind them K, M or G: times 10^3, 10^6, 10^9. */
int value_count(const char *text, uint64_t *out);

/* Seconds, with up to nine digits after the point, in nanoseconds. */
int value_interval(const char *text, uint64_t *ns);

/* "5m": a number and s, m, h or d, in seconds; it divides a day or is whole days, of a year at
 * most. "0" is none. */
int value_period(const char *text, uint32_t *seconds);

/* Digits with or without a point, at most 15 of them. */
int value_decimal(const char *text, double *out);

/* "n": 0 and n; "a-b": a and b. */
int value_range(const char *text, uint64_t *from, uint64_t *to);

/* The text as it can be shown in a message: short, printable. Returns 'out'. */
const char *value_shown(const char *text, char *out, size_t size);
#define VALUE_SHOWN_SIZE 64

#endif
