/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages that come in several packets, put together: the first bytes of a stream,
 * in pieces of any order. A store has a fixed number of slots; a flow holds one from
 * the first piece to the last, or until it ends. Where all are held, a newcomer takes
 * that of a message begun long ago, so that peers that never finish theirs cannot
 * keep others out. One worker lcore owns a store.
 */
#ifndef PANOPTES_LCORE_APPS_PENDING_H
#define PANOPTES_LCORE_APPS_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PENDING_SIZE 8192   /* bytes of a message that are kept */
#define PENDING_PIECES 32   /* with gaps between them */
#define PENDING_SLOTS 65535 /* at most, in a store */
#define PENDING_ID_MAX 20

struct pending;

/* What a flow's parser keeps along with its slot: all zero in a new one. */
struct pending_note {
	uint32_t seq; /* TCP sequence number of the message's first byte */
	uint8_t dir;  /* the direction that the message goes */
	uint8_t id_size;
	uint8_t id[PENDING_ID_MAX];
};

/* 'slots' is at most PENDING_SLOTS, at least 1. NULL: no memory. */
struct pending *pending_create(unsigned slots, int numa_node);
void pending_free(struct pending *);

/* The flow's slot is there: it has one, and nobody took it away. */
bool pending_held(const struct pending *, uint32_t slot);

/* Gives a flow's slot back, if it has one. Returns whether it did. */
bool pending_release(struct pending *, uint32_t *slot);

/* A slot for the flow, which gives up the one that it has. Returns whether another's was taken away
 * for it. */
bool pending_take(struct pending *, uint32_t *slot);

/* Adds the bytes at 'offset' of the message of a slot that is held. Returns 0; -1: there are too
 * many pieces. What lies beyond PENDING_SIZE is left out. */
int pending_add(struct pending *, uint32_t slot, uint64_t offset, const void *bytes, size_t size);

/* How many bytes are there from the message's beginning without a gap, and where; of a slot that is
 * held. */
size_t pending_bytes(const struct pending *, uint32_t slot, const uint8_t **bytes);

/* Of a slot that is held. */
struct pending_note *pending_note(struct pending *, uint32_t slot);

#endif
