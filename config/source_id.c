/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Source ids. argus keeps four bytes, so a number beyond 32 bits is refused
 * (argus wraps it), and text beyond four characters is cut, as argus does, with a
 * warning: records of before and after must carry the same id. IPv6 addresses and
 * UUIDs have sixteen bytes in format 5; whether that is the format is known, and
 * checked, once all is loaded.
 */
#include "config/setting.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/value.h"

#define HOST_NAME_SIZE 256
#define TEXT_SIZE 4

static int
source_id_text(const struct setting *s, const char *text, size_t len)
{
	struct source_id id = { .kind = SOURCE_ID_STRING };
	const size_t kept = len < TEXT_SIZE ? len : TEXT_SIZE;
	char head[TEXT_SIZE + 1] = "", shown[VALUE_SHOWN_SIZE];

	memcpy(id.bytes, text, kept);
	memcpy(head, text, kept);
	s->config->source_id = id;
	if (kept < len && setting_warn(s, "an id of text has four characters: \"%s\" is kept",
	                               value_shown(head, shown, sizeof(shown))) < 0)
		return setting_no_memory(s);
	return 0;
}

static void
source_id_ipv4(struct source_id *id, const struct in_addr *address)
{
	*id = (struct source_id){ .kind = SOURCE_ID_IPV4 };
	memcpy(id->bytes, address, sizeof(*address));
}

/* 0, or -ENOENT when the name has no IPv4 address. */
static int
source_id_resolve(struct source_id *id, const char *name)
{
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	int rc = -ENOENT;

	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return rc;
	if (found != NULL && found->ai_family == AF_INET) {
		struct sockaddr_in address;

		memcpy(&address, found->ai_addr, sizeof(address));
		source_id_ipv4(id, &address.sin_addr);
		rc = 0;
	}
	freeaddrinfo(found);
	return rc;
}

