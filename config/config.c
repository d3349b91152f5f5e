/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Defaults, warnings, the end: what walks the whole table.
 */
#include "config/config.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "config/setting.h"

#define WARNINGS_MAX 100
#define WARNING_SIZE 1024

void
config_init(struct config *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (config_keys[i].initial != NULL)
			setting_reset(c, &config_keys[i]);
	}
}

void
config_fini(struct config *c)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		setting_clear(c, &config_keys[i]);
	string_list_clear(&c->warnings);
}

int
config_warn(struct config *c, const char *format, ...)
{
	char line[WARNING_SIZE];
	va_list args;

	if (c->warnings.n == WARNINGS_MAX)
		return string_list_add(&c->warnings, "there are more warnings");
	if (c->warnings.n > WARNINGS_MAX)
		return 0;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return string_list_add(&c->warnings, line);
}

bool
config_tells_tunnels(const struct config *c)
{
	return c->format == RECORD_FORMAT_5 && c->tunnel != TUNNEL_OUTER;
}

bool
config_listens(const struct config *c)
{
	if (c->access_port == 0)
		return false;
	return !config_reads_captures(c) || c->follow || c->time_scale != 0 ||
	       c->origin[KEY_access_port] == ORIGIN_LINE;
}
