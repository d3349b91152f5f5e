/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Linux cooked captures, versions 1 and 2: the same facts in another order. The
 * header names only the sender, and what the kernel knew of the receiver.
 */
#include "lcore/dissect/link.h"

#define COOKED_SIZE 16
#define COOKED2_SIZE 20

/* By argus's convention the destination says what the kernel knows: ours, broadcast, multicast. */
static void
made_up_destination(uint8_t dst[MAC_SIZE], unsigned packet_type)
{
	memset(dst, packet_type == 1 ? 0xff : 0, MAC_SIZE);
	if (packet_type == 2)
		dst[0] = 1;
	else if (packet_type == 0 || packet_type == 3)
		dst[MAC_SIZE - 1] = 1;
}

static void
cooked(struct walk *w, uint16_t packet_type, const uint8_t *src, uint16_t protocol,
       enum layer *first)
{
	uint8_t dst[MAC_SIZE];

	made_up_destination(dst, packet_type);
	link_addresses(w, dst, src, protocol);
	key_ether(w, protocol, 0, 0);
	*first = layer_of_type_or_length(protocol);
}

bool
link_cooked(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, COOKED_SIZE))
		return false;
	link_skip(w, COOKED_SIZE);
	cooked(w, load16(h), h + 6, load16(h + 14), first);
	return true;
}

bool
link_cooked2(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, COOKED2_SIZE))
		return false;
	link_skip(w, COOKED2_SIZE);
	cooked(w, h[10], h + 12, load16(h), first);
	return true;
}
