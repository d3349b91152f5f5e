/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <pcap/pcap.h>

#include "lcore/filter.h"
#include "tests/ring/eal_setup.h"

#define PACKETS 4000
#define PACKET_SIZE 160

static uint8_t data[PACKETS][PACKET_SIZE];
static struct packet_view all[PACKETS];

static uint64_t random_state = 1;

static uint32_t
random32(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(random_state >> 32);
}

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Ethernet frames of many kinds: VLAN tags, IPv4 with options and fragments, IPv6, ARP, noise. */
static void
make_packet(unsigned n)
{
	static const uint8_t protocols[] = { 6, 17, 1, 50, 58, 132 };
	static const uint16_t ports[] = { 53, 80, 443, 40000 };
	uint8_t *p = data[n];
	const uint32_t kind = random32() % 8;
	const uint8_t proto = protocols[random32() % 6];
	uint32_t at = 12;

	for (uint32_t i = 0; i < PACKET_SIZE; i++)
		p[i] = (uint8_t)random32();
	if (random32() % 4 == 0) {
		put16(p + at, 0x8100);
		put16(p + at + 2, random32() % 4096);
		at += 4;
	}
	if (kind < 4) {
		const uint32_t words = 5 + (random32() % 5 == 0 ? random32() % 4 : 0);

		put16(p + at, 0x0800);
		at += 2;
		p[at] = (uint8_t)(0x40 | words);
		put16(p + at + 2, 20 + random32() % 120);
		put16(p + at + 6, random32() % 6 == 0 ? random32() & 0x3fff : 0);
		p[at + 9] = proto;
		memcpy(p + at + 12, random32() % 2 ? "\x0a\x00\x00\x01" : "\xc0\xa8\x01\x05", 4);
		at += words * 4;
	} else if (kind < 6) {
		put16(p + at, 0x86dd);
		at += 2;
		p[at] = 0x60;
		p[at + 6] = proto;
		at += 40;
	} else if (kind == 6) {
		put16(p + at, 0x0806);
		at += 2;
	}
	put16(p + at, ports[random32() % 4]);
	put16(p + at + 2, ports[random32() % 4]);
	all[n] = (struct packet_view){ .data = p,
		                       .captured = PACKET_SIZE,
		                       .length = PACKET_SIZE,
		                       .link_type = DLT_EN10MB,
		                       .time_ns = n };
	switch (random32() % 4) {
	case 0: /* cut by the capture */
		all[n].captured = random32() % PACKET_SIZE;
		break;
	case 1: /* short on the wire */
		all[n].captured = all[n].length = random32() % PACKET_SIZE;
		break;
	case 2: /* longer on the wire */
		all[n].length = PACKET_SIZE + random32() % 1400;
		break;
	}
}

static int
setup(void **state)
{
	for (unsigned i = 0; i < PACKETS; i++)
		make_packet(i);
	return test_eal_setup(state);
}

/* What libpcap itself says, packet by packet. */
static unsigned
reference(const char *expression, bool *wanted)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 262144);
	struct bpf_program program;
	unsigned n = 0;

	assert_int_equal(pcap_compile(dead, &program, expression, 1, 0), 0);
	for (unsigned i = 0; i < PACKETS; i++) {
		const struct pcap_pkthdr h = { .caplen = all[i].captured, .len = all[i].length };

		wanted[i] = pcap_offline_filter(&program, &h, all[i].data) != 0;
		n += wanted[i];
	}
	pcap_freecode(&program);
	pcap_close(dead);
	return n;
}

static const char *const expressions[] = {
	"",
	"ip",
	"ip6",
	"arp",
	"tcp",
	"udp port 53",
	"tcp port 80 or tcp port 443",
	"host 10.0.0.1",
	"src net 192.168.0.0/16 and not tcp",
	"vlan",
	"vlan and ip",
	"vlan 100 or udp",
	"icmp or icmp6",
	"tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn",
	"greater 150",
	"less 60 and ip",
	"len > 200 and tcp",
	"ip[8] > 100",
	"ip[2:2] > 60",
	"ip6[6] == 17",
	"ether[0] & 1 = 1",
	"ether host 00:11:22:33:44:55",
	"ip proto 50",
	"portrange 50-500",
	"ip broadcast or ether multicast",
	"(ip[6:2] & 0x1fff) != 0",
	"tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
	"not ip and not ip6",
	"ether proto 0x0806",
	"sctp or esp",
	"udp[8:4] > 5 and udp[6:2] * 2 > 7",
	"ether[14:4] / 3 > 1000",
};

static unsigned
check_expression(const char *expression, bool optimize, bool interpret)
{
	static bool wanted[PACKETS];
	struct filter *f = filter_create(expression, optimize);
	const unsigned matches = reference(expression, wanted);
	char error[256];

	assert_non_null(f);
	assert_int_equal(filter_prepare(f, DLT_EN10MB, 0, error, sizeof(error)), 0);
	if (interpret)
		filter_use_interpreter(f);
	for (unsigned i = 0; i < PACKETS; i += VIEW_BURST) {
		const unsigned n = PACKETS - i < VIEW_BURST ? PACKETS - i : VIEW_BURST;
		struct packet_view views[VIEW_BURST];
		unsigned kept, k = 0;

		memcpy(views, all + i, n * sizeof(views[0]));
		kept = filter_burst(f, views, n);
		for (unsigned j = 0; j < n; j++) {
			if (!wanted[i + j])
				continue;
			if (k >= kept || views[k].time_ns != i + j)
				fail_msg("\"%s\" refuses packet %u", expression, i + j);
			k++;
		}
		if (k != kept)
			fail_msg("\"%s\" takes too much of the burst at %u", expression, i);
	}
	filter_free(f);
	return matches;
}

