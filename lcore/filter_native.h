/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classic BPF -> machine code, by rte_bpf. Called while filters are compiled;
 * what it returns may be run by any one core at a time.
 */
#ifndef PANOPTES_LCORE_FILTER_NATIVE_H
#define PANOPTES_LCORE_FILTER_NATIVE_H

#include <stdint.h>

struct bpf_program;
struct rte_bpf;

/* NULL where the converter or the code generator refuses. *run then takes a struct rte_mbuf and
 * returns nonzero for a match. rte_bpf_destroy frees. */
struct rte_bpf *filter_native_create(const struct bpf_program *classic,
                                     uint64_t (**run)(void *mbuf));

#endif
