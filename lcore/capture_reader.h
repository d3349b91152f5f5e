/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One capture after the other: bytes of a stream -> bursts of views, zero-copy.
 * The views point into the reader's block and stay valid until the next call.
 *
 * One core owns a reader; its block is allocated once.
 */
#ifndef PANOPTES_LCORE_CAPTURE_READER_H
#define PANOPTES_LCORE_CAPTURE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lcore/capture_format.h"
#include "lcore/capture_stream.h"
#include "lcore/view.h"

struct capture_reader;

/* NULL when there is no memory. */
struct capture_reader *capture_reader_create(void);
void capture_reader_free(struct capture_reader *);

/* Begins with another stream, which becomes the reader's. 'name' is for messages and must outlive
 * the reading; 'tsh' says that the data are NLANR TSH. */
void capture_reader_start(struct capture_reader *, struct capture_stream *, const char *name,
                          bool tsh);

/* Up to 'max' views. 0: nothing just now; -ENODATA: the end; -EBADMSG: damaged or no capture, and
 * all packets before the damage have been yielded; another negative errno: reading failed. After
 * an error capture_reader_problem() is one line that says where and what. */
int capture_reader_burst(struct capture_reader *, struct packet_view *views, unsigned max);
const char *capture_reader_problem(const struct capture_reader *);

/* What is known of the file's interfaces so far. */
unsigned capture_reader_interfaces(const struct capture_reader *);
const struct capture_interface *capture_reader_interface(const struct capture_reader *, unsigned i);

#endif
