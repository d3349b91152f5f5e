/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file that says which process listens to an interface, and that there is one
 * already. It is locked as long as the process lives, so one that a crash left
 * behind is no hindrance. Main lcore only.
 */
#ifndef PANOPTES_PROBE_PID_FILE_H
#define PANOPTES_PROBE_PID_FILE_H

#include <stddef.h>

struct pid_file {
	int directory, fd; /* -1: not there */
	char name[128];
};

/* "panoptes.DEVICE.0.pid" in 'directory' (NULL: /var/run), as argus names its own. 0; -EEXIST:
 * another process has it; another negative errno; one line in 'error' then. */
int pid_file_create(struct pid_file *, const char *directory, const char *device, char *error,
                    size_t error_size);

/* Also works in a chroot. May be called again, and for one that is not there. */
void pid_file_remove(struct pid_file *);

#endif
