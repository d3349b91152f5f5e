/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <zlib.h>
#include <zstd.h>

#include "lcore/capture_reader.h"
#include "tests/lcore/capture_builder.h"

#define PACKETS 50

static struct capture_bytes bytes;

static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34 };

static void
check_packet(const struct packet_view *v, unsigned i)
{
	assert_int_equal(v->captured, packet_length(i));
	assert_int_equal(v->length, packet_length(i) + 5);
	assert_true(v->time_ns == packet_time_ns(i));
	for (uint32_t k = 0; k < v->captured; k++)
		assert_int_equal(v->data[k], packet_byte(i, k));
}

/* Reads all; returns the packets, each checked, and how it ended. */
static unsigned
read_all(const uint8_t *data, size_t len, unsigned burst, int *end, char *problem)
{
	struct capture_reader *r = capture_reader_create();
	/* a copy of exact size, so that a sanitizer sees every read beyond it */
	uint8_t *copy = malloc(len ? len : 1);
	struct packet_view views[VIEW_BURST];
	unsigned seen = 0;
	int n;

	assert_non_null(r);
	assert_non_null(copy);
	memcpy(copy, data, len);
	capture_reader_start(r, capture_stream_open_memory(copy, len), "test", false);
	while ((n = capture_reader_burst(r, views, burst)) >= 0) {
		for (int i = 0; i < n; i++)
			check_packet(&views[i], seen++);
	}
	*end = n;
	if (problem != NULL)
		strcpy(problem, capture_reader_problem(r));
	capture_reader_free(r);
	free(copy);
	return seen;
}

static void
every_pcap_variant_reads_alike_in_bursts_of_any_size(void **state)
{
	int end;

	(void)state;
	for (int big = 0; big < 2; big++) {
		for (size_t m = 0; m < 3; m++) {
			pcap_build(&bytes, big, magics[m], PACKETS);
			for (unsigned burst = 1; burst <= VIEW_BURST; burst += 21) {
				assert_int_equal(read_all(bytes.v, bytes.len, burst, &end, NULL),
				                 PACKETS);
				assert_int_equal(end, -ENODATA);
			}
		}
	}
}

static void
a_pcap_cut_anywhere_yields_every_whole_packet_and_tells_where(void **state)
{
	(void)state;
	pcap_build(&bytes, false, magics[0], 8);
	for (size_t cut = 0; cut < bytes.len; cut++) {
		size_t at = 24;
		unsigned whole = 0;
		char problem[256], where[64];
		int end;

		while (whole < 8 && at + 16 + packet_length(whole) <= cut)
			at += 16 + packet_length(whole++);
		assert_int_equal(read_all(bytes.v, cut, VIEW_BURST, &end, problem), whole);
		if (cut == at) {
			assert_int_equal(end, -ENODATA);
			continue;
		}
		assert_int_equal(end, -EBADMSG);
		if (cut > 24) {
			snprintf(where, sizeof(where), "packet %u, byte %zu", whole + 1, at);
			assert_non_null(strstr(problem, where));
		}
	}
}

static void
an_absurd_captured_length_is_damage_at_its_place(void **state)
{
	char problem[256];
	int end;

	(void)state;
	pcap_build(&bytes, false, magics[0], 3);
	bytes.v[24 + 16 + packet_length(0) + 8 + 3] = 0x7f;
	assert_int_equal(read_all(bytes.v, bytes.len, VIEW_BURST, &end, problem), 1);
	assert_int_equal(end, -EBADMSG);
	assert_non_null(strstr(problem, "packet 2, byte 54"));
}

static void
what_is_no_capture_is_told(void **state)
{
	char problem[256];
	int end;

	(void)state;
	assert_int_equal(read_all((const uint8_t *)"", 0, 1, &end, problem), 0);
	assert_int_equal(end, -EBADMSG);
	assert_non_null(strstr(problem, "empty"));
	assert_int_equal(
	        read_all((const uint8_t *)"GET / HTTP/1.0 and so on ", 25, 1, &end, problem), 0);
	assert_int_equal(end, -EBADMSG);
	assert_non_null(strstr(problem, "not a capture"));
}

