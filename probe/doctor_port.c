/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports as DPDK sees them. Each is set up with several queues and a symmetric key,
 * started, looked at and stopped: what a driver promises and what it takes differ.
 * The buffers are freed with the pool; no packet is looked at.
 */
#include "probe/doctor_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define BUFFERS 4095
#define QUEUES_WANTED 4
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

static uint64_t
known_fields(void)
{
	uint64_t all = 0;

	for (size_t i = 0; i < RTE_DIM(fields); i++)
		all |= fields[i].bit;
	return all;
}

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

struct trial {
	uint16_t port;
	char name[RTE_ETH_NAME_MAX_LEN];
	struct rte_eth_dev_info info;
	uint8_t key[DOCTOR_RSS_KEY_BYTES];
	uint8_t key_bytes;
	uint16_t queues;
	uint64_t fields;
};

static int
trial_configure(struct trial *t)
{
	struct rte_eth_conf conf = { 0 };

	t->key_bytes = t->info.hash_key_size != 0 ? t->info.hash_key_size : 40;
	if (t->key_bytes > DOCTOR_RSS_KEY_BYTES)
		t->key_bytes = DOCTOR_RSS_KEY_BYTES;
	doctor_rss_key(t->key);
	t->fields = t->info.flow_type_rss_offloads & known_fields();
	t->queues = t->info.max_rx_queues < QUEUES_WANTED ? t->info.max_rx_queues : QUEUES_WANTED;
	if (t->fields == 0 || t->queues == 0)
		t->queues = 1;
	if (t->queues > 1) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_key = t->key;
		conf.rx_adv_conf.rss_conf.rss_key_len = t->key_bytes;
		conf.rx_adv_conf.rss_conf.rss_hf = t->fields;
	}
	return rte_eth_dev_configure(t->port, t->queues, 1, &conf);
}

static int
trial_start(const struct trial *t, struct rte_mempool *pool)
{
	const int socket = rte_eth_dev_socket_id(t->port);
	const unsigned node = socket < 0 ? (unsigned)SOCKET_ID_ANY : (unsigned)socket;
	uint16_t rx = 256, tx = 256;
	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(t->port, &rx, &tx);

	for (uint16_t q = 0; q < t->queues && rc == 0; q++)
		rc = rte_eth_rx_queue_setup(t->port, q, rx, node, NULL, pool);
	if (rc == 0)
		rc = rte_eth_tx_queue_setup(t->port, 0, tx, node, NULL);
	return rc == 0 ? rte_eth_dev_start(t->port) : rc;
}

static void
say_port(struct doctor *d, const struct trial *t)
{
	const int node = rte_eth_dev_socket_id(t->port);
	char where[32] = "no node";

	if (node >= 0)
		(void)snprintf(where, sizeof(where), "node %d", node);
	doctor_say(d, VERDICT_OK, "port",
	           "%s: %s, %s; up to %u queues of %u to %u descriptors; %s time stamps", t->name,
	           t->info.driver_name, where, t->info.max_rx_queues, t->info.rx_desc_lim.nb_min,
	           t->info.rx_desc_lim.nb_max,
	           t->info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP ? "has" : "no");
}

static void
say_link(struct doctor *d, const struct trial *t)
{
	struct rte_eth_link link = { 0 };

	for (unsigned i = 0; i < LINK_WAITS; i++) {
		if (rte_eth_link_get_nowait(t->port, &link) < 0 || link.link_status != 0)
			break;
		(void)usleep(LINK_WAIT_US);
	}
	if (link.link_status == 0)
		doctor_say(d, VERDICT_WARNING, "link",
		           "%s: down: look at the cable, the module, and whether the span port is "
		           "on",
		           t->name);
	else if (link.link_speed == RTE_ETH_SPEED_NUM_NONE ||
	         link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN)
		doctor_say(d, VERDICT_OK, "link", "%s: up, of a speed it doesn't tell", t->name);
	else
		doctor_say(d, VERDICT_OK, "link", "%s: up, %u Mbit/s", t->name, link.link_speed);
}

