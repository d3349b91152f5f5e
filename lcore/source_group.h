/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several live sources as one, asked in turn: the queues that one core polls. It
 * has not ended before each of them has. One core owns it, and it owns them.
 */
#ifndef PANOPTES_LCORE_SOURCE_GROUP_H
#define PANOPTES_LCORE_SOURCE_GROUP_H

#include "lcore/source.h"

#define SOURCE_GROUP_MAX 32

/* NULL when there is no memory; then nothing was closed. */
struct source *source_group_create(struct source *const *members, unsigned n);

#endif
