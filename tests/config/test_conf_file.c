/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * argus.conf: each variable, each way to write a value, and what is wrong.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/key.h"
#include "config/metadata_item.h"
#include "tests/config/fake_names.h"
#include "tests/config/loaded.h"

#define AT(field) offsetof(struct config, field), sizeof(((struct config *)0)->field)

/* Every variable whose value is a number or yes and no: what is written, what must be there. */
static const struct {
	const char *variable, *text;
	size_t offset, size;
	uint64_t value;
} numbers[] = {
	{ "ARGUS_DAEMON", "yes", AT(daemon), true },
	{ "ARGUS_ACCESS_PORT", "561", AT(access_port), 561 },
	{ "ARGUS_SET_PID", "yes", AT(set_pid), true },
	{ "ARGUS_GO_PROMISCUOUS", "no", AT(promiscuous), false },
	{ "ARGUS_FLOW_STATUS_INTERVAL", "0.7", AT(status_interval_ns), 700000000 },
	{ "ARGUS_FLOW_STATUS_INTERVAL", "0", AT(status_interval_ns), 0 },
	{ "ARGUS_FLOW_STATUS_INTERVAL", "0.000001", AT(status_interval_ns), 1000 },
	{ "ARGUS_MAR_STATUS_INTERVAL", "300", AT(mar_interval_s), 300 },
	{ "ARGUS_CAPTURE_DATA_LEN", "32", AT(user_data_size), 32 },
	{ "ARGUS_GENERATE_START_RECORDS", "yes", AT(start_records), true },
	{ "ARGUS_GENERATE_RESPONSE_TIME_DATA", "yes", AT(response_time), true },
	{ "ARGUS_GENERATE_JITTER_DATA", "yes", AT(jitter), true },
	{ "ARGUS_GENERATE_MAC_DATA", "yes", AT(mac), true },
	{ "ARGUS_DEBUG_LEVEL", "8", AT(debug_level), 8 },
	{ "ARGUS_FILTER_OPTIMIZER", "no", AT(filter_optimize), false },
	{ "ARGUS_MIN_SSF", "40", AT(min_ssf), 40 },
	{ "ARGUS_MAX_SSF", "128", AT(max_ssf), 128 },
	{ "ARGUS_FLOW_TYPE", "Unidirectional", AT(unidirectional), true },
	{ "ARGUS_FLOW_TYPE", "uni", AT(unidirectional), true },
	{ "ARGUS_FLOW_TYPE", "\"Bidirectional\"", AT(unidirectional), false },
	{ "ARGUS_FLOW_KEY", "VLAN", AT(flow_key), FLOW_KEY_VLAN },
	{ "ARGUS_FLOW_KEY", "\"CLASSIC_5_TUPLE+VLAN\"", AT(flow_key),
	  FLOW_KEY_5TUPLE | FLOW_KEY_VLAN },
	{ "ARGUS_FLOW_KEY", "\"CLASSIC_5_TUPLE MPLS\"", AT(flow_key),
	  FLOW_KEY_5TUPLE | FLOW_KEY_LOCAL_MPLS },
	{ "ARGUS_FLOW_KEY", "LOCAL_MPLS", AT(flow_key), FLOW_KEY_LOCAL_MPLS },
	{ "ARGUS_FLOW_KEY", "complete_mpls", AT(flow_key), FLOW_KEY_COMPLETE_MPLS },
	{ "ARGUS_FLOW_KEY", "CLASSIC_5_TUPLE+VNI", AT(flow_key), FLOW_KEY_5TUPLE | FLOW_KEY_VNI },
	{ "ARGUS_FLOW_KEY", "TUNNEL_ID", AT(flow_key), FLOW_KEY_TUNNEL_ID },
	{ "ARGUS_FLOW_KEY", "LAYER_2", AT(flow_key), FLOW_KEY_L2 },
	{ "ARGUS_FLOW_KEY", "LAYER_2_MATRIX", AT(flow_key), FLOW_KEY_L2_MATRIX },
	{ "ARGUS_FLOW_KEY", "LAYER_3_MATRIX", AT(flow_key), FLOW_KEY_L3_MATRIX },
	{ "ARGUS_GENERATE_APPBYTE_METRIC", "yes", AT(app_bytes), true },
	{ "ARGUS_GENERATE_TCP_PERF_METRIC", "no", AT(tcp_performance), false },
	{ "ARGUS_GENERATE_BIDIRECTIONAL_TIMESTAMPS", "yes", AT(bidirectional_times), true },
	{ "ARGUS_GENERATE_PACKET_SIZE", "yes ", AT(packet_size), true },
	{ "ARGUS_PCAP_BUF_SIZE", "3G", AT(pcap_buffer_size), UINT64_C(3000000000) },
	{ "ARGUS_KEYSTROKE", "yes", AT(keystroke), true },
	{ "ARGUS_KEYSTROKE", "\"tcp\"", AT(keystroke), true },
	{ "ARGUS_KEYSTROKE", "ssh", AT(keystroke), true },
	{ "ARGUS_KEYSTROKE", "ssh", AT(keystroke_ssh), true },
	{ "ARGUS_KEYSTROKE", "tcp", AT(keystroke_ssh), false },
	{ "ARGUS_KEYSTROKE_CONF", "\"DC_MIN=20;DS_MIN=21\"", AT(keystroke_conf.dc_min), 20 },
	{ "ARGUS_KEYSTROKE_CONF", "\"DC_MIN=20;DS_MIN=21\"", AT(keystroke_conf.ds_min), 21 },
	{ "ARGUS_KEYSTROKE_CONF", "gpc_max=4", AT(keystroke_conf.gpc_max), 4 },
	{ "ARGUS_KEYSTROKE_CONF", "DC_MAX=1;DS_MAX=2;GS_MAX=5", AT(keystroke_conf.gs_max), 5 },
	{ "ARGUS_KEYSTROKE_CONF", "IC_MIN=6;LCS_MAX=7", AT(keystroke_conf.ic_min_us), 6 },
	{ "ARGUS_KEYSTROKE_CONF", "IC_MIN=6;LCS_MAX=7;", AT(keystroke_conf.lcs_max_us), 7 },
	{ "ARGUS_TUNNEL_DISCOVERY", "\"yes\"", AT(tunnel_discovery), true },
	{ "PANOPTES_TUNNEL", "outer", AT(tunnel), TUNNEL_OUTER },
	{ "PANOPTES_TUNNEL", "inner", AT(tunnel), TUNNEL_INNER },
	{ "PANOPTES_TUNNEL", "Both", AT(tunnel), TUNNEL_BOTH },
	{ "PANOPTES_TUNNEL", "argus", AT(tunnel), TUNNEL_ARGUS },
	{ "ARGUS_IP_TIMEOUT", "31", AT(ip_timeout_s), 31 },
	{ "ARGUS_TCP_TIMEOUT", "61", AT(tcp_timeout_s), 61 },
	{ "ARGUS_ICMP_TIMEOUT", "6", AT(icmp_timeout_s), 6 },
	{ "ARGUS_IGMP_TIMEOUT", "32", AT(igmp_timeout_s), 32 },
	{ "ARGUS_FRAG_TIMEOUT", "7", AT(frag_timeout_s), 7 },
	{ "ARGUS_ARP_TIMEOUT", "8 ", AT(arp_timeout_s), 8 },
	{ "ARGUS_OTHER_TIMEOUT", "65534", AT(other_timeout_s), 65534 },
	{ "ARGUS_TRACK_DUPLICATES", "yes", AT(track_duplicates), true },
	{ "PANOPTES_WORKERS", "4", AT(workers), 4 },
	{ "PANOPTES_FLOWS", "2M", AT(flows), 2000000 },
	{ "PANOPTES_BURST", "64", AT(burst), 64 },
	{ "PANOPTES_CLIENTS_MAX", "64", AT(clients_max), 64 },
	{ "PANOPTES_CLIENTS_PER_ADDRESS", "64", AT(clients_per_address), 64 },
	{ "PANOPTES_RING_SLOTS", "1024", AT(ring_slots), 1024 },
	{ "PANOPTES_SPOOL_SIZE", "64M", AT(spool_size), 64000000 },
	{ "PANOPTES_ROTATE", "5m", AT(rotate_s), 300 },
	{ "PANOPTES_STATS", "yes", AT(statistics), true },
	{ "PANOPTES_MBUFS", "16K", AT(mbufs), 16000 },
	{ "PANOPTES_POWER", "poll", AT(power), POWER_POLL },
	{ "PANOPTES_POWER", "Sleep", AT(power), POWER_SLEEP },
	{ "PANOPTES_KERNEL_CAPTURE", "xdp", AT(kernel_capture), KERNEL_CAPTURE_XDP },
	{ "PANOPTES_KERNEL_CAPTURE", "packet", AT(kernel_capture), KERNEL_CAPTURE_PACKET },
	{ "PANOPTES_TIMESTAMPS", "port", AT(timestamps), TIMESTAMPS_PORT },
	{ "PANOPTES_TIMESTAMPS", "cpu", AT(timestamps), TIMESTAMPS_CPU },
	{ "PANOPTES_APPS", "yes", AT(apps), true },
	{ "PANOPTES_APPS", "yes", AT(apps_items), 0 },
	{ "PANOPTES_APPS", "+sni", AT(apps), true },
	{ "PANOPTES_APPS", "\"yes +sni +ja4\"", AT(apps_items), METADATA_SNI | METADATA_JA4 },
	{ "PANOPTES_APPS", "+qname,+rcode", AT(apps_items), METADATA_QNAME | METADATA_RCODE },
	{ "PANOPTES_APPS", "+all", AT(apps_items), METADATA_ALL },
	{ "PANOPTES_APPS", "+sni,no", AT(apps_items), 0 },
	{ "PANOPTES_APPS_SHIPPED", "no", AT(apps_shipped), false },
	{ "PANOPTES_APPS_PACKETS", "8", AT(apps_packets), 8 },
	{ "PANOPTES_OVERLOAD", "lose", AT(overload), OVERLOAD_POLICY_LOSE },
	{ "PANOPTES_OVERLOAD", "SHED", AT(overload), OVERLOAD_POLICY_SHED },
	{ "PANOPTES_SPREAD", "flow", AT(spread), SPREAD_FLOW },
};

