/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DNS messages (RFC 1035, 4.1), as well of mDNS and LLMNR: the first question's name
 * and the response's code. Names are written as they are sent, their labels joined by
 * dots; a dot within a label cannot be told apart.
 */
#include <string.h>

#include "lcore/apps/metadata_internal.h"

#define RESPONSE 0x8000 /* of the flags */
#define NAME_MAX_SIZE 255
#define POINTER 0xc0

enum name {
	NAME_WHOLE,
	NAME_CUT,  /* the bytes end in it */
	NAME_WRONG /* no name of a first question is like that */
};

/* The name at 'b' without the last dot. */
static enum name
read_name(struct bytes *b, char *name, size_t *size)
{
	size_t n = 0;

	for (;;) {
		const size_t len = (size_t)bytes_number(b, 1);
		const uint8_t *label;

		if (b->failed)
			return NAME_CUT;
		if (len == 0)
			break;
		/* a first question has nothing before it to point to */
		if ((len & POINTER) != 0 || n + len + 1 > NAME_MAX_SIZE)
			return NAME_WRONG;
		label = bytes_take(b, len);
		if (label == NULL)
			return NAME_CUT;
		if (n != 0)
			name[n++] = '.';
		memcpy(name + n, label, len);
		n += len;
	}
	if (n == 0)
		name[n++] = '.';
	*size = n;
	return NAME_WHOLE;
}

/* Over TCP a message has its size before it (RFC 1035, 4.2.2). False: that isn't there yet.
 * '*whole': nothing of the message is beyond these bytes. */
static bool
skip_size(struct bytes *b, bool *whole)
{
	const size_t size = (size_t)bytes_number(b, 2);

	if (b->failed)
		return false;
	*whole = size <= b->left;
	if (*whole)
		b->left = size;
	return true;
}

enum parsed
metadata_dns(const struct reading *r, struct bytes b)
{
	char name[NAME_MAX_SIZE + 1];
	unsigned flags, questions;
	enum name found = NAME_WHOLE;
	bool whole = false;
	size_t size = 0;

	if (!r->payload->datagram && !skip_size(&b, &whole))
		return PARSED_MORE;
	(void)bytes_number(&b, 2); /* id */
	flags = (unsigned)bytes_number(&b, 2);
	questions = (unsigned)bytes_number(&b, 2);
	(void)bytes_number(&b, 6);
	if (b.failed)
		found = NAME_CUT;
	else if (questions != 0 && reading_wants(r, METADATA_QNAME))
		found = read_name(&b, name, &size);
	if (found == NAME_CUT && !whole)
		return PARSED_MORE;
	if (found != NAME_WHOLE) {
		tally(&r->m->tallies.malformed);
		return PARSED_DONE;
	}
	if (size != 0)
		reading_add(r, METADATA_QNAME, "qname", name, size);
	if (flags & RESPONSE)
		reading_add_number(r, METADATA_RCODE, "rcode", flags & 0xf);
	return PARSED_DONE;
}
