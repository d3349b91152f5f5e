/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Periods of files: whole ones of local time, as rasplit cuts them, by the time
 * of the stream and not of the clock, so that a capture and a live probe give
 * the same files. Time only moves on: what is earlier belongs to the period at
 * hand.
 *
 * No allocation; one core at a time.
 */
#ifndef PANOPTES_EXPORT_ROTATION_H
#define PANOPTES_EXPORT_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct rotation {
	uint32_t period_s; /* 0: never */
	/* Where the period begins, in seconds of the local clock's face since 1970. */
	int64_t begin_s;
	struct tm local; /* the same, as strftime takes it */
	/* Before this time (ns since the epoch) it is the same period. */
	uint64_t look_ns;
};

/* The period divides a day or is whole days. */
void rotation_init(struct rotation *, uint32_t period_s);

/* To be asked from look_ns on: whether a new period has begun at 'now_ns'. */
bool rotation_moves(struct rotation *, uint64_t now_ns);

/* The file's name in this period: 0, or -ENAMETOOLONG. */
int rotation_name(const struct rotation *, const char *pattern, char *name, size_t size);

#endif
