/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The child holds a pipe's writing end: a byte says that it is up, the pipe's end
 * that it is gone.
 */
#include "probe/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ring/log.h"

static int ready_pipe = -1, null = -1;

static void __attribute__((noreturn)) wait_for_child(pid_t child, int from)
{
	char byte;
	ssize_t n;
	int status = 0;

	do
		n = read(from, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(0);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int
daemon_begin(char *error, size_t error_size)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		snprintf(error, error_size, "option -d: %s", strerror(errno));
		return -errno;
	}
	(void)fflush(NULL);
	child = fork();
	if (child < 0) {
		snprintf(error, error_size, "option -d: %s", strerror(errno));
		close(ends[0]);
		close(ends[1]);
		return -errno;
	}
	if (child != 0) {
		close(ends[1]);
		wait_for_child(child, ends[0]);
	}
	close(ends[0]);
	ready_pipe = ends[1];
	(void)setsid();
	/* both may be out of reach later, in a jail */
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	log_open_syslog();
	return 0;
}

void
daemon_ready(void)
{
	if (ready_pipe < 0)
		return;
	log_to_syslog();
	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
	null = -1;
	(void)!write(ready_pipe, "", 1);
	close(ready_pipe);
	ready_pipe = -1;
}
