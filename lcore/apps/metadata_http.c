/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HTTP/1 requests and responses (RFC 9112): the first line and, of a request, two
 * header fields. What is beyond the payload is not waited for.
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

/* The fields that a request may be cut in are looked at as far as they go: a line counts when its
 * end is there. Items stand in the label by their order, not the packet's. */
static void
request_fields(const struct reading *r, struct bytes b)
{
	static const struct {
		const char *name, *key;
		uint16_t item;
	} fields[] = { { "host", "host", METADATA_HOST },
		       { "user-agent", "agent", METADATA_AGENT } };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct bytes rest = b;
		const char *line;
		size_t len;

		while (reading_wants(r, fields[i].item) && next_line(&rest, &line, &len) &&
		       len != 0)
			add_field(r, line, len, fields[i].name, fields[i].item, fields[i].key);
	}
}

/* Host first: it is what most ask for, and a label has an end. */
void
metadata_http(const struct reading *r)
{
	struct bytes b = bytes_of(r->payload->data, r->payload->len);
	const char *line;
	size_t len;

	if (!next_line(&b, &line, &len))
		return;
	if (status_line(r, line, len)) {
		reading_end(r);
		return;
	}
	if (request_line(r, line, len))
		request_fields(r, b);
	else if (r->flow->found & METADATA_METHOD)
		request_fields(r, bytes_of(r->payload->data, r->payload->len));
	if (!reading_wants(r, METADATA_HOST) && !reading_wants(r, METADATA_AGENT))
		reading_end(r);
}
