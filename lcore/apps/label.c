/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcore/apps/label.h"

#include <stdio.h>
#include <string.h>

#define CUT "%.." /* ends a value that was cut */

static bool
is_plain(uint8_t c)
{
	return c > 0x20 && c < 0x7f && c != ';' && c != '=' && c != '"' && c != '%' && c != ',';
}

/* The value escaped, cut where it is too long; returns its size, at most LABEL_VALUE_MAX. */
static size_t
escape(const uint8_t *value, size_t len, char out[LABEL_VALUE_MAX + 4])
{
	const size_t room = LABEL_VALUE_MAX - (sizeof(CUT) - 1);
	size_t n = 0, whole = 0;

	for (size_t i = 0; i < len; i++) {
		const size_t size = is_plain(value[i]) ? 1 : 3;

		if (n <= room)
			whole = n; /* what fits in with the mark of a cut behind it */
		if (n + size > LABEL_VALUE_MAX) {
			memcpy(out + whole, CUT, sizeof(CUT) - 1);
			return whole + sizeof(CUT) - 1;
		}
		if (size == 1)
			out[n] = (char)value[i];
		else
			snprintf(out + n, 4, "%%%02X", value[i]);
		n += size;
	}
	return n;
}

bool
label_add(struct label *l, const char *key, const void *value, size_t len)
{
	const size_t key_size = strlen(key);
	char text[LABEL_VALUE_MAX + 4];
	const size_t size = escape(value, len, text);
	const size_t separator = l->len != 0;
	char *at = l->text + l->len;

	if (separator + key_size + 1 + size > (size_t)LABEL_MAX - l->len) {
		l->cut = true;
		return false;
	}
	if (separator)
		*at++ = ';';
	for (size_t i = 0; i < key_size; i++)
		*at++ = key[i];
	*at++ = '=';
	memcpy(at, text, size);
	l->len = (uint16_t)(l->len + separator + key_size + 1 + size);
	return true;
}

bool
label_add_number(struct label *l, const char *key, unsigned value)
{
	char text[16];
	const int n = snprintf(text, sizeof(text), "%u", value);

	return label_add(l, key, text, (size_t)n);
}
