/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NetFlow 9 (RFC 3954) and IPFIX (RFC 7011, biflows of RFC 5103): a header and
 * sets, each of an id and a length; templates say what is in the sets behind them.
 *
 * Headers: version 0; 9: count 2, uptime 4, seconds 8, number of the export 12,
 * source id 16; IPFIX: length 2, seconds 4, number of the first data record 8,
 * domain 12.
 */
#include "lcore/import/sets.h"

#include <string.h>

#include "lcore/import/import_internal.h"

#define VERSION_IPFIX 10
#define HEADER_9 20u
#define HEADER_IPFIX 16u
#define SET_HEADER 4u
#define SET_DATA 256u
#define ENTERPRISE 0x8000u
#define PEN_REVERSE 29305u /* RFC 5103 */

/* Four bytes an element, eight of an enterprise. How many were read; 0: there are no more. */
static size_t
take_specifier(const struct export *x, const uint8_t *p, size_t left,
               struct import_template_field *f)
{
	const uint16_t element = left >= 4 ? import_u16(p) : 0;

	if (left < 4)
		return 0;
	*f = (struct import_template_field){ .length = import_u16(p + 2) };
	if (x->version != VERSION_IPFIX || !(element & ENTERPRISE)) {
		f->row = field_row(element);
		return 4;
	}
	if (left < 8)
		return 0;
	if (import_u32(p + 4) == PEN_REVERSE) {
		f->row = field_row(element & 0x7fff);
		f->reverse = 1;
	}
	return 8;
}

static void
keep_template(struct export *x, const struct import_template *t, unsigned announced)
{
	struct importer *im = x->im;

	if (announced > TEMPLATE_FIELDS_MAX || t->size_min == 0 || t->id < SET_DATA) {
		import_count(im, COUNTER_import_templates_refused);
		if (t->id >= SET_DATA)
			template_withdraw(im->templates, t->session, t->id, t->options);
		return;
	}
	import_count(im, COUNTER_import_templates);
	if (template_put(im->templates, t))
		import_count(im, COUNTER_import_templates_evicted);
}

/* 'count' specifiers, the first 'scopes' of which say what options are about: of version 9 these
 * have numbers of their own. How many bytes were read; 0: the set ends within. */
static size_t
take_template(struct export *x, uint16_t id, unsigned count, unsigned scopes, bool options,
              const uint8_t *p, size_t left)
{
	struct import_template *t = &x->im->scratch;
	size_t at = 0;

	t->session = x->session->id;
	t->id = id;
	t->options = options;
	t->size_min = 0;
	t->count = 0;
	for (unsigned i = 0; i < count; i++) {
		struct import_template_field f;
		const size_t took = take_specifier(x, p + at, left - at, &f);

		if (took == 0)
			return 0;
		at += took;
		if (i < scopes && x->version != VERSION_IPFIX)
			f.row = FIELD_UNKNOWN;
		t->size_min += f.length == TEMPLATE_VARIABLE ? 1 : f.length;
		if (t->count < TEMPLATE_FIELDS_MAX)
			t->field[t->count++] = f;
	}
	keep_template(x, t, count);
	return at;
}

static bool
template_set(struct export *x, const uint8_t *p, size_t left)
{
	while (left >= 4) {
		const uint16_t id = import_u16(p), count = import_u16(p + 2);
		size_t took;

		if (count == 0) {
			if (id == 0) /* padding */
				return true;
			template_withdraw(x->im->templates, x->session->id, id < SET_DATA ? 0 : id,
			                  false);
			took = 0;
		} else {
			took = take_template(x, id, count, 0, false, p + 4, left - 4);
			if (took == 0)
				return false;
		}
		p += 4 + took;
		left -= 4 + took;
	}
	return true;
}

static bool
options_set(struct export *x, const uint8_t *p, size_t left)
{
	while (left >= 6) {
		const uint16_t id = import_u16(p);
		unsigned scopes, count;
		size_t took, head = 6;

		if (id == 0)
			return true;
		if (x->version == VERSION_IPFIX) {
			count = import_u16(p + 2);
			scopes = import_u16(p + 4);
			head = count == 0 ? 4 : 6;
		} else { /* lengths in bytes */
			scopes = import_u16(p + 2) / 4;
			count = scopes + import_u16(p + 4) / 4;
		}
		took = 0;
		if (count == 0) {
			template_withdraw(x->im->templates, x->session->id, id < SET_DATA ? 0 : id,
			                  true);
		} else {
			took = take_template(x, id, count, scopes, true, p + head, left - head);
			if (took == 0)
				return false;
		}
		p += head + took;
		left -= head + took;
	}
	return true;
}