static uint64_t
field_value(const struct config *c, size_t offset, size_t size)
{
	const char *field = (const char *)c + offset;

	switch (size) {
	case 1:
		return *(const uint8_t *)field;
	case 2:
		return *(const uint16_t *)field;
	case 4:
		return *(const uint32_t *)field;
	default:
		return *(const uint64_t *)field;
	}
}

/* What belongs to a later version says so, and is kept nevertheless. */
static void
assert_loaded_but_for_later(const struct loaded *l)
{
	assert_int_equal(l->rc, 0);
	for (size_t i = 0; i < l->c.warnings.n; i++)
		assert_contains(l->c.warnings.v[i], "is not available yet: ignored");
}

static void
each_number_arrives(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct loaded l;
		char text[128];

		snprintf(text, sizeof(text), "%s=%s\n", numbers[i].variable, numbers[i].text);
		assert_loaded_but_for_later(loaded_text(&l, text));
		if (field_value(&l.c, numbers[i].offset, numbers[i].size) != numbers[i].value)
			print_error("%s", text);
		assert_true(field_value(&l.c, numbers[i].offset, numbers[i].size) ==
		            numbers[i].value);
		assert_int_equal(
		        l.c.origin[key_find(numbers[i].variable, strlen(numbers[i].variable)) -
		                   config_keys],
		        ORIGIN_FILE);
		loaded_free(&l);
	}
}