static void
pcapng_interfaces_keep_their_own_time_unit_and_link_type(void **state)
{
	struct capture_reader *r;
	struct packet_view v[8];
	int end;

	(void)state;
	for (int big = 0; big < 2; big++) {
		bytes.len = 0;
		bytes.big = big;
		ng_section(&bytes);
		ng_interface(&bytes, 1, 6, 0);
		ng_interface(&bytes, 113, 9, 0);
		ng_interface(&bytes, 101, 0x80 | 10, 0);
		ng_interface(&bytes, 1, 6, 1600000000);
		ng_packet(&bytes, 0, packet_time_ns(0) / 1000, 0);
		ng_packet(&bytes, 1, packet_time_ns(1), 1);
		ng_packet(&bytes, 2, UINT64_C(1700000001) * 1024 + 512, 2);
		ng_packet(&bytes, 3, UINT64_C(100000001000001), 3);
		/* another section, in the other byte order, with interfaces of its own */
		bytes.big = !big;
		ng_section(&bytes);
		ng_interface(&bytes, 276, 3, 0);
		ng_packet(&bytes, 0, UINT64_C(1700000000123), 4);

		r = capture_reader_create();
		capture_reader_start(r, capture_stream_open_memory(bytes.v, bytes.len), "ng",
		                     false);
		assert_int_equal(capture_reader_burst(r, v, 8), 5);
		check_packet(&v[0], 0);
		check_packet(&v[1], 1);
		assert_true(v[2].time_ns == UINT64_C(1700000001500000000));
		assert_true(v[3].time_ns == UINT64_C(1700000001000001000));
		assert_true(v[4].time_ns == UINT64_C(1700000000123000000));
		assert_int_equal(v[0].link_type, 1);
		assert_int_equal(v[1].link_type, 113);
		assert_int_equal(v[2].link_type, 12);
		assert_int_equal(v[4].link_type, 276);
		assert_int_equal(v[1].ingress, 1);
		assert_int_equal(capture_reader_burst(r, v, 8), -ENODATA);
		capture_reader_free(r);

		for (size_t cut = 0; cut < bytes.len; cut++) {
			r = capture_reader_create();
			capture_reader_start(r, capture_stream_open_memory(bytes.v, cut), "ng",
			                     false);
			while ((end = capture_reader_burst(r, v, 8)) >= 0)
				;
			assert_true(end == -EBADMSG || end == -ENODATA);
			capture_reader_free(r);
		}
	}
}

static void
pcapng_blocks_that_lie_are_damage(void **state)
{
	struct packet_view v[8];
	struct capture_reader *r;

	(void)state;
	for (int what = 0; what < 4; what++) {
		size_t packet_at;

		bytes.len = 0;
		bytes.big = false;
		ng_section(&bytes);
		ng_interface(&bytes, 1, 6, 0);
		packet_at = bytes.len;
		ng_packet(&bytes, what == 0 ? 1 : 0, 5, 0);
		if (what == 1)
			bytes.v[packet_at + 4] ^= 1; /* block length */
		else if (what == 2)
			bytes.v[packet_at + 20] = 250; /* captured length */
		else if (what == 3)
			bytes.v[bytes.len - 4] ^= 4; /* trailing length */
		r = capture_reader_create();
		capture_reader_start(r, capture_stream_open_memory(bytes.v, bytes.len), "ng",
		                     false);
		assert_int_equal(capture_reader_burst(r, v, 8), -EBADMSG);
		assert_non_null(strstr(capture_reader_problem(r), "packet 1, byte 72"));
		assert_int_equal(capture_reader_burst(r, v, 8), -EBADMSG);
		capture_reader_free(r);
	}
}

