/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receive side scaling for flows of both directions: a hash that is the same
 * when source and destination change places. By a Toeplitz key that repeats
 * every sixteen bits (any NIC that takes a key), else by the NIC's own symmetric
 * Toeplitz function (rte_flow). A port that accepts neither spreads nothing: a
 * dispatcher does it then.
 *
 * Main lcore only.
 */
#ifndef PANOPTES_PROBE_PORT_RSS_H
#define PANOPTES_PROBE_PORT_RSS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>

#define PORT_RSS_KEY_MAX 64

/* Every pair of bytes is the same: a change of places changes nothing. */
void port_rss_key(uint8_t *out, unsigned size);

/* What to ask a port for; nothing for a single queue. 'by_address': ports of TCP and UDP don't
 * count, so that fragments and ICMP errors meet their flow. */
void port_rss_plan(const struct rte_eth_dev_info *, uint16_t queues, bool by_address,
                   struct rte_eth_conf *);

/* Of a port that was started: whether both directions of a flow meet, by what it says that it
 * does. Tells the operator. */
bool port_rss_verify(uint16_t port, const char *what, uint16_t queues);

#endif
