/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Templates of NetFlow 9 and IPFIX (RFC 7011, section 3.4): what the records of a
 * data set look like, by session and template id.
 *
 * There is room for TEMPLATES_MAX of up to TEMPLATE_FIELDS_MAX fields each; the one
 * that was not used for the longest makes room for a new one. Memory is taken at
 * creation, costs nothing before it is touched. Owned by one importer.
 */
#ifndef PANOPTES_LCORE_IMPORT_TEMPLATE_STORE_H
#define PANOPTES_LCORE_IMPORT_TEMPLATE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#define TEMPLATES_MAX 4096u
#define TEMPLATE_FIELDS_MAX 128u
#define TEMPLATE_VARIABLE UINT16_MAX /* length of a field that brings its own */

struct import_template_field {
	uint16_t length; /* bytes, or TEMPLATE_VARIABLE */
	uint8_t row;     /* of the table in fields.c; FIELD_UNKNOWN: skipped */
	uint8_t reverse; /* of the way back (RFC 5103) */
};

struct import_template {
	uint64_t session; /* struct session's id */
	uint64_t used;
	uint16_t id;
	uint16_t next;
	uint16_t count;
	bool options;
	uint32_t size_min; /* bytes of a record, at least; never 0 */
	struct import_template_field field[TEMPLATE_FIELDS_MAX];
};

struct template_store;

/* NULL without memory. */
struct template_store *template_store_create(void);
void template_store_free(struct template_store *);

/* NULL: there is none. Valid until the next template_put(). */
const struct import_template *template_get(struct template_store *, uint64_t session, uint16_t id);

/* A copy takes the place of the one with the same session and id. Whether another one was evicted
 * for it. */
bool template_put(struct template_store *, const struct import_template *);

/* No longer valid; id 0: all of the session that are, or are not, of options. */
void template_withdraw(struct template_store *, uint64_t session, uint16_t id, bool options);

#endif
