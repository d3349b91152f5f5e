/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "probe/ledger.h"

static struct counters a, b;
static const struct counters *const cores[] = { &a, &b };

static void
fill(struct collector_totals *t)
{
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	counter_add(&b, COUNTER_rx_packets, 100);
	counter_add(&b, COUNTER_filtered, 10);
	counter_add(&b, COUNTER_drop_dispatch, 5);
	counter_add(&a, COUNTER_drop_undecodable, 1);
	counter_add(&a, COUNTER_drop_link_type, 1);
	counter_add(&a, COUNTER_flow_packets, 75);
	counter_add(&a, COUNTER_drop_sampled, 3);
	counter_add(&a, COUNTER_drop_table, 2);
	counter_add(&b, COUNTER_flow_packets, 3);
	counter_add(&a, COUNTER_records_made, 7);
	*t = (struct collector_totals){ .records_received = 7,
		                        .records_encoded = 7,
		                        .outputs = 2,
		                        .records_written = 12,
		                        .records_filtered = 1,
		                        .records_lost = 1 };
}

static void
a_full_account_adds_up_to_nothing(void **state)
{
	struct collector_totals t;
	struct ledger l;

	(void)state;
	fill(&t);
	ledger_init(&l, cores, 2, &t);
	assert_true(l.packets_unaccounted == 0);
	assert_true(l.records_unaccounted == 0);
	assert_true(l.sum[COUNTER_flow_packets] == 78);
}

static void
a_missing_packet_or_record_is_noticed(void **state)
{
	struct collector_totals t;
	struct ledger l;

	(void)state;
	fill(&t);
	counter_add(&b, COUNTER_rx_packets, 1);
	ledger_init(&l, cores, 2, &t);
	assert_true(l.packets_unaccounted == 1);

	fill(&t);
	counter_add(&a, COUNTER_flow_packets, 2);
	t.records_received = t.records_encoded = 6;
	ledger_init(&l, cores, 2, &t);
	assert_true(l.packets_unaccounted == -2);
	assert_true(l.records_unaccounted == 1);

	fill(&t);
	t.records_lost = 0;
	ledger_init(&l, cores, 2, &t);
	assert_true(l.records_unaccounted == 1);
	t.records_spooled = 1;
	t.records_replayed = 5; /* of another run */
	ledger_init(&l, cores, 2, &t);
	assert_true(l.records_unaccounted == 0);

	fill(&t);
	t.clients = (struct server_totals){ .offered = 9, .written = 4, .filtered = 3, .lost = 1 };
	ledger_init(&l, cores, 2, &t);
	assert_true(l.records_unaccounted == 1);
	t.clients.lost = 2;
	ledger_init(&l, cores, 2, &t);
	assert_true(l.records_unaccounted == 0);
}

static void
every_counter_is_printed_as_name_and_value(void **state)
{
	struct collector_totals t;
	struct ledger l;
	char text[8192] = "";
	FILE *f = fmemopen(text, sizeof(text) - 1, "w");

	(void)state;
	assert_non_null(f);
	fill(&t);
	ledger_init(&l, cores, 2, &t);
	ledger_print(&l, f);
	assert_int_equal(fclose(f), 0);
	for (unsigned i = 0; i < COUNTER_COUNT; i++)
		assert_non_null(strstr(text, counter_name((enum counter)i)));
	assert_non_null(strstr(text, "rx_packets 100\n"));
	assert_non_null(strstr(text, "\nrecords_written 12\n"));
	assert_non_null(strstr(text, "\nunaccounted 0\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_account_adds_up_to_nothing),
		cmocka_unit_test(a_missing_packet_or_record_is_noticed),
		cmocka_unit_test(every_counter_is_printed_as_name_and_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