static void
long_blocks_without_packets_are_passed_over(void **state)
{
	const uint32_t size = 900000;
	struct packet_view v[8];
	struct capture_reader *r;

	(void)state;
	bytes.len = 0;
	bytes.big = false;
	ng_section(&bytes);
	ng_interface(&bytes, 1, 6, 0);
	put_uint(&bytes, 10, 4);
	put_uint(&bytes, size, 4);
	memset(bytes.v + bytes.len, 0xee, size - 12);
	bytes.len += size - 12;
	put_uint(&bytes, size, 4);
	ng_packet(&bytes, 0, packet_time_ns(0) / 1000, 0);
	r = capture_reader_create();
	capture_reader_start(r, capture_stream_open_memory(bytes.v, bytes.len), "ng", false);
	assert_int_equal(capture_reader_burst(r, v, 8), 1);
	check_packet(&v[0], 0);
	assert_int_equal(capture_reader_burst(r, v, 8), -ENODATA);
	capture_reader_start(r, capture_stream_open_memory(bytes.v, 500000), "ng", false);
	assert_int_equal(capture_reader_burst(r, v, 8), -EBADMSG);
	capture_reader_free(r);
}

static void
snoop_reads_like_pcap(void **state)
{
	int end;

	(void)state;
	snoop_build(&bytes, PACKETS);
	assert_int_equal(read_all(bytes.v, bytes.len, VIEW_BURST, &end, NULL), PACKETS);
	assert_int_equal(end, -ENODATA);
	for (size_t cut = 0; cut < 1000; cut++)
		(void)read_all(bytes.v, cut, VIEW_BURST, &end, NULL);
}

static void
tsh_records_are_ip_headers(void **state)
{
	struct capture_reader *r = capture_reader_create();
	uint8_t tsh[2 * 44] = { 0 };
	struct packet_view v[4];

	(void)state;
	tsh[3] = 100;
	tsh[4] = 3;
	tsh[7] = 50;
	tsh[8] = 0x45;
	tsh[10] = 5;
	tsh[11] = 220;
	memcpy(tsh + 44, tsh, 44);
	capture_reader_start(r, capture_stream_open_memory(tsh, sizeof(tsh)), "tsh", true);
	assert_int_equal(capture_reader_burst(r, v, 4), 2);
	assert_true(v[0].time_ns == UINT64_C(100000050000));
	assert_int_equal(v[0].captured, 36);
	assert_int_equal(v[0].length, 1500);
	assert_int_equal(v[0].link_type, 12);
	assert_int_equal(v[0].ingress, 3);
	assert_int_equal(capture_reader_burst(r, v, 4), -ENODATA);
	capture_reader_start(r, capture_stream_open_memory(tsh, 60), "tsh", true);
	assert_int_equal(capture_reader_burst(r, v, 4), 1);
	assert_int_equal(capture_reader_burst(r, v, 4), -EBADMSG);
	capture_reader_free(r);
}

static size_t
gzip(uint8_t *out, size_t size, const uint8_t *in, size_t len)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)in;
	z.avail_in = (unsigned)len;
	z.next_out = out;
	z.avail_out = (unsigned)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	size -= z.avail_out;
	deflateEnd(&z);
	return size;
}

static void
gzip_and_zstd_are_told_by_their_magic_and_cuts_are_damage(void **state)
{
	static uint8_t packed[1 << 18];
	size_t half, n;
	int end;

	(void)state;
	pcap_build(&bytes, false, magics[0], PACKETS);
	/* two members, as cat and split logs make them */
	half = gzip(packed, sizeof(packed), bytes.v, bytes.len / 2);
	n = half + gzip(packed + half, sizeof(packed) - half, bytes.v + bytes.len / 2,
	                bytes.len - bytes.len / 2);
	assert_int_equal(read_all(packed, n, VIEW_BURST, &end, NULL), PACKETS);
	assert_int_equal(end, -ENODATA);
	memset(packed + n, 0, 100);
	assert_int_equal(read_all(packed, n + 100, VIEW_BURST, &end, NULL), PACKETS);
	assert_int_equal(end, -ENODATA);
	for (size_t cut = 2; cut < n; cut += 7) {
		if (cut == half)
			continue;
		assert_in_range(read_all(packed, cut, VIEW_BURST, &end, NULL), 0, PACKETS);
		assert_int_equal(end, -EBADMSG);
	}

	n = ZSTD_compress(packed, sizeof(packed), bytes.v, bytes.len, 3);
	assert_false(ZSTD_isError(n));
	assert_int_equal(read_all(packed, n, VIEW_BURST, &end, NULL), PACKETS);
	assert_int_equal(end, -ENODATA);
	for (size_t cut = 4; cut < n; cut += 7) {
		(void)read_all(packed, cut, VIEW_BURST, &end, NULL);
		assert_int_equal(end, -EBADMSG);
	}
}

