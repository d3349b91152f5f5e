/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Zeroed memory for a worker's big arrays on a given NUMA node: either of EAL
 * (huge pages, resident at once), or plain anonymous pages that cost nothing
 * until they are touched. Taken and freed by the lcore that uses it, at start
 * and stop only.
 */
#ifndef PANOPTES_LCORE_MEMORY_H
#define PANOPTES_LCORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* How plain memory is best paged; of no meaning for EAL's. */
enum memory_use {
	MEMORY_SPARSE, /* touched at random: small pages, so that few touches stay cheap */
	MEMORY_DENSE,  /* filled from its start: large pages, so that faults are few */
};

/* Aligned to a cache line at least. 'socket' may be SOCKET_ID_ANY. NULL when there is none. */
void *memory_alloc(size_t size, bool huge, int socket, enum memory_use use);
/* Pages of plain memory get their memory now, in one go, instead of one by one when they are first
 * written. 'from' is aligned to a page. Contents stay; where the system can't do it nothing
 * happens. */
void memory_populate(void *from, size_t size);
/* With the same size and 'huge'; memory may be NULL. */
void memory_free(void *memory, size_t size, bool huge);

#endif
