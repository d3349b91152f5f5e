/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strtol and its like skip blanks, take signs, stop at what they don't know and
 * follow the locale: none of that is wanted here, so digits are read by hand.
 */
#include "config/value.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define NS_DIGITS 9
#define DAY_S 86400u
#define PERIOD_MAX_S (366 * DAY_S)
#define DECIMAL_DIGITS 15 /* any such number is exact in a double */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
value_bool(const char *text, bool *out)
{
	if (strcasecmp(text, "yes") == 0)
		*out = true;
	else if (strcasecmp(text, "no") == 0)
		*out = false;
	else
		return -EINVAL;
	return 0;
}

/* The digits at *text, which moves behind them; at least one. */
static int
digits(const char **text, uint64_t *out)
{
	const char *t = *text;
	uint64_t n = 0;
	int rc = 0;

	if (!is_digit(*t))
		return -EINVAL;
	for (; is_digit(*t); t++) {
		const uint64_t d = (uint64_t)(*t - '0');

		if (n > (UINT64_MAX - d) / 10)
			rc = -ERANGE;
		else
			n = n * 10 + d;
	}
	*text = t;
	*out = n;
	return rc;
}

int
value_count(const char *text, uint64_t *out)
{
	static const char suffixes[] = "KMG";
	const char *suffix;
	uint64_t n = 0;
	int rc = digits(&text, &n);

	if (rc == -EINVAL)
		return rc;
	suffix = *text != '\0' ? strchr(suffixes, *text) : NULL;
	if (suffix != NULL) {
		for (const char *s = suffixes; s <= suffix; s++) {
			if (n > UINT64_MAX / 1000)
				rc = -ERANGE;
			else
				n *= 1000;
		}
		text++;
	}
	if (*text != '\0')
		return -EINVAL;
	if (rc == 0)
		*out = n;
	return rc;
}

int
value_interval(const char *text, uint64_t *ns)
{
	const uint64_t second = UINT64_C(1000000000);
	uint64_t whole = 0, part = 0;
	int rc = 0;
	unsigned n = 0;

	if (*text != '.')
		rc = digits(&text, &whole);
	else if (!is_digit(text[1]))
		return -EINVAL;
	if (rc == -EINVAL)
		return rc;
	if (*text == '.') {
		for (text++; is_digit(*text); text++, n++) {
			if (n >= NS_DIGITS)
				rc = -ERANGE;
			else
				part = part * 10 + (uint64_t)(*text - '0');
		}
	}
	if (*text != '\0')
		return -EINVAL;
	for (; n < NS_DIGITS; n++)
		part *= 10;
	if (rc == 0 && whole > (UINT64_MAX - part) / second)
		rc = -ERANGE;
	if (rc == 0)
		*ns = whole * second + part;
	return rc;
}

int
value_period(const char *text, uint32_t *seconds)
{
	static const char units[] = "smhd";
	static const uint32_t unit_s[] = { 1, 60, 3600, DAY_S };
	const char *unit;
	uint64_t n = 0;

	if (strcmp(text, "0") == 0) {
		*seconds = 0;
		return 0;
	}
	if (digits(&text, &n) < 0 || *text == '\0' || text[1] != '\0')
		return -EINVAL;
	unit = strchr(units, *text);
	if (unit == NULL || n == 0 || n > PERIOD_MAX_S)
		return -EINVAL;
	n *= unit_s[unit - units];
	if (n > PERIOD_MAX_S || (n < DAY_S ? DAY_S % n : n % DAY_S) != 0)
		return -EINVAL;
	*seconds = (uint32_t)n;
	return 0;
}

int
value_decimal(const char *text, double *out)
{
	double number = 0, unit = 1;
	unsigned n = 0, points = 0;

	for (; is_digit(*text) || (*text == '.' && points == 0); text++) {
		if (*text == '.') {
			points++;
			continue;
		}
		if (++n > DECIMAL_DIGITS)
			return -ERANGE;
		number = number * 10 + (*text - '0');
		if (points != 0)
			unit *= 10;
	}
	if (n == 0 || *text != '\0')
		return -EINVAL;
	*out = number / unit;
	return 0;
}

int
value_range(const char *text, uint64_t *from, uint64_t *to)
{
	uint64_t a = 0, b = 0;
	int rc = digits(&text, &b), second = 0;

	if (*text == '-') {
		a = b;
		text++;
		second = digits(&text, &b);
	}
	if (rc == -EINVAL || second == -EINVAL || *text != '\0')
		return -EINVAL;
	if (rc < 0 || second < 0)
		return -ERANGE;
	*from = a;
	*to = b;
	return 0;
}

const char *
value_shown(const char *text, char *out, size_t size)
{
	static const char more[] = "...";
	size_t n = 0;

	for (; text[n] != '\0' && n + 1 < size; n++)
		out[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	out[n] = '\0';
	if (text[n] != '\0' && size > sizeof(more))
		memcpy(out + size - sizeof(more), more, sizeof(more));
	return out;
}