static void
each_string_arrives(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_text(&l, "ARGUS_PID_PATH=\"/run/argus\"\n"
	                              "ARGUS_CHROOT_DIR=/chroot_dir\n"
	                              "ARGUS_SETUSER_ID=user\n"
	                              "ARGUS_SETGROUP_ID=group\n"
	                              "ARGUS_FILTER=\"tcp and port 80\"\n"
	                              "ARGUS_ENV=\"PCAP_MEMORY=300000\"\n"
	                              "ARGUS_ENV=A=b\n"
	                              "ARGUS_EVENT_DATA=\"prog:/usr/bin/uptime:30s\"\n"
	                              "ARGUS_EVENT_DATA=\"file:/proc/vmstat:1m:compress\"\n"
	                              "ARGUS_INTERFACE=ind:en0/\"en0\",en2/19234\n"
	                              "ARGUS_INTERFACE=eth1\n"
	                              "PANOPTES_COLLECT=udp://127.0.0.1:2055\n"
	                              "ARGUS_BIND_IP=\"::1,127.0.0.1\"\n"
	                              "ARGUS_BIND_IP=192.168.0.68\n"
	                              "PANOPTES_EAL=\"--log-level 8\"\n"
	                              "PANOPTES_HUGE=no\nPANOPTES_LCORES=0-1\nPANOPTES_NAME=span\n"
	                              "PANOPTES_SPOOL=\"/var/spool/a b\"\n"
	                              "PANOPTES_RULES=/etc/a.rules\nPANOPTES_RULES=b.rules\n"
	                              "PANOPTES_APPS_CACHE=/var/cache/x\n"));
	assert_string_equal(l.c.pid_path, "/run/argus");
	assert_string_equal(l.c.chroot_dir, "/chroot_dir");
	assert_string_equal(l.c.user, "user");
	assert_string_equal(l.c.group, "group");
	assert_string_equal(l.c.lcores, "0-1");
	assert_string_equal(l.c.name, "span");
	assert_string_equal(l.c.packet_filter, "tcp and port 80");
	assert_int_equal(l.c.environment.n, 2);
	assert_string_equal(l.c.environment.v[0], "PCAP_MEMORY=300000");
	assert_string_equal(l.c.environment.v[1], "A=b");
	assert_int_equal(l.c.events.n, 2);
	assert_int_equal(l.c.interfaces.n, 3);
	assert_string_equal(l.c.interfaces.v[2], "udp://127.0.0.1:2055");
	assert_string_equal(l.c.interfaces.v[0], "ind:en0/\"en0\",en2/19234");
	assert_string_equal(l.c.interfaces.v[1], "eth1");
	assert_int_equal(l.c.bind_addresses.n, 3);
	assert_string_equal(l.c.bind_addresses.v[0], "::1");
	assert_string_equal(l.c.bind_addresses.v[2], "192.168.0.68");
	assert_string_equal(l.c.eal, "--log-level 8");
	assert_string_equal(l.c.spool, "/var/spool/a b");
	assert_int_equal(l.c.rules.n, 2);
	assert_string_equal(l.c.rules.v[1], "b.rules");
	assert_string_equal(l.c.apps_cache, "/var/cache/x");
	assert_int_equal(l.c.huge, HUGE_NO);
	loaded_free(&l);
}

