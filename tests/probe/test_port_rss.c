/* SPDX-License-Identifier: BSD-3-Clause */
/* The key is symmetric by DPDK's own Toeplitz, for any pair of endpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <rte_thash.h>

#include "probe/port_rss.h"

#define PAIRS 20000
#define BUCKETS 8

/* Source and destination of one direction, in the order that NICs hash them: addresses, ports. */
static void
tuples(uint32_t *there, uint32_t *back, unsigned address_words)
{
	for (unsigned i = 0; i < 2 * address_words + 1; i++)
		there[i] = (uint32_t)mrand48();
	memcpy(back, there + address_words, address_words * 4);
	memcpy(back + address_words, there, address_words * 4);
	back[2 * address_words] = there[2 * address_words] << 16 | there[2 * address_words] >> 16;
}

static void
both_directions_hash_alike_and_flows_spread(void **state)
{
	static const unsigned words[] = { 1, 4 }; /* IPv4, IPv6 */

	(void)state;
	for (unsigned size = 40; size <= 52; size += 12) {
		uint8_t key[PORT_RSS_KEY_MAX];
		unsigned in[BUCKETS] = { 0 };

		port_rss_key(key, size);
		srand48(7);
		for (unsigned i = 0; i < PAIRS; i++) {
			const unsigned w = words[i & 1];
			uint32_t there[9], back[9], hash;

			tuples(there, back, w);
			hash = rte_softrss(there, 2 * w + 1, key);
			assert_int_equal(hash, rte_softrss(back, 2 * w + 1, key));
			assert_int_equal(rte_softrss(there, 2 * w, key),
			                 rte_softrss(back, 2 * w, key));
			in[hash % BUCKETS]++;
		}
		for (unsigned b = 0; b < BUCKETS; b++)
			assert_in_range(in[b], PAIRS / BUCKETS * 8 / 10, PAIRS / BUCKETS * 12 / 10);
	}
}

static void
a_port_is_asked_for_what_it_offers(void **state)
{
	const uint64_t v4 = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP;
	struct rte_eth_dev_info info = { .hash_key_size = 52, .flow_type_rss_offloads = v4 };
	struct rte_eth_conf conf = { 0 };

	(void)state;
	port_rss_plan(&info, 1, true, &conf);
	assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_NONE);
	port_rss_plan(&info, 4, true, &conf);
	assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_RSS);
	assert_int_equal(conf.rx_adv_conf.rss_conf.rss_hf, RTE_ETH_RSS_IPV4);
	assert_int_equal(conf.rx_adv_conf.rss_conf.rss_key_len, 52);
	port_rss_plan(&info, 4, false, &conf);
	assert_int_equal(conf.rx_adv_conf.rss_conf.rss_hf, v4);
	/* one that can do ports alone does those */
	info.flow_type_rss_offloads = RTE_ETH_RSS_NONFRAG_IPV4_TCP;
	port_rss_plan(&info, 4, true, &conf);
	assert_int_equal(conf.rx_adv_conf.rss_conf.rss_hf, RTE_ETH_RSS_NONFRAG_IPV4_TCP);
	/* and one that can't hash is asked for nothing */
	info.flow_type_rss_offloads = 0;
	conf = (struct rte_eth_conf){ 0 };
	port_rss_plan(&info, 4, true, &conf);
	assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_hash_alike_and_flows_spread),
		cmocka_unit_test(a_port_is_asked_for_what_it_offers),
	};

	return cmocka_run_group_tests_name("port_rss", tests, NULL, NULL);
}
