/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a capture's name says of what is in it: a prefix, as argus has them, stands
 * for flow exports in UDP payloads. A file of the whole name goes before.
 */
#ifndef PANOPTES_CONFIG_CAPTURE_NAME_H
#define PANOPTES_CONFIG_CAPTURE_NAME_H

enum capture_kind {
	CAPTURE_PACKETS = 0,
	CAPTURE_FLOWS, /* NetFlow, IPFIX */
	CAPTURE_SFLOW,
};

/* The prefixes there are, for a message. */
#define CAPTURE_PREFIXES "cisco:, netflow:, ipfix:, paloalto:, sflow:"

/* The path within 'name', and the kind; NULL: a prefix that nobody knows, and no such file. What
 * stands before a colon is a prefix when it is a letter and then letters or digits. Looks at the
 * file system. */
const char *capture_name_path(const char *name, enum capture_kind *kind);

#endif
