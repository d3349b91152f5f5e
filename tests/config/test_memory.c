/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every allocation fails once: that is told, and nothing is lost or freed twice
 * (the sanitizers see to that). Linked with --wrap for malloc and its kin.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/config/fake_names.h"
#include "tests/config/loaded.h"

/* The allocation that fails, counted down; below 0: none. */
static long failing = -1;

void *__real_malloc(size_t);
void *__real_realloc(void *, size_t);
char *__real_strdup(const char *);
void *__wrap_malloc(size_t);
void *__wrap_realloc(void *, size_t);
char *__wrap_strdup(const char *);

static bool
fails(void)
{
	return failing >= 0 && failing-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

static const char everything[] =
        "ARGUS_OUTPUT_FILE=\"a tcp\"\nARGUS_OUTPUT_FILE=b\nARGUS_OUTPUT_FILE=\"c udp\"\n"
        "ARGUS_FILTER=ip\nARGUS_FILTER=\"tcp\"\nARGUS_BIND_IP=\"::1,127.0.0.1\"\n"
        "ARGUS_INTERFACE=e0\nARGUS_INTERFACE=e1\nARGUS_FLOW_KEY=VLAN+LAYER_2\n"
        "ARGUS_KEYSTROKE_CONF=\"DC_MIN=1;GS_MAX=2\"\nARGUS_EVENT_DATA=file:/x:1s\n"
        "ARGUS_MONITOR_ID=\"abcdefgh\"\nARGUS_UNKNOWN=1\nARGUS_DAEMON=\n"
        "ARGUS_HASHTABLE_SIZE=1\nARGUS_MAR_STATUS_INTERVAL=0.5\n"
        "ARGUS_CAPTURE_DATA_LEN=65535\nARGUS_KEYSTROKE=yes\nARGUS_DAEMON=\"no\" x\n";

static void
a_file_survives_each_failed_allocation(void **state)
{
	long n = 0;

	(void)state;
	for (;; n++) {
		struct loaded l;
		long left;

		l.error[0] = '\0';
		config_init(&l.c);
		failing = n;
		l.rc = config_load_text(&l.c, "x", everything, sizeof(everything) - 1, l.error,
		                        sizeof(l.error));
		left = failing;
		failing = -1;
		if (left >= 0) { /* nothing failed any more */
			assert_int_equal(l.rc, 0);
			loaded_free(&l);
			break;
		}
		assert_int_equal(l.rc, -ENOMEM);
		assert_contains(l.error, "out of memory");
		loaded_free(&l);
	}
	assert_true(n > 40);
}

static void
a_line_survives_each_failed_allocation(void **state)
{
	long n = 0;

	(void)state;
	for (;; n++) {
		struct loaded l;
		long left;

		failing = n; /* config_init() takes none */
		loaded_line(&l, "-X", "-r", "a", "b", "-R", "/tmp", "-w", "o", "tcp", "-i", "e0",
		            "e1", "-B", "::1", "-u", "me", "-e", "\"abcdefgh\"", "-M", "0.5", "-F",
		            "/dev/null", "--", "tcp", "port", NULL);
		left = failing;
		failing = -1;
		if (left >= 0) {
			assert_int_equal(l.rc, 0);
			assert_string_equal(l.c.packet_filter, "tcp port");
			loaded_free(&l);
			break;
		}
		assert_true(l.rc == -ENOMEM || l.rc == -EINVAL);
		assert_true(l.error[0] != '\0');
		loaded_free(&l);
	}
	assert_true(n > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_survives_each_failed_allocation),
		cmocka_unit_test(a_line_survives_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
