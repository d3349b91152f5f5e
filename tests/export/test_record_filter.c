/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filters of records: the grammar, each kind of test, and what is said of
 * expressions that are wrong. That ra selects the same is shown beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/argus/dsr.h"
#include "export/filter/record_filter.h"
#include "tests/export/records.h"

static struct far_options options = { .app_bytes = true, .mac = true };
static struct flow_record record;
static struct flow_jitter_report gaps;
static struct far_input input = { .options = &options, .record = &record, .sequence = 7 };

/* An HTTP connection, 141.142.228.5.59856 -> 192.150.187.43.80, 7 packets each way. */
static int
begin(void **state)
{
	(void)state;
	record_http(&record);
	input.jitter = NULL;
	return 0;
}

static bool
selects(const char *text)
{
	char error[256] = "";
	struct record_filter *f = record_filter_compile(text, error, sizeof(error));
	bool yes;

	if (f == NULL)
		fail_msg("\"%s\": %s", text, error);
	yes = record_filter_match(f, &input);
	record_filter_free(f);
	return yes;
}

static void
assert_each(const char *const *texts, bool yes)
{
	for (; *texts != NULL; texts++) {
		if (selects(*texts) != yes)
			fail_msg("\"%s\" selects %s", *texts, yes ? "nothing" : "it");
	}
}

static void
nothing_said_selects_all(void **state)
{
	(void)state;
	assert_true(selects(""));
	assert_true(selects(" \t\n"));
}

static void
hosts_nets_and_ports(void **state)
{
	static const char *const yes[] = {
		"host 141.142.228.5",
		"src 141.142.228.5",
		"src host 141.142.228.5 and dst host 192.150.187.43",
		"net 141.142.0.0/16",
		"dst net 192.150.187.0 mask 255.255.255.0",
		"net 141",
		"src or dst net 192.150.187.43/32",
		"port 80",
		"dst port 80",
		"tcp port http",
		"dst port 53-215",
		"src port gt 1024",
		"src port >= 59856",
		"port 22 or 80",
		"port (22 or 80)",
		"ip host 141.142.228.5",
		NULL,
	};
	static const char *const no[] = {
		"dst host 141.142.228.5",
		"src and dst host 141.142.228.5",
		"host 10.0.0.1",
		"net 2001:db8::/32",
		"host 2001:db8::1",
		"src port 80",
		"udp port 80",
		"port 81-59855",
		"dst port != 80",
		"arp host 141.142.228.5",
		"ipv6 host 2001:db8::1",
		NULL,
	};

	(void)state;
	assert_each(yes, true);
	assert_each(no, false);
}

static void
protocols(void **state)
{
	static const char *const yes[] = {
		"tcp",
		"ip",
		"ipv4",
		"ip proto 6",
		"ip proto tcp",
		"ipv4 proto 6",
		"ether proto 0x800",
		"far",
		NULL,
	};
	static const char *const no[] = {
		"udp",  "icmp", "igmp", "arp", "rarp", "ipv6", "ipv6 proto 6", "ether proto 0x806",
		"vlan", "mpls", "isis", "esp", "sctp", "rtp",  "man",          "event",
		NULL,
	};

	(void)state;
	assert_each(yes, true);
	assert_each(no, false);
	record.proto = 132;
	assert_true(selects("sctp"));
	assert_false(selects("tcp or port 80"));
}

/* Alike, from left to right; not binds tighter; qualifiers are inherited. */
static void
words_are_joined_as_ra_does(void **state)
{
	static const char *const yes[] = {
		"tcp or udp and port 80",
		"(tcp or udp) and port 80",
		"not udp and tcp",
		"! (udp || icmp)",
		"not not tcp",
		"host 10.0.0.1 or 141.142.228.5",
		"dst port 22 or 80",
		"not host 10.0.0.1 and not 10.0.0.2",
		"dst port (22 or (80 or 81))",
		"port not 22",
		"tcp and (port 22 or (far))",
		NULL,
	};
	static const char *const no[] = {
		"udp or tcp and port 22",         "tcp or udp and port 22", "src port 22 or 80",
		"not host 10.0.0.1 and 10.0.0.2", "src port 22 or (80)",    NULL,
	};

	(void)state;
	assert_each(yes, true);
	assert_each(no, false);
}

