/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What belongs to a later version is parsed like everything else; using it is
 * refused here. A file's settings for live capture are no use: argus, too, goes
 * without them when it reads captures.
 */
#include "config/config.h"

#include <errno.h>

#include "config/capture_name.h"
#include "config/key.h"
#include "config/setting.h"
#include "config/target.h"
#include "config/value.h"

static bool
is_refused(const struct config *c, const struct key *k)
{
	const enum config_origin origin = c->origin[key_id(k)];

	if (k->use & USE_STRICT)
		return origin != ORIGIN_DEFAULT && !setting_is_initial(c, k);
	return k->use & (USE_LIVE | USE_LATER) && origin == ORIGIN_LINE &&
	       !setting_is_initial(c, k);
}

static int
check_outputs(const struct config *c, char *error, size_t error_size)
{
	char shown[VALUE_SHOWN_SIZE];
	bool rotates = c->rotate_s == 0, spools = c->spool == NULL;

	for (size_t i = 0; i < c->outputs.n; i++) {
		const char *text = c->outputs.v[i].target;
		const char *expected;
		struct target target;

		if (target_parse(text, &target, &expected) == 0) {
			spools |= target.kind == TARGET_TCP;
			rotates |= target.kind == TARGET_FILE && target_has_time(text);
			continue;
		}
		snprintf(error, error_size, "output %s: expected %s",
		         value_shown(text, shown, sizeof(shown)), expected);
		return -ENOTSUP;
	}
	if (!rotates)
		snprintf(error, error_size,
		         "option --rotate: no output is a file with a time in its name, as "
		         "/var/log/argus/%%Y-%%m-%%d/%%H.%%M.%%S.argus has");
	else if (!spools)
		snprintf(error, error_size, "option --spool: no output is of argus-tcp://");
	return rotates && spools ? 0 : -ENOTSUP;
}

bool
config_reads_captures(const struct config *c)
{
	return c->capture_files.n != 0 || c->capture_dirs.n != 0 || c->action == CONFIG_DUMP_FILTER;
}

static int
check_captures(const struct config *c, char *error, size_t error_size)
{
	char shown[VALUE_SHOWN_SIZE];

	if (config_reads_captures(c) && c->interfaces.n != 0 &&
	    (c->origin[KEY_interfaces] == ORIGIN_LINE || c->origin[KEY_collect] == ORIGIN_LINE)) {
		snprintf(error, error_size,
		         "options -i and -r: packets come from interfaces or "
		         "from capture files, not from both");
		return -ENOTSUP;
	}
	if (config_reads_captures(c) && c->chroot_dir != NULL) {
		snprintf(error, error_size,
		         "%s: only live capture can be confined to a directory; "
		         "captures are read from anywhere",
		         c->origin[KEY_chroot_dir] == ORIGIN_FILE ? "ARGUS_CHROOT_DIR"
		                                                  : "option -c");
		return -ENOTSUP;
	}
	for (size_t i = 0; i < c->capture_files.n; i++) {
		const char *name = c->capture_files.v[i];
		enum capture_kind kind;

		if (capture_name_path(name, &kind) == NULL) {
			snprintf(error, error_size,
			         "option -r: %s: there is no such file, nor is what stands before "
			         "the colon a kind of capture: " CAPTURE_PREFIXES,
			         value_shown(name, shown, sizeof(shown)));
			return -ENOTSUP;
		}
	}
	return 0;
}

/* Sixteen bytes of id have no room in format 3. */
static int
check_source_id(const struct config *c, char *error, size_t error_size)
{
	if (c->format != RECORD_FORMAT_3 || c->source_id.kind < SOURCE_ID_IPV6)
		return 0;
	snprintf(error, error_size,
	         "%s: %s is an id of record format 5 alone (--format 5); format 3 takes an IPv4 "
	         "address, a number, text in double quotes, or a host name with an IPv4 address",
	         c->origin[KEY_source_id] == ORIGIN_FILE ? "ARGUS_MONITOR_ID" : "option -e",
	         c->source_id.kind == SOURCE_ID_IPV6 ? "an IPv6 address" : "a UUID");
	return -ENOTSUP;
}

/* What argus asks SASL for, which Debian's argus has not either: there, it is silently not done. */
static int
check_clients(const struct config *c, char *error, size_t error_size)
{
	if (!config_listens(c) || c->min_ssf == 0)
		return 0;
	snprintf(error, error_size,
	         "ARGUS_MIN_SSF: encryption of connections with clients is not available yet; "
	         "without it (0) records go in the clear");
	return -ENOTSUP;
}

int
config_check_available(const struct config *c, char *error, size_t error_size)
{
	char name[VALUE_SHOWN_SIZE];
	int rc;

	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *k = &config_keys[i];

		if (!is_refused(c, k))
			continue;
		snprintf(error, error_size, "%s is not available yet (%s)",
		         key_name(k, name, sizeof(name)), k->help);
		return -ENOTSUP;
	}
	rc = check_source_id(c, error, error_size);
	if (rc < 0)
		return rc;
	rc = check_outputs(c, error, error_size);
	if (rc == 0)
		rc = check_captures(c, error, error_size);
	return rc < 0 ? rc : check_clients(c, error, error_size);
}
