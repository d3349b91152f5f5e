/* SPDX-License-Identifier: BSD-3-Clause */
/* UDP output: what is in which datagram, and what is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/sink.h"

#define RECORDS 300u
#define SIZE 100u
#define DATAGRAM_MAX 65536

struct fixture {
	int fd;
	char target[64];
	struct mar start, status, stop;
	uint8_t bytes[RECORDS * SIZE];
	struct sink_block block;
	struct sink *sink;
	uint8_t got[DATAGRAM_MAX];
};

static void
record_put(uint8_t *p, size_t size, uint32_t number)
{
	memset(p, 0, size);
	p[0] = WIRE_FAR;
	p[1] = CAUSE_START;
	p[2] = (uint8_t)(size / 4 >> 8);
	p[3] = (uint8_t)(size / 4);
	memcpy(p + 4, &number, sizeof(number));
}

static int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);
	const int room = 1 << 20;

	assert_non_null(f);
	f->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(f->fd >= 0);
	(void)setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	assert_int_equal(bind(f->fd, (struct sockaddr *)&a, size), 0);
	assert_int_equal(getsockname(f->fd, (struct sockaddr *)&a, &size), 0);
	snprintf(f->target, sizeof(f->target), "argus-udp://127.0.0.1:%u", ntohs(a.sin_port));
	for (uint32_t i = 0; i < RECORDS; i++)
		record_put(f->bytes + i * SIZE, SIZE, i);
	f->block = (struct sink_block){ f->bytes, sizeof(f->bytes), RECORDS };
	f->start = (struct mar){ .cause = CAUSE_START };
	f->status = (struct mar){ .cause = CAUSE_STATUS };
	f->stop = (struct mar){ .cause = CAUSE_STOP };
	*state = f;
	return 0;
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;

	if (f->fd >= 0)
		close(f->fd);
	free(f);
	return 0;
}

static struct sink *
sink_open(const struct fixture *f)
{
	const struct sink_options o = { .target = f->target, .start = &f->start };
	char error[256] = "";
	struct sink *s = sink_udp_open(&o, error, sizeof(error));

	assert_string_equal(error, "");
	assert_non_null(s);
	return s;
}

/* The next datagram; -1: there is none. */
static ssize_t
receive(struct fixture *f)
{
	return recv(f->fd, f->got, sizeof(f->got), MSG_DONTWAIT);
}

static void
assert_mar(struct fixture *f, unsigned cause, unsigned records)
{
	assert_int_equal(receive(f), WIRE_MAR_SIZE);
	assert_int_equal(f->got[0], WIRE_MAR);
	assert_int_equal(f->got[1], cause);
	assert_int_equal(f->got[74] << 8 | f->got[75], records);
}

static void
stream_is_whole_records_in_order(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f);
	uint32_t next = 0;

	assert_mar(f, CAUSE_START, 0);
	s->ops->write(s, &f->block);
	s->ops->mar(s, &f->status);
	s->ops->mar(s, &f->stop);
	assert_int_equal(s->records_written, RECORDS);
	assert_int_equal(s->records_lost, 0);
	assert_int_equal(s->bytes_written, sizeof(f->bytes) + 3 * WIRE_MAR_SIZE);
	assert_int_equal(s->ops->close(s), 0);
	while (next < RECORDS) {
		const ssize_t n = receive(f);

		assert_true(n > 0 && n <= 1400 && n % (ssize_t)SIZE == 0);
		for (ssize_t at = 0; at < n; at += (ssize_t)SIZE, next++)
			assert_memory_equal(f->got + at, f->bytes + next * SIZE, SIZE);
	}
	assert_mar(f, CAUSE_STATUS, RECORDS);
	assert_mar(f, CAUSE_STOP, 1);
	assert_int_equal(receive(f), -1);
}

static void
large_records_go_alone_and_too_large_ones_are_lost(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f);
	static uint8_t bytes[SIZE + 8000 + SIZE + WIRE_RECORD_SIZE_MAX + SIZE];
	const size_t sizes[] = { SIZE, 8000, SIZE, WIRE_RECORD_SIZE_MAX, SIZE };
	struct sink_block b = { bytes, sizeof(bytes), 5 };
	size_t at = 0;

	for (uint32_t i = 0; i < 5; at += sizes[i], i++)
		record_put(bytes + at, sizes[i], i);
	assert_int_equal(receive(f), WIRE_MAR_SIZE);
	s->ops->write(s, &b);
	assert_int_equal(receive(f), SIZE);
	assert_int_equal(receive(f), 8000);
	assert_int_equal(receive(f), SIZE);
	assert_int_equal(receive(f), SIZE);
	assert_int_equal(receive(f), -1);
	assert_int_equal(s->records_written, 4);
	assert_int_equal(s->records_lost, 1);
	assert_int_equal(s->error, 0);
	s->ops->mar(s, &f->stop);
	assert_mar(f, CAUSE_STOP, 5);
	assert_int_equal(s->ops->close(s), -EMSGSIZE);
}

/* Which datagrams the kernel refuses is a matter of time; that none is forgotten is not. */
static void
nobody_listening_is_a_counted_loss(void **state)
{
	struct fixture *f = *state;
	struct sink *s;
	uint64_t offered = 0;

	close(f->fd);
	f->fd = -1;
	s = sink_open(f);
	for (int i = 0; i < 1000 && s->records_lost == 0; i++) {
		s->ops->write(s, &f->block);
		offered += RECORDS;
		(void)poll(NULL, 0, i == 0 ? 0 : 1);
	}
	assert_true(s->records_lost != 0);
	assert_int_equal(s->records_written + s->records_lost, offered);
	assert_int_equal(s->error, 0);
	assert_int_equal(s->ops->close(s), -ECONNREFUSED);
}

static void
unknown_host_is_one_clear_line(void **state)
{
	struct fixture *f = *state;
	const struct sink_options o = { .target = "udp://[::g]:1", .start = &f->start };
	char error[256] = "";

	assert_null(sink_udp_open(&o, error, sizeof(error)));
	assert_int_equal(strncmp(error, "output udp://[::g]:1: no address of ::g: ", 41), 0);
	assert_null(strchr(error, '\n'));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		TEST(stream_is_whole_records_in_order),
		TEST(large_records_go_alone_and_too_large_ones_are_lost),
		TEST(nobody_listening_is_a_counted_loss),
		TEST(unknown_host_is_one_clear_line),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
