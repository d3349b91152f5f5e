/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/key.h"
#include "config/setting.h"
#include "tests/config/loaded.h"

static void
every_row_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *k = &config_keys[i];
		const size_t n = k->help != NULL ? strlen(k->help) : 0;

		assert_true(n > 3);
		assert_int_not_equal(k->help[n - 1], '.');
		assert_true(k->kind < VALUE_KINDS);
		assert_true(k->min <= k->max);
		/* an option has an argument, or stands for a value itself; of both, the argument
		 * may be left out */
		if (key_is_option(k))
			assert_true(k->argument != NULL || k->bare != NULL);
		else if (k->kind != VALUE_HEADING)
			assert_non_null(k->variable);
	}
}

static void
names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct key *a = &config_keys[i], *b = &config_keys[j];

			if (a->variable != NULL && b->variable != NULL)
				assert_string_not_equal(a->variable, b->variable);
			if (a->letter != 0)
				assert_int_not_equal(a->letter, b->letter);
			if (a->option != NULL && b->option != NULL)
				assert_string_not_equal(a->option, b->option);
		}
	}
}

/* argus's whole option line: letters, and which take an argument. */
static void
each_option_of_argus_is_there(void **state)
{
	static const char options[] = "AbB:c:CdD:e:fF:g:i:JmM:N:OP:pRr:S:s:tT:u:U:w:XZh";

	(void)state;
	for (const char *o = options; *o != '\0'; o++) {
		const struct key *found = NULL;

		if (*o == ':')
			continue;
		for (size_t i = 0; i < KEY_COUNT; i++) {
			if (config_keys[i].letter == *o)
				found = &config_keys[i];
		}
		assert_non_null(found);
		assert_int_equal(found->argument != NULL, o[1] == ':');
	}
}

static void
a_variable_is_found_by_its_whole_name(void **state)
{
	const struct key *k = key_find("ARGUS_DAEMON=yes", 12);

	(void)state;
	assert_ptr_equal(k, &config_keys[KEY_daemon]);
	assert_int_equal(key_id(k), KEY_daemon);
	assert_null(key_find("ARGUS_DAEMON", 11));
	assert_null(key_find("ARGUS_DAEMONS", 13));
	assert_null(key_find("argus_daemon", 12));
	assert_null(key_find("", 0));
}

static void
names_are_the_operators(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(key_name(&config_keys[KEY_daemon], out, sizeof(out)), "option -d");
	assert_string_equal(key_name(&config_keys[KEY_workers], out, sizeof(out)),
	                    "option --workers");
	assert_string_equal(key_name(&config_keys[KEY_capture_dirs], out, sizeof(out)),
	                    "option -R");
	assert_string_equal(key_name(&config_keys[KEY_flow_key], out, sizeof(out)),
	                    "ARGUS_FLOW_KEY");
}

/* What the table calls the default leaves the default as it is. */
static void
defaults_are_values_that_the_parser_takes(void **state)
{
	char error[512];
	struct setting_source source = { .file = "defaults",
		                         .error = error,
		                         .error_size = sizeof(error) };
	struct config before, after;

	(void)state;
	config_init(&before);
	config_init(&after);
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct setting s = {
			.config = &after,
			.source = &source,
			.key = &config_keys[i],
			.text = config_keys[i].initial,
		};

		if (s.text == NULL)
			continue;
		assert_int_equal(setting_apply(&s), 0);
		assert_int_equal(before.origin[i], ORIGIN_DEFAULT);
		assert_int_equal(after.origin[i], ORIGIN_FILE);
		after.origin[i] = ORIGIN_DEFAULT;
	}
	config_fini(&before);
	config_fini(&after);
	assert_memory_equal(&after, &before, sizeof(after));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_explained),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(each_option_of_argus_is_there),
		cmocka_unit_test(a_variable_is_found_by_its_whole_name),
		cmocka_unit_test(names_are_the_operators),
		cmocka_unit_test(defaults_are_values_that_the_parser_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
