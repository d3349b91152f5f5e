/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The steps in DPDK's order. A port that lacks what is nice to have (promiscuous
 * mode, an MTU to set, a link to ask for) goes without.
 */
#include "probe/port.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <rte_bus_pci.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "probe/kernel_interface.h"
#include "probe/port_clock.h"
#include "probe/port_rss.h"
#include "ring/log.h"

#define DESCRIPTORS 4096 /* a queue, if the port allows: at 14.88 Mpps 275 us of packets */
#define POOL_CACHE 256u
#define XDP_FRAMES 4096u /* what AF_XDP keeps to itself, a queue */
#define MTU_JUMBO 9216
#define MTU_BUFFER (RTE_MBUF_DEFAULT_DATAROOM - 64) /* less headers of the link, VLAN tags */

static int
fail(const struct port *p, const char *what, int rc, char *error, size_t error_size)
{
	snprintf(error, error_size, "port %s: %s: %s", p->what, what, rte_strerror(-rc));
	return rc;
}

static int
attach(struct port *p, const char *bus, const char *arguments, char *error, size_t error_size)
{
	int rc = rte_eal_hotplug_add(bus, p->name, arguments);

	if (rc < 0 && rc != -EEXIST)
		return fail(p, "DPDK does not take it", rc, error, error_size);
	rc = rte_eth_dev_get_port_by_name(p->name, &p->id);
	if (rc < 0)
		return fail(p, "it is no network port that a driver here knows", rc, error,
		            error_size);
	p->attached = true;
	p->socket = rte_eth_dev_socket_id(p->id);
	return 0;
}

int
port_attach_virtual(struct port *p, const char *device, char *error, size_t error_size)
{
	const char *comma = strchr(device, ',');
	const size_t n = comma != NULL ? (size_t)(comma - device) : strlen(device);

	*p = (struct port){ .socket = -1, .is_virtual = true };
	snprintf(p->name, sizeof(p->name), "%.*s", (int)n, device);
	snprintf(p->what, sizeof(p->what), "%.*s", (int)n, device);
	return attach(p, "vdev", comma != NULL ? comma + 1 : "", error, error_size);
}

int
port_attach_pci(struct port *p, const char *address, char *error, size_t error_size)
{
	struct rte_pci_addr parsed;

	*p = (struct port){ .socket = -1 };
	snprintf(p->what, sizeof(p->what), "%s", address);
	if (rte_pci_addr_parse(address, &parsed) < 0)
		return fail(p, "not a PCI address", -EINVAL, error, error_size);
	rte_pci_device_name(&parsed, p->name, sizeof(p->name));
	return attach(p, "pci", "", error, error_size);
}

/* The queue, bursts on their way, the cache, and what AF_XDP keeps. */
static uint32_t
pool_size(uint32_t asked, uint16_t descriptors, uint16_t burst)
{
	return asked != 0 ? asked : descriptors + 4u * burst + 2 * POOL_CACHE + 2 * XDP_FRAMES;
}

uint64_t
port_queue_memory(uint32_t mbufs, uint16_t burst)
{
	const uint64_t each = sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE +
	                      4 * RTE_CACHE_LINE_SIZE; /* object header and trailer */

	return pool_size(mbufs, DESCRIPTORS, burst) * each;
}

static int
make_pools(struct port *p, const struct port_options *o, char *error, size_t error_size)
{
	const uint32_t n = pool_size(o->mbufs, p->descriptors, o->burst);

	for (uint16_t q = 0; q < p->queues; q++) {
		char name[RTE_MEMPOOL_NAMESIZE];

		snprintf(name, sizeof(name), "rx%u.%u", p->id, q);
		p->pools[q] = rte_pktmbuf_pool_create(name, n, POOL_CACHE, 0,
		                                      RTE_MBUF_DEFAULT_BUF_SIZE, p->socket);
		if (p->pools[q] == NULL) {
			snprintf(error, error_size,
			         "port %s: no memory for %u buffers of queue %u: %s", p->what, n, q,
			         rte_strerror(rte_errno));
			return -ENOMEM;
		}
	}
	return 0;
}

