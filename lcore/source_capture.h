/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The source that reads capture files, one after the other. Packet time is its
 * clock. A damaged file ends at the damage and the next one is read; the end of
 * the last then is an error instead of -ENODATA, and source.problem tells of
 * the first damage. Packets of a link type that nothing dissects are marked
 * VIEW_FOREIGN; the end is then -EIO, and -EPROTONOSUPPORT if all were.
 */
#ifndef PANOPTES_LCORE_SOURCE_CAPTURE_H
#define PANOPTES_LCORE_SOURCE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "lcore/source.h"

struct source_capture_options {
	const char *const *paths; /* "-" is stdin; capture_name.h; must outlive the source */
	size_t path_count;
	bool follow;       /* keep reading the last file as it grows */
	bool tsh;          /* the files are NLANR TSH */
	double time_scale; /* > 0: that many times real time */
};

/* Opens the first file. NULL on failure, with 'error' one line. */
struct source *source_capture_create(const struct source_capture_options *, char *error,
                                     size_t error_size);

#define CAPTURE_PROBE_LINKS 16

struct capture_probe {
	unsigned links;
	uint16_t link_type[CAPTURE_PROBE_LINKS];
	uint32_t snaplen; /* of the first interface; 0: no limit */
};

/* Looks at the beginning of a regular file: what its packets are. 0; -EINVAL: its link type can't
 * be dissected; another negative errno: it can't be read or is no capture. 'error' then holds one
 * line. Anything but a regular file is left alone (links 0). */
int capture_probe(const char *name, bool tsh, struct capture_probe *, char *error,
                  size_t error_size);

#endif
