/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The key is of 0x6d5a, as S. Woo and K. Park give it in "Scalable TCP Session
 * Monitoring with Symmetric Receive-side Scaling" (2012).
 */
#include "probe/port_rss.h"

#include <inttypes.h>

#include <rte_errno.h>
#include <rte_flow.h>

#include "ring/log.h"

#define BY_ADDRESS                                                                   \
	(RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER | \
	 RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER | \
	 RTE_ETH_RSS_IPV6_EX)
#define BY_PORT                                                                                   \
	(RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV4_UDP |                            \
	 RTE_ETH_RSS_NONFRAG_IPV4_SCTP | RTE_ETH_RSS_NONFRAG_IPV6_TCP |                           \
	 RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_NONFRAG_IPV6_SCTP | RTE_ETH_RSS_IPV6_TCP_EX | \
	 RTE_ETH_RSS_IPV6_UDP_EX)

#define KEY_USUAL 40 /* bytes; some NICs have 52 */

static uint8_t key[PORT_RSS_KEY_MAX];

void
port_rss_key(uint8_t *out, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		out[i] = i & 1 ? 0x5a : 0x6d;
}

void
port_rss_plan(const struct rte_eth_dev_info *info, uint16_t queues, bool by_address,
              struct rte_eth_conf *conf)
{
	uint64_t fields = info->flow_type_rss_offloads & BY_ADDRESS;
	uint8_t size = info->hash_key_size != 0 ? info->hash_key_size : KEY_USUAL;

	if (queues <= 1)
		return;
	if (!by_address || fields == 0)
		fields |= info->flow_type_rss_offloads & BY_PORT;
	if (fields == 0)
		return;
	if (size > sizeof(key))
		size = sizeof(key);
	port_rss_key(key, size);
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf = (struct rte_eth_rss_conf){
		.rss_key = key,
		.rss_key_len = size,
		.rss_hf = fields,
	};
}

/* The NIC's own function, for all that it hashes. */
static bool
use_symmetric_function(uint16_t port, uint16_t queues, uint64_t fields)
{
	const struct rte_flow_attr attr = { .ingress = 1 };
	const struct rte_flow_item pattern[] = { { .type = RTE_FLOW_ITEM_TYPE_ETH },
		                                 { .type = RTE_FLOW_ITEM_TYPE_END } };
	uint16_t queue[RTE_MAX_QUEUES_PER_PORT];
	struct rte_flow_action_rss rss = {
		.func = RTE_ETH_HASH_FUNCTION_SYMMETRIC_TOEPLITZ,
		.types = fields,
		.queue_num = queues,
		.queue = queue,
	};
	const struct rte_flow_action actions[] = {
		{ .type = RTE_FLOW_ACTION_TYPE_RSS, .conf = &rss },
		{ .type = RTE_FLOW_ACTION_TYPE_END },
	};
	struct rte_flow_error error;

	for (uint16_t q = 0; q < queues; q++)
		queue[q] = q;
	return rte_flow_validate(port, &attr, pattern, actions, &error) == 0 &&
	       rte_flow_create(port, &attr, pattern, actions, &error) != NULL;
}

/* Drivers that don't say how long their key is leave zeros behind it. */
static bool
is_symmetric(const struct rte_eth_rss_conf *accepted)
{
	uint8_t expected[PORT_RSS_KEY_MAX];
	unsigned same = 0;

	port_rss_key(expected, sizeof(expected));
	while (same < accepted->rss_key_len && same < sizeof(expected) &&
	       accepted->rss_key[same] == expected[same])
		same++;
	for (unsigned i = same; i < accepted->rss_key_len && i < sizeof(expected); i++)
		if (accepted->rss_key[i] != 0)
			return false;
	return same >= KEY_USUAL;
}

bool
port_rss_verify(uint16_t port, const char *what, uint16_t queues)
{
	uint8_t accepted[PORT_RSS_KEY_MAX] = { 0 };
	struct rte_eth_rss_conf conf = { .rss_key = accepted, .rss_key_len = sizeof(accepted) };
	const int rc = rte_eth_dev_rss_hash_conf_get(port, &conf);

	if (rc == 0 && conf.rss_hf != 0 && is_symmetric(&conf)) {
		log_line(LOG_LEVEL_NOTICE,
		         "port %s: spreads flows over %u queues by a symmetric key, fields "
		         "%#" PRIx64,
		         what, queues, conf.rss_hf);
		return true;
	}
	if (use_symmetric_function(port, queues, BY_ADDRESS)) {
		log_line(LOG_LEVEL_NOTICE,
		         "port %s: spreads flows over %u queues by its symmetric hash function",
		         what, queues);
		return true;
	}
	log_line(LOG_LEVEL_WARNING,
	         "port %s: it has %u queues but no symmetric hash (%s): packets are spread in "
	         "software",
	         what, queues, rc < 0 ? rte_strerror(-rc) : "it did not accept the key");
	return false;
}
