/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What feeds a worker or the dispatcher: something that yields bursts of packet
 * views. One core owns a source.
 */
#ifndef PANOPTES_LCORE_SOURCE_H
#define PANOPTES_LCORE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "lcore/view.h"

struct source;

struct source_ops {
	/* Up to 'max' views; *now_ns becomes the source's clock after them (packet time for files).
	 * >= 0: how many (0: nothing just now); -ENODATA: the end; another negative errno: it broke
	 * (all packets before the damage have been yielded; 'problem' says what and where). */
	int (*burst)(struct source *, struct packet_view *views, unsigned max, uint64_t *now_ns);
	/* The views of the last burst are no longer needed. */
	void (*release)(struct source *);
	void (*close)(struct source *);
	/* How many packets wait to be taken, and at how many some are lost; NULL, or a size of 0:
	 * nobody knows. Costs about a burst. */
	void (*backlog)(struct source *, uint32_t *used, uint32_t *size);
};

struct source {
	const struct source_ops *ops;
	char problem[256]; /* one line for the operator after an error, else empty */
};

static inline void
source_backlog(struct source *s, uint32_t *used, uint32_t *size)
{
	*used = *size = 0;
	if (s->ops->backlog != NULL)
		s->ops->backlog(s, used, size);
}

#endif