/* Variables that other tests write, and those without effect, are all there are. */
static void
each_variable_is_tested(void **state)
{
	static const char *const elsewhere[] = {
		"ARGUS_PID_PATH",
		"ARGUS_CHROOT_DIR",
		"ARGUS_SETUSER_ID",
		"ARGUS_SETGROUP_ID",
		"ARGUS_FILTER",
		"ARGUS_ENV",
		"ARGUS_EVENT_DATA",
		"ARGUS_INTERFACE",
		"ARGUS_BIND_IP",
		"PANOPTES_EAL",
		"PANOPTES_HUGE",
		"PANOPTES_SPOOL",
		"PANOPTES_RULES",
		"PANOPTES_APPS_CACHE",
		"PANOPTES_COLLECT",
		"PANOPTES_LCORES",
		"PANOPTES_NAME",
		"PANOPTES_FORMAT",
		"PANOPTES_CLIENT_ALLOW",
		"PANOPTES_CLIENT_DENY",
		"ARGUS_MONITOR_ID",
		"ARGUS_OUTPUT_FILE",
		"ARGUS_OUTPUT_STREAM",
		"ARGUS_PACKET_CAPTURE_FILE",
		"ARGUS_PACKET_CAPTURE_ON_ERROR",
		"ARGUS_CAPTURE_FULL_CONTROL_DATA",
		"ARGUS_CONTROLPLANE_PROTO",
	};
	unsigned three = 0, five = 0;

	(void)state;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const char *name = config_keys[i].variable;
		bool found = config_keys[i].kind == VALUE_IGNORED;

		if (name == NULL)
			continue;
		if (strncmp(name, "ARGUS_", 6) == 0) {
			if (config_keys[i].use & USE_FIVE)
				five++;
			else
				three++;
		}
		for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++)
			found |= strcmp(numbers[j].variable, name) == 0;
		for (size_t j = 0; j < sizeof(elsewhere) / sizeof(elsewhere[0]); j++)
			found |= strcmp(elsewhere[j], name) == 0;
		if (!found)
			print_error("no test writes %s\n", name);
		assert_true(found);
	}
	assert_int_equal(three, 51);
	assert_int_equal(five, 17);
}

