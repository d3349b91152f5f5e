/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports as DPDK sees them. Each is set up as the probe does, with several queues and
 * a symmetric key, started, looked at and closed: what a driver promises and what it
 * takes differ. No packet is looked at.
 */
#include "probe/doctor_internal.h"

#include <unistd.h>

#include <rte_ethdev.h>

#include "probe/port.h"

#define QUEUES_WANTED 4
#define BUFFERS 8192 /* a queue: more than it has descriptors */
#define BURST 32
#define LINK_WAITS 50 /* of a tenth of a second: what a 100G link takes to come up */
#define LINK_WAIT_US 100000
#define FIELDS_SIZE 256

static const struct {
	uint64_t bit;
	const char *name;
} fields[] = {
	{ RTE_ETH_RSS_IPV4, "ipv4" },
	{ RTE_ETH_RSS_FRAG_IPV4, "ipv4-frag" },
	{ RTE_ETH_RSS_NONFRAG_IPV4_TCP, "ipv4-tcp" },
	{ RTE_ETH_RSS_NONFRAG_IPV4_UDP, "ipv4-udp" },
	{ RTE_ETH_RSS_NONFRAG_IPV4_SCTP, "ipv4-sctp" },
	{ RTE_ETH_RSS_NONFRAG_IPV4_OTHER, "ipv4-other" },
	{ RTE_ETH_RSS_IPV6, "ipv6" },
	{ RTE_ETH_RSS_FRAG_IPV6, "ipv6-frag" },
	{ RTE_ETH_RSS_NONFRAG_IPV6_TCP, "ipv6-tcp" },
	{ RTE_ETH_RSS_NONFRAG_IPV6_UDP, "ipv6-udp" },
	{ RTE_ETH_RSS_NONFRAG_IPV6_SCTP, "ipv6-sctp" },
	{ RTE_ETH_RSS_NONFRAG_IPV6_OTHER, "ipv6-other" },
	{ RTE_ETH_RSS_IPV6_EX, "ipv6-ex" },
};

static const char *
fields_describe(uint64_t bits, char *out)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < RTE_DIM(fields); i++)
		if (bits & fields[i].bit && at < FIELDS_SIZE)
			at += (size_t)snprintf(out + at, FIELDS_SIZE - at, "%s%s",
			                       at != 0 ? " " : "", fields[i].name);
	return out;
}

static void
say_port(struct doctor *d, const struct port *p, const struct rte_eth_dev_info *info)
{
	char where[32] = "no node";

	if (p->socket >= 0)
		(void)snprintf(where, sizeof(where), "node %d", p->socket);
	doctor_say(d, VERDICT_OK, "port",
	           "%s: %s, %s; up to %u queues of %u to %u descriptors; %s time stamps", p->what,
	           info->driver_name, where, info->max_rx_queues, info->rx_desc_lim.nb_min,
	           info->rx_desc_lim.nb_max,
	           info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP ? "has" : "no");
}

static void
say_link(struct doctor *d, const struct port *p)
{
	struct rte_eth_link link = { 0 };

	for (unsigned i = 0; i < LINK_WAITS; i++) {
		if (rte_eth_link_get_nowait(p->id, &link) < 0 || link.link_status != 0)
			break;
		(void)usleep(LINK_WAIT_US);
	}
	if (link.link_status == 0)
		doctor_say(d, VERDICT_WARNING, "link",
		           "%s: down: look at the cable, the module, and whether the span port is "
		           "on",
		           p->what);
	else if (link.link_speed == RTE_ETH_SPEED_NUM_NONE ||
	         link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN)
		doctor_say(d, VERDICT_OK, "link", "%s: up, of a speed it doesn't tell", p->what);
	else
		doctor_say(d, VERDICT_OK, "link", "%s: up, %u Mbit/s", p->what, link.link_speed);
}

/* What the probe found when it started the port is what counts. */
static void
say_rss(struct doctor *d, const struct port *p, const struct rte_eth_dev_info *info)
{
	struct rte_eth_rss_conf now = { 0 };
	char text[FIELDS_SIZE];

	if (p->queues < 2) {
		doctor_say(d, VERDICT_WARNING, "rss",
		           "%s: has one queue: panoptes spreads packets over workers itself",
		           p->what);
		return;
	}
	(void)rte_eth_dev_rss_hash_conf_get(p->id, &now);
	if (p->spread == PORT_SPREAD_HASH)
		doctor_say(d, VERDICT_OK, "rss",
		           "%s: takes a symmetric key or function (key of %u bytes, table of %u); "
		           "hashes %s",
		           p->what, info->hash_key_size, info->reta_size,
		           fields_describe(now.rss_hf, text));
	else
		doctor_say(d, VERDICT_WARNING, "rss",
		           "%s: took neither symmetric key nor function: panoptes spreads packets "
		           "over workers itself, which takes a core",
		           p->what);
}

static void
check_port(struct doctor *d, const struct interface *which)
{
	const struct port_options options = {
		.queues = QUEUES_WANTED,
		.mbufs = BUFFERS,
		.burst = BURST,
		.by_address = d->config->spread == SPREAD_ADDRESS,
	};
	struct rte_eth_dev_info info;
	char line[256] = "it tells nothing of itself";
	struct port p;
	int rc;

	if (which->kind == INTERFACE_PCI)
		rc = port_attach_pci(&p, which->name, line, sizeof(line));
	else
		rc = port_attach_virtual(&p, which->name, line, sizeof(line));
	if (rc == 0)
		rc = rte_eth_dev_info_get(p.id, &info);
	if (rc == 0) {
		say_port(d, &p, &info);
		rc = port_configure(&p, &options, line, sizeof(line));
	}
	if (rc == 0)
		rc = port_start(&p, line, sizeof(line));
	if (rc == 0) {
		say_link(d, &p);
		say_rss(d, &p, &info);
	} else {
		doctor_say(d, VERDICT_FAILED, "port",
		           "%s; is a probe running that holds it? --eal --log-level=debug tells "
		           "more",
		           line);
	}
	port_close(&p);
}

uint64_t
doctor_port_memory(void)
{
	return 2 * QUEUES_WANTED * port_queue_memory(BUFFERS, BURST);
}

void
doctor_check_ports(struct doctor *d, const struct interface_list *live)
{
	for (size_t i = 0; i < live->n; i++)
		if (live->v[i].kind != INTERFACE_KERNEL)
			check_port(d, &live->v[i]);
	if (live->n == 0)
		doctor_say(d, VERDICT_WARNING, "port",
		           "none to look at: name one with -i, or give DPDK one with nic-setup "
		           "DEVICE");
}
