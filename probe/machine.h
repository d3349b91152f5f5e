/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the kernel says of the machine: files of /sys and /proc below a root, which
 * is "" on the machine itself and a directory of files in tests. Nothing is kept;
 * any core may call, none of them in the packet path.
 *
 * A path is a format with its arguments, as in machine_text(root, s, sizeof(s),
 * "/sys/devices/system/node/node%u/cpulist", node). Files may be missing, empty,
 * endless or of another form: that is an error, never more.
 */
#ifndef PANOPTES_PROBE_MACHINE_H
#define PANOPTES_PROBE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first line, cut to fit, without its end. 0, or a negative errno and "". */
int machine_text(const char *root, char *out, size_t size, const char *path, ...)
        __attribute__((format(printf, 4, 5)));

/* The first line as a decimal number. -EINVAL: it is something else. */
int machine_number(const char *root, uint64_t *n, const char *path, ...)
        __attribute__((format(printf, 3, 4)));

/* The last part of where a symbolic link leads: a device's driver. 0, or a negative errno and "".
 */
int machine_link(const char *root, char *out, size_t size, const char *path, ...)
        __attribute__((format(printf, 4, 5)));

/* access(2): whether the file is there and open to this process. */
bool machine_access(const char *root, int mode, const char *path, ...)
        __attribute__((format(printf, 3, 4)));

/*
 * What stands behind "NAME:" in a file of such lines, blanks around it left out; the
 * first line of that name. "Node 0 MemTotal:  1 kB" has the name "Node 0 MemTotal".
 * 0, -ENOENT: no such line, or another negative errno; then "".
 */
int machine_field(const char *root, const char *name, char *out, size_t size, const char *path, ...)
        __attribute__((format(printf, 5, 6)));

/*
 * Calls 'visit' for each entry of a directory, numbers in their order, hidden ones left
 * out. How many there were, or a negative errno.
 */
int machine_each(const char *root, void (*visit)(void *arg, const char *name), void *arg,
                 const char *path, ...) __attribute__((format(printf, 4, 5)));

/* Whether a list of words separated by blanks has this one. */
bool machine_has_word(const char *list, const char *word);

#endif