static void
outputs_have_filters_in_each_documented_form(void **state)
{
	static const struct {
		const char *value, *target, *filter;
	} rows[] = {
		{ "/a/b", "/a/b", NULL },
		{ "\"/a/b\"", "/a/b", NULL },
		{ "\"/a/b tcp and port 80\"", "/a/b", "tcp and port 80" },
		{ "/a/b \"tcp and port 80\"", "/a/b", "tcp and port 80" },
		{ "/a/b tcp and port 80", "/a/b", "tcp and port 80" },
		{ "\"/a/b\" \"tcp and port 80\"", "/a/b", "tcp and port 80" },
		{ "/a/b\t\"tcp\" // why", "/a/b", "tcp" },
		{ "/a/b // why", "/a/b", NULL },
		{ "/a/b # why", "/a/b", NULL },
		{ "\"/a/b tcp\" // why", "/a/b", "tcp" },
		{ "\"/a/b\" # why", "/a/b", NULL },
		{ "\"/a/b \"", "/a/b", NULL },
		{ "/a/b \"\"", "/a/b", NULL },
		{ "/a#b//c", "/a#b//c", NULL },
		{ "-", "-", NULL },
		{ "\"argus-udp://host:561 'tcp and not udp'\"", "argus-udp://host:561",
		  "tcp and not udp" },
		{ "argus-udp://224.0.20.21:561", "argus-udp://224.0.20.21:561", NULL },
	};
	static const char *const names[] = { "ARGUS_OUTPUT_FILE", "ARGUS_OUTPUT_STREAM" };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l;
		char text[128];

		snprintf(text, sizeof(text), "%s=%s\n", names[i % 2], rows[i / 2].value);
		assert_loaded(loaded_text(&l, text));
		assert_int_equal(l.c.outputs.n, 1);
		assert_string_equal(l.c.outputs.v[0].target, rows[i / 2].target);
		if (rows[i / 2].filter == NULL)
			assert_null(l.c.outputs.v[0].filter);
		else
			assert_string_equal(l.c.outputs.v[0].filter, rows[i / 2].filter);
		loaded_free(&l);
	}
}

static void
the_first_output_of_a_file_replaces_those_before(void **state)
{
	static const char second[] =
	        "ARGUS_OUTPUT_STREAM=c\nARGUS_OUTPUT_FILE=d\nARGUS_INTERFACE=e1\n";
	struct loaded l;

	(void)state;
	assert_loaded(loaded_text(&l, "ARGUS_OUTPUT_FILE=a\nARGUS_OUTPUT_FILE=b\n"
	                              "ARGUS_INTERFACE=e0\nARGUS_BIND_IP=::1\n"));
	assert_int_equal(l.c.outputs.n, 2);
	assert_string_equal(l.c.outputs.v[1].target, "b");
	assert_int_equal(config_load_text(&l.c, "second", second, sizeof(second) - 1, l.error,
	                                  sizeof(l.error)),
	                 0);
	assert_int_equal(l.c.outputs.n, 2);
	assert_string_equal(l.c.outputs.v[0].target, "c");
	assert_string_equal(l.c.outputs.v[1].target, "d");
	assert_int_equal(l.c.interfaces.n, 1);
	assert_string_equal(l.c.interfaces.v[0], "e1");
	assert_int_equal(l.c.bind_addresses.n, 1);
	loaded_free(&l);
}