static void
native_code_agrees_with_libpcap(void **state)
{
	unsigned matched = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		matched += check_expression(expressions[i], true, false) != 0;
		check_expression(expressions[i], false, false);
	}
	assert_in_range(matched, 20, 100);
}

static void
the_interpreter_agrees_with_libpcap(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++)
		check_expression(expressions[i], true, true);
}

static void
expressions_become_native_code_here(void **state)
{
	char error[256];

	(void)state;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		struct filter *f = filter_create(expressions[i], true);

		assert_int_equal(filter_prepare(f, DLT_EN10MB, 0, error, sizeof(error)), 0);
#if defined(__x86_64__)
		if (!filter_is_native(f))
			fail_msg("\"%s\" is not native", expressions[i]);
#endif
		filter_free(f);
	}
}

static void
a_bad_expression_is_told_with_its_place(void **state)
{
	struct filter *f = filter_create("tcp port 80 ans host 10.0.0.1", true);
	char error[256];

	(void)state;
	assert_int_equal(filter_prepare(f, DLT_EN10MB, 0, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "near character 13: \"ans host 10.0.0.1\""));
	assert_null(strchr(error, '\n'));
	filter_free(f);
	f = filter_create("(tcp", true);
	assert_int_equal(filter_prepare(f, DLT_EN10MB, 0, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "(tcp"));
	filter_free(f);
}

static void
each_link_type_has_its_own_program(void **state)
{
	uint8_t raw[40] = { 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 };
	uint8_t ether[60] = { 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 7, 8, 0 };
	struct packet_view v[3];
	struct filter *f = filter_create("src host 10.0.0.1", true);

	(void)state;
	memcpy(ether + 14, raw, 40);
	v[0] = (struct packet_view){
		.data = raw, .captured = 40, .length = 40, .link_type = DLT_RAW
	};
	v[1] = (struct packet_view){
		.data = ether, .captured = 60, .length = 60, .link_type = DLT_EN10MB
	};
	v[2] = v[0];
	v[2].link_type = DLT_EN10MB;
	assert_int_equal(filter_burst(f, v, 3), 2);
	assert_int_equal(v[0].link_type, DLT_RAW);
	assert_int_equal(v[1].link_type, DLT_EN10MB);
	filter_free(f);
}

/* The loader of native code would take minutes. */
static void
a_program_of_too_many_paths_is_interpreted(void **state)
{
	static const char expression[] = "net 10.0.0.0/24 or net 192.168.0.0/16";
	struct filter *f = filter_create(expression, true);
	char error[256];

	(void)state;
	assert_int_equal(filter_prepare(f, DLT_IEEE802_11_RADIO, 0, error, sizeof(error)), 0);
	assert_false(filter_is_native(f));
	filter_free(f);
	f = filter_create(expression, true);
	assert_int_equal(filter_prepare(f, DLT_EN10MB, 0, error, sizeof(error)), 0);
#if defined(__x86_64__)
	assert_true(filter_is_native(f));
#endif
	filter_free(f);
}

/* As libpcap does for a file whose byte order is not the host's. */
static void
families_are_read_in_either_byte_order(void **state)
{
	static const uint16_t links[] = { DLT_NULL, DLT_ENC };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const uint16_t link_type = links[i / 2];
		uint8_t bytes[2][52] = { { 0 } };
		struct packet_view v[2];
		struct filter *f = filter_create("src host 10.0.0.1", true);
		const unsigned ip = link_type == DLT_NULL ? 4 : 12;

		for (unsigned k = 0; k < 2; k++) {
			/* IPv4; the second packet is of a family that is nobody's */
			bytes[k][i & 1 ? 3 : 0] = k == 0 ? 2 : 99;
			memcpy(bytes[k] + ip,
			       (uint8_t[]){ 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1 },
			       16);
			v[k] = (struct packet_view){ .data = bytes[k],
				                     .captured = 52,
				                     .length = 52,
				                     .link_type = link_type };
		}
		assert_int_equal(filter_burst(f, v, 2), 1);
		assert_ptr_equal(v[0].data, bytes[0]);
		filter_free(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native_code_agrees_with_libpcap),
		cmocka_unit_test(the_interpreter_agrees_with_libpcap),
		cmocka_unit_test(expressions_become_native_code_here),
		cmocka_unit_test(a_bad_expression_is_told_with_its_place),
		cmocka_unit_test(each_link_type_has_its_own_program),
		cmocka_unit_test(a_program_of_too_many_paths_is_interpreted),
		cmocka_unit_test(families_are_read_in_either_byte_order),
	};

	return cmocka_run_group_tests(tests, setup, test_eal_teardown);
}
