/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface expressions: argus's forms, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/interface.h"

static struct interface_list list;
static char error[256];

static int
read_text(const char *text)
{
	char *v[] = { (char *)(uintptr_t)text };
	const struct string_list expressions = { .v = v, .n = 1 };

	interface_list_clear(&list);
	error[0] = '\0';
	return interface_list_read(&list, &expressions, error, sizeof(error));
}

static void
expect(size_t i, enum interface_kind kind, const char *name, unsigned group)
{
	assert_true(i < list.n);
	assert_int_equal(list.v[i].kind, kind);
	assert_string_equal(list.v[i].name, name);
	assert_int_equal(list.v[i].group, group);
}

static void
expect_number(size_t i, uint8_t id)
{
	assert_true(list.v[i].has_source_id);
	assert_int_equal(list.v[i].source_id.kind, SOURCE_ID_INTEGER);
	assert_int_equal(list.v[i].source_id.bytes[3], id);
}

static void
names_addresses_and_devices_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(read_text("eth0"), 0);
	expect(0, INTERFACE_KERNEL, "eth0", 0);
	assert_false(list.v[0].has_source_id);
	assert_int_equal(read_text("0000:3b:00.1"), 0);
	expect(0, INTERFACE_PCI, "0000:3b:00.1", 0);
	assert_int_equal(read_text("3b:00.0/7"), 0);
	expect(0, INTERFACE_PCI, "3b:00.0", 0);
	expect_number(0, 7);
	assert_int_equal(read_text("net_memif0,role=client,socket=/run/a.sock"), 0);
	expect(0, INTERFACE_VDEV, "net_memif0,role=client,socket=/run/a.sock", 0);
	assert_int_equal(read_text("[net_memif0,role=client,socket=/run/a.sock]/9"), 0);
	expect(0, INTERFACE_VDEV, "net_memif0,role=client,socket=/run/a.sock", 0);
	expect_number(0, 9);
	assert_int_equal(list.groups, 1);
	assert_int_equal(read_text("udp://[2001:db8::1]:2055"), 0);
	expect(0, INTERFACE_COLLECT, "udp://[2001:db8::1]:2055", 0);
	assert_int_equal(read_text("udp://:2055"), 0);
	assert_int_equal(read_text("[udp://127.0.0.1:6343]/4"), 0);
	expect(0, INTERFACE_COLLECT, "udp://127.0.0.1:6343", 0);
	expect_number(0, 4);
}

static void
ind_keeps_interfaces_apart_and_bond_and_dup_join_them(void **state)
{
	(void)state;
	assert_int_equal(read_text("ind:en0/1,en1/2"), 0);
	expect(0, INTERFACE_KERNEL, "en0", 0);
	expect(1, INTERFACE_KERNEL, "en1", 1);
	expect_number(0, 1);
	expect_number(1, 2);
	assert_int_equal(list.groups, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(read_text(i ? "dup:en0,en1/3" : "bond:en0,en1/3"), 0);
		expect(0, INTERFACE_KERNEL, "en0", 0);
		expect(1, INTERFACE_KERNEL, "en1", 0);
		expect_number(0, 3);
		expect_number(1, 3);
		assert_int_equal(list.groups, 1);
	}
	assert_int_equal(read_text("dup:[en0,en1]/\"span\""), 0);
	assert_int_equal(list.groups, 1);
	assert_int_equal(list.v[0].source_id.kind, SOURCE_ID_STRING);
	assert_memory_equal(list.v[0].source_id.bytes, "span", 4);
	/* several behind one option */
	assert_int_equal(read_text("en0 en1"), 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(list.groups, 2);
}

static void
expressions_add_up(void **state)
{
	char a[] = "dup:a,b", b[] = "c", c[] = "net_ring0";
	char *v[] = { a, b, c };
	const struct string_list expressions = { .v = v, .n = 3 };

	(void)state;
	interface_list_clear(&list);
	assert_int_equal(interface_list_read(&list, &expressions, error, sizeof(error)), 0);
	assert_int_equal(list.n, 4);
	expect(1, INTERFACE_KERNEL, "b", 0);
	expect(2, INTERFACE_KERNEL, "c", 1);
	expect(3, INTERFACE_VDEV, "net_ring0", 2);
	assert_int_equal(list.groups, 3);
}

static void
wrong_expressions_are_refused_by_name(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{ "", "no interface" },
		{ "ind:", "no interface" },
		{ "dup:[en0,en1", "bracket" },
		{ "[en0]x", "bracket" },
		{ "en0/", "source id" },
		{ "en0/-1", "source id" },
		{ "en0/99999999999", "source id" },
		{ "en0/\"toolong\"", "source id" },
		{ "en0/\"a b\"", "neither" },
		{ "en0,en0", "twice" },
		{ "a-name-that-is-too-long", "neither" },
		{ "00:zz.0", "neither" },
		{ "/1", "missing" },
		{ "udp://", "neither" },
		{ "udp://127.0.0.1", "neither" },
		{ "udp://[::1]", "neither" },
		{ "udp://127.0.0.1:99999", "neither" },
		{ "tcp://127.0.0.1:2055", "neither" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_text(wrong[i].text), -EINVAL);
		if (strstr(error, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].text, error);
	}
	interface_list_clear(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_addresses_and_devices_are_told_apart),
		cmocka_unit_test(ind_keeps_interfaces_apart_and_bond_and_dup_join_them),
		cmocka_unit_test(expressions_add_up),
		cmocka_unit_test(wrong_expressions_are_refused_by_name),
	};

	return cmocka_run_group_tests_name("interface", tests, NULL, NULL);
}
