/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sFlow 2, 4 (RFC 3176) and 5 (sflow.org): samples of packets, whose first bytes
 * are handed on, and counters of interfaces, which are counted. In version 5 each
 * sample and each part of it has a length; before, what can't be followed ends the
 * datagram.
 *
 * Everything is words of four bytes. A reader that is asked for more than there is
 * gives zeros and stays at the end: 'bad' tells.
 */
#include <string.h>

#include "lcore/import/import_internal.h"

#define FORMAT_FLOW 1u
#define FORMAT_COUNTERS 2u
#define FORMAT_FLOW_EXPANDED 3u
#define FORMAT_COUNTERS_EXPANDED 4u
#define RECORD_HEADER 1u

struct reader {
	const uint8_t *p;
	size_t left;
	bool bad;
};

struct datagram {
	struct importer *im;
	const struct import_origin *origin;
	uint32_t version;
};

static const uint8_t *
take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return p;
}

static uint32_t
take_word(struct reader *r)
{
	const uint8_t *p = take(r, 4);

	return p != NULL ? import_u32(p) : 0;
}

static void
skip_words(struct reader *r, uint32_t words)
{
	(void)take(r, (size_t)words * 4);
}

/* The next n bytes, and those that fill up the last word, as a reader of their own. */
static struct reader
take_part(struct reader *r, uint32_t n)
{
	const size_t whole = ((size_t)n + 3) & ~(size_t)3;
	struct reader part = { .p = r->p, .left = n };

	part.bad = take(r, whole) == NULL;
	if (part.bad)
		part.left = 0;
	return part;
}

