/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Expressions are cut up in a copy; the list owns its names.
 */
#include "config/interface.h"

#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/target.h"
#include "config/value.h"

#define COLLECT_URL "udp://"

/* One expression, while it is read. */
struct reader {
	struct interface_list *list;
	const char *whole; /* for messages */
	bool together;     /* dup:, bond:, brackets: one group */
	size_t first;      /* of its interfaces in the list */
	char *error;
	size_t error_size;
};

static int
refuse(const struct reader *r, const char *what)
{
	char shown[VALUE_SHOWN_SIZE];

	snprintf(r->error, r->error_size, "interface \"%s\": %s",
	         value_shown(r->whole, shown, sizeof(shown)), what);
	return -EINVAL;
}

/* [domain:]bus:device.function, hexadecimal. */
static bool
is_pci(const char *name)
{
	static const char *const forms[] = { "hhhh:hh:hh.h", "hh:hh.h" };

	for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
		const char *form = forms[f];
		size_t i = 0;

		while (form[i] != '\0' && (form[i] == 'h' ? isxdigit((unsigned char)name[i]) != 0
		                                          : name[i] == form[i]))
			i++;
		if (form[i] == '\0' && name[i] == '\0')
			return true;
	}
	return false;
}

static bool
is_vdev(const char *name)
{
	return strncmp(name, "net_", 4) == 0 || strncmp(name, "eth_", 4) == 0;
}

bool
interface_collect_target(const char *name, struct target *out)
{
	const char *end = name + strlen(COLLECT_URL);
	const char *bracket = strrchr(name, ']'), *colon = strrchr(name, ':');
	char whole[TARGET_HOST_SIZE + 32];
	const char *expected;

	if (strncmp(name, COLLECT_URL, strlen(COLLECT_URL)) != 0 || colon < end ||
	    (bracket != NULL && bracket > colon))
		return false;
	/* any address: parsed with one in its place */
	snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(colon - name), name,
	         colon == end ? "any" : "", colon);
	if (strlen(name) > TARGET_HOST_SIZE || target_parse(whole, out, &expected) != 0)
		return false;
	if (colon == end)
		out->host[0] = '\0';
	return true;
}

/* Expressions that have no parts: commas and slashes are the name's. */
static bool
is_whole(const char *text)
{
	return is_vdev(text) || strncmp(text, COLLECT_URL, strlen(COLLECT_URL)) == 0;
}

static bool
has_name(const struct interface_list *l, size_t from, const char *name)
{
	for (size_t i = from; i < l->n; i++)
		if (strcmp(l->v[i].name, name) == 0)
			return true;
	return false;
}

static int
add(struct reader *r, const char *name)
{
	struct interface_list *l = r->list;
	struct interface in = { .group = l->groups };
	struct target target;

	if (name[0] == '\0')
		return refuse(r, "a name is missing");
	if (is_pci(name))
		in.kind = INTERFACE_PCI;
	else if (is_vdev(name))
		in.kind = INTERFACE_VDEV;
	else if (interface_collect_target(name, &target))
		in.kind = INTERFACE_COLLECT;
	else if (strlen(name) >= IFNAMSIZ || strpbrk(name, " \t:[]\"") != NULL)
		return refuse(r, "that is neither an interface's name, nor a PCI address as in "
		                 "0000:3b:00.0, a DPDK device as in net_memif0,role=client, or "
		                 "udp://address:port for flow exports");
	if (has_name(l, 0, name))
		return refuse(r, "it is named twice");
	if (l->n == INTERFACES_MAX)
		return refuse(r, "these are too many interfaces (at most 32)");
	in.name = strdup(name);
	if (in.name == NULL)
		return -ENOMEM;
	l->v[l->n++] = in;
	if (!r->together)
		l->groups++;
	return 0;
}

static int
set_source_id(struct reader *r, size_t first, const char *text)
{
	struct source_id id;

	if (source_id_read(text, &id) < 0)
		return refuse(r, "what is behind the slash is not a source id: an IPv4 address, a "
		                 "number, or text of up to four characters in double quotes");
	for (size_t i = first; i < r->list->n; i++) {
		r->list->v[i].has_source_id = true;
		r->list->v[i].source_id = id;
	}
	return 0;
}

/* Interfaces that are up, each once, the loopback left out; up to 'most' of them. An alias (eth0:1)
 * is the interface that has it. */