/* Reads into 'key' and 'now' what the port hashes with: 0, or a negative errno. */
static int
rss_read(const struct trial *t, uint8_t key[DOCTOR_RSS_KEY_BYTES], struct rte_eth_rss_conf *now)
{
	memset(key, 0, DOCTOR_RSS_KEY_BYTES);
	*now = (struct rte_eth_rss_conf){ .rss_key = key, .rss_key_len = t->key_bytes };
	return rte_eth_dev_rss_hash_conf_get(t->port, now);
}

/* What the card says of its key once it runs: some take none and say nothing, others take one only
 * while they run. */
static void
say_rss(struct doctor *d, struct trial *t)
{
	struct rte_eth_rss_conf wanted = { t->key, t->key_bytes, t->fields }, now;
	uint8_t key[DOCTOR_RSS_KEY_BYTES];
	char text[FIELDS_SIZE];
	int rc;

	if (t->queues < 2) {
		doctor_say(d, VERDICT_WARNING, "rss",
		           "%s: can't spread packets over queues: one queue, and panoptes spreads "
		           "them itself",
		           t->name);
		return;
	}
	rc = rss_read(t, key, &now);
	if (rc == 0 && memcmp(key, t->key, t->key_bytes) != 0 &&
	    rte_eth_dev_rss_hash_update(t->port, &wanted) == 0)
		rc = rss_read(t, key, &now);
	if (rc < 0)
		doctor_say(d, VERDICT_WARNING, "rss",
		           "%s: doesn't tell the key it uses (%s): both directions of a flow may "
		           "meet on different queues",
		           t->name, rte_strerror(-rc));
	else if (memcmp(key, t->key, t->key_bytes) != 0)
		doctor_say(d, VERDICT_WARNING, "rss",
		           "%s: keeps a key of its own: both directions of a flow may meet on "
		           "different queues",
		           t->name);
	else
		doctor_say(d, VERDICT_OK, "rss",
		           "%s: takes a symmetric key of %u bytes; table of %u; hashes %s", t->name,
		           t->key_bytes, t->info.reta_size, fields_describe(now.rss_hf, text));
}

static void
check_port(struct doctor *d, uint16_t port, struct rte_mempool *pool)
{
	struct trial t = { .port = port };
	int rc = rte_eth_dev_get_name_by_port(port, t.name);

	if (rc == 0)
		rc = rte_eth_dev_info_get(port, &t.info);
	if (rc < 0) {
		doctor_say(d, VERDICT_FAILED, "port", "%u: says nothing of itself: %s", port,
		           rte_strerror(-rc));
		return;
	}
	say_port(d, &t);
	rc = trial_configure(&t);
	if (rc == 0)
		rc = trial_start(&t, pool);
	if (rc < 0) {
		doctor_say(d, VERDICT_FAILED, "port",
		           "%s: doesn't start: %s; \"--eal --log-level=debug\" tells more", t.name,
		           rte_strerror(-rc));
		return;
	}
	say_link(d, &t);
	say_rss(d, &t);
	(void)rte_eth_dev_stop(port);
}

void
doctor_check_ports(struct doctor *d)
{
	struct rte_mempool *pool;
	uint16_t port;

	if (rte_eth_dev_count_avail() == 0) {
		doctor_say(
		        d, doctor_bound_devices(d) != 0 ? VERDICT_FAILED : VERDICT_WARNING, "port",
		        "DPDK has none%s: nic-setup DEVICE gives it one",
		        doctor_bound_devices(d) != 0
		                ? ", though devices are bound to it; \"--eal --log-level=debug\" "
		                  "tells why"
		                : "");
		return;
	}
	pool = rte_pktmbuf_pool_create("doctor", BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
	                               SOCKET_ID_ANY);
	if (pool == NULL) {
		doctor_say(d, VERDICT_FAILED, "port", "no memory for packets: %s",
		           rte_strerror(rte_errno));
		return;
	}
	for (port = 0; port < RTE_MAX_ETHPORTS; port++)
		if (rte_eth_dev_is_valid_port(port))
			check_port(d, port, pool);
	rte_mempool_free(pool);
}