/* An address and its type; a number that tells it from others. */
static uint32_t
take_address(struct reader *r)
{
	const uint32_t type = take_word(r);
	const size_t size = type == 1 ? 4 : 16;
	const uint8_t *p = type == 1 || type == 2 ? take(r, size) : NULL;
	uint32_t h = 2166136261u; /* FNV-1a */

	if (p == NULL) {
		r->bad = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

/* The first bytes of the sampled packet. */
static void
packet_header(const struct datagram *d, struct reader *r, uint32_t rate)
{
	struct import_sample s = { .rate = rate };
	uint32_t frame, stripped;
	struct reader bytes;

	s.protocol = take_word(r);
	frame = take_word(r);
	stripped = d->version == 5 ? take_word(r) : 0;
	bytes = take_part(r, take_word(r));
	if (r->bad)
		return;
	s.bytes = bytes.p;
	s.captured = (uint32_t)bytes.left;
	s.length = frame > stripped ? frame - stripped : 0;
	if (s.length < s.captured)
		s.length = s.captured;
	d->im->sink.sample(d->im->sink.context, d->origin, &s);
}

/* Version 5: records by format and length; one of the packet's first bytes is what is wanted. */
static void
flow_sample(const struct datagram *d, struct reader *r, bool expanded)
{
	bool found = false;
	uint32_t rate, records;

	skip_words(r, expanded ? 3 : 2); /* number, source */
	rate = take_word(r);
	skip_words(r, expanded ? 6 : 4); /* pool, drops, interfaces */
	records = take_word(r);
	for (uint32_t i = 0; i < records && !r->bad; i++) {
		const uint32_t format = take_word(r);
		struct reader part = take_part(r, take_word(r));

		if (r->bad)
			break;
		if (format == RECORD_HEADER && !found) {
			found = true;
			packet_header(d, &part, rate);
			r->bad = part.bad;
		}
	}
	if (!found && !r->bad)
		import_count(d->im, COUNTER_import_samples_skipped);
}

static void
sample_5(const struct datagram *d, struct reader *r)
{
	const uint32_t format = take_word(r);
	struct reader part = take_part(r, take_word(r));

	if (r->bad)
		return;
	switch (format) {
	case FORMAT_FLOW:
	case FORMAT_FLOW_EXPANDED:
		flow_sample(d, &part, format == FORMAT_FLOW_EXPANDED);
		break;
	case FORMAT_COUNTERS:
	case FORMAT_COUNTERS_EXPANDED:
		import_count(d->im, COUNTER_import_counter_samples);
		break;
	default: /* an enterprise's */
		import_count(d->im, COUNTER_import_samples_skipped);
		break;
	}
	if (part.bad)
		import_count(d->im, COUNTER_import_malformed);
}

/* What a router says of the way: of version 4 as segments, with communities. */
static void
skip_gateway(const struct datagram *d, struct reader *r)
{
	uint32_t segments;

	skip_words(r, 3);
	if (d->version == 2) {
		skip_words(r, take_word(r));
		return;
	}
	segments = take_word(r);
	for (uint32_t i = 0; i < segments && !r->bad; i++) {
		skip_words(r, 1);
		skip_words(r, take_word(r));
	}
	skip_words(r, take_word(r));
	skip_words(r, 1);
}

static void
skip_extension(const struct datagram *d, struct reader *r)
{
	switch (take_word(r)) {
	case 1: /* switch */
		skip_words(r, 4);
		break;
	case 2: /* router */
		(void)take_address(r);
		skip_words(r, 2);
		break;
	case 3:
		skip_gateway(d, r);
		break;
	case 4: /* user: two names */
		(void)take_part(r, take_word(r));
		(void)take_part(r, take_word(r));
		break;
	case 5: /* URL */
		skip_words(r, 1);
		(void)take_part(r, take_word(r));
		break;
	default:
		r->bad = true;
		break;
	}
}

static void
flow_sample_4(const struct datagram *d, struct reader *r)
{
	uint32_t rate, kind, extensions;

	skip_words(r, 2);
	rate = take_word(r);
	skip_words(r, 4);
	kind = take_word(r);
	if (kind == 1) {
		packet_header(d, r, rate);
	} else if (kind == 2 || kind == 3) { /* addresses and ports alone */
		skip_words(r, kind == 2 ? 8 : 14);
		import_count(d->im, COUNTER_import_samples_skipped);
	} else {
		r->bad = true;
	}
	extensions = take_word(r);
	for (uint32_t i = 0; i < extensions && !r->bad; i++)
		skip_extension(d, r);
}

static void
counter_sample_4(const struct datagram *d, struct reader *r)
{
	/* by type, from 1: of an interface, Ethernet, Token Ring, FDDI, VG, WAN, of a VLAN */
	static const uint8_t words[] = { 0, 22, 22 + 13, 22 + 18, 22, 22 + 20, 22, 7 };
	uint32_t type;

	skip_words(r, 3);
	type = take_word(r);
	if (type == 0 || type >= sizeof(words))
		r->bad = true;
	else
		skip_words(r, words[type]);
	if (!r->bad)
		import_count(d->im, COUNTER_import_counter_samples);
}

static void
sample_4(const struct datagram *d, struct reader *r)
{
	switch (take_word(r)) {
	case FORMAT_FLOW:
		flow_sample_4(d, r);
		break;
	case FORMAT_COUNTERS:
		counter_sample_4(d, r);
		break;
	default:
		r->bad = true;
		break;
	}
}

void
import_sflow(struct importer *im, const struct import_origin *o, const uint8_t *p, size_t len)
{
	struct reader r = { .p = p, .left = len };
	struct datagram d = { .im = im, .origin = o };
	uint32_t agent, sequence, samples;

	d.version = take_word(&r);
	agent = take_address(&r);
	if (d.version == 5)
		agent ^= take_word(&r) * 2654435761u;
	sequence = take_word(&r);
	skip_words(&r, 1); /* uptime */
	samples = take_word(&r);
	if (!r.bad)
		import_sequence(im, import_session(im, o, (uint16_t)d.version, agent), sequence,
		                sequence + 1, COUNTER_import_lost_datagrams);
	for (uint32_t i = 0; i < samples && !r.bad; i++) {
		if (d.version == 5)
			sample_5(&d, &r);
		else
			sample_4(&d, &r);
	}
	if (r.bad)
		import_count(im, COUNTER_import_malformed);
}
