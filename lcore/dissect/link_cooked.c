/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Linux cooked captures, versions 1 and 2: the same facts in another order. The
 * header names only the sender, and what the kernel knew of the receiver.
 */
#include "lcore/dissect/link.h"

#define COOKED_SIZE 16
#define COOKED2_SIZE 20

/* Where a version has what: the kind of receiver in its low byte. */
static void
cooked(struct walk *w, uint32_t size, uint32_t kind_at, uint32_t src_at, uint32_t protocol_at,
       enum layer *first)
{
	const uint16_t protocol = load16(w->data + w->at + protocol_at);

	link_addresses(w, MAC_COOKED, w->at + kind_at, w->at + src_at, protocol);
	link_skip(w, size);
	key_ether(w, protocol, 0, 0);
	*first = layer_of_type_or_length(protocol);
}

bool
link_cooked(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, COOKED_SIZE))
		return false;
	cooked(w, COOKED_SIZE, 1, 6, 14, first);
	return true;
}

bool
link_cooked2(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	if (!walk_has(w, COOKED2_SIZE))
		return false;
	cooked(w, COOKED2_SIZE, 10, 12, 0, first);
	return true;
}