static void
numbers(void **state)
{
	static const char *const yes[] = {
		"pkts 7",
		"src pkts eq 7",
		"pkts gt 6",
		"bytes lt 611",
		"dst bytes gte 5477",
		"src and dst pkts lte 7",
		"seq 7",
		"seq < 8",
		"ttl 64",
		"src ttl 0x40",
		"trans 1",
		"base gt 100",
		"dur gt 0.2",
		"dur lt 1",
		"load gt 1",
		"rate lte 1000.5",
		"tcprtt gt 0.07",
		"loss 0",
		"src tos 0",
		"avgdur > .1",
		NULL,
	};
	static const char *const no[] = {
		"pkts 8",    "pkts != 7", "src bytes gt 610",
		"seq gt 7",  "vid 5",     "vpri 1",
		"mid 1",     "spi 1",     "nstroke gte 0",
		"asn 1",     "dur gt 1",  "ploss gt 0",
		"jit gte 0", "dst ttl 1", NULL,
	};

	(void)state;
	assert_each(yes, true);
	assert_each(no, false);
	record.net_report.tcp.half[0].retransmitted = 7;
	assert_true(selects("src ploss eq 50 and src loss gte 7 and dst loss 0"));
}

static void
shares_and_gaps(void **state)
{
	(void)state;
	record.app_bytes[0] = 100;
	record.app_bytes[1] = 300;
	assert_true(selects("pcr eq -0.5 and appbytes gt 200 and src data 100"));
	options.app_bytes = false;
	assert_false(selects("appbytes gt 0"));
	options.app_bytes = true;
	gaps.active[0] = (struct flow_interval){ .count = 1, .mean_us = 2000, .max_us = 2000 };
	gaps.idle[0] = (struct flow_interval){ .count = 3, .mean_us = 6000, .stdev_us = 1000 };
	input.jitter = &gaps;
	assert_true(selects("src inter eq 5 and intpktact eq 2 and intpktidle eq 6"));
	assert_true(selects("src jit gt 1.9 and src jit lt 2 and jitidle eq 1 and jitact eq 0"));
}

static void
states_of_connections(void **state)
{
	static const char *const yes[] = {
		"est", "con", "syn",    "src syn", "fin", "src and dst fin", "synack", "finack",
		"ack", "mss", "wscale", "tcpopt",  NULL,
	};
	static const char *const no[] = {
		"reset",  "dst reset", "urg",  "retrans", "src retrans", "winshut",
		"ooo",    "ecn",       "dup",  "frag",    "fragonly",    "multipath",
		"normal", "wait",      "echo", "unreach", "icmpmap",     NULL,
	};

	(void)state;
	assert_each(yes, true);
	assert_each(no, false);
	record.net_report.tcp.status |= 0x100 | 0x800 | 0x10000;
	record.ip[1].fragment = 1;
	record.multi = FLOW_MULTI_MAC_DST;
	record.flags |= FLOW_RECORD_MAC;
	assert_true(selects("src retrans and not dst retrans and dst winshut and src ooo"));
	assert_true(selects("dst frag and not src frag and dst multipath and not src multipath"));
	/* the direction before holds for words that can have one */
	assert_false(selects("src port 22 or winshut"));
	assert_true(selects("dst port 22 or winshut"));
	assert_true(selects("(src port 22) or winshut"));
}

