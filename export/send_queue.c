/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * head <= sent <= end, head and end at the borders of records. Bytes move to the
 * buffer's front when what is added needs it.
 */
#include "export/send_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/argus/record.h"

int
send_queue_init(struct send_queue *q, size_t size)
{
	*q = (struct send_queue){ .bytes = malloc(size), .size = size };
	return q->bytes != NULL ? 0 : -ENOMEM;
}

void
send_queue_fini(struct send_queue *q)
{
	free(q->bytes);
	*q = (struct send_queue){ 0 };
}

size_t
send_queue_room(const struct send_queue *q)
{
	return q->size - (q->end - q->head);
}

uint8_t *
send_queue_space(struct send_queue *q, size_t room)
{
	if (q->size - q->end < room) {
		memmove(q->bytes, q->bytes + q->head, q->end - q->head);
		q->sent -= q->head;
		q->end -= q->head;
		q->head = 0;
	}
	return q->bytes + q->end;
}

void
send_queue_add(struct send_queue *q, size_t bytes)
{
	q->end += bytes;
}

size_t
send_queue_unsent(const struct send_queue *q, const uint8_t **bytes)
{
	*bytes = q->bytes + q->sent;
	return q->end - q->sent;
}

void
send_queue_sent(struct send_queue *q, size_t bytes)
{
	q->sent += bytes;
}

size_t
send_queue_begun(const struct send_queue *q)
{
	size_t at = q->head, size;

	while (at < q->sent && (size = record_size(q->bytes + at, q->end - at)) != 0)
		at += size;
	return at > q->sent ? at - q->sent : 0;
}

uint32_t
send_queue_acknowledged(struct send_queue *q, size_t missing)
{
	const size_t sent = q->sent - q->head;
	const size_t end = missing < sent ? q->sent - missing : q->head;
	uint32_t records = 0;
	size_t size;

	while ((size = record_size(q->bytes + q->head, end - q->head)) != 0) {
		records += !record_is_mar(q->bytes + q->head);
		q->head += size;
	}
	return records;
}

void
send_queue_rewind(struct send_queue *q)
{
	q->sent = q->head;
}