static void
comments_and_blank_lines_say_nothing(void **state)
{
	static const char text[] = "\xef\xbb\xbf# a comment\n"
	                           "   # another\n\t! and another\n\n \t \r\n"
	                           "#ARGUS_DAEMON=perhaps\n# a NUL: \0, and a word\n"
	                           "  ARGUS_TCP_TIMEOUT=61\t// indented\r\n"
	                           "ARGUS_IP_TIMEOUT= 31 \r\n"
	                           "ARGUS_ARP_TIMEOUT=9";
	struct loaded l;

	(void)state;
	assert_loaded(loaded_bytes(&l, text, sizeof(text) - 1));
	assert_int_equal(l.c.tcp_timeout_s, 61);
	assert_int_equal(l.c.ip_timeout_s, 31);
	assert_int_equal(l.c.arp_timeout_s, 9);
	loaded_free(&l);
	assert_loaded(loaded_bytes(&l, "", 0));
	loaded_free(&l);
}

static void
a_line_is_as_long_as_it_is(void **state)
{
	const size_t n = 300000;
	char *text = malloc(n + 64);
	struct loaded l;
	size_t at;

	(void)state;
	assert_non_null(text);
	at = (size_t)sprintf(text, "ARGUS_FILTER=\"ip");
	memset(text + at, 'x', n);
	strcpy(text + at + n, "\"\nARGUS_MONITOR_ID=7\n");
	assert_loaded(loaded_text(&l, text));
	assert_int_equal(strlen(l.c.packet_filter), n + 2);
	assert_int_equal(l.c.source_id.bytes[3], 7);
	loaded_free(&l);
	free(text);
}

static void
malformed_values_are_refused_with_file_and_line(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "ARGUS_DAEMON=perhaps", "ARGUS_DAEMON: \"perhaps\" is not yes or no" },
		{ "ARGUS_GENERATE_MAC_DATA=1", "yes or no" },
		{ "ARGUS_ACCESS_PORT=65536", "(0 to 65535)" },
		{ "ARGUS_ACCESS_PORT=monitor", "\"monitor\"" },
		{ "ARGUS_FLOW_STATUS_INTERVAL=often",
		  "\"often\" is not a number of seconds (0.000001 to 31536000, or 0)" },
		{ "ARGUS_FLOW_STATUS_INTERVAL=-1", "\"-1\"" },
		{ "ARGUS_FLOW_STATUS_INTERVAL=0.0000001", "0.000001" },
		{ "ARGUS_FLOW_STATUS_INTERVAL=31536001", "31536000" },
		{ "ARGUS_MAR_STATUS_INTERVAL=1m", "a number of seconds (0 to 31536000)" },
		{ "ARGUS_CAPTURE_DATA_LEN=-1", "(0 to 32000)" },
		{ "ARGUS_TCP_TIMEOUT=4294967297", "\"4294967297\"" },
		{ "ARGUS_PCAP_BUF_SIZE=1GB", "\"1GB\"" },
		{ "ARGUS_FLOW_TYPE=Tri", "Bidirectional or Unidirectional" },
		{ "ARGUS_FLOW_KEY=VLAN+PORT", "\"PORT\" is not one of CLASSIC_5_TUPLE" },
		{ "ARGUS_KEYSTROKE=often", "yes, no, tcp or ssh" },
		{ "ARGUS_KEYSTROKE_CONF=DC_MIN", "\"DC_MIN\" is not NAME=number" },
		{ "ARGUS_KEYSTROKE_CONF=DC_MIN=x", "\"DC_MIN=x\"" },
		{ "ARGUS_KEYSTROKE_CONF=DC_MIN=5000000000", "\"DC_MIN=5000000000\"" },
		{ "ARGUS_KEYSTROKE_CONF=ICR_MAX=y", "\"ICR_MAX=y\"" },
		{ "ARGUS_KEYSTROKE_CONF=DC_MIN="
		  "00000000000000000000000000000000000000000000000000000000001",
		  "is not NAME=number" },
		{ "ARGUS_KEYSTROKE_CONF=XX=1", "names are DC_MIN" },
		{ "ARGUS_EVENT_DATA=uptime", "file:path:interval" },
		{ "ARGUS_EVENT_DATA=file:/x", "file:path:interval" },
		{ "ARGUS_EVENT_DATA=file:/x:s", "file:path:interval" },
		{ "ARGUS_EVENT_DATA=file::1s", "file:path:interval" },
		{ "ARGUS_EVENT_DATA=file:/x:1s:gzip", "file:path:interval" },
		{ "ARGUS_FILTER=\"tcp", "closing double quote" },
		{ "ARGUS_OUTPUT_FILE=/x \"tcp", "closing quote" },
		{ "ARGUS_OUTPUT_STREAM=\"argus-udp://h 'tcp\"", "closing quote" },
		{ "PANOPTES_BURST=0", "(1 to 64)" },
		{ "PANOPTES_BURST=65", "(1 to 64)" },
		{ "PANOPTES_WORKERS=65", "(0 to 64)" },
		{ "PANOPTES_HUGE=maybe", "yes, no or auto" },
		{ "PANOPTES_TUNNEL=yes", "argus, outer, inner or both" },
		{ "PANOPTES_COLLECT=eth0", "is not udp://address:port" },
		{ "PANOPTES_POWER=off", "\"off\" is not one of auto|poll|sleep" },
		{ "PANOPTES_POWER=pol", "not one of" },
		{ "PANOPTES_POWER=auto|poll", "not one of" },
		{ "PANOPTES_OVERLOAD=drop", "not one of shed|lose" },
		{ "PANOPTES_SPREAD=ports", "not one of address|flow" },
		{ "ARGUS_FLOW_KEY=MPLS+VNI", "not for both" },
		{ "ARGUS_FLOW_KEY=TUNNEL_ID+COMPLETE_MPLS", "not for both" },
		{ "PANOPTES_FORMAT=4", "\"4\" is not a record format: 3 or 5" },
		{ "PANOPTES_FORMAT=five", "3 or 5" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l;
		char text[128];

		snprintf(text, sizeof(text), "# 1\n\n%s\n", rows[i].line);
		loaded_text(&l, text);
		assert_refused(&l, rows[i].words);
		assert_contains(l.error, "test.conf:3: ");
		loaded_free(&l);
	}
}