static void
causes_and_marks(void **state)
{
	(void)state;
	record.cause = CAUSE_STOP;
	assert_true(selects("stop"));
	assert_false(selects("start or status or timeout or shut"));
	record.flags |= FLOW_RECORD_ICMP;
	record.icmp.kind = 1;
	memcpy(record.icmp.reporter, "\x0a\0\0\1", 4);
	assert_true(selects("icmpmap and unreach and inode 10.0.0.1"));
	assert_false(selects("timexed or redirect or inode 10.0.0.2"));
	record.net = FLOW_NET_NONE;
	record.flags = 0;
	record.proto = 1;
	record.proto_key.icmp.type = 11;
	assert_true(selects("icmp and timexed"));
	record.proto_key.icmp.type = 8;
	assert_true(selects("echo"));
}

static void
links(void **state)
{
	(void)state;
	assert_false(selects("ether host 02:00:00:00:00:01"));
	record.flags |= FLOW_RECORD_MAC | FLOW_RECORD_VLAN_SRC | FLOW_RECORD_MPLS_DST;
	memcpy(record.mac.src, "\x02\0\0\0\0\1", 6);
	memcpy(record.mac.dst, "\xff\xff\xff\xff\xff\xff", 6);
	record.vlan_tci[0] = 0x6064;
	record.mpls_label[1] = 99 << 12;
	record.encaps[0] = 0x6;
	assert_true(selects("ether src 2:0:0:0:0:1 and ether broadcast and ether multicast"));
	assert_true(selects("vlan and src vid 100 and not dst vid 100 and vpri 3"));
	assert_true(selects("mpls and dst mid 99 and encaps 802q and not dst encaps 802q"));
	options.mac = false;
	assert_false(selects("ether host 02:00:00:00:00:01 or multipath"));
	options.mac = true;
}

static void
source_ids(void **state)
{
	(void)state;
	options.source_id = (struct source_id){ SOURCE_ID_IPV4, { 10, 0, 0, 7 } };
	assert_true(selects("srcid 10.0.0.7 and srcid 0x0a000007"));
	assert_false(selects("srcid \"sens\""));
	options.source_id = (struct source_id){ SOURCE_ID_STRING, { 's', 'e', 'n', 's' } };
	assert_true(selects("srcid \"sens\""));
	assert_false(selects("srcid 10.0.0.7"));
	options.source_id = (struct source_id){ 0 };
}

static void
other_kinds_of_flows(void **state)
{
	(void)state;
	memset(&record, 0, sizeof(record));
	record.kind = FLOW_ARP;
	memcpy(record.who.arp.sender_ip, "\x0a\0\0\1", 4);
	memcpy(record.who.arp.target_ip, "\x0a\0\0\2", 4);
	assert_true(selects("arp and src host 10.0.0.1 and dst net 10.0.0.0/8"));
	assert_false(selects("ip host 10.0.0.1 or ip"));
	record.kind = FLOW_ETHER;
	record.ethertype = 0x88cc;
	assert_true(selects("ether proto 0x88cc"));
	assert_false(selects("net 0.0.0.0/1 or host ::"));
	record.kind = FLOW_IPV6;
	record.proto = 58;
	memcpy(record.who.ip.dst, "\xff\x02", 2);
	assert_true(selects("multicast and net ff00::/8 and ipv6 and not ip broadcast"));
	record.kind = FLOW_IPV4;
	record.proto = 2;
	record.proto_key.icmp.type = 0x16;
	assert_true(selects("igmp and mbr and not rtr"));
	record.kind = FLOW_ISIS;
	record.who.isis.pdu_type = 18;
	assert_true(selects("isis and lsp and not hello"));
}

