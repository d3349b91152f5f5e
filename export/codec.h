/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compression of files, by the suffix of their names: .gz and .zst. Each call
 * makes one whole frame (a gzip member, a zstd frame); frames end to end are a
 * file that gzip and zstd read, and so is each prefix of whole ones.
 *
 * Memory is taken at creation. One core at a time.
 */
#ifndef PANOPTES_EXPORT_CODEC_H
#define PANOPTES_EXPORT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct codec;

/* Whether a file of this name is compressed. */
bool codec_is_for(const char *name);

/* The codec of such a name, for frames of up to 'size_max' bytes; NULL without memory. */
struct codec *codec_create(const char *name, size_t size_max);

/* One frame: 0, with its bytes in 'out', valid until the next call; or -EIO. */
int codec_frame(struct codec *, const uint8_t *bytes, size_t size, const uint8_t **out,
                size_t *out_size);

void codec_free(struct codec *);

#endif
