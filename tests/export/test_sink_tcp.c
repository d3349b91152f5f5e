/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP output: a collector that is away, comes back, leaves in order and breaks off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "export/argus/wire.h"
#include "export/sink.h"

#define SIZE 100u
#define RECORDS 2000u /* a block */
#define ROOM (1u << 20)
#define TRIES 2000 /* of 10 ms: what a loaded machine may need */

struct fixture {
	char dir[64], spool[80], target[64];
	int listener, fd;
	struct mar start, stop;
	uint8_t block[RECORDS * SIZE];
	uint32_t made; /* records, numbered from 0 */
	/* the collector's side */
	uint8_t in[ROOM];
	size_t in_used;
	uint32_t got; /* records; each was the one expected */
	unsigned starts, stops, dropped;
};

static int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);

	assert_non_null(f);
	strcpy(f->dir, "/tmp/panoptes-tcp-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->spool, sizeof(f->spool), "%s/a/b", f->dir);
	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_true(f->listener >= 0);
	/* bound and not listening: whoever connects is refused */
	assert_int_equal(bind(f->listener, (struct sockaddr *)&a, size), 0);
	assert_int_equal(getsockname(f->listener, (struct sockaddr *)&a, &size), 0);
	snprintf(f->target, sizeof(f->target), "argus-tcp://127.0.0.1:%u", ntohs(a.sin_port));
	f->fd = -1;
	f->start = (struct mar){ .cause = CAUSE_START };
	f->stop = (struct mar){ .cause = CAUSE_STOP };
	*state = f;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;

	nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	close(f->listener);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
	return 0;
}

static struct sink *
sink_open(struct fixture *f, bool spool)
{
	const struct sink_options o = {
		.target = f->target,
		.start = &f->start,
		.spool = spool ? f->spool : NULL,
		.spool_size = 16000000,
	};
	char error[256] = "";
	struct sink *s = sink_tcp_open(&o, error, sizeof(error));

	assert_string_equal(error, "");
	assert_non_null(s);
	return s;
}

static void
offer(struct fixture *f, struct sink *s, unsigned blocks)
{
	const struct sink_block b = { f->block, sizeof(f->block), RECORDS };

	while (blocks-- != 0) {
		for (unsigned i = 0; i < RECORDS; i++, f->made++) {
			uint8_t *p = f->block + i * SIZE;

			memset(p, 0, SIZE);
			p[0] = WIRE_FAR;
			p[1] = CAUSE_START;
			p[3] = SIZE / 4;
			memcpy(p + 4, &f->made, sizeof(f->made));
		}
		s->ops->write(s, &b);
	}
}

/* --- the collector ------------------------------------------------------- */

static void
take_record(struct fixture *f, const uint8_t *p, bool first)
{
	uint32_t number;

	if (record_is_mar(p)) {
		f->starts += p[1] == CAUSE_START;
		f->stops += p[1] == CAUSE_STOP;
		f->dropped += (unsigned)p[82] << 8 | p[83];
		return;
	}
	assert_false(first);
	memcpy(&number, p + 4, sizeof(number));
	assert_int_equal(number, f->got);
	f->got++;
}

/* Reads what is there; false: the stream is over. What is left is part of a record. */
static bool
take(struct fixture *f)
{
	for (;;) {
		const ssize_t n = recv(f->fd, f->in + f->in_used, ROOM - f->in_used, MSG_DONTWAIT);
		size_t at = 0, size;

		if (n <= 0)
			return n < 0;
		f->in_used += (size_t)n;
		while ((size = record_size(f->in + at, f->in_used - at)) != 0) {
			take_record(f, f->in + at, f->starts == 0);
			at += size;
		}
		memmove(f->in, f->in + at, f->in_used - at);
		f->in_used -= at;
	}
}

