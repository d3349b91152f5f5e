/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What counts as control plane.
 */
#include <errno.h>

#include "tests/config/loaded.h"

static unsigned
bits(const uint64_t *words, unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += (unsigned)__builtin_popcountll(words[i]);
	return sum;
}

static void
assert_sums(const struct loaded *l, unsigned tcp, unsigned udp, unsigned ip)
{
	const struct control_protocols *c = &l->c.control_protocols;

	assert_int_equal(bits(c->tcp, 1024), tcp);
	assert_int_equal(bits(c->udp, 1024), udp);
	assert_int_equal(bits(c->ip, 4), ip);
}

/* 5060, 53, 52, 525, 5353, 5354, 67, 68, 646 of both. */
static void
the_default_is_routing_names_and_addresses(void **state)
{
	const struct control_protocols *c;
	struct loaded l;

	(void)state;
	assert_loaded(loaded_text(&l, ""));
	c = &l.c.control_protocols;
	assert_sums(&l, 12, 15, 6);
	assert_true(control_has(c->tcp, 6633) && control_has(c->tcp, 6653));
	assert_true(control_has(c->tcp, 179) && !control_has(c->udp, 179));
	assert_true(control_has(c->udp, 53) && control_has(c->tcp, 53));
	assert_true(control_has(c->udp, 123) && !control_has(c->tcp, 123));
	assert_true(control_has(c->ip, 89) && !control_has(c->ip, 6));
	assert_false(l.c.control_plane);
	loaded_free(&l);
}

/* The example of argus's manual, and the same in numbers. */
static void
forms_of_argus_are_known_without_a_services_file(void **state)
{
	struct loaded l, numbers;

	(void)state;
	assert_loaded(loaded_text(&l, "ARGUS_CONTROLPLANE_PROTO=\"sip,udp:name,udp:nicname,"
	                              "udp:domain,udp:netbios-ns,xns-time,udp:ntp,udp:router,"
	                              "udp:ripng,timed,mdns,mdnsresponder,bootps,bootpc\"\n"));
	assert_loaded(loaded_text(&numbers, "ARGUS_CONTROLPLANE_PROTO=\"5060,udp:42,udp:43,udp:53,"
	                                    "udp:137,52,udp:123,udp:520,udp:521,525,5353,5354,67,"
	                                    "68\"\n"));
	assert_sums(&l, 7, 14, 0);
	assert_memory_equal(&l.c.control_protocols, &numbers.c.control_protocols,
	                    sizeof(l.c.control_protocols));
	loaded_free(&l);
	loaded_free(&numbers);
}

static void
lists_of_a_file_add_up(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_text(&l, "ARGUS_CONTROLPLANE_PROTO=\"tcp:0, tcp:65535\tIP:255\"\n"
	                              "ARGUS_CONTROLPLANE_PROTO=ip:Eigrp,UDP:1\n"));
	assert_sums(&l, 2, 1, 2);
	assert_true(control_has(l.c.control_protocols.tcp, 65535));
	assert_true(control_has(l.c.control_protocols.ip, 88));
	loaded_free(&l);
}

static void
what_is_none_is_an_error_with_its_place(void **state)
{
	static const char *const rows[] = {
		"tcp:65536",
		"-1",
		"ip:256",
		"sctp:53",
		"no-such-service-at-all",
		"tcp:",
		"ip:nix",
		"udp:domain:",
		"53;54",
		"0x35",
		"ip:no-such-protocol",
		"udp:a-name-that-is-longer-than-any-service-that-anybody-has-had",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l;
		char text[128];

		snprintf(text, sizeof(text), "\nARGUS_CONTROLPLANE_PROTO=\"53,%s\"\n", rows[i]);
		loaded_text(&l, text);
		if (l.rc == 0)
			print_error("%s\n", rows[i]);
		assert_int_equal(l.rc, -EINVAL);
		assert_contains(l.error, "test.conf:2: ARGUS_CONTROLPLANE_PROTO: \"");
		assert_contains(l.error, "is not a service or a port");
		assert_null(strchr(l.error, '\n'));
		loaded_free(&l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_is_routing_names_and_addresses),
		cmocka_unit_test(forms_of_argus_are_known_without_a_services_file),
		cmocka_unit_test(lists_of_a_file_add_up),
		cmocka_unit_test(what_is_none_is_an_error_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