static int
set_up_queues(struct port *p, const struct rte_eth_dev_info *info, char *error, size_t error_size)
{
	struct rte_eth_rxconf rx = info->default_rxconf;
	int rc = 0;

	rx.rx_drop_en = 1; /* a full queue must not stall the others */
	for (uint16_t q = 0; q < p->queues && rc == 0; q++)
		rc = rte_eth_rx_queue_setup(p->id, q, p->descriptors,
		                            p->socket >= 0 ? (unsigned)p->socket
		                                           : (unsigned)SOCKET_ID_ANY,
		                            &rx, p->pools[q]);
	/* some drivers don't start without a transmit queue */
	if (rc == 0 && info->max_tx_queues != 0) {
		uint16_t descriptors = 64, rest = 64;

		(void)rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rest, &descriptors);
		rc = rte_eth_tx_queue_setup(p->id, 0, descriptors, (unsigned)SOCKET_ID_ANY, NULL);
	}
	return rc < 0 ? fail(p, "its queues can't be set up", rc, error, error_size) : 0;
}

/* Frames longer than 1,500 bytes are accounted for like all others; where a frame is one buffer, as
 * far as that reaches. */
static void
accept_jumbo(struct port *p, const struct rte_eth_dev_info *info, bool scatter)
{
	const uint16_t reach = scatter ? MTU_JUMBO : MTU_BUFFER;
	const uint16_t mtu = info->max_mtu < reach ? info->max_mtu : reach;
	uint16_t before;

	if (mtu <= RTE_ETHER_MTU || rte_eth_dev_get_mtu(p->id, &before) < 0 || mtu == before)
		return;
	if (rte_eth_dev_set_mtu(p->id, mtu) < 0)
		log_line(LOG_LEVEL_DEBUG, "port %s: its MTU can't be set", p->what);
	else
		p->mtu_before = before;
}

static void
see_all(struct port *p)
{
	if (rte_eth_promiscuous_get(p->id) == 1)
		return;
	if (rte_eth_promiscuous_enable(p->id) < 0)
		log_line(LOG_LEVEL_NOTICE, "port %s: it has no promiscuous mode", p->what);
	else
		p->made_promiscuous = true;
}

/* A kernel's interface lives on behind its port. */
static void
leave_as_found(const struct port *p)
{
	if (p->made_promiscuous)
		(void)rte_eth_promiscuous_disable(p->id);
	if (p->mtu_before != 0)
		(void)rte_eth_dev_set_mtu(p->id, p->mtu_before);
}

/* Packets in several buffers and, if asked for, with the time of their reception. */
static int
configure_rx(struct port *p, const struct port_options *o, const struct rte_eth_dev_info *info,
             struct rte_eth_conf *conf, char *error, size_t error_size)
{
	uint64_t wanted = RTE_ETH_RX_OFFLOAD_SCATTER;
	int rc;

	if (o->stamps)
		wanted |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
	conf->rxmode.offloads = info->rx_offload_capa & wanted;
	p->stamp.wanted = (conf->rxmode.offloads & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0 ||
	                  (o->stamps && port_stamp_registered());
	if (!p->stamp.wanted && o->must_stamp) {
		snprintf(error, error_size,
		         "port %s: it stamps no packets: --timestamps auto or cpu goes by the "
		         "CPU's clock",
		         p->what);
		return -EINVAL;
	}
	rc = p->stamp.wanted ? port_stamp_init(&p->stamp) : 0;
	return rc < 0 ? fail(p, "no room for time stamps in buffers", rc, error, error_size) : 0;
}

int
port_configure(struct port *p, const struct port_options *o, char *error, size_t error_size)
{
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_dev_info info;
	uint16_t tx_descriptors = 64;
	int rc = rte_eth_dev_info_get(p->id, &info);

	if (rc < 0)
		return fail(p, "it tells nothing of itself", rc, error, error_size);
	p->queues = o->queues < info.max_rx_queues ? o->queues : info.max_rx_queues;
	if (p->queues == 0)
		p->queues = 1;
	rc = configure_rx(p, o, &info, &conf, error, error_size);
	if (rc < 0)
		return rc;
	port_rss_plan(&info, p->queues, o->by_address, &conf);
	rc = rte_eth_dev_configure(p->id, p->queues, info.max_tx_queues != 0, &conf);
	if (rc < 0)
		return fail(p, "it can't be configured", rc, error, error_size);
	p->configured = true;
	p->descriptors = DESCRIPTORS;
	(void)rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &p->descriptors, &tx_descriptors);
	accept_jumbo(p, &info, (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_SCATTER) != 0);
	rc = make_pools(p, o, error, error_size);
	if (rc == 0)
		rc = set_up_queues(p, &info, error, error_size);
	if (rc == 0 && o->promiscuous)
		see_all(p);
	return rc;
}

