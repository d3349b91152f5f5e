/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The capture files that -r and -R name: files in the order given, then the
 * regular files under each directory, recursively, by name.
 */
#ifndef PANOPTES_PROBE_CAPTURE_LIST_H
#define PANOPTES_PROBE_CAPTURE_LIST_H

#include <stddef.h>

#include "config/config.h"

/* Appends to an empty list, which capture_list_fini frees. 0, or a negative errno with one line in
 * 'error'. */
int capture_list_init(struct string_list *, const struct config *, char *error, size_t error_size);
void capture_list_fini(struct string_list *);

#endif
