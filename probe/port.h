/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A DPDK port, from its name to packets in its queues: attached, configured with
 * one receive queue a worker, a mempool a queue on the port's NUMA node, hashing
 * so that both directions of a flow meet, and started. What the port accepted is
 * read back and told.
 *
 * Main lcore only; sources on other cores poll the queues. The mempools are the
 * port's, and go with it.
 */
#ifndef PANOPTES_PROBE_PORT_H
#define PANOPTES_PROBE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lcore/port_stamp.h"
#include "ring/counters.h"

#define PORT_QUEUES_MAX 64

struct rte_mempool;
struct rte_eth_stats;

/* What flows are spread by. */
enum port_spread {
	PORT_SPREAD_NONE = 0, /* one queue */
	PORT_SPREAD_HASH,     /* symmetric, by the port */
};

struct port {
	char name[96]; /* as DPDK calls it */
	char what[64]; /* for messages: as the operator calls it */
	uint16_t id;
	uint16_t queues;
	uint16_t descriptors; /* a queue */
	int socket;           /* NUMA node, or -1 */
	bool is_virtual;
	unsigned kernel_index; /* of the kernel's interface that it is on (AF_XDP); 0: of none */
	bool lost;             /* ... which is gone: another one of its name is not this port */
	bool attached, configured, started;
	bool link_up;
	uint16_t mtu_before; /* what it was set to when it was found; 0: it was left alone */
	bool made_promiscuous;
	struct port_stamp stamp; /* what it stamps packets with, if 'wanted' */
	enum port_spread spread;
	struct rte_mempool *pools[PORT_QUEUES_MAX];
	/* what was counted up to the last look */
	uint64_t missed, no_memory, errors;
};

struct port_options {
	uint16_t queues; /* wanted; the port may have fewer */
	uint32_t mbufs;  /* a queue; 0: what descriptors and bursts need */
	uint16_t burst;
	bool promiscuous;
	bool stamps;     /* packets get the port's time, if it offers that; */
	bool must_stamp; /* ... it is an error if not */
	bool by_address; /* hash addresses alone: fragments stay with their flow */
};

/* Makes a virtual device ("driver0,arguments") or takes a PCI device into use. 0, or a negative
 * errno with one line in 'error'. */
int port_attach_virtual(struct port *, const char *device, char *error, size_t error_size);
int port_attach_pci(struct port *, const char *address, char *error, size_t error_size);

/* Bytes of packet buffers for one queue. */
uint64_t port_queue_memory(uint32_t mbufs, uint16_t burst);

/* Queues, mempools, hashing. port->queues is what there is then. */
int port_configure(struct port *, const struct port_options *, char *error, size_t error_size);
int port_start(struct port *, char *error, size_t error_size);

/* Any thread may ask, one at a time is answered: drivers add up registers that are cleared by
 * reading. 0 or a negative errno. */
int port_stats(const struct port *, struct rte_eth_stats *);

/* Ten times a second: adds what the port lost since the last look to the counters, tells when the
 * link changed. */
void port_look(struct port *, struct counters *);

/* Stops, closes, frees; whatever of it was done. */
void port_close(struct port *);

#endif