/* AF_XDP's driver does not notice that its interface is gone, nor that it is down. */
static bool
kernel_link_is_up(struct port *p)
{
	bool running;
	const unsigned index = kernel_interface_find(p->what, &running);

	if (!p->lost && index != p->kernel_index) {
		p->lost = true;
		log_line(LOG_LEVEL_ERROR,
		         "interface %s: it is gone; when it is back, start the probe anew: AF_XDP "
		         "can't take it up again",
		         p->what);
	}
	return running && !p->lost;
}

/* False: nobody knows. */
static bool
link_is_up(struct port *p, bool *up)
{
	struct rte_eth_link link = { 0 };

	if (p->kernel_index != 0) {
		*up = kernel_link_is_up(p);
		return true;
	}
	if (rte_eth_link_get_nowait(p->id, &link) < 0)
		return false;
	*up = link.link_status == RTE_ETH_LINK_UP;
	return true;
}

int
port_start(struct port *p, char *error, size_t error_size)
{
	int rc = rte_eth_dev_start(p->id);

	if (rc < 0)
		return fail(p, "it does not start", rc, error, error_size);
	p->started = true;
	if (p->queues > 1)
		p->spread = port_rss_verify(p->id, p->what, p->queues) ? PORT_SPREAD_HASH
		                                                       : PORT_SPREAD_NONE;
	if (p->stamp.wanted)
		port_clock_begin(p->id, &p->stamp);
	(void)link_is_up(p, &p->link_up);
	log_line(LOG_LEVEL_NOTICE,
	         "port %s: %u queue%s of %u descriptors, node %d, link %s, packet times %s",
	         p->what, p->queues, p->queues == 1 ? "" : "s", p->descriptors, p->socket,
	         p->link_up ? "up" : "down", port_clock_name(p->stamp.wanted ? &p->stamp : NULL));
	return 0;
}

int
port_stats(const struct port *p, struct rte_eth_stats *stats)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int rc;

	pthread_mutex_lock(&lock);
	rc = rte_eth_stats_get(p->id, stats);
	pthread_mutex_unlock(&lock);
	return rc;
}

static void
count(struct counters *c, enum counter i, uint64_t now, uint64_t *before)
{
	if (now > *before)
		counter_add(c, i, now - *before);
	*before = now;
}

void
port_look(struct port *p, struct counters *c)
{
	struct rte_eth_stats stats;
	bool up;

	if (!p->started)
		return;
	if (port_stats(p, &stats) == 0) {
		count(c, COUNTER_missed_port, stats.imissed, &p->missed);
		count(c, COUNTER_missed_memory, stats.rx_nombuf, &p->no_memory);
		count(c, COUNTER_missed_errors, stats.ierrors, &p->errors);
	}
	if (!link_is_up(p, &up) || up == p->link_up)
		return;
	p->link_up = up;
	if (!p->link_up)
		counter_add(c, COUNTER_link_losses, 1);
	log_line(LOG_LEVEL_WARNING, "port %s: link %s", p->what, p->link_up ? "up" : "down");
}

void
port_close(struct port *p)
{
	if (p->started)
		(void)rte_eth_dev_stop(p->id);
	if (p->configured) {
		leave_as_found(p);
		(void)rte_eth_dev_close(p->id);
	}
	if (p->attached && p->is_virtual)
		(void)rte_eal_hotplug_remove("vdev", p->name);
	for (uint16_t q = 0; q < p->queues && q < PORT_QUEUES_MAX; q++)
		rte_mempool_free(p->pools[q]);
	*p = (struct port){ .socket = -1 };
}