static void
pause_10ms(void)
{
	(void)poll(NULL, 0, 10);
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Lets both sides work until the collector has so many records. */
static void
meet(struct fixture *f, struct sink *s, uint32_t wanted)
{
	for (int i = 0; i < TRIES && (f->got < wanted || f->fd < 0); i++) {
		s->ops->poll(s, now_ns());
		if (f->fd < 0)
			f->fd = accept(f->listener, NULL, NULL);
		if (f->fd >= 0)
			assert_true(take(f));
		if (f->fd < 0 || f->got < wanted)
			pause_10ms();
	}
	assert_true(f->got >= wanted);
}

static void
hang_up(struct fixture *f)
{
	close(f->fd);
	f->fd = -1;
	f->in_used = 0;
}

/* Ends its side, and takes what still comes. */
static void
leave(struct fixture *f, struct sink *s)
{
	assert_int_equal(shutdown(f->fd, SHUT_WR), 0);
	for (int i = 0; i < TRIES && take(f); i++) {
		s->ops->poll(s, now_ns());
		pause_10ms();
	}
	assert_int_equal(f->in_used, 0); /* whole records to the last */
	hang_up(f);
}

static void
end(struct sink *s, const struct fixture *f)
{
	s->ops->mar(s, &f->stop);
	s->ops->finish(s);
}

/* --- promises ------------------------------------------------------------ */

static void
stream_is_the_start_and_then_records(void **state)
{
	struct fixture *f = *state;
	struct sink *s;

	assert_int_equal(listen(f->listener, 8), 0);
	s = sink_open(f, false);
	offer(f, s, 3);
	meet(f, s, f->made);
	end(s, f);
	assert_int_equal(s->records_written, f->made);
	assert_int_equal(s->records_lost, 0);
	assert_int_equal(s->ops->close(s), 0);
	assert_false(take(f));
	assert_int_equal(f->starts, 1);
	assert_int_equal(f->stops, 1);
}

static void
nothing_is_lost_while_the_collector_is_away(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, true);

	offer(f, s, 50); /* 10 MB: beyond the queue */
	assert_int_equal(s->records_lost, 0);
	assert_int_equal(s->records_written, 0);
	assert_int_equal(listen(f->listener, 8), 0);
	meet(f, s, f->made / 3);
	offer(f, s, 5);
	meet(f, s, f->made / 2);
	leave(f, s);
	offer(f, s, 5);
	meet(f, s, f->made);
	end(s, f);
	assert_int_equal(s->records_written, f->made);
	assert_int_equal(s->records_lost + s->records_spooled + s->records_replayed, 0);
	assert_int_equal(s->ops->close(s), 0);
	assert_int_equal(f->got, f->made);
	assert_int_equal(f->starts, 2);
}

/* All that it had acknowledged it has read: a reset then takes nothing with it. */
static void
connection_that_breaks_is_taken_up_where_it_broke(void **state)
{
	struct fixture *f = *state;
	const struct linger reset = { .l_onoff = 1 };
	struct sink *s;

	assert_int_equal(listen(f->listener, 8), 0);
	s = sink_open(f, true);
	for (unsigned i = 0; i < 4; i++) {
		offer(f, s, 30);
		meet(f, s, f->made);
		assert_int_equal(setsockopt(f->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)),
		                 0);
		hang_up(f);
	}
	offer(f, s, 1);
	meet(f, s, f->made);
	end(s, f);
	assert_int_equal(s->records_written, f->made);
	assert_int_equal(s->ops->close(s), 0);
	assert_int_equal(f->got, f->made);
}

