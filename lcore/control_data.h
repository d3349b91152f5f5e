/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the whole user data of control-plane flows waits for its record (-C):
 * chains of small blocks out of one worker's store, so that memory goes by the bytes
 * that there are and not by flows. One worker lcore owns a store; its pages are
 * taken when they are first written. Nothing here allocates once it is made.
 */
#ifndef PANOPTES_LCORE_CONTROL_DATA_H
#define PANOPTES_LCORE_CONTROL_DATA_H

#include <stdint.h>

struct control_data;

/* The data of one direction; all zeros is none. */
struct control_chain {
	uint32_t first, last; /* blocks; 0: none */
	uint32_t size;        /* bytes */
};

/* NULL with errno ENOMEM. 'socket': NUMA node, or SOCKET_ID_ANY. */
struct control_data *control_data_create(uint32_t blocks, int socket);
void control_data_free(struct control_data *);

/* Appends what there are blocks for; returns how many bytes. */
uint32_t control_data_append(struct control_data *, struct control_chain *, const uint8_t *bytes,
                             uint32_t n);
/* The first bytes of the chain, up to 'max'; returns how many. */
uint32_t control_data_copy(const struct control_data *, const struct control_chain *, uint8_t *to,
                           uint32_t max);
/* Gives the blocks back. */
void control_data_release(struct control_data *, struct control_chain *);

#endif
