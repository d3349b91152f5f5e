/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a live worker does without when it runs short of time or room: a ladder
 * that it climbs rung by rung while there are signs of overload, and descends
 * when there are none for a while.
 *
 * Signs are a receive queue or dispatch ring that is half full, a ring of records
 * that is half full, and packets that were lost before they reached a worker that
 * had no time to spare. Two looks in a row must find one; each rung gets two looks to
 * show what it is worth.
 *
 * Decides only; the worker looks, and the engine does without.
 */
#ifndef PANOPTES_LCORE_OVERLOAD_H
#define PANOPTES_LCORE_OVERLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OVERLOAD_LOOK_NS 1000000u /* between two looks */

/* The rungs. Each does without what those below do without, too. */
enum overload_rung {
	OVERLOAD_NONE = 0,
	OVERLOAD_PAYLOAD, /* no payload is looked at for the flow's application */
	OVERLOAD_USER,    /* no user data is kept */
	OVERLOAD_JITTER,  /* no times between packets */
	OVERLOAD_MERGE,   /* a busy flow's interim records become one */
	OVERLOAD_SAMPLE,  /* of new flows one in two is taken; each further rung halves that */
	OVERLOAD_TOP = OVERLOAD_SAMPLE + 9
};

/* New flows are taken one in 2^this. */
static inline unsigned
overload_sampling(unsigned rung)
{
	return rung < OVERLOAD_SAMPLE ? 0 : rung - OVERLOAD_SAMPLE + 1;
}

/* What a look finds. Sizes of 0: not known. */
struct overload_signs {
	uint32_t input_used, input_size; /* of what packets wait in */
	uint32_t ring_used, ring_size;   /* of records */
	uint64_t lost; /* packets that did not reach the worker, records without room; so far */
	bool busy;     /* bursts were mostly full since the last look */
};

struct overload {
	uint32_t optional; /* bit of each rung below OVERLOAD_MERGE that would save something */
	unsigned rung;
	unsigned signs;       /* looks in a row that found some */
	uint64_t lost;        /* as of the last look */
	uint64_t busy_ns;     /* of the last look that found the worker busy */
	uint64_t quiet_ns;    /* since when there are no signs */
	uint64_t lowered_ns;  /* of the last step down; 0: none */
	uint64_t patience_ns; /* how long it must be quiet before a step down */
};

/* 'optional': bits of the rungs that have something to do without (1u << OVERLOAD_USER ...). */
void overload_init(struct overload *, uint32_t optional);

/* One look; now_ns does not go back. Whether the rung is another one now. */
bool overload_judge(struct overload *, uint64_t now_ns, const struct overload_signs *);

/* For the operator: what is done without on this rung, in a few words. */
const char *overload_words(unsigned rung, char *text, size_t size);

#endif
