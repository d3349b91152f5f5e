/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lcore/dissect/dissected.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lcore/dissect/packet_rules.h"

static const struct dissect_options classic;

/* malloc: there is nothing behind it. One byte more where there is none at all. */
static struct packet_view
view_exactly(const uint8_t *bytes, uint32_t captured, uint32_t length, uint16_t link_type)
{
	static uint8_t *copy;

	free(copy);
	copy = malloc(captured != 0 ? captured : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, captured);
	return (struct packet_view){
		.data = copy,
		.time_ns = 1000,
		.clock_ns = 1000,
		.captured = captured,
		.length = length,
		.link_type = link_type,
	};
}

enum dissect_result
dissect_bytes(const uint8_t *bytes, uint32_t captured, uint32_t length, uint16_t link_type,
              struct packet *p)
{
	const struct packet_view v = view_exactly(bytes, captured, length, link_type);
	const char *broken = packet_rules(&v);

	if (broken != NULL)
		fail_msg("%u of %u bytes: %s", captured, length, broken);
	memset(p, 0xa5, sizeof(*p));
	return dissect(&classic, &v, p);
}

void
dissect_built(struct packet_builder *b, uint16_t link_type, struct packet *p)
{
	packet_seal(b);
	assert_int_equal(dissect_bytes(b->bytes, b->len, b->len, link_type, p), DISSECT_OK);
}

void
dissect_keyed(struct packet_builder *b, const struct dissect_options *options, struct packet *p)
{
	struct packet_view v;

	packet_seal(b);
	v = view_exactly(b->bytes, b->len, b->len, LINK_ETHERNET);
	assert_int_equal(dissect(options, &v, p), DISSECT_OK);
}

void
dissect_cut_everywhere(struct packet_builder *b, uint16_t link_type, uint32_t headers)
{
	bool had_key = false;
	struct packet p;

	packet_seal(b);
	for (uint32_t n = 0; n <= b->len; n++) {
		const enum dissect_result by_capture =
		        dissect_bytes(b->bytes, n, b->len, link_type, &p);

		/* with a link header there is a key, and never again without */
		assert_true(by_capture == DISSECT_OK || !had_key);
		had_key = by_capture == DISSECT_OK;
		if (had_key && n < headers)
			assert_true(p.flags & PACKET_TRUNCATED);
		if (had_key && n >= headers)
			assert_false(p.flags & PACKET_TRUNCATED);
		assert_int_equal(dissect_bytes(b->bytes, n, n, link_type, &p), by_capture);
		if (had_key && n < headers)
			assert_true(p.flags & PACKET_MALFORMED);
	}
	assert_true(had_key);
}

void
assert_same_flow(const struct packet *a, const struct packet *b, bool opposite)
{
	assert_memory_equal(&a->key, &b->key, sizeof(a->key));
	assert_int_equal(a->reverse ^ b->reverse, opposite);
}

void
assert_other_flow(const struct packet *a, const struct packet *b)
{
	assert_memory_not_equal(&a->key, &b->key, sizeof(a->key));
}

void
assert_key_address(const struct packet *p, unsigned index, unsigned end)
{
	if (p->key.kind == FLOW_IPV4)
		assert_memory_equal(p->key.addr[index], packet_ip4_of[end], 4);
	else
		assert_memory_equal(p->key.addr[index], packet_ip6_of[end], 16);
}
