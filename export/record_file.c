/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plain system calls. Standard output is a duplicate, so that closing it closes
 * nothing of others.
 */
#include "export/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
record_file_open(struct record_file *f, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") != 0)
		f->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	else
		f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	if (f->fd < 0 || fstat(f->fd, &st) < 0)
		return -errno;
	f->regular = S_ISREG(st.st_mode);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	return 0;
}

bool
record_file_is_at(const struct record_file *f, const char *path, bool *empty)
{
	struct stat st;

	*empty = false;
	if (f->fd < 0)
		return false;
	if (strcmp(path, "-") == 0)
		return true;
	if (stat(path, &st) != 0 || st.st_dev != f->dev || st.st_ino != f->ino)
		return false;
	*empty = f->regular && st.st_size == 0;
	return true;
}

size_t
record_file_put(const struct record_file *f, const uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const ssize_t n = write(f->fd, bytes + done, size - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n == 0) {
			errno = EIO;
			break;
		} else if (errno == EAGAIN) {
			struct pollfd p = { .fd = f->fd, .events = POLLOUT };

			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			break;
		}
	}
	return done;
}

void
record_file_cut(const struct record_file *f, size_t size)
{
	off_t end;

	if (!f->regular || size == 0)
		return;
	end = lseek(f->fd, 0, SEEK_CUR);
	if (end < (off_t)size)
		return;
	end -= (off_t)size;
	if (ftruncate(f->fd, end) == 0)
		lseek(f->fd, end, SEEK_SET);
}

int
record_file_close(struct record_file *f)
{
	const int error = f->fd >= 0 && close(f->fd) < 0 && errno != EINTR ? -errno : 0;

	f->fd = -1;
	return error;
}