static int
add_up(struct reader *r, size_t most)
{
	struct ifaddrs *found = NULL;
	const size_t before = r->list->n;
	int rc = 0;

	if (getifaddrs(&found) < 0)
		return refuse(r, strerror(errno));
	for (const struct ifaddrs *i = found; i != NULL && rc == 0 && r->list->n - before < most;
	     i = i->ifa_next) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(i->ifa_name, ":"), i->ifa_name);
		if (!has_name(r->list, before, name) && (i->ifa_flags & IFF_UP) &&
		    !(i->ifa_flags & IFF_LOOPBACK))
			rc = add(r, name);
	}
	freeifaddrs(found);
	if (rc == 0 && r->list->n == before)
		return refuse(r, "no interface is up");
	return rc;
}

/* name[/id] */
static int
read_element(struct reader *r, char *text)
{
	const size_t first = r->list->n;
	char *slash = is_whole(text) ? NULL : strchr(text, '/');
	int rc;

	if (slash != NULL)
		*slash = '\0';
	rc = strcmp(text, "all") == 0 ? add_up(r, INTERFACES_MAX + 1) : add(r, text);
	if (rc == 0 && slash != NULL)
		rc = set_source_id(r, first, slash + 1);
	return rc;
}

static int
read_elements(struct reader *r, char *text)
{
	char *save = NULL;
	int rc = 0;

	if (is_whole(text))
		return read_element(r, text);
	for (char *e = strtok_r(text, ", \t", &save); e != NULL && rc == 0;
	     e = strtok_r(NULL, ", \t", &save))
		rc = read_element(r, e);
	return rc;
}

/* A group's records carry one id: the last that was given to any of its members. */
static void
share_source_id(struct reader *r)
{
	const struct interface *given = NULL;

	for (size_t i = r->first; i < r->list->n; i++)
		if (r->list->v[i].has_source_id)
			given = &r->list->v[i];
	for (size_t i = r->first; i < r->list->n && given != NULL; i++) {
		r->list->v[i].has_source_id = true;
		r->list->v[i].source_id = given->source_id;
	}
}

/* What stands before the names: ind:, dup:, bond:, or nothing. */
static char *
read_method(struct reader *r, char *text)
{
	static const struct {
		const char *prefix;
		bool together;
	} methods[] = { { "ind:", false }, { "dup:", true }, { "bond:", true } };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		const size_t n = strlen(methods[i].prefix);

		if (strncmp(text, methods[i].prefix, n) == 0) {
			r->together = methods[i].together;
			return text + n;
		}
	}
	return text;
}

static int
read_expression(struct reader *r, char *text)
{
	char *end;
	int rc;

	r->first = r->list->n;
	text = read_method(r, text);
	if (text[0] == '[') {
		end = strrchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != '/'))
			return refuse(r, "a bracket is open");
		r->together |=
		        memchr(text, ',', (size_t)(end - text)) != NULL && !is_whole(text + 1);
		*end = '\0';
		rc = read_elements(r, text + 1);
		if (rc == 0 && end[1] == '/')
			rc = set_source_id(r, r->first, end + 2);
	} else {
		rc = read_elements(r, text);
	}
	if (rc == 0 && r->list->n == r->first)
		rc = refuse(r, "no interface is named");
	if (rc == 0 && r->together) {
		share_source_id(r);
		r->list->groups++;
	}
	return rc;
}

int
interface_list_read(struct interface_list *l, const struct string_list *expressions, char *error,
                    size_t error_size)
{
	int rc = 0;

	*l = (struct interface_list){ .v = calloc(INTERFACES_MAX, sizeof(struct interface)) };
	if (l->v == NULL)
		rc = -ENOMEM;
	for (size_t i = 0; i < expressions->n && rc == 0; i++) {
		struct reader r = { .list = l,
			            .whole = expressions->v[i],
			            .error = error,
			            .error_size = error_size };
		char *copy = strdup(expressions->v[i]);

		rc = copy != NULL ? read_expression(&r, copy) : -ENOMEM;
		free(copy);
	}
	if (rc == -ENOMEM)
		snprintf(error, error_size, "no memory for the list of interfaces");
	return rc;
}

int
interface_list_first_up(struct interface_list *l, char *error, size_t error_size)
{
	struct reader r = { .list = l, .whole = "any", .error = error, .error_size = error_size };

	int rc = add_up(&r, 1);

	if (rc == -ENOMEM)
		snprintf(error, error_size, "no memory for the list of interfaces");
	return rc;
}

void
interface_list_clear(struct interface_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
	*l = (struct interface_list){ 0 };
}
