/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DNS messages (RFC 1035, 4.1), as well of mDNS and LLMNR: the first question's name
 * and the response's code. Names are written as they are sent, their labels joined by
 * dots; a dot within a label cannot be told apart.
 */
#include "lcore/apps/metadata_internal.h"

#include <string.h>

#define HEADER_SIZE 12
#define NAME_MAX_SIZE 255
#define POINTER 0xc0

/* The name at 'b' without the last dot. False: it is malformed, or the payload ends in it. */
static bool
read_name(struct bytes *b, char *name, size_t *size)
{
	size_t n = 0;

	for (;;) {
		const size_t len = (size_t)bytes_number(b, 1);
		const uint8_t *label;

		/* a first question has nothing before it to point to */
		if (b->failed || (len & POINTER) != 0 || n + len + 1 > NAME_MAX_SIZE)
			return false;
		if (len == 0)
			break;
		label = bytes_take(b, len);
		if (label == NULL)
			return false;
		if (n != 0)
			name[n++] = '.';
		memcpy(name + n, label, len);
		n += len;
	}
	if (n == 0)
		name[n++] = '.';
	*size = n;
	return true;
}

void
metadata_dns(const struct reading *r)
{
	struct bytes b = bytes_of(r->payload->data, r->payload->len);
	char name[NAME_MAX_SIZE + 1];
	unsigned flags, questions;
	size_t size;

	if (!r->payload->datagram)
		(void)bytes_number(&b, 2); /* RFC 1035, 4.2.2: the message's size */
	if (b.left < HEADER_SIZE)
		return;
	(void)bytes_number(&b, 2);
	flags = (unsigned)bytes_number(&b, 2);
	questions = (unsigned)bytes_number(&b, 2);
	(void)bytes_number(&b, 6);
	if (questions != 0 && reading_wants(r, METADATA_QNAME)) {
		if (read_name(&b, name, &size))
			reading_add(r, METADATA_QNAME, "qname", name, size);
		else
			r->m->counts.malformed++;
	}
	if (flags & 0x8000)
		reading_add_number(r, METADATA_RCODE, "rcode", flags & 0xf);
	reading_end(r);
}