static void
a_nul_byte_is_refused(void **state)
{
	static const char text[] = "ARGUS_DAEMON=no\nARGUS_TCP\0_TIMEOUT=1\n";
	struct loaded l;

	(void)state;
	loaded_bytes(&l, text, sizeof(text) - 1);
	assert_refused(&l, "test.conf:2: a NUL byte");
	loaded_free(&l);
}

static void
what_argus_passes_over_is_a_warning(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "ARGUS_NO_SUCH_THING=1", "\"ARGUS_NO_SUCH_THING\" is no variable" },
		{ "export ARGUS_DAEMON=yes", "\"export ARGUS_DAEMON\" is no variable" },
		{ "argus_daemon=yes", "is no variable" },
		{ "=yes", "is no variable" },
		{ "ARGUS_DAEMON =yes", "must have = right behind it" },
		{ "ARGUS_DAEMON", "is not NAME=value" },
		{ "ARGUS_DAEMON=", "ARGUS_DAEMON: has no value" },
		{ "ARGUS_DAEMON= // nothing", "ARGUS_DAEMON: has no value" },
		{ "ARGUS_TCP_TIMEOUT=\"\"", "has no value" },
		{ "ARGUS_DAEMON=\"no\" yes", "what follows the quotes" },
		{ "ARGUS_HASHTABLE_SIZE=4096", "argus 5" },
		{ "ARGUS_OS_FINGERPRINTING=no", "argus 5" },
		{ "ARGUS_MAR_STATUS_INTERVAL=0.5", "rounded up to 1 seconds" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l;
		char text[128];

		snprintf(text, sizeof(text), "\n%s\n", rows[i].line);
		loaded_text(&l, text);
		assert_warned(&l, rows[i].words);
		assert_contains(l.c.warnings.v[0], "test.conf:2: ");
		assert_false(l.c.daemon);
		loaded_free(&l);
	}
}

static void
empty_values_and_dead_variables_are_silent(void **state)
{
	struct loaded l;

	(void)state;
	assert_loaded(loaded_text(&l, "ARGUS_FILTER=tcp\nARGUS_FILTER=\"\"\nARGUS_CHROOT_DIR=\n"
	                              "ARGUS_BIND_IP=\"\"\nARGUS_PACKET_CAPTURE_FILE=\"\"\n"
	                              "ARGUS_KEYSTROKE=\"no\"\nARGUS_TUNNEL_DISCOVERY=no\n"
	                              "ARGUS_PACKET_CAPTURE_ON_ERROR=\"no\"\n"
	                              "ARGUS_SELF_SYNCHRONIZE=yes\nARGUS_COLLECTOR=x\n"
	                              "ARGUS_JITTER_HISTOGRAM=x\n"));
	assert_null(l.c.packet_filter);
	assert_null(l.c.chroot_dir);
	assert_int_equal(l.c.bind_addresses.n, 0);
	loaded_free(&l);
}

