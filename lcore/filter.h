/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packet filter: a pcap expression, compiled once per link type, turned
 * into native code by rte_bpf, or run by libpcap's interpreter where that can't
 * be done. It sees the bytes and lengths that tcpdump would see.
 *
 * One core runs a filter. Memory is taken while compiling.
 */
#ifndef PANOPTES_LCORE_FILTER_H
#define PANOPTES_LCORE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lcore/view.h"

struct filter;

/* NULL when there is no memory. The expression is copied; nothing is compiled yet. */
struct filter *filter_create(const char *expression, bool optimize);
void filter_free(struct filter *);

/* Compiles for a link type, unless that was done; 'snaplen' 0: no limit. 0; -EINVAL: 'error' holds
 * one line about what is wrong with the expression and where. */
int filter_prepare(struct filter *, uint16_t link_type, uint32_t snaplen, char *error,
                   size_t error_size);

/* Keeps the views that match, in order, and returns how many. A link type that was not prepared is
 * prepared now; one that the expression does not fit matches nothing. */
unsigned filter_burst(struct filter *, struct packet_view *views, unsigned n);

/* The program of a prepared link type, as tcpdump -d prints it, to stdout. */
void filter_dump(struct filter *, uint16_t link_type);

/* For tests: never native code from now on. Whether any program is native. */
void filter_use_interpreter(struct filter *);
bool filter_is_native(const struct filter *);

#endif
