/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The few words the main lcore writes while workers and collector run. Readers
 * poll them once per burst.
 */
#ifndef PANOPTES_RING_CONTROL_H
#define PANOPTES_RING_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>

struct control {
	_Alignas(64) _Atomic bool stop; /* set by a signal or a fatal error; never cleared */
	_Atomic bool reload;            /* a signal asks for the rules of applications anew */
	_Atomic bool settled; /* whoever receives has ended, and what was lost is counted */
};

static inline void
control_reload(struct control *c)
{
	atomic_store_explicit(&c->reload, true, memory_order_release);
}

/* Whether that was asked for since the last call. Main lcore. */
static inline bool
control_take_reload(struct control *c)
{
	return atomic_exchange_explicit(&c->reload, false, memory_order_acq_rel);
}

static inline void
control_stop(struct control *c)
{
	atomic_store_explicit(&c->stop, true, memory_order_release);
}

static inline void
control_settle(struct control *c)
{
	atomic_store_explicit(&c->settled, true, memory_order_release);
}

static inline bool
control_settled(const struct control *c)
{
	return atomic_load_explicit(&c->settled, memory_order_acquire);
}

static inline bool
control_stopped(const struct control *c)
{
	return atomic_load_explicit(&c->stop, memory_order_acquire);
}

#endif