/* Messages go to terminals and logs. */
static void
messages_are_printable_whatever_the_file_holds(void **state)
{
	struct loaded l;

	(void)state;
	loaded_text(&l, "ARGUS_TCP_TIMEOUT=\x1b[31m\x07\n");
	assert_refused(&l, "\"?[31m?\"");
	loaded_free(&l);
	loaded_text(&l, "\x1b]0;x\x07=1\n");
	assert_warned(&l, "\"?]0;x?\"");
	loaded_free(&l);
}

static void
files_are_read_and_their_absence_is_told(void **state)
{
	char path[] = "/tmp/panoptes-test.XXXXXX";
	const int fd = mkstemp(path);
	struct loaded l;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "ARGUS_TCP_TIMEOUT=77\nARGUS_X=1", 30), 30);
	close(fd);
	assert_loaded(loaded_text(&l, ""));
	assert_int_equal(config_load_file(&l.c, path, l.error, sizeof(l.error)), 0);
	assert_int_equal(l.c.tcp_timeout_s, 77);
	assert_int_equal(l.c.warnings.n, 1);
	assert_contains(l.c.warnings.v[0], path);
	unlink(path);
	assert_int_equal(config_load_file(&l.c, path, l.error, sizeof(l.error)), -ENOENT);
	assert_contains(l.error, path);
	assert_int_equal(config_load_file(&l.c, "/tmp", l.error, sizeof(l.error)), -EINVAL);
	assert_contains(l.error, "directory");
	assert_int_equal(config_load_file(&l.c, "/dev/zero", l.error, sizeof(l.error)), -EINVAL);
	assert_contains(l.error, "too large");
	loaded_free(&l);
}

/* What is on real machines loads as it is, without a word. */
static void
installed_files_load_unmodified(void **state)
{
	static const char *const files[] = {
		"cat /etc/argus.conf",
		"zcat /usr/share/doc/argus-server/examples/support/Config/argus.conf.gz",
		/* with each example in it switched on */
		("zcat /usr/share/doc/argus-server/examples/support/Config/argus.conf.gz | "
		 "sed 's/^#\\(ARGUS_[A-Z0-9_]*=\\)/\\1/'"),
	};
	unsigned found = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		static char text[1 << 17];
		char command[256];
		FILE *pipe;
		struct loaded l;
		size_t n;

		snprintf(command, sizeof(command), "{ %s; } 2>/dev/null", files[i]);
		pipe = popen(command, "r"); /* NOLINT(cert-env33-c) */
		assert_non_null(pipe);
		n = fread(text, 1, sizeof(text), pipe);
		pclose(pipe);
		if (n == 0)
			continue;
		found++;
		loaded_bytes(&l, text, n);
		if (i < 2)
			assert_loaded(&l);
		if (l.rc != 0)
			print_error("%s: %s\n", files[i], l.error);
		assert_int_equal(l.rc, 0);
		loaded_free(&l);
	}
	if (found == 0)
		skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_arrives),
		cmocka_unit_test(each_string_arrives),
		cmocka_unit_test(each_variable_is_tested),
		cmocka_unit_test(outputs_have_filters_in_each_documented_form),
		cmocka_unit_test(the_first_output_of_a_file_replaces_those_before),
		cmocka_unit_test(comments_and_blank_lines_say_nothing),
		cmocka_unit_test(a_line_is_as_long_as_it_is),
		cmocka_unit_test(malformed_values_are_refused_with_file_and_line),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(what_argus_passes_over_is_a_warning),
		cmocka_unit_test(empty_values_and_dead_variables_are_silent),
		cmocka_unit_test(messages_are_printable_whatever_the_file_holds),
		cmocka_unit_test(files_are_read_and_their_absence_is_told),
		cmocka_unit_test(installed_files_load_unmodified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
