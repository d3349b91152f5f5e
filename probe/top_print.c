/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Totals and rates, then what was lost by name, then workers and ports.
 */
#include "probe/top.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include <rte_common.h>

#include "lcore/overload.h"

static uint64_t
number(const json_t *object, const char *key)
{
	const json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? (uint64_t)n : 0;
}

/* Of a key that only grows; 0 without an earlier look. */
static double
rate(const json_t *before, const json_t *now, const char *key, double seconds)
{
	const uint64_t a = number(before, key), b = number(now, key);

	return before != NULL && seconds > 0 && b > a ? (double)(b - a) / seconds : 0;
}

/* 1234567 as "1.23M". */
static const char *
scaled(double value, char out[16])
{
	static const char units[] = " kMGT";
	unsigned unit = 0;

	while (value >= 1000 && unit + 2 < sizeof(units)) {
		value /= 1000;
		unit++;
	}
	if (unit == 0)
		snprintf(out, 16, "%.0f", value);
	else
		snprintf(out, 16, "%.2f%c", value, units[unit]);
	return out;
}

static void
print_row(FILE *f, const char *title, const struct top_sample *a, const struct top_sample *b,
          const char *key, double factor, const char *unit)
{
	const double seconds = b->time_s - a->time_s;
	char text[16];

	fprintf(f, "%-10s %16" PRIu64 " %10s %s\n", title, number(b->ledger, key),
	        scaled(rate(a->ledger, b->ledger, key, seconds) * factor, text), unit);
}

/* Whatever says that something was lost, if it was. */
static void
print_losses(FILE *f, const json_t *ledger)
{
	static const char *const prefixes[] = {
		"drop_",          "missed_",     "records_lost",     "shed_",
		"records_merged", "link_losses", "records_deferred", "flows_evicted"
	};
	json_t *object = json_incref((json_t *)(uintptr_t)ledger);
	const char *key;
	json_t *value;
	unsigned shown = 0;

	json_object_foreach(object, key, value)
	{
		bool loss = false;

		for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
			loss |= strncmp(key, prefixes[i], strlen(prefixes[i])) == 0;
		if (!loss || json_integer_value(value) == 0)
			continue;
		fprintf(f, "%s%s %" JSON_INTEGER_FORMAT, shown++ == 0 ? "lost       " : ", ", key,
		        json_integer_value(value));
	}
	fprintf(f, "%s\n", shown == 0 ? "lost       nothing" : "");
	json_decref(object);
}

static void
print_workers(FILE *f, const struct top_sample *a, const struct top_sample *b)
{
	const double seconds = b->time_s - a->time_s;
	const char *name;
	json_t *w;

	fprintf(f, "\n%-7s %9s %9s %9s %10s %10s %s\n", "worker", "packet/s", "bit/s", "flow/s",
	        "flows", "record/s", "ring");
	json_object_foreach(b->workers, name, w)
	{
		const json_t *then = json_object_get(a->workers, name);
		const uint64_t gone = number(w, "flows_closed") + number(w, "flows_evicted");
		const uint64_t size = number(w, "ring_size");
		const uint64_t rung = number(w, "overload");
		char t[4][16], words[80] = "";

		if (rung != OVERLOAD_NONE)
			overload_words((unsigned)RTE_MIN(rung, (uint64_t)OVERLOAD_TOP), words,
			               sizeof(words));
		fprintf(f, "%-7s %9s %9s %9s %10" PRIu64 " %10s %3" PRIu64 "%% %s\n", name,
		        scaled(rate(then, w, "flow_packets", seconds), t[0]),
		        scaled(8 * rate(then, w, "flow_bytes", seconds), t[1]),
		        scaled(rate(then, w, "flows_opened", seconds), t[2]),
		        number(w, "flows_opened") > gone ? number(w, "flows_opened") - gone : 0,
		        scaled(rate(then, w, "records_made", seconds), t[3]),
		        size != 0 ? number(w, "ring_used") * 100 / size : 0, words);
	}
}

static void
print_ports(FILE *f, const struct top_sample *a, const struct top_sample *b)
{
	const double seconds = b->time_s - a->time_s;
	const char *number_of, *name;
	json_t *p;

	if (json_object_size(b->ports) == 0)
		return;
	fprintf(f, "\n%-20s %9s %9s %10s %10s %10s\n", "port", "packet/s", "bit/s", "missed",
	        "no memory", "damaged");
	json_object_foreach(b->ports, number_of, p)
	{
		const json_t *then = json_object_get(a->ports, number_of);
		char t[2][16];

		name = json_string_value(json_object_get(p, "name"));
		fprintf(f, "%-20s %9s %9s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n",
		        name != NULL ? name : number_of,
		        scaled(rate(then, p, "received", seconds), t[0]),
		        scaled(8 * rate(then, p, "received_bytes", seconds), t[1]),
		        number(p, "missed_port"), number(p, "missed_memory"),
		        number(p, "missed_errors"));
	}
}

static void
print_outputs(FILE *f, const struct top_sample *a, const struct top_sample *b)
{
	const double seconds = b->time_s - a->time_s;
	const char *key;
	char text[16];
	json_t *o;

	fprintf(f, "\n%-30s %9s %12s %12s %12s\n", "output", "record/s", "written", "filtered",
	        "lost");
	json_object_foreach(b->outputs, key, o)
	{
		const char *target = json_string_value(json_object_get(o, "target"));

		fprintf(f, "%-30s %9s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "%s\n",
		        target != NULL ? target : key,
		        scaled(rate(json_object_get(a->outputs, key), o, "records_written",
		                    seconds),
		               text),
		        number(o, "records_written"), number(o, "records_filtered"),
		        number(o, "records_lost"), number(o, "failed") != 0 ? " failed" : "");
	}
	if (number(b->clients, "connections") == 0)
		return;
	fprintf(f, "%-30" PRIu64 " %9s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " clients\n",
	        number(b->clients, "now"),
	        scaled(rate(a->clients, b->clients, "records_written", seconds), text),
	        number(b->clients, "records_written"), number(b->clients, "records_filtered"),
	        number(b->clients, "records_lost"));
}

void
top_print(FILE *f, const char *name, const struct top_sample *before, const struct top_sample *now)
{
	const char *source = json_string_value(json_object_get(now->clock, "source"));

	fprintf(f, "panoptes %s: time of %s, late by %" PRIu64 " ms (99.9 %% of records)\n\n", name,
	        source != NULL ? source : "?", number(now->lag, "p99_9_ms"));
	print_row(f, "packets", before, now, "rx_packets", 1, "packet/s");
	print_row(f, "bytes", before, now, "rx_bytes", 8, "bit/s");
	print_row(f, "flows", before, now, "flows_opened", 1, "flow/s");
	print_row(f, "records", before, now, "records_made", 1, "record/s");
	print_row(f, "written", before, now, "records_written", 1, "record/s");
	fprintf(f, "%-10s %16" PRIu64 " of %" PRIu64 "\n", "in table", number(now->flows, "now"),
	        number(now->flows, "room"));
	print_losses(f, now->ledger);
	print_workers(f, before, now);
	print_ports(f, before, now);
	print_outputs(f, before, now);
}
