/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages that come in several packets, put together: the first bytes of a stream,
 * in pieces of any order. A store has a fixed number of slots; a flow holds one from
 * the first piece to the last, or until it ends. One worker lcore owns a store.
 */
#ifndef PANOPTES_LCORE_APPS_PENDING_H
#define PANOPTES_LCORE_APPS_PENDING_H

#include <stddef.h>
#include <stdint.h>

#define PENDING_SIZE 8192 /* bytes of a message that are kept */
#define PENDING_PIECES 32 /* with gaps between them */

struct pending;

/* NULL: no memory. */
struct pending *pending_create(unsigned slots, int numa_node);
void pending_free(struct pending *);

/* Gives a flow's slot back, if it has one. */
void pending_release(struct pending *, uint32_t *slot);

/* Adds the bytes at 'offset' of the message. '*slot' is the flow's, 0: none yet. Returns 0; -1: no
 * slot is free, or there are too many pieces. What lies beyond PENDING_SIZE is left out. */
int pending_add(struct pending *, uint32_t *slot, uint64_t offset, const void *bytes, size_t size);

/* How many bytes are there from the message's beginning without a gap, and where. */
size_t pending_bytes(const struct pending *, uint32_t slot, const uint8_t **bytes);

/* A number of 32 bits that the flow's parser keeps along with the slot: 0 in a new one. */
uint32_t *pending_note(struct pending *, uint32_t slot);

#endif
