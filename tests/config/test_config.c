/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/setting.h"
#include "tests/config/loaded.h"

static void
defaults_are_the_ones_argus_has(void **state)
{
	struct config c;

	(void)state;
	config_init(&c);
	assert_int_equal(c.action, CONFIG_RUN);
	assert_true(c.status_interval_ns == UINT64_C(5000000000));
	assert_int_equal(c.mar_interval_s, 60);
	assert_int_equal(c.ip_timeout_s, 30);
	assert_int_equal(c.tcp_timeout_s, 60);
	assert_int_equal(c.icmp_timeout_s, 5);
	assert_int_equal(c.igmp_timeout_s, 30);
	assert_int_equal(c.frag_timeout_s, 5);
	assert_int_equal(c.arp_timeout_s, 5);
	assert_int_equal(c.other_timeout_s, 30);
	assert_int_equal(c.flow_key, FLOW_KEY_5TUPLE);
	assert_false(c.unidirectional);
	assert_true(c.promiscuous);
	assert_true(c.filter_optimize);
	assert_true(c.tcp_performance);
	assert_false(c.start_records || c.response_time || c.packet_size || c.jitter || c.mac ||
	             c.app_bytes || c.bidirectional_times || c.control_plane ||
	             c.track_duplicates || c.tunnel_discovery || c.keystroke || c.daemon ||
	             c.set_pid || c.follow || c.tsh || c.statistics || c.packet_capture_on_error);
	assert_int_equal(c.source_id.kind, SOURCE_ID_NONE);
	assert_int_equal(c.access_port, 0);
	assert_int_equal(c.user_data_size, 0);
	assert_int_equal(c.outputs.n + c.capture_files.n + c.interfaces.n + c.warnings.n, 0);
	assert_null(c.packet_filter);
	assert_null(c.pid_path);
	assert_int_equal(c.keystroke_conf.dc_min, 48);
	assert_int_equal(c.keystroke_conf.dc_max, 128);
	assert_int_equal(c.keystroke_conf.gs_max, 3);
	assert_int_equal(c.keystroke_conf.ds_min, 24);
	assert_int_equal(c.keystroke_conf.ds_max, 256);
	assert_int_equal(c.keystroke_conf.ic_min_us, 50000);
	assert_int_equal(c.keystroke_conf.lcs_max_us, 50000);
	assert_int_equal(c.keystroke_conf.gpc_max, 3);
	assert_true(c.keystroke_conf.icr_min == 0.892 && c.keystroke_conf.icr_max == 1.122);
	assert_int_equal(c.burst, 32);
	assert_int_equal(c.ring_slots, 4096);
	assert_int_equal(c.workers, 0);
	assert_int_equal(c.huge, HUGE_AUTO);
	config_fini(&c);
}

static void
warnings_are_cut_off_where_nobody_reads_on(void **state)
{
	struct config c;

	(void)state;
	config_init(&c);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(config_warn(&c, "number %d", i), 0);
	assert_int_equal(c.warnings.n, 101);
	assert_string_equal(c.warnings.v[0], "number 0");
	assert_string_equal(c.warnings.v[99], "number 99");
	assert_contains(c.warnings.v[100], "more warnings");
	config_fini(&c);
	assert_int_equal(c.warnings.n, 0);
}

static void
ending_twice_is_harmless(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_text(&l, "ARGUS_OUTPUT_FILE=\"a tcp\"\nARGUS_FILTER=\"ip\"\n"));
	config_fini(&l.c);
	config_fini(&l.c);
	assert_null(l.c.packet_filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_ones_argus_has),
		cmocka_unit_test(warnings_are_cut_off_where_nobody_reads_on),
		cmocka_unit_test(ending_twice_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
