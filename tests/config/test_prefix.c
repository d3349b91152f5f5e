/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "config/prefix.h"
#include "tests/config/loaded.h"

/* Whether an address is in a prefix, both as text. */
static bool
contains(const char *prefix, const char *address)
{
	struct prefix p, a;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	assert_int_equal(prefix_parse(address, &a), 0);
	assert_int_equal(a.bits, 128);
	return prefix_contains(&p, a.address);
}

static void
prefix_contains_its_addresses_alone(void **state)
{
	(void)state;
	assert_true(contains("192.0.2.0/24", "192.0.2.0"));
	assert_true(contains("192.0.2.0/24", "192.0.2.255"));
	assert_false(contains("192.0.2.0/24", "192.0.3.0"));
	assert_false(contains("192.0.2.0/24", "192.0.1.255"));
	assert_true(contains("192.0.2.128/25", "192.0.2.129"));
	assert_false(contains("192.0.2.128/25", "192.0.2.127"));
	assert_true(contains("192.0.2.7", "192.0.2.7"));
	assert_false(contains("192.0.2.7", "192.0.2.6"));
	assert_true(contains("0.0.0.0/0", "255.255.255.255"));
	assert_false(contains("0.0.0.0/0", "2001:db8::1"));
	assert_true(contains("::/0", "2001:db8::1"));
	assert_true(contains("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(contains("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(contains("::1", "::1"));
}

static void
other_texts_are_no_prefix(void **state)
{
	static const char *const texts[] = {
		"",
		"/",
		"/8",
		"192.0.2.0/",
		"192.0.2.0/33",
		"192.0.2.0/-1",
		"192.0.2.0/24x",
		"192.0.2.0/0024",
		"192.0.2.1/24",
		"192.0.2",
		"2001:db8::1/64",
		"2001:db8::/129",
		"localhost",
		"2001:db8::00000000000000000000000000000000000000/32"
	};
	struct prefix p;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(prefix_parse(texts[i], &p), -EINVAL);
}

static void
lists_of_prefixes_are_checked_where_they_are_read(void **state)
{
	struct loaded l;

	(void)state;
	loaded_text(&l, "PANOPTES_CLIENT_ALLOW=192.0.2.0/24,2001:db8::/32\n"
	                "PANOPTES_CLIENT_ALLOW=127.0.0.1\nPANOPTES_CLIENT_DENY=192.0.2.1\n");
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.c.client_allow.n, 3);
	assert_int_equal(l.c.client_deny.n, 1);
	loaded_free(&l);
	loaded_text(&l, "\nPANOPTES_CLIENT_DENY=192.0.2.0/24,10/8\n");
	assert_int_equal(l.rc, -EINVAL);
	assert_contains(l.error, ":2: PANOPTES_CLIENT_DENY: \"10/8\" is not a prefix");
	loaded_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefix_contains_its_addresses_alone),
		cmocka_unit_test(other_texts_are_no_prefix),
		cmocka_unit_test(lists_of_prefixes_are_checked_where_they_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
