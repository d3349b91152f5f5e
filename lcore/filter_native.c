/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rte_bpf_convert, then rte_bpf_load, with two errors of DPDK 22.11 mended in
 * between:
 *
 * - the converter leaves the index register of indexed loads at 0, which holds
 *   A; classic BPF indexes by X, which it keeps in register 7;
 * - the x86 code generator writes the mask of a "jump if set" in one byte
 *   where it fits, but that machine instruction has no such form. Such masks go
 *   through a register here.
 *
 * Where the errors are gone the mending changes nothing that matters.
 *
 * What can't be mended: the loader follows every path through a program, and a
 * filter on a link with headers of many sizes (IEEE 802.11) may have more of them
 * than anybody can wait for. Such a program is left to the interpreter.
 */
#include "lcore/filter_native.h"

#include <stdbool.h>
#include <stdlib.h>

#include <pcap/pcap.h>

#include <rte_bpf.h>
#include <rte_malloc.h>

#define REGISTER_X EBPF_REG_7
#define REGISTER_SPARE EBPF_REG_5 /* no converted program uses it */
#define STEPS_MAX (1u << 20)      /* some tenths of a second of the loader's */

static bool
is_indexed_load(const struct ebpf_insn *in)
{
	return BPF_CLASS(in->code) == BPF_LD && BPF_MODE(in->code) == BPF_IND;
}

static bool
is_jump(const struct ebpf_insn *in)
{
	return BPF_CLASS(in->code) == BPF_JMP && BPF_OP(in->code) != EBPF_EXIT &&
	       BPF_OP(in->code) != EBPF_CALL;
}

static bool
is_small_mask(const struct ebpf_insn *in)
{
	return in->code == (BPF_JMP | BPF_JSET | BPF_K) && in->imm >= INT8_MIN &&
	       in->imm <= INT8_MAX;
}

/* Where instruction i goes when one is put before every small mask; 'at' has n + 1 elements. */
static uint32_t
plan_moves(const struct ebpf_insn *in, uint32_t n, uint32_t *at)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < n; i++) {
		at[i] = next;
		next += is_small_mask(&in[i]) ? 2 : 1;
	}
	at[n] = next;
	return next;
}

static void
mend(struct ebpf_insn *out, const struct ebpf_insn *in, uint32_t n, const uint32_t *at)
{
	for (uint32_t i = 0; i < n; i++) {
		struct ebpf_insn *o = &out[at[i]];

		if (is_small_mask(&in[i])) {
			*o++ = (struct ebpf_insn){ .code = EBPF_ALU64 | EBPF_MOV | BPF_K,
				                   .dst_reg = REGISTER_SPARE,
				                   .imm = in[i].imm };
			*o = in[i];
			o->code = BPF_JMP | BPF_JSET | BPF_X;
			o->src_reg = REGISTER_SPARE;
			o->imm = 0;
		} else {
			*o = in[i];
		}
		if (is_indexed_load(o) && o->src_reg == EBPF_REG_0)
			o->src_reg = REGISTER_X;
		if (is_jump(o)) {
			const int64_t target = (int64_t)i + 1 + in[i].off;

			o->off = (int16_t)((int64_t)at[target] - (o - out) - 1);
		}
	}
}

static struct rte_bpf *
load_mended(const struct rte_bpf_prm *prm)
{
	uint32_t *at = calloc(prm->nb_ins + 1u, sizeof(*at));
	struct ebpf_insn *mended = NULL;
	struct rte_bpf *native = NULL;
	struct rte_bpf_prm p = *prm;

	if (at == NULL)
		return NULL;
	p.nb_ins = plan_moves(prm->ins, prm->nb_ins, at);
	if (p.nb_ins <= INT16_MAX)                              /* jumps have 16 bits */
		mended = calloc(p.nb_ins + 1, sizeof(*mended)); /* never of no size */
	if (mended != NULL) {
		mend(mended, prm->ins, prm->nb_ins, at);
		p.ins = mended;
		native = rte_bpf_load(&p); /* copies */
	}
	free(mended);
	free(at);
	return native;
}

/* 'more' paths lead to instruction 'to'; jumps go forward only. */
static void
add_paths(uint32_t *paths, uint32_t n, uint64_t to, uint32_t more)
{
	if (to < n)
		paths[to] = paths[to] + more < STEPS_MAX ? paths[to] + more : STEPS_MAX;
}

/* Whether the loader is done with this program in STEPS_MAX steps, one for each instruction of each
 * path to it. */
static bool
is_loaded_soon(const struct bpf_program *p)
{
	uint32_t *paths = calloc(p->bf_len + 1u, sizeof(*paths));
	uint64_t steps = 0;

	if (paths == NULL)
		return false;
	paths[0] = 1;
	for (uint32_t i = 0; i < p->bf_len; i++) {
		const struct bpf_insn *in = &p->bf_insns[i];

		steps += paths[i];
		if (BPF_CLASS(in->code) == BPF_RET)
			continue;
		if (BPF_CLASS(in->code) != BPF_JMP) {
			add_paths(paths, p->bf_len, i + 1u, paths[i]);
		} else if (BPF_OP(in->code) == BPF_JA) {
			add_paths(paths, p->bf_len, (uint64_t)i + 1 + in->k, paths[i]);
		} else {
			add_paths(paths, p->bf_len, (uint64_t)i + 1 + in->jt, paths[i]);
			add_paths(paths, p->bf_len, (uint64_t)i + 1 + in->jf, paths[i]);
		}
	}
	free(paths);
	return steps < STEPS_MAX;
}

struct rte_bpf *
filter_native_create(const struct bpf_program *classic, uint64_t (**run)(void *mbuf))
{
	struct rte_bpf_prm *prm = is_loaded_soon(classic) ? rte_bpf_convert(classic) : NULL;
	struct rte_bpf *native;
	struct rte_bpf_jit jit;

	if (prm == NULL)
		return NULL;
	native = load_mended(prm);
	rte_free(prm);
	if (native == NULL)
		return NULL;
	if (rte_bpf_get_jit(native, &jit) != 0 || jit.func == NULL) {
		rte_bpf_destroy(native);
		return NULL;
	}
	*run = jit.func;
	return native;
}
