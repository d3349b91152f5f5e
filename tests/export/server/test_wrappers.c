/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's rules, in files of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <tcpd.h>

#include "export/server/wrappers.h"

static char allow[] = "/tmp/panoptes-allow-XXXXXX", deny[] = "/tmp/panoptes-deny-XXXXXX";

static int
rules_open(void **state)
{
	const int a = mkstemp(allow), d = mkstemp(deny);

	(void)state;
	if (a < 0 || d < 0)
		return -1;
	close(a);
	close(d);
	hosts_allow_table = allow;
	hosts_deny_table = deny;
	return 0;
}

static int
rules_close(void **state)
{
	(void)state;
	unlink(allow);
	unlink(deny);
	return 0;
}

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static bool
granted(const char *allowed, const char *denied, const char *address)
{
	struct sockaddr_storage peer = { .ss_family = AF_INET }, local = { .ss_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	put(allow, allowed);
	put(deny, denied);
	if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1) {
		memcpy(&peer, &six, sizeof(six));
	} else {
		assert_int_equal(inet_pton(AF_INET, address, &four.sin_addr), 1);
		memcpy(&peer, &four, sizeof(four));
	}
	return wrappers_grant(&peer, &local);
}

static void
rules_for_argus_hold(void **state)
{
	static const char all[] = "ALL: ALL\n";

	(void)state;
	assert_true(granted("", "", "192.0.2.1"));
	assert_false(granted("", all, "192.0.2.1"));
	assert_false(granted("", "argus: 192.0.2.\n", "192.0.2.1"));
	assert_true(granted("", "argus: 192.0.2.\n", "198.51.100.1"));
	assert_true(granted("", "sshd: ALL\n", "192.0.2.1"));
	assert_true(granted("argus: 192.0.2.0/255.255.255.0\n", all, "192.0.2.1"));
	assert_false(granted("argus: 192.0.2.0/255.255.255.0\n", all, "192.0.3.1"));
	assert_true(granted("argus: [2001:db8::]/32\n", all, "2001:db8::1"));
	assert_false(granted("argus: [2001:db8::]/32\n", all, "2001:db9::1"));
}

/* An option that would put another program in this one's place. */
static void
program_is_not_replaced(void **state)
{
	(void)state;
	assert_false(granted("argus: ALL: twist /bin/true\n", "ALL: ALL\n", "192.0.2.1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_for_argus_hold),
		cmocka_unit_test(program_is_not_replaced),
	};

	return cmocka_run_group_tests(tests, rules_open, rules_close);
}
