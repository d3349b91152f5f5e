/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of a capture file, whatever holds them: a file, a pipe, stdin, and
 * gzip or zstd around any of these, told by their magic. Reads are large
 * read(2) calls; plain data go straight into the caller's buffer.
 *
 * One core owns a stream. Memory is taken at opening.
 */
#ifndef PANOPTES_LCORE_CAPTURE_STREAM_H
#define PANOPTES_LCORE_CAPTURE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct capture_stream;

/* "-" is stdin. NULL and errno on failure (EBADMSG: damaged compression header). 'follow': the
 * end of the data is only the end for now. */
struct capture_stream *capture_stream_open(const char *path, bool follow);
/* As above from memory, which must outlive the stream. */
struct capture_stream *capture_stream_open_memory(const uint8_t *bytes, size_t len);
void capture_stream_close(struct capture_stream *);

/* > 0: that many bytes; 0: the end; -EAGAIN: nothing just now, ask again; -EBADMSG: the
 * compressed data are damaged or cut; another negative errno: reading failed. Waits at most a
 * tenth of a second. */
ssize_t capture_stream_read(struct capture_stream *, void *buffer, size_t size);

#endif