/* One record; how many bytes it takes, 0: it ends beyond the set. */
static size_t
take_record(const struct import_template *t, const uint8_t *p, size_t left, struct import_values *v)
{
	size_t at = 0;

	memset(v, 0, sizeof(*v));
	for (unsigned i = 0; i < t->count; i++) {
		const struct import_template_field *f = &t->field[i];
		uint32_t length = f->length;

		if (length == TEMPLATE_VARIABLE) {
			if (left - at < 1)
				return 0;
			length = p[at++];
			if (length == UINT8_MAX) {
				if (left - at < 2)
					return 0;
				length = import_u16(p + at);
				at += 2;
			}
		}
		if (left - at < length)
			return 0;
		field_take(v, f->row, f->reverse, p + at, length);
		at += length;
	}
	return at;
}

static bool
data_set(struct export *x, uint16_t id, const uint8_t *p, size_t left)
{
	const struct import_template *t = template_get(x->im->templates, x->session->id, id);

	if (t == NULL) {
		import_count(x->im, COUNTER_import_no_template);
		x->records_known = false;
		return true;
	}
	/* what is shorter than a record is padding */
	while (left >= t->size_min) {
		struct import_values values;
		const size_t took = take_record(t, p, left, &values);

		if (took == 0)
			return false;
		x->records++;
		if (t->options)
			import_options(x, &values);
		else
			import_values_emit(x, &values);
		p += took;
		left -= took;
	}
	return true;
}

static bool
take_set(struct export *x, uint16_t id, const uint8_t *p, size_t len)
{
	const bool ipfix = x->version == VERSION_IPFIX;

	if (id >= SET_DATA)
		return data_set(x, id, p, len);
	if (id == (ipfix ? 2 : 0))
		return template_set(x, p, len);
	if (id == (ipfix ? 3 : 1))
		return options_set(x, p, len);
	return true; /* reserved */
}

/* What was whole before the damage counts. */
static void
take_sets(struct export *x, const uint8_t *p, size_t left)
{
	while (left >= SET_HEADER) {
		const uint16_t id = import_u16(p), len = import_u16(p + 2);

		if (len < SET_HEADER || len > left ||
		    !take_set(x, id, p + SET_HEADER, len - SET_HEADER)) {
			import_count(x->im, COUNTER_import_malformed);
			x->records_known = false;
			return;
		}
		p += len;
		left -= len;
	}
}

static void
import_ipfix(struct export *x, const uint8_t *p, size_t len)
{
	const uint16_t length = len >= HEADER_IPFIX ? import_u16(p + 2) : 0;

	if (length < HEADER_IPFIX || length > len) {
		import_count(x->im, COUNTER_import_malformed);
		return;
	}
	x->now_ns = import_u32(p + 4) * IMPORT_SECOND;
	x->session = import_session(x->im, x->origin, VERSION_IPFIX, import_u32(p + 12));
	take_sets(x, p + HEADER_IPFIX, length - HEADER_IPFIX);
	if (x->records_known)
		import_sequence(x->im, x->session, import_u32(p + 8),
		                import_u32(p + 8) + x->records, COUNTER_import_lost_flows);
	else
		x->session->has_sequence = false;
}

static void
import_netflow9(struct export *x, const uint8_t *p, size_t len)
{
	if (len < HEADER_9) {
		import_count(x->im, COUNTER_import_malformed);
		return;
	}
	x->uptime_ms = import_u32(p + 4);
	x->now_ns = import_u32(p + 8) * IMPORT_SECOND;
	x->session = import_session(x->im, x->origin, 9, import_u32(p + 16));
	take_sets(x, p + HEADER_9, len - HEADER_9);
	import_sequence(x->im, x->session, import_u32(p + 12), import_u32(p + 12) + 1,
	                COUNTER_import_lost_datagrams);
}

void
import_sets(struct importer *im, const struct import_origin *o, const uint8_t *p, size_t len)
{
	struct export x = {
		.im = im,
		.origin = o,
		.version = import_u16(p),
		.records_known = true,
	};

	if (x.version == VERSION_IPFIX)
		import_ipfix(&x, p, len);
	else
		import_netflow9(&x, p, len);
}
