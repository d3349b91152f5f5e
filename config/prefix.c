/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* Whether all bits from 'bits' on are 0. */
static bool
rest_is_zero(const uint8_t address[16], unsigned bits)
{
	for (unsigned i = bits; i < 128; i++) {
		if (address[i / 8] & (0x80 >> (i % 8)))
			return false;
	}
	return true;
}

/* Up to three digits; more than 'max' is no length. */
static int
parse_length(const char *text, unsigned max, unsigned *out)
{
	unsigned n = 0;
	size_t i = 0;

	for (; text[i] >= '0' && text[i] <= '9' && i < 3; i++)
		n = n * 10 + (unsigned)(text[i] - '0');
	if (i == 0 || text[i] != '\0' || n > max)
		return -EINVAL;
	*out = n;
	return 0;
}

int
prefix_parse(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	const size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	struct prefix p = { { 0 }, 0 };
	unsigned offset = 0, length;

	if (n >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, n);
	address[n] = '\0';
	if (inet_pton(AF_INET, address, p.address + 12) == 1) {
		p.address[10] = p.address[11] = 0xff;
		offset = 96;
	} else if (inet_pton(AF_INET6, address, p.address) != 1) {
		return -EINVAL;
	}
	length = 128 - offset;
	if (slash != NULL && parse_length(slash + 1, 128 - offset, &length) < 0)
		return -EINVAL;
	p.bits = (uint8_t)(offset + length);
	if (!rest_is_zero(p.address, p.bits))
		return -EINVAL;
	*out = p;
	return 0;
}

bool
prefix_contains(const struct prefix *p, const uint8_t address[16])
{
	const unsigned whole = p->bits / 8, rest = p->bits % 8;

	if (memcmp(p->address, address, whole) != 0)
		return false;
	return rest == 0 || (p->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}
