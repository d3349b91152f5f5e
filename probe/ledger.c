/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adds up, compares, prints. Valid when every core has stopped.
 */
#include "probe/ledger.h"

#include <inttypes.h>
#include <string.h>

void
ledger_init(struct ledger *l, const struct counters *const *counters, unsigned n,
            const struct collector_totals *totals)
{
	const uint64_t *s = l->sum;
	uint64_t packets, made, sunk;

	memset(l, 0, sizeof(*l));
	for (unsigned i = 0; i < n; i++)
		counters_sum(l->sum, counters[i]);
	l->totals = *totals;

	packets = s[COUNTER_flow_packets] + s[COUNTER_filtered] + s[COUNTER_drop_undecodable] +
	          s[COUNTER_drop_link_type] + s[COUNTER_drop_dispatch] + s[COUNTER_drop_sampled] +
	          s[COUNTER_drop_table];
	l->packets_unaccounted = (int64_t)(s[COUNTER_rx_packets] - packets);

	/* What workers made must have been taken, and each output must have written, refused by
	 * its filter, lost or kept it. */
	made = s[COUNTER_records_made];
	sunk = totals->records_written + totals->records_filtered + totals->records_lost +
	       totals->records_spooled;
	l->records_unaccounted = (int64_t)(made - totals->records_received);
	/* What a client was offered, while it was there, likewise. */
	if (l->records_unaccounted == 0)
		l->records_unaccounted =
		        (int64_t)(totals->clients.offered - totals->clients.written -
		                  totals->clients.filtered - totals->clients.lost);
	if (l->records_unaccounted == 0)
		l->records_unaccounted =
		        (int64_t)(totals->records_received * totals->outputs - sunk);
}

void
ledger_print(const struct ledger *l, FILE *out)
{
	const struct collector_totals *t = &l->totals;

	for (unsigned i = 0; i < COUNTER_COUNT; i++)
		fprintf(out, "%s %" PRIu64 "\n", counter_name((enum counter)i), l->sum[i]);
	fprintf(out, "records_received %" PRIu64 "\n", t->records_received);
	fprintf(out, "records_encoded %" PRIu64 "\n", t->records_encoded);
	fprintf(out, "outputs %" PRIu64 "\n", t->outputs);
	fprintf(out, "records_written %" PRIu64 "\n", t->records_written);
	fprintf(out, "records_filtered %" PRIu64 "\n", t->records_filtered);
	fprintf(out, "records_lost %" PRIu64 "\n", t->records_lost);
	fprintf(out, "records_spooled %" PRIu64 "\n", t->records_spooled);
	fprintf(out, "records_replayed %" PRIu64 "\n", t->records_replayed);
	fprintf(out, "bytes_written %" PRIu64 "\n", t->bytes_written);
	fprintf(out, "clients %" PRIu64 "\n", t->clients.connections);
	fprintf(out, "clients_refused %" PRIu64 "\n", t->clients.refused);
	fprintf(out, "clients_dropped %" PRIu64 "\n", t->clients.dropped);
	fprintf(out, "client_records_offered %" PRIu64 "\n", t->clients.offered);
	fprintf(out, "client_records_written %" PRIu64 "\n", t->clients.written);
	fprintf(out, "client_records_filtered %" PRIu64 "\n", t->clients.filtered);
	fprintf(out, "client_records_lost %" PRIu64 "\n", t->clients.lost);
	fprintf(out, "client_bytes_written %" PRIu64 "\n", t->clients.bytes);
	fprintf(out, "unaccounted %" PRId64 "\n", l->packets_unaccounted);
	fprintf(out, "records_unaccounted %" PRId64 "\n", l->records_unaccounted);
}
