/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prefixes of addresses: "192.0.2.0/24", "2001:db8::/32"; without a length, one
 * address. IPv4 is kept as IPv6 has it mapped (RFC 4291 2.5.5.2), so that there is
 * one kind. Pure functions; any core.
 */
#ifndef PANOPTES_CONFIG_PREFIX_H
#define PANOPTES_CONFIG_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

struct prefix {
	uint8_t address[16];
	uint8_t bits; /* 0..128 that count */
};

/* 0, or -EINVAL when the text is something else or has bits behind its length. */
int prefix_parse(const char *text, struct prefix *out);

bool prefix_contains(const struct prefix *, const uint8_t address[16]);

#endif
