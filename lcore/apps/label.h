/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The text of a flow's label, built piece by piece: "key=value" joined by ';'. A value
 * is escaped, so that the text can be taken apart again whatever a packet carried:
 * printable ASCII stands for itself, except ; = " % , and blank; these and every other
 * byte are %XX. Values of packets are hostile: nothing here depends on their end.
 * A label is a few hundred bytes on its caller's stack; it owns nothing.
 */
#ifndef PANOPTES_LCORE_APPS_LABEL_H
#define PANOPTES_LCORE_APPS_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABEL_MAX 240       /* characters of a label in all */
#define LABEL_VALUE_MAX 128 /* of one value, escaped; a longer one is cut and ends in "%.." */

struct label {
	uint16_t len;
	bool cut; /* something had no room: what is there is whole */
	char text[LABEL_MAX];
};

/* Appends ";key=value", escaped; without ';' where the label is empty. What has no room in whole is
 * left out. Returns whether it was added. */
bool label_add(struct label *, const char *key, const void *value, size_t len);

/* For a value that is a number. */
bool label_add_number(struct label *, const char *key, unsigned value);

#endif
