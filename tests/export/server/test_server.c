/* SPDX-License-Identifier: BSD-3-Clause */
/* The server over loopback: who gets what, and who loses what. Nothing sleeps: turns are taken
 * until what is waited for is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "export/argus/dsr.h"
#include "export/argus/wire.h"
#include "export/server/server.h"
#include "tests/export/records.h"

#define MS UINT64_C(1000000)
#define BOUND_NS (20000 * MS) /* for what should be there at once */
#define PEERS 4
#define RECORD 256
#define BLOCK_RECORDS 512

struct peer {
	int fd;
	bool stopped; /* does not read */
	bool closed;  /* by the server */
	size_t size;  /* bytes that came */
	uint8_t head[512];
	size_t at; /* within a record */
	uint32_t fars, mars;
	uint32_t told, told_lost;   /* by all MARs: records written, and dropped */
	uint8_t mar[WIRE_MAR_SIZE]; /* the last one */
	uint8_t record[65536];
};

struct fixture {
	char *address;
	char loopback[16];
	struct string_list addresses, none, deny;
	struct server_options options;
	struct server *server;
	struct peer peer[PEERS];
	struct server_totals totals;
	struct far_encoder encoder;
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

static int
fixture_open(void **state)
{
	static const struct far_options far = { .app_bytes = true };
	struct flow_record_layout layout;
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->loopback, "127.0.0.1");
	f->address = f->loopback;
	f->addresses = (struct string_list){ &f->address, 1 };
	f->options = (struct server_options){
		.addresses = &f->addresses,
		.clients_max = PEERS,
		.clients_per_address = PEERS,
		.allow = &f->none,
		.deny = &f->none,
		.start = { .cause = CAUSE_START, .mar_interval_s = 60 },
		.record_max = WIRE_RECORD_SIZE_MAX,
		.quiet = true,
	};
	for (int i = 0; i < PEERS; i++)
		f->peer[i].fd = -1;
	flow_record_layout_init(&layout, 0, 0, 0);
	assert_int_equal(far_encoder_init(&f->encoder, &far, &layout), 0);
	*state = f;
	return 0;
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;

	server_free(f->server);
	for (int i = 0; i < PEERS; i++) {
		if (f->peer[i].fd >= 0)
			close(f->peer[i].fd);
	}
	free(f);
	return 0;
}

static void
serve(struct fixture *f)
{
	char error[256] = "";

	f->server = server_create(&f->options, error, sizeof(error));
	assert_string_equal(error, "");
	assert_non_null(f->server);
}

static uint32_t
mar_word(const struct peer *p, size_t at)
{
	return (uint32_t)p->mar[at] << 24 | (uint32_t)p->mar[at + 1] << 16 |
	       (uint32_t)p->mar[at + 2] << 8 | p->mar[at + 3];
}

/* Takes the stream apart. */
static void
peer_take(struct peer *p, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (p->size < sizeof(p->head))
			p->head[p->size] = bytes[i];
		p->size++;
		p->record[p->at++] = bytes[i];
		if (p->at < 4 || p->at < ((size_t)p->record[2] << 8 | p->record[3]) * 4)
			continue;
		if (p->record[0] == WIRE_MAR) {
			memcpy(p->mar, p->record, WIRE_MAR_SIZE);
			p->told += mar_word(p, 72) - (p->mar[1] == CAUSE_STOP);
			p->told_lost += mar_word(p, 80);
			p->mars++;
		} else {
			assert_int_equal(p->record[0], WIRE_FAR);
			p->fars++;
		}
		p->at = 0;
	}
}

