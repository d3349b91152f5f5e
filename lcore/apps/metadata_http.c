/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first HTTP/1 request and response of a connection (RFC 9112): the first line
 * and, of a request, two header fields. Each line counts when its end is there.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lcore/apps/metadata_internal.h"

#define METHOD_MAX 20 /* letters */

/* The next line without its end; false: there is no whole one. */
static bool
next_line(struct bytes *b, const char **line, size_t *len)
{
	const uint8_t *end = b->left != 0 ? memchr(b->at, '\n', b->left) : NULL;

	if (end == NULL)
		return false;
	*line = (const char *)b->at;
	*len = (size_t)(end - b->at);
	(void)bytes_take(b, *len + 1);
	if (*len != 0 && (*line)[*len - 1] == '\r')
		--*len;
	return true;
}

/* The value of a header field, without the blanks around it. */
static void
add_field(const struct reading *r, const char *line, size_t len, const char *name, uint16_t item,
          const char *key)
{
	const size_t n = strlen(name);

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return;
	line += n + 1;
	len -= n + 1;
	while (len != 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len != 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	reading_add(r, item, key, line, len);
}

/* "HTTP/1.1 200 OK" */
static bool
status_line(const struct reading *r, const char *line, size_t len)
{
	const bool whole = len >= 12 && memcmp(line, "HTTP/1.", 7) == 0 &&
	                   isdigit((unsigned char)line[9]) && isdigit((unsigned char)line[10]) &&
	                   isdigit((unsigned char)line[11]);

	if (whole)
		reading_add_number(r, METADATA_STATUS, "status",
		                   (unsigned)(line[9] - '0') * 100 +
		                           (unsigned)(line[10] - '0') * 10 +
		                           (unsigned)(line[11] - '0'));
	return whole;
}

static bool
request_line(const struct reading *r, const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && n <= METHOD_MAX && isupper((unsigned char)line[n]))
		n++;
	if (n == 0 || n > METHOD_MAX || n == len || line[n] != ' ')
		return false;
	reading_add(r, METADATA_METHOD, "method", line, n);
	return true;
}

/* Adds the first field of the name; returns whether the head's end is there. */
static bool
find_field(const struct reading *r, struct bytes b, const char *name, uint16_t item,
           const char *key)
{
	const char *line;
	size_t len;

	while (next_line(&b, &line, &len)) {
		if (len == 0)
			return true;
		add_field(r, line, len, name, item, key);
	}
	return false;
}

/* A first line whose end isn't there: whether it may become one of HTTP. */
static bool
may_begin(struct bytes b)
{
	size_t n = 0;

	while (n < b.left && n <= METHOD_MAX && isupper(b.at[n]))
		n++;
	return n != 0 && n <= METHOD_MAX && (n == b.left || b.at[n] == ' ' || b.at[n] == '/');
}

/* Host first: it is what most ask for, and a label has an end. */
enum parsed
metadata_http(const struct reading *r, struct bytes b)
{
	const struct bytes first = b;
	const char *line;
	size_t len;
	bool whole;

	if (!next_line(&b, &line, &len))
		return may_begin(first) ? PARSED_MORE : PARSED_DONE;
	if (status_line(r, line, len) || !request_line(r, line, len))
		return PARSED_DONE;
	whole = find_field(r, b, "host", METADATA_HOST, "host");
	(void)find_field(r, b, "user-agent", METADATA_AGENT, "agent");
	if (whole || (!reading_wants(r, METADATA_HOST) && !reading_wants(r, METADATA_AGENT)))
		return PARSED_DONE;
	return PARSED_MORE;
}
