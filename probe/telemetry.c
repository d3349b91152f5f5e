/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rte_telemetry's handlers have no argument of their own, so the view is the
 * module's.
 */
#include "probe/telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_telemetry.h>

#include "config/value.h"
#include "probe/port_clock.h"
#include "probe/telemetry_apps.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* between answers and stop */
static struct telemetry_view view;
static bool answering;

typedef void answer(struct rte_tel_data *);

static int
guarded(answer *make, struct rte_tel_data *d)
{
	int rc = -EAGAIN;

	pthread_mutex_lock(&lock);
	if (answering) {
		rte_tel_data_start_dict(d);
		make(d);
		rc = 0;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static void
add(struct rte_tel_data *d, const char *name, uint64_t value)
{
	(void)rte_tel_data_add_dict_u64(d, name, value);
}

static void
make_ledger(struct rte_tel_data *d)
{
	uint64_t sum[COUNTER_COUNT] = { 0 };
	struct collector_totals t;

	for (unsigned i = 0; i < view.counting_cores; i++)
		counters_sum(sum, view.counters[i]);
	for (unsigned i = 0; i < COUNTER_COUNT; i++)
		add(d, counter_name((enum counter)i), sum[i]);
	collector_totals_live(view.collector, &t);
	add(d, "records_received", t.records_received);
	add(d, "records_encoded", t.records_encoded);
	add(d, "outputs", t.outputs);
	add(d, "records_written", t.records_written);
	add(d, "records_filtered", t.records_filtered);
	add(d, "records_lost", t.records_lost);
	add(d, "bytes_written", t.bytes_written);
	add(d, "clients", t.clients.connections);
	add(d, "clients_refused", t.clients.refused);
	add(d, "clients_dropped", t.clients.dropped);
	add(d, "client_records_offered", t.clients.offered);
	add(d, "client_records_written", t.clients.written);
	add(d, "client_records_filtered", t.clients.filtered);
	add(d, "client_records_lost", t.clients.lost);
	add(d, "client_bytes_written", t.clients.bytes);
}

/* A part of an answer; NULL: no memory. */
static struct rte_tel_data *
part_new(void)
{
	struct rte_tel_data *part = rte_tel_data_alloc();

	if (part != NULL)
		rte_tel_data_start_dict(part);
	return part;
}

/* By number: rte_telemetry takes letters, digits, '_' and '/' for names, and nothing else. */
static void
part_add(struct rte_tel_data *d, unsigned number, struct rte_tel_data *part)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", number);
	if (rte_tel_data_add_dict_container(d, key, part, 0) < 0)
		rte_tel_data_free(part);
}

static void
add_worker(struct rte_tel_data *d, unsigned w)
{
	static const enum counter shown[] = { COUNTER_rx_packets,       COUNTER_flow_packets,
		                              COUNTER_flow_bytes,       COUNTER_flows_opened,
		                              COUNTER_flows_closed,     COUNTER_flows_evicted,
		                              COUNTER_records_made,     COUNTER_records_deferred,
		                              COUNTER_records_lost_ring };
	const struct counters *c = view.counters[w];
	struct rte_tel_data *one = part_new();

	if (one == NULL)
		return;
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		add(one, counter_name(shown[i]), counter_get(c, shown[i]));
	add(one, "ring_used", flow_ring_used(view.rings[w]));
	add(one, "overload", flow_ring_overload(view.rings[w]));
	add(one, "sampling", flow_ring_sampling(view.rings[w]));
	add(one, "ring_size", flow_ring_capacity(view.rings[w]));
	part_add(d, w, one);
}

static void
make_workers(struct rte_tel_data *d)
{
	for (unsigned w = 0; w < view.workers; w++)
		add_worker(d, w);
}

static void
make_flows(struct rte_tel_data *d)
{
	uint64_t opened = 0, gone = 0;

	/* what went first: it was opened by then */
	for (unsigned w = 0; w < view.workers; w++)
		gone += counter_get(view.counters[w], COUNTER_flows_closed) +
		        counter_get(view.counters[w], COUNTER_flows_evicted);
	for (unsigned w = 0; w < view.workers; w++)
		opened += counter_get(view.counters[w], COUNTER_flows_opened);
	add(d, "opened", opened);
	add(d, "gone", gone);
	add(d, "now", opened > gone ? opened - gone : 0);
	add(d, "room", (uint64_t)view.flows_per_worker * view.workers);
}

static void
make_outputs(struct rte_tel_data *d)
{
	for (unsigned i = 0; i < view.config->outputs.n; i++) {
		struct rte_tel_data *one = part_new();
		struct collector_output o;
		char target[RTE_TEL_MAX_STRING_LEN];

		if (one == NULL)
			return;
		collector_output_live(view.collector, i, &o);
		(void)rte_tel_data_add_dict_string(
		        one, "target",
		        value_shown(view.config->outputs.v[i].target, target, sizeof(target)));
		add(one, "records_written", o.records_written);
		add(one, "records_filtered", o.records_filtered);
		add(one, "records_lost", o.records_lost);
		add(one, "bytes_written", o.bytes_written);
		add(one, "failed", o.failed);
		part_add(d, i, one);
	}
}

static void
make_clients(struct rte_tel_data *d)
{
	struct collector_totals t;

	collector_totals_live(view.collector, &t);
	add(d, "now", t.clients_served);
	add(d, "connections", t.clients.connections);
	add(d, "refused", t.clients.refused);
	add(d, "dropped", t.clients.dropped);
	add(d, "records_offered", t.clients.offered);
	add(d, "records_written", t.clients.written);
	add(d, "records_filtered", t.clients.filtered);
	add(d, "records_lost", t.clients.lost);
	add(d, "bytes_written", t.clients.bytes);
}

/* Whose clock the port's packets have their time of, and how far it may be off. */
static void
add_times(struct rte_tel_data *d, const struct port *p)
{
	const bool stamps = p->stamp.wanted;

	(void)rte_tel_data_add_dict_string(d, "times", port_clock_name(stamps ? &p->stamp : NULL));
	if (p->stamp.has_clock) {
		(void)rte_tel_data_add_dict_int(d, "clock_error_ns", (int)p->stamp.clock.error_ns);
		add(d, "clock_error_bound_ns", p->stamp.clock.error_bound_ns);
	}
}

static void
make_ports(struct rte_tel_data *d)
{
	for (unsigned i = 0; i < view.inputs->port_count; i++) {
		const struct port *p = &view.inputs->ports[i];
		struct rte_tel_data *one = part_new();
		struct rte_eth_stats stats;

		if (one == NULL || port_stats(p, &stats) < 0) {
			rte_tel_data_free(one);
			continue;
		}
		(void)rte_tel_data_add_dict_string(one, "name", p->name);
		add(one, "queues", p->queues);
		add(one, "received", stats.ipackets);
		add(one, "received_bytes", stats.ibytes);
		add(one, "missed_port", stats.imissed);
		add(one, "missed_memory", stats.rx_nombuf);
		add(one, "missed_errors", stats.ierrors);
		add_times(one, p);
		part_add(d, i, one);
	}
}

static void
make_lag(struct rte_tel_data *d)
{
	const struct lag *lag = collector_lag(view.collector);
	char name[32];

	for (unsigned i = 0; i + 1 < LAG_BUCKETS; i++) {
		snprintf(name, sizeof(name), "below_%u_ms", (unsigned)lag_bucket_end_ms(i));
		add(d, name, atomic_load_explicit(&lag->records[i], memory_order_relaxed));
	}
	add(d, "beyond",
	    atomic_load_explicit(&lag->records[LAG_BUCKETS - 1], memory_order_relaxed));
	add(d, "p50_ms", lag_quantile_ms(lag, 2));
	add(d, "p99_9_ms", lag_quantile_ms(lag, 1000));
	add(d, "max_ms", atomic_load_explicit(&lag->max_ns, memory_order_relaxed) / 1000000);
}

static void
make_clock(struct rte_tel_data *d)
{
	const struct tsc_clock *c = &view.inputs->clock;

	(void)rte_tel_data_add_dict_string(d, "source", view.inputs->live ? "tsc" : "packets");
	(void)rte_tel_data_add_dict_int(d, "error_ns", (int)c->error_ns);
	add(d, "error_bound_ns", c->error_bound_ns);
	add(d, "steps", c->steps);
}

static void
make_apps(struct rte_tel_data *d)
{
	if (view.apps != NULL)
		telemetry_applications(view.apps, d);
}

static void
make_rules(struct rte_tel_data *d)
{
	if (view.apps != NULL)
		telemetry_rules(view.apps, d);
}

/* rte_telemetry tells handlers apart by their command. */
static const struct {
	const char *command;
	answer *make;
	const char *help;
} commands[] = {
	{ "/panoptes/ledger", make_ledger, "All counters. Takes no parameters" },
	{ "/panoptes/workers", make_workers, "Each worker. Takes no parameters" },
	{ "/panoptes/flows", make_flows, "Flows in tables. Takes no parameters" },
	{ "/panoptes/outputs", make_outputs, "Each output. Takes no parameters" },
	{ "/panoptes/clients", make_clients, "All clients. Takes no parameters" },
	{ "/panoptes/ports", make_ports, "Each port. Takes no parameters" },
	{ "/panoptes/lag", make_lag, "How late records are. Takes no parameters" },
	{ "/panoptes/clock", make_clock, "Packet times. Takes no parameters" },
	{ "/panoptes/apps", make_apps, "Flows by application. Takes no parameters" },
	{ "/panoptes/rules", make_rules, "Matches by rule. Takes no parameters" },
};

static int
handle(const char *command, const char *parameters, struct rte_tel_data *d)
{
	(void)parameters;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].command, command) == 0)
			return guarded(commands[i].make, d);
	return -EINVAL;
}

void
telemetry_start(const struct telemetry_view *v)
{
	static bool registered;

	pthread_mutex_lock(&lock);
	view = *v;
	answering = true;
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; !registered && i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)rte_telemetry_register_cmd(commands[i].command, handle, commands[i].help);
	registered = true;
}

void
telemetry_stop(void)
{
	pthread_mutex_lock(&lock);
	answering = false;
	pthread_mutex_unlock(&lock);
}
