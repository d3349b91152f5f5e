/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What captures put in front of an IEEE 802.11 frame: radiotap, Prism, AVS. And
 * what they put in front of any link's: PPI, PKTAP. None of it is counted.
 */
#include "lcore/dissect/wlan.h"

#define RADIOTAP_SIZE_MIN 8
#define RADIOTAP_MORE 0x80 /* of a word's last byte: another word of bits follows */
#define RADIOTAP_TIME 0x01
#define RADIOTAP_FLAGS 0x02
#define FLAG_CHECK_SEQUENCE 0x10
#define FLAG_PADDED 0x20
#define CHECK_SEQUENCE_SIZE 4

#define PRISM_SIZE 144
#define AVS_MAGIC 0x80211000u /* a version number in its last four bits */
#define PPI_SIZE_MIN 8
#define PKTAP_SIZE_MIN 108
#define PKTAP_PACKET 1
#define NESTED_MAX 4

static uint16_t
little16(const uint8_t *h)
{
	return (uint16_t)(h[1] << 8 | h[0]);
}

static uint32_t
little32(const uint8_t *h)
{
	return (uint32_t)little16(h + 2) << 16 | little16(h);
}

bool
link_wlan(struct walk *w, const struct link *link, enum layer *first)
{
	(void)link;
	return wlan_frame(w, false, first);
}

/* The flags of a radiotap header of 'size' bytes; 0 where it has none. They come behind the words
 * of bits that say what is there, and behind a time of eight bytes, on a multiple of eight. */
static uint8_t
radiotap_flags(const uint8_t *h, uint32_t size)
{
	const uint8_t present = h[4];
	uint32_t at = 4;

	do {
		at += 4;
	} while (at + 4 <= size && (h[at - 1] & RADIOTAP_MORE));
	if (!(present & RADIOTAP_FLAGS))
		return 0;
	if (present & RADIOTAP_TIME)
		at = ((at + 7) & ~7u) + 8;
	return at < size ? h[at] : 0;
}

/* The check sequence at the end is counted, but no part of what the frame carries. */
static void
trim_check_sequence(struct walk *w)
{
	if (w->wire - w->at < CHECK_SEQUENCE_SIZE)
		return;
	w->wire -= CHECK_SEQUENCE_SIZE;
	if (w->captured > w->wire)
		w->captured = w->wire;
}

bool
link_radiotap(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;
	uint32_t size;
	uint8_t flags;

	(void)link;
	if (!walk_has(w, RADIOTAP_SIZE_MIN))
		return false;
	size = little16(h + 2);
	if (h[0] != 0 || size < RADIOTAP_SIZE_MIN)
		return link_malformed(w, first);
	if (!walk_has(w, size))
		return false;
	flags = radiotap_flags(h, size);
	link_skip(w, size);
	if (flags & FLAG_CHECK_SEQUENCE)
		trim_check_sequence(w);
	return wlan_frame(w, (flags & FLAG_PADDED) != 0, first);
}

bool
link_avs(struct walk *w, const struct link *link, enum layer *first)
{
	uint32_t size;

	(void)link;
	if (!walk_has(w, 8))
		return false;
	size = load32(w->data + w->at + 4);
	if (size < 8)
		return link_malformed(w, first);
	if (!walk_has(w, size))
		return false;
	link_skip(w, size);
	return wlan_frame(w, false, first);
}

/* Linux once had one number for Prism's header and AVS's, which begins with a number of its own. */
bool
link_prism(struct walk *w, const struct link *link, enum layer *first)
{
	if (!walk_has(w, 4))
		return false;
	if ((load32(w->data + w->at) & ~0xfu) == AVS_MAGIC)
		return link_avs(w, link, first);
	if (!walk_has(w, PRISM_SIZE))
		return false;
	link_skip(w, PRISM_SIZE);
	return wlan_frame(w, false, first);
}

/* Goes on behind 'size' bytes as a frame of the link type that they name. */
static bool
enter_named(struct walk *w, uint32_t size, uint32_t link_type, enum layer *first)
{
	if (!walk_has(w, size))
		return false;
	if (w->link_depth++ == NESTED_MAX)
		return link_malformed(w, first);
	link_skip(w, size);
	return link_enter(w, link_type < LINK_COUNT ? (int)link_type : -1, first);
}

bool
link_ppi(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, PPI_SIZE_MIN))
		return false;
	if (little16(h + 2) < PPI_SIZE_MIN)
		return link_malformed(w, first);
	return enter_named(w, little16(h + 2), little32(h + 4), first);
}

bool
link_pktap(struct walk *w, const struct link *link, enum layer *first)
{
	const uint8_t *h = w->data + w->at;

	(void)link;
	if (!walk_has(w, PKTAP_SIZE_MIN))
		return false;
	if (little32(h) < PKTAP_SIZE_MIN || little32(h + 4) != PKTAP_PACKET)
		return link_malformed(w, first);
	return enter_named(w, little32(h), little32(h + 8), first);
}