static bool
only_digits(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* A number, an address or a name: 0, -ENOENT, -ERANGE. */
static int
source_id_word(struct source_id *id, const char *word)
{
	struct in_addr address;
	uint64_t n;

	if (only_digits(word)) {
		if (value_count(word, &n) < 0 || n > UINT32_MAX)
			return -ERANGE;
		*id = (struct source_id){ .kind = SOURCE_ID_INTEGER };
		for (unsigned i = 0; i < 4; i++)
			id->bytes[i] = (uint8_t)(n >> (24 - 8 * i));
		return 0;
	}
	if (strchr("0123456789", word[0]) != NULL && inet_aton(word, &address) != 0) {
		source_id_ipv4(id, &address);
		return 0;
	}
	return source_id_resolve(id, word);
}

/* Two hexadecimal digits, or -1. */
static int
hex_byte(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	int value = 0;

	for (int i = 0; i < 2; i++) {
		const char c = text[i];
		const char *d = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;

		if (d == NULL)
			return -1;
		value = value * 16 + (int)(d - digits);
	}
	return value;
}

/* RFC 9562's text, 8-4-4-4-12 digits; argus 5 takes them without dashes as well. */
static bool
uuid_read(const char *text, bool bare_digits, uint8_t uuid[16])
{
	const bool dashes = strchr(text, '-') != NULL;

	if (!dashes && !bare_digits)
		return false;
	for (unsigned i = 0; i < 16; i++) {
		int byte;

		if (dashes && (i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return false;
		byte = hex_byte(text);
		if (byte < 0)
			return false;
		uuid[i] = (uint8_t)byte;
		text += 2;
	}
	return *text == '\0';
}

/* The text behind a prefix, which argus 5 ends in a slash, or NULL. */
static const char *
behind(const char *text, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (strncasecmp(text, prefix, len) != 0)
		return NULL;
	return text + len + (text[len] == '/');
}

/* An IPv6 address or a UUID, with or without its prefix: 1; 0: neither; -EINVAL: only the prefix
 * is right. */
static int
source_id_long(struct source_id *out, const char *text)
{
	struct source_id id = { .kind = SOURCE_ID_UUID };
	const char *rest = behind(text, "uuid:");
	bool read;

	if (rest != NULL) {
		read = uuid_read(rest, true, id.bytes);
	} else if (uuid_read(text, false, id.bytes)) {
		read = true;
	} else {
		rest = behind(text, "ipv6:");
		id = (struct source_id){ .kind = SOURCE_ID_IPV6 };
		read = inet_pton(AF_INET6, rest != NULL ? rest : text, id.bytes) == 1;
	}
	if (read)
		*out = id;
	return read ? 1 : rest != NULL ? -EINVAL : 0;
}

int
source_id_read(const char *text, struct source_id *out)
{
	const size_t len = strlen(text);
	size_t kept;
	int rc;

	if (text[0] != '"') {
		rc = source_id_long(out, text);
		if (rc != 0)
			return rc > 0 ? 0 : rc;
		return text[0] != '\0' && text[0] != '-' ? source_id_word(out, text) : -EINVAL;
	}
	kept = len - 1 - (len > 1 && text[len - 1] == '"');
	if (kept == 0 || kept > TEXT_SIZE)
		return -EINVAL;
	*out = (struct source_id){ .kind = SOURCE_ID_STRING };
	memcpy(out->bytes, text + 1, kept);
	return 0;
}

/* `hostname`: without running any program. */
static int
source_id_host_name(const struct setting *s)
{
	static const char local[] = ".local";
	char name[HOST_NAME_SIZE];
	size_t len;

	if (gethostname(name, sizeof(name) - 1) < 0)
		return setting_refuse(s, "this host has no name: %s", strerror(errno));
	name[sizeof(name) - 1] = '\0';
	len = strlen(name);
	if (len > sizeof(local) - 1 && strcmp(name + len - (sizeof(local) - 1), local) == 0)
		name[len - (sizeof(local) - 1)] = '\0';
	if (name[0] == '\0')
		return setting_refuse(s, "this host has no name");
	if (source_id_word(&s->config->source_id, name) == 0)
		return 0;
	return source_id_text(s, name, strlen(name));
}

int
setting_source_id(const struct setting *s)
{
	const char *text = s->text;
	const size_t len = strlen(text);
	char shown[VALUE_SHOWN_SIZE];
	int rc;

	if (s->quoted)
		return source_id_text(s, text, len);
	/* the shell took its own quotes off: these are argus's; the one behind may be missing */
	if (text[0] == '"')
		return source_id_text(s, text + 1, len - 1 - (len > 1 && text[len - 1] == '"'));
	if (text[0] == '`') {
		if (s->source->file != NULL && strcmp(text, "`hostname`") == 0)
			return source_id_host_name(s);
		return setting_refuse(s, "%s: `hostname` in a file is the only command there is",
		                      value_shown(text, shown, sizeof(shown)));
	}
	rc = source_id_long(&s->config->source_id, text);
	if (rc == -EINVAL)
		return setting_refuse(s, "\"%s\": what is behind the colon is not %s",
		                      value_shown(text, shown, sizeof(shown)),
		                      tolower((unsigned char)text[0]) == 'u'
		                              ? "a UUID, 32 hexadecimal digits as 8-4-4-4-12"
		                              : "an IPv6 address");
	if (rc > 0)
		return 0;
	rc = text[0] != '\0' && text[0] != '-' ? source_id_word(&s->config->source_id, text)
	                                       : -ENOENT;
	if (rc == -ERANGE)
		return setting_refuse(s, "\"%s\" is not a number of 32 bits (0 to 4294967295)",
		                      value_shown(text, shown, sizeof(shown)));
	if (rc < 0)
		return setting_refuse(s,
		                      "\"%s\" is not an IPv4 address, a number, text in double "
		                      "quotes, a host name with an IPv4 address, or in format 5 an "
		                      "IPv6 address or a UUID",
		                      value_shown(text, shown, sizeof(shown)));
	return 0;
}
