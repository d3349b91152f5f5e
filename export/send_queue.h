/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records on their way through a stream that may break: kept until the other
 * side has acknowledged them, so that a new stream can begin with the first
 * record that may be missing there. Whole records end to end, in one buffer.
 *
 * Memory is taken at creation. One core at a time.
 */
#ifndef PANOPTES_EXPORT_SEND_QUEUE_H
#define PANOPTES_EXPORT_SEND_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct send_queue {
	uint8_t *bytes;
	size_t size;
	size_t head; /* where the first record begins that isn't acknowledged as a whole */
	size_t sent; /* what this stream has not taken yet begins here */
	size_t end;
};

/* 0 or -ENOMEM. */
int send_queue_init(struct send_queue *, size_t size);
void send_queue_fini(struct send_queue *);

/* How many bytes can be added. */
size_t send_queue_room(const struct send_queue *);

/* Where 'room' bytes can be put, for which there must be room; what is added counts from
 * send_queue_add on. */
uint8_t *send_queue_space(struct send_queue *, size_t room);
void send_queue_add(struct send_queue *, size_t bytes);

/* What the stream has still to take. */
size_t send_queue_unsent(const struct send_queue *, const uint8_t **bytes);
void send_queue_sent(struct send_queue *, size_t bytes);

/* How much of it belongs to a record whose beginning is sent. */
size_t send_queue_begun(const struct send_queue *);

/* All that was sent but the last 'missing' bytes is acknowledged: forgets whole records, and says
 * how many flow records were among them. */
uint32_t send_queue_acknowledged(struct send_queue *, size_t missing);

/* A new stream: all that is not acknowledged is sent again. */
void send_queue_rewind(struct send_queue *);

#endif
