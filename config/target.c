/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PREFIX://host[:port], the host in brackets where it has colons of its own.
 */
#include "config/target.h"

#include <errno.h>
#include <stddef.h>

static const struct {
	const char *prefix;
	enum target_kind kind;
} prefixes[] = {
	{ "argus-udp://", TARGET_UDP },
	{ "udp://", TARGET_UDP },
	{ "argus-tcp://", TARGET_TCP },
};

static bool
port_is_sound(const char *port)
{
	const size_t n = strlen(port);
	unsigned number = 0;

	if (n == 0 || n >= TARGET_PORT_SIZE || strspn(port, "0123456789") != n)
		return false;
	for (size_t i = 0; i < n; i++)
		number = number * 10 + (unsigned)(port[i] - '0');
	return number >= 1 && number <= 65535;
}

/* How much of the text is the host, and where a port stands, or NULL. */
static bool
part(const char *text, const char **host, size_t *len, const char **port)
{
	const char *end;

	*host = text;
	if (*text == '[') {
		end = strchr(++*host, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		*port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = text + strcspn(text, ":");
		*port = *end == ':' ? end + 1 : NULL;
	}
	*len = (size_t)(end - *host);
	return *len != 0 && *len < TARGET_HOST_SIZE && memchr(*host, '/', *len) == NULL;
}

static int
parse_address(const char *text, struct target *t, const char **expected)
{
	const char *host, *port;
	size_t len;

	*expected = "a host behind ://, one with colons in [brackets], then :port or nothing";
	if (!part(text, &host, &len, &port))
		return -EINVAL;
	memcpy(t->host, host, len);
	t->host[len] = '\0';
	*expected = "a port from 1 to 65535";
	if (port == NULL)
		port = TARGET_PORT_DEFAULT;
	if (!port_is_sound(port))
		return -EINVAL;
	memcpy(t->port, port, strlen(port) + 1);
	return 0;
}

int
target_parse(const char *text, struct target *t, const char **expected)
{
	t->kind = TARGET_FILE;
	t->host[0] = t->port[0] = '\0';
	if (strstr(text, "://") == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const size_t n = strlen(prefixes[i].prefix);

		if (strncmp(text, prefixes[i].prefix, n) != 0)
			continue;
		t->kind = prefixes[i].kind;
		return parse_address(text + n, t, expected);
	}
	*expected = "a file, -, " TARGET_URLS;
	return -EINVAL;
}