static void
what_exceeds_the_spool_is_counted_and_told(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, true);
	uint64_t kept;

	offer(f, s, 100); /* 20 MB */
	assert_true(s->records_lost > 0 && s->records_lost < f->made);
	kept = f->made - s->records_lost;
	assert_true(kept * SIZE <= 16000000);
	assert_true(kept * SIZE > 15000000);
	assert_int_equal(listen(f->listener, 8), 0);
	meet(f, s, (uint32_t)kept);
	s->ops->mar(s, &f->stop);
	for (int i = 0; i < TRIES && f->stops == 0; i++) {
		s->ops->poll(s, now_ns());
		(void)take(f);
		pause_10ms();
	}
	assert_int_equal(f->dropped, s->records_lost & 0xffff);
	s->ops->finish(s);
	assert_int_equal(s->records_written, kept);
	assert_true(s->ops->close(s) != 0);
}

static void
next_run_sends_what_this_one_kept(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, true);
	const struct sink_options again = {
		.target = f->target, .start = &f->start, .spool = f->spool, .spool_size = 16000000
	};
	char error[256];
	uint32_t kept;

	offer(f, s, 40);
	assert_null(sink_tcp_open(&again, error, sizeof(error)));
	assert_non_null(strstr(error, "another output or process has it"));
	end(s, f);
	kept = f->made;
	assert_int_equal(s->records_spooled, kept);
	assert_int_equal(s->records_written + s->records_lost, 0);
	assert_int_equal(s->ops->close(s), 0);
	/* a run that can't send either, then one that can */
	s = sink_open(f, true);
	offer(f, s, 3);
	end(s, f);
	assert_int_equal(s->records_spooled, f->made - kept);
	assert_int_equal(s->ops->close(s), 0);
	kept = f->made;
	assert_int_equal(listen(f->listener, 8), 0);
	s = sink_open(f, true);
	offer(f, s, 2);
	meet(f, s, f->made);
	end(s, f);
	assert_int_equal(s->records_replayed, kept);
	assert_int_equal(s->records_written, f->made - kept);
	assert_int_equal(s->records_spooled + s->records_lost, 0);
	assert_int_equal(s->ops->close(s), 0);
	assert_int_equal(f->got, f->made);
}

static void
damaged_spool_gives_its_whole_records(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, true);
	char path[256];
	unsigned port;
	int fd;

	offer(f, s, 1);
	end(s, f);
	assert_int_equal(s->ops->close(s), 0);
	assert_int_equal(sscanf(f->target, "argus-tcp://127.0.0.1:%u", &port), 1);
	snprintf(path, sizeof(path), "%s/argus-tcp___127_0_0_1_%u.499999999999.argus", f->spool,
	         port);
	/* the start, ten records and a half */
	assert_int_equal(truncate(path, WIRE_MAR_SIZE + 10 * SIZE + SIZE / 2), 0);
	snprintf(path, sizeof(path), "%s/argus-tcp___127_0_0_1_%u.500000000000.argus", f->spool,
	         port);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "no spool", 8), 8);
	close(fd);
	f->made = 10;
	assert_int_equal(listen(f->listener, 8), 0);
	s = sink_open(f, true);
	offer(f, s, 1);
	meet(f, s, f->made);
	end(s, f);
	assert_int_equal(s->records_replayed, 10);
	assert_int_equal(s->records_written, RECORDS);
	assert_int_equal(s->ops->close(s), 0);
}

static void
without_a_spool_it_is_a_counted_loss(void **state)
{
	struct fixture *f = *state;
	struct sink *s = sink_open(f, false);

	offer(f, s, 50);
	assert_true(s->records_lost != 0);
	assert_int_equal(s->error, 0);
	end(s, f);
	assert_int_equal(s->records_lost, f->made);
	assert_int_equal(s->records_written, 0);
	assert_int_equal(s->ops->close(s), -ECONNREFUSED);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		TEST(stream_is_the_start_and_then_records),
		TEST(nothing_is_lost_while_the_collector_is_away),
		TEST(connection_that_breaks_is_taken_up_where_it_broke),
		TEST(what_exceeds_the_spool_is_counted_and_told),
		TEST(next_run_sends_what_this_one_kept),
		TEST(damaged_spool_gives_its_whole_records),
		TEST(without_a_spool_it_is_a_counted_loss),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
