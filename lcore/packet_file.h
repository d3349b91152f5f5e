/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARGUS_PACKET_CAPTURE_FILE: the packets that passed the filter, or those among
 * them that can't be dissected (ARGUS_PACKET_CAPTURE_ON_ERROR), written as a pcap
 * file with nanoseconds. The core of the intake owns it. Writing is for those
 * who ask for it: it makes system calls on that core.
 */
#ifndef PANOPTES_LCORE_PACKET_FILE_H
#define PANOPTES_LCORE_PACKET_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "lcore/view.h"

struct packet_file;

/* Makes the file, or empties it. NULL on failure; 'error' then holds one line. */
struct packet_file *packet_file_create(const char *path, char *error, size_t error_size);

/* What the link type is, if nothing said so before: the file is to be a capture without packets
 * too. */
void packet_file_begin(struct packet_file *, uint16_t link_type);

/* Appends packets. A pcap file has one link type, the first packet's: others are left out. */
void packet_file_write(struct packet_file *, const struct packet_view *views, unsigned n);

/* Writes out what is pending. 0, or a negative errno and one line: the disk was full, or packets
 * of another link type were left out. */
int packet_file_flush(struct packet_file *, char *error, size_t error_size);

/* NULL is nothing. */
void packet_file_close(struct packet_file *);

#endif