static void
peer_read(struct peer *p)
{
	uint8_t bytes[65536];
	ssize_t n;

	while (p->fd >= 0 && !p->stopped && !p->closed) {
		n = recv(p->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			p->closed = true;
		else
			peer_take(p, bytes, (size_t)n);
	}
}

/* One turn of the server and of all peers. */
static void
turn(struct fixture *f)
{
	struct timespec nap = { .tv_nsec = 200000 };

	server_poll(f->server, now_ns());
	for (int i = 0; i < PEERS; i++)
		peer_read(&f->peer[i]);
	nanosleep(&nap, NULL);
}

#define UNTIL(f, condition)                                                  \
	do {                                                                 \
		const uint64_t begin_ns = now_ns();                          \
		while (!(condition) && now_ns() - begin_ns < BOUND_NS)       \
			turn(f);                                             \
		if (!(condition))                                            \
			fail_msg("%d: waited for %s", __LINE__, #condition); \
	} while (0)

static struct peer *
come(struct fixture *f, int i)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(server_port(f->server)) };
	struct peer *p = &f->peer[i];
	const int room = 65536;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*p = (struct peer){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	assert_true(p->fd >= 0);
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	assert_int_equal(connect(p->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return p;
}

static void
say(struct peer *p, const char *text)
{
	assert_int_equal(send(p->fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Until it gets records. */
static struct peer *
come_and_start(struct fixture *f, int i)
{
	struct peer *p = come(f, i);
	const unsigned before = server_clients(f->server);

	UNTIL(f, p->mars == 1);
	say(p, "START: ");
	UNTIL(f, server_clients(f->server) == before + 1);
	return p;
}

/* Records without a filter. */
static void
records(struct fixture *f, unsigned n)
{
	static uint8_t bytes[BLOCK_RECORDS * RECORD];
	const struct sink_block b = { bytes, (size_t)n * RECORD, n };

	assert_true(n <= BLOCK_RECORDS);
	for (unsigned i = 0; i < n; i++) {
		bytes[i * RECORD] = WIRE_FAR;
		bytes[i * RECORD + 1] = CAUSE_STATUS;
		bytes[i * RECORD + 3] = RECORD / 4;
	}
	server_block(f->server, &b);
}

/* ... and one that filters are asked about: from port 'port'. */
static void
record(struct fixture *f, uint16_t port)
{
	struct far_input in;
	struct flow_record r;
	uint8_t bytes[1024];
	size_t size;

	record_http(&r);
	r.src_port = port;
	far_input_init(&in, &f->encoder, &r, 1);
	size = far_encode(&f->encoder, &r, 1, bytes, sizeof(bytes));
	assert_true(size != 0);
	if (server_match(f->server, &in))
		server_append(f->server, bytes, size);
}

static void
finish(struct fixture *f)
{
	struct mar stop = f->options.start;

	stop.cause = CAUSE_STOP;
	server_finish(f->server, &stop);
	for (int i = 0; i < PEERS; i++)
		peer_read(&f->peer[i]);
	server_totals(f->server, &f->totals);
	assert_int_equal(f->totals.offered,
	                 f->totals.written + f->totals.filtered + f->totals.lost);
}

static void
client_gets_a_start_mar_then_records_from_start_on(void **state)
{
	struct fixture *f = *state;
	struct peer *p;

	serve(f);
	p = come(f, 0);
	UNTIL(f, p->mars == 1);
	assert_int_equal(mar_word(p, 0), 0x83100020);
	assert_int_equal(mar_word(p, 8), WIRE_MAR_COOKIE);
	records(f, 5);
	say(p, "START: ");
	UNTIL(f, server_has_plain(f->server));
	records(f, 7);
	UNTIL(f, p->fars == 7);
	records(f, 300);
	finish(f);
	assert_true(p->closed);
	assert_int_equal(p->fars, 307);
	assert_int_equal(mar_word(p, 0), 0x83300020);
	assert_int_equal(mar_word(p, 72), 308); /* itself among them */
	assert_int_equal(f->totals.written, 307);
	assert_int_equal(f->totals.lost, 0);
}

static void
filters_are_answered_and_kept_to(void **state)
{
	struct fixture *f = *state;
	struct peer *p, *q;

	serve(f);
	p = come(f, 0);
	q = come(f, 1);
	UNTIL(f, p->mars == 1 && q->mars == 1);
	say(p, "FILTER: man or (src port ");
	say(p, "53)");
	UNTIL(f, p->size == WIRE_MAR_SIZE + 2);
	assert_memory_equal(p->head + WIRE_MAR_SIZE, "OK", 2);
	p->at = 0;
	say(p, "START: ");
	say(q, "FILTER: prt 80");
	UNTIL(f, q->closed && server_has_filtered(f->server));
	assert_int_equal(q->size, WIRE_MAR_SIZE + 2);
	assert_memory_equal(q->head + WIRE_MAR_SIZE, "SY", 2);
	for (uint16_t i = 0; i < 100; i++)
		record(f, i);
	records(f, 3); /* no matter of a filtered client's */
	finish(f);
	assert_int_equal(p->fars, 1);
	assert_int_equal(f->totals.offered, 100);
	assert_int_equal(f->totals.filtered, 99);
	assert_int_equal(f->totals.dropped, 1);
}

static void
client_that_never_starts_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct peer *p;

	f->options.handshake_ns = 50 * MS;
	serve(f);
	p = come(f, 0);
	UNTIL(f, p->closed);
	assert_int_equal(p->mars, 1);
	finish(f);
	assert_int_equal(f->totals.dropped, 1);
}

static void
garbage_is_survived(void **state)
{
	struct fixture *f = *state;
	struct peer *p, *q, *r;
	char *flood = malloc(70000);

	assert_non_null(flood);
	memset(flood, '(', 70000);
	serve(f);
	p = come_and_start(f, 0);
	q = come(f, 1);
	r = come(f, 2);
	UNTIL(f, q->mars == 1 && r->mars == 1);
	say(p, "nonsense");
	say(q, "FILTER: ");
	flood[6000] = '\0';
	say(q, flood);
	flood[6000] = '(';
	for (int i = 0; i < 70; i++)
		(void)send(r->fd, flood, 1000, MSG_NOSIGNAL | MSG_DONTWAIT);
	UNTIL(f, q->closed && r->closed);
	records(f, 2);
	UNTIL(f, p->fars == 2);
	close(p->fd); /* without a word */
	p->fd = -1;
	UNTIL(f, server_clients(f->server) == 0);
	finish(f);
	assert_int_equal(f->totals.dropped, 2);
	free(flood);
}

static void
limits_and_prefixes_hold(void **state)
{
	static char own[] = "127.0.0.0/8";
	struct fixture *f = *state;
	char *prefix = own;
	struct peer *p, *q;

	f->options.clients_per_address = 1;
	serve(f);
	p = come_and_start(f, 0);
	q = come(f, 1);
	UNTIL(f, q->closed);
	assert_int_equal(q->size, WIRE_MAR_SIZE);
	assert_int_equal(q->head[1], 0x82);
	say(p, "DONE: ");
	UNTIL(f, p->closed);
	finish(f);
	assert_int_equal(f->totals.connections, 2);
	assert_int_equal(f->totals.refused, 1);

	server_free(f->server);
	f->deny = (struct string_list){ &prefix, 1 };
	f->options.deny = &f->deny;
	serve(f);
	p = come(f, 2);
	UNTIL(f, p->closed);
	assert_int_equal(p->size, 0);
	finish(f);
	assert_int_equal(f->totals.refused, 1);
}

static void
client_that_does_not_read_costs_the_others_nothing(void **state)
{
	struct fixture *f = *state;
	struct peer *p, *q;
	uint32_t sent = 0;

	f->options.lag_ns = 300 * MS;
	f->options.stall_ns = BOUND_NS;
	serve(f);
	p = come_and_start(f, 0);
	q = come_and_start(f, 1);
	q->stopped = true;
	while (sent < 200 * BLOCK_RECORDS) { /* 26 MB, beyond the stream's 16 */
		records(f, BLOCK_RECORDS);
		sent += BLOCK_RECORDS;
		UNTIL(f, p->fars == sent);
	}
	UNTIL(f, server_clients(f->server) == 1);
	q->stopped = false;
	UNTIL(f, q->closed);
	assert_int_equal(q->at, 0); /* its last record is whole */
	finish(f);
	assert_int_equal(p->fars, sent);
	assert_int_equal(f->totals.dropped, 1);
	/* of what it was offered until it was given up */
	assert_int_equal(f->totals.lost, f->totals.offered - sent - q->fars);
	assert_true(f->totals.lost != 0);
}

/* A client that comes back after a pause gets on with what there is, and is told. */
static void
losses_are_told_in_the_clients_own_mars(void **state)
{
	struct fixture *f = *state;
	struct peer *p;
	struct mar status = f->options.start;

	status.cause = CAUSE_STATUS;
	f->options.lag_ns = f->options.stall_ns = BOUND_NS;
	serve(f);
	p = come_and_start(f, 0);
	p->stopped = true;
	for (unsigned i = 0; i < 200; i++) {
		records(f, BLOCK_RECORDS);
		turn(f);
	}
	p->stopped = false;
	server_mar(f->server, &status);
	UNTIL(f, p->mars >= 2);
	assert_int_equal(mar_word(p, 0), 0x83200020);
	UNTIL(f, p->fars + p->told_lost == 200 * BLOCK_RECORDS);
	assert_true(p->told_lost != 0);
	finish(f);
	assert_int_equal(p->told, p->fars);
	assert_int_equal(p->told_lost, f->totals.lost);
	assert_int_equal(f->totals.dropped, 0);
}

/* In small bites, until the server closes. */
static void *
slow_reader(void *arg)
{
	struct peer *p = arg;
	uint8_t bytes[4096];
	ssize_t n;

	while ((n = recv(p->fd, bytes, sizeof(bytes), 0)) > 0)
		peer_take(p, bytes, (size_t)n);
	return NULL;
}

static void
records_that_can_wait_wait_for_a_slow_client(void **state)
{
	struct fixture *f = *state;
	struct peer *p, *q;
	pthread_t reader;

	f->options.waits = true;
	f->options.stall_ns = 1000 * MS;
	serve(f);
	p = come_and_start(f, 0);
	q = come_and_start(f, 1);
	p->stopped = q->stopped = true;
	assert_int_equal(pthread_create(&reader, NULL, slow_reader, p), 0);
	for (unsigned i = 0; i < 200; i++)
		records(f, BLOCK_RECORDS);
	finish(f);
	assert_int_equal(pthread_join(reader, NULL), 0);
	assert_int_equal(p->fars, 200 * BLOCK_RECORDS);
	assert_int_equal(p->at, 0);
	assert_int_equal(f->totals.dropped, 1); /* the other one, which never read */
	assert_int_equal(f->totals.offered - f->totals.written, f->totals.lost);
}

/* Likewise where each has a filter: the record at hand when it is given up counts too. */
static void
filtered_client_that_never_reads_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct peer *p;

	f->options.waits = true;
	f->options.stall_ns = 100 * MS;
	serve(f);
	p = come(f, 0);
	UNTIL(f, p->mars == 1);
	say(p, "FILTER: man or (tcp)");
	UNTIL(f, p->size == WIRE_MAR_SIZE + 2);
	say(p, "START: ");
	UNTIL(f, server_has_filtered(f->server));
	p->stopped = true;
	for (unsigned i = 0; i < 200000 && server_clients(f->server) != 0; i++)
		record(f, (uint16_t)i);
	assert_int_equal(server_clients(f->server), 0);
	finish(f);
	assert_int_equal(f->totals.dropped, 1);
	assert_true(f->totals.lost != 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		TEST(client_gets_a_start_mar_then_records_from_start_on),
		TEST(filters_are_answered_and_kept_to),
		TEST(client_that_never_starts_is_dropped),
		TEST(garbage_is_survived),
		TEST(limits_and_prefixes_hold),
		TEST(client_that_does_not_read_costs_the_others_nothing),
		TEST(losses_are_told_in_the_clients_own_mars),
		TEST(records_that_can_wait_wait_for_a_slow_client),
		TEST(filtered_client_that_never_reads_is_given_up),
	};
#undef TEST

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
