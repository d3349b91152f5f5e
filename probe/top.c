/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The socket's side: ask, wait, ask again. DPDK's telemetry protocol: a message
 * in, a message of JSON out, over SOCK_SEQPACKET.
 */
#include "probe/top.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "config/value.h"

#define ANSWER_MAX (256u * 1024)
#define TIMEOUT_S 5
#define CLEAR "\033[H\033[2J"

struct top_options {
	const char *name;
	double interval_s;
	bool once;
};

static int
fail(int status, const char *what, const char *why)
{
	fprintf(stderr, "panoptes: top: %s: %s\n", what, why);
	return status;
}

/* The directory that EAL makes its sockets in. */
static void
socket_path(const char *name, char *out, size_t size)
{
	const char *base = geteuid() == 0 ? "/var/run" : getenv("XDG_RUNTIME_DIR");

	snprintf(out, size, "%s/dpdk/%s/dpdk_telemetry.v2", base != NULL ? base : "/tmp", name);
}

static int
open_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = TIMEOUT_S };
	char greeting[1024];
	int fd, e;

	if (strlen(path) >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
	    recv(fd, greeting, sizeof(greeting), 0) > 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

/* What is in an answer, or NULL. */
static json_t *
ask(int fd, const char *command)
{
	static char answer[ANSWER_MAX];
	json_t *whole, *part;
	ssize_t n;

	if (send(fd, command, strlen(command), MSG_NOSIGNAL) < 0)
		return NULL;
	n = recv(fd, answer, sizeof(answer), 0);
	if (n <= 0)
		return NULL;
	whole = json_loadb(answer, (size_t)n, 0, NULL);
	part = json_incref(json_object_get(whole, command));
	json_decref(whole);
	return part;
}

static void
sample_clear(struct top_sample *s)
{
	json_decref(s->ledger);
	json_decref(s->workers);
	json_decref(s->flows);
	json_decref(s->outputs);
	json_decref(s->clients);
	json_decref(s->ports);
	json_decref(s->lag);
	json_decref(s->clock);
	*s = (struct top_sample){ 0 };
}

static bool
sample_take(int fd, struct top_sample *s)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	*s = (struct top_sample){
		.time_s = (double)t.tv_sec + (double)t.tv_nsec / 1e9,
		.ledger = ask(fd, "/panoptes/ledger"),
		.workers = ask(fd, "/panoptes/workers"),
		.flows = ask(fd, "/panoptes/flows"),
		.outputs = ask(fd, "/panoptes/outputs"),
		.clients = ask(fd, "/panoptes/clients"),
		.ports = ask(fd, "/panoptes/ports"),
		.lag = ask(fd, "/panoptes/lag"),
		.clock = ask(fd, "/panoptes/clock"),
	};
	return json_is_object(s->ledger);
}

/* 0, or the exit status of what is wrong with the line. */
static int
read_options(struct top_options *o, int argc, char *argv[])
{
	static const struct option options[] = { { "name", required_argument, NULL, 'n' },
		                                 { "interval", required_argument, NULL, 'i' },
		                                 { "once", no_argument, NULL, '1' },
		                                 { NULL, 0, NULL, 0 } };
	int c;

	*o = (struct top_options){ .name = "panoptes", .interval_s = 1 };
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'n')
			o->name = optarg;
		else if (c == '1')
			o->once = true;
		else if (c != 'i' || value_decimal(optarg, &o->interval_s) < 0 ||
		         o->interval_s < 0.1 || o->interval_s > 3600)
			return fail(2, argv[optind - 1],
			            "options are --name NAME, --interval SECONDS (0.1 to 3600), "
			            "--once");
	}
	return optind == argc ? 0 : fail(2, argv[optind], "there are no words but options");
}

static void
wait_for(double seconds)
{
	const struct timespec t = { .tv_sec = (time_t)seconds,
		                    .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9) };

	nanosleep(&t, NULL);
}

int
top_main(int argc, char *argv[])
{
	struct top_sample before = { 0 }, now;
	struct top_options o;
	char path[256];
	int status = read_options(&o, argc, argv);
	int fd;

	if (status != 0)
		return status;
	socket_path(o.name, path, sizeof(path));
	fd = open_socket(path);
	if (fd < 0)
		return fail(1, path,
		            errno == ENOENT || errno == ECONNREFUSED
		                    ? "no probe of that name is running (--name chooses another)"
		                    : strerror(errno));
	while (sample_take(fd, &now)) {
		/* rates need two looks */
		if (before.ledger != NULL || !o.once) {
			if (!o.once)
				fputs(CLEAR, stdout);
			top_print(stdout, o.name, &before, &now);
			if (fflush(stdout) != 0 || o.once)
				break;
		}
		sample_clear(&before);
		before = now;
		wait_for(o.interval_s);
	}
	if (now.ledger == NULL)
		status = fail(1, path, "the probe answers no more");
	sample_clear(&before);
	if (now.ledger != NULL)
		sample_clear(&now);
	close(fd);
	return status;
}