static void
wrong_expressions_are_told_where(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "prt 80", "at 1: prt is unknown" },
		{ "tcp and", "at 8: something is missing" },
		{ "(tcp", "at 5: a closing parenthesis" },
		{ "tcp)", "at 4: a parenthesis is closed" },
		{ "tcp udp", "at 5: and or or is missing" },
		{ "port 80 foo", "at 9: and or or is missing before foo" },
		{ "host 1.2.3.4/5", "at 13: a mask is for net" },
		{ "net 10.0.0.0/33", "at 14: a mask has 0 to 32 bits" },
		{ "ttl gt x", "at 8: x is no whole number" },
		{ "dur gt 1.x", "at 8: 1.x is no number" },
		{ "src", "at 4: something is missing" },
		{ "port gt", "at 8: a name or number is missing" },
		{ "host gt 1.2.3.4", "more and less are for numbers" },
		{ "src est", "at 5: est has no direction" },
		{ "tcp syn", "at 5: and or or is missing before syn" },
		{ "icmp port 80", "port is of tcp" },
		{ "tcp host 1.2.3.4", "no address of the protocol" },
		{ "src proto 6", "proto has no direction" },
		{ "gateway x", "gateway is not known here" },
		{ "len gt 5", "len is not known here" },
		{ "ether", "ether needs host" },
		{ "ether host 10.0.0.1", "is no MAC address" },
		{ "host \"", "can't be read" },
		{ "tcp and \x01", "can't be read" },
		{ "src or port 80", "src needs to know what" },
		{ "port 80 or or 81", "or is not expected here" },
		{ "encaps nonsense", "encapsulation nonsense is unknown" },
		{ "ip proto nonsense", "protocol nonsense is unknown" },
		{ "srcid nonsense", "is no source id" },
		{ "inode nonsense", "is no IPv4 address" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char error[256] = "";

		assert_null(record_filter_compile(rows[i].text, error, sizeof(error)));
		if (strncmp(error, "at ", 3) != 0 || strstr(error, rows[i].error) == NULL)
			fail_msg("\"%s\": %s", rows[i].text, error);
	}
}

/* Bounds of the language are errors, not crashes. */
static void
long_and_deep_expressions(void **state)
{
	static char text[RECORD_FILTER_TEXT_MAX + 64];
	char error[256];
	struct record_filter *f;

	(void)state;
	strcpy(text, "tcp");
	for (unsigned i = 1; i < 1024; i++)
		strcat(text, " or udp");
	f = record_filter_compile(text, error, sizeof(error));
	assert_non_null(f);
	assert_true(record_filter_match(f, &input));
	record_filter_free(f);
	strcat(text, " or udp");
	assert_null(record_filter_compile(text, error, sizeof(error)));
	assert_non_null(strstr(error, "more than 1024 terms"));

	for (unsigned deep = 64; deep < 66; deep++) {
		memset(text, '(', deep);
		strcpy(text + deep, "tcp");
		memset(text + deep + 3, ')', deep);
		text[2 * deep + 3] = '\0';
		f = record_filter_compile(text, error, sizeof(error));
		assert_int_equal(f != NULL, deep == 64);
		record_filter_free(f);
	}
	memset(text, ' ', RECORD_FILTER_TEXT_MAX + 1);
	text[RECORD_FILTER_TEXT_MAX + 1] = '\0';
	assert_null(record_filter_compile(text, error, sizeof(error)));
	memset(text, 'x', 1000);
	text[1000] = '\0';
	assert_null(record_filter_compile(text, error, sizeof(error)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_said_selects_all, begin),
		cmocka_unit_test_setup(hosts_nets_and_ports, begin),
		cmocka_unit_test_setup(protocols, begin),
		cmocka_unit_test_setup(words_are_joined_as_ra_does, begin),
		cmocka_unit_test_setup(numbers, begin),
		cmocka_unit_test_setup(shares_and_gaps, begin),
		cmocka_unit_test_setup(states_of_connections, begin),
		cmocka_unit_test_setup(causes_and_marks, begin),
		cmocka_unit_test_setup(links, begin),
		cmocka_unit_test_setup(source_ids, begin),
		cmocka_unit_test_setup(other_kinds_of_flows, begin),
		cmocka_unit_test_setup(wrong_expressions_are_told_where, begin),
		cmocka_unit_test_setup(long_and_deep_expressions, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