static void
a_large_compressed_capture_loses_nothing(void **state)
{
	const unsigned packets = 7000;
	static uint8_t packed[1 << 20];
	size_t n;
	int end;

	(void)state;
	pcap_build(&bytes, true, magics[1], packets);
	assert_in_range(bytes.len, 600000, sizeof(bytes.v));
	n = gzip(packed, sizeof(packed), bytes.v, bytes.len);
	assert_int_equal(read_all(packed, n, VIEW_BURST, &end, NULL), packets);
	assert_int_equal(end, -ENODATA);
	n = ZSTD_compress(packed, sizeof(packed), bytes.v, bytes.len, 1);
	assert_int_equal(read_all(packed, n, VIEW_BURST, &end, NULL), packets);
	assert_int_equal(end, -ENODATA);
}

static void
flipped_bytes_never_lead_outside(void **state)
{
	uint64_t random = 42;

	(void)state;
	for (int round = 0; round < 300; round++) {
		static uint8_t copy[1 << 16];
		struct capture_reader *r = capture_reader_create();
		struct packet_view v[VIEW_BURST];
		volatile uint8_t sink = 0;
		int n;

		if (round % 2 == 0) {
			pcap_build(&bytes, round % 4 == 0, magics[round % 3], 20);
		} else {
			bytes.len = 0;
			bytes.big = round % 4 == 1;
			ng_section(&bytes);
			ng_interface(&bytes, 1, 6, 0);
			for (unsigned i = 0; i < 20; i++)
				ng_packet(&bytes, 0, i, i);
		}
		assert_in_range(bytes.len, 1, sizeof(copy));
		memcpy(copy, bytes.v, bytes.len);
		for (int k = 0; k < 5; k++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			copy[(random >> 33) % bytes.len] = (uint8_t)(random >> 20);
		}
		capture_reader_start(r, capture_stream_open_memory(copy, bytes.len), "x", false);
		while ((n = capture_reader_burst(r, v, VIEW_BURST)) > 0) {
			for (int i = 0; i < n; i++) {
				for (uint32_t k = 0; k < v[i].captured; k++)
					sink = (uint8_t)(sink + v[i].data[k]);
			}
		}
		assert_true(n == -ENODATA || n == -EBADMSG);
		capture_reader_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pcap_variant_reads_alike_in_bursts_of_any_size),
		cmocka_unit_test(a_pcap_cut_anywhere_yields_every_whole_packet_and_tells_where),
		cmocka_unit_test(an_absurd_captured_length_is_damage_at_its_place),
		cmocka_unit_test(what_is_no_capture_is_told),
		cmocka_unit_test(pcapng_interfaces_keep_their_own_time_unit_and_link_type),
		cmocka_unit_test(pcapng_blocks_that_lie_are_damage),
		cmocka_unit_test(long_blocks_without_packets_are_passed_over),
		cmocka_unit_test(snoop_reads_like_pcap),
		cmocka_unit_test(tsh_records_are_ip_headers),
		cmocka_unit_test(gzip_and_zstd_are_told_by_their_magic_and_cuts_are_damage),
		cmocka_unit_test(a_large_compressed_capture_loses_nothing),
		cmocka_unit_test(flipped_bytes_never_lead_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
