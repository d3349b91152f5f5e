/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The directory stays open: its path may be out of reach at the end. A file that was
 * locked counts only if it is still the one of that name: whoever had it before may
 * have removed it in between.
 */
#include "probe/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY "/var/run"
#define TRIES 16

/* Whether the file that is open has its name still. */
static bool
is_there(const struct pid_file *f)
{
	struct stat open_one, named;

	return fstat(f->fd, &open_one) == 0 && fstatat(f->directory, f->name, &named, 0) == 0 &&
	       open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

/* Open and locked: 0; -EWOULDBLOCK: another process has it; another negative errno. */
static int
lock_file(struct pid_file *f)
{
	for (int i = 0; i < TRIES; i++) {
		f->fd = openat(f->directory, f->name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		               0644);
		if (f->fd < 0 || flock(f->fd, LOCK_EX | LOCK_NB) < 0)
			return -errno;
		if (is_there(f))
			return 0;
		close(f->fd);
		f->fd = -1;
	}
	return -EAGAIN;
}

/* One that is not ours is left as it is. */
static void
let_go(struct pid_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static int
fail(struct pid_file *f, const char *directory, int e, char *error, size_t error_size)
{
	snprintf(error, error_size, "pid file %.200s/%s: %s", directory, f->name, strerror(e));
	pid_file_remove(f);
	return -e;
}

/* The process that holds the lock. */
static int
taken(struct pid_file *f, const char *directory, char *error, size_t error_size)
{
	char pid[16] = "";
	const ssize_t n = pread(f->fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
	snprintf(error, error_size,
	         "pid file %.200s/%s: panoptes is running already, as process %s", directory,
	         f->name, pid[0] != '\0' ? pid : "(unknown)");
	let_go(f);
	pid_file_remove(f);
	return -EEXIST;
}

int
pid_file_create(struct pid_file *f, const char *directory, const char *device, char *error,
                size_t error_size)
{
	char text[16];
	int n, rc;

	if (directory == NULL)
		directory = DIRECTORY;
	*f = (struct pid_file){ .directory = -1, .fd = -1 };
	snprintf(f->name, sizeof(f->name), "panoptes.%.90s.0.pid", device);
	for (char *c = f->name; *c != '\0'; c++)
		if (*c == '/' || *c == ',')
			*c = '_';
	f->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->directory < 0)
		return fail(f, directory, errno, error, error_size);
	rc = lock_file(f);
	if (rc == -EWOULDBLOCK && f->fd >= 0)
		return taken(f, directory, error, error_size);
	if (rc < 0) {
		let_go(f);
		return fail(f, directory, -rc, error, error_size);
	}
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(f->fd, 0) < 0 || pwrite(f->fd, text, (size_t)n, 0) != n)
		return fail(f, directory, errno, error, error_size);
	return 0;
}

void
pid_file_remove(struct pid_file *f)
{
	if (f->fd >= 0) {
		/* where rights were given up, no process is named at least */
		if (unlinkat(f->directory, f->name, 0) < 0)
			(void)!ftruncate(f->fd, 0);
		close(f->fd);
	}
	if (f->directory >= 0)
		close(f->directory);
	f->fd = f->directory = -1;
}
