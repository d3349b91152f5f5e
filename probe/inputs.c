/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interfaces of one group share their flows, so whatever of theirs is one flow
 * must come to one worker: by the ports' own hash, or by a dispatcher's.
 */
#include "probe/inputs.h"

#include <errno.h>
#include <linux/capability.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/dlt.h>

#include <rte_cycles.h>

#include "lcore/source_collect.h"
#include "lcore/source_group.h"
#include "lcore/source_interface.h"
#include "lcore/source_port.h"
#include "probe/kernel_interface.h"
#include "probe/port_clock.h"
#include "ring/log.h"

#define REASON_SIZE 160

/* What opening goes by. */
struct opening {
	struct inputs *in;
	const struct config *config;
	const struct interface_list *list;
	const struct placement *placement;
	unsigned workers; /* of each group */
	bool one_intake;  /* something is counted or written over all packets of a group */
	char *error;
	size_t error_size;
};

/* The members of a group: ports (by number) and interfaces that libpcap captures from. */
struct members {
	struct port *ports[INTERFACES_MAX];
	unsigned port_count;
	struct source *interfaces[INTERFACES_MAX];
	unsigned interface_count;
	struct source_id source_id;
};

void
inputs_of_captures(struct inputs *in, struct source *source, unsigned workers)
{
	*in = (struct inputs){ .n = 1, .workers = workers };
	in->v[0] = (struct input){ .source = source, .workers = workers };
}

static struct counters *
add_counters(struct inputs *in)
{
	struct counters *c =
	        in->counter_count < INPUTS_COUNTERS_MAX ? aligned_alloc(64, sizeof(*c)) : NULL;

	if (c == NULL)
		return NULL;
	memset(c, 0, sizeof(*c));
	in->counters[in->counter_count++] = c;
	return c;
}

static void
add_link_type(struct inputs *in, uint16_t link_type)
{
	for (unsigned i = 0; i < in->links; i++)
		if (in->link_types[i] == link_type)
			return;
	in->link_types[in->links++] = link_type;
}

/* Whether to try AF_XDP, and why (not). */
static bool
wants_xdp(const struct config *c, const char *name, char *reason, size_t reason_size)
{
	snprintf(reason, reason_size, "as configured");
	if (c->kernel_capture == KERNEL_CAPTURE_AUTO)
		return kernel_interface_wants_xdp(name, reason, reason_size);
	return c->kernel_capture == KERNEL_CAPTURE_XDP;
}

uint64_t
inputs_memory(const struct config *c, const struct interface_list *live,
              const struct placement *placement)
{
	const unsigned workers = placement->workers / live->groups;
	char reason[REASON_SIZE];
	uint64_t bytes = 0;

	for (size_t i = 0; i < live->n; i++) {
		const struct interface *in = &live->v[i];
		unsigned queues = workers != 0 ? workers : 1;

		if (in->kind == INTERFACE_COLLECT)
			continue;
		if (in->kind == INTERFACE_KERNEL && !wants_xdp(c, in->name, reason, sizeof(reason)))
			continue;
		if (in->kind == INTERFACE_KERNEL)
			queues = kernel_interface_queues(in->name);
		bytes += queues * port_queue_memory(c->mbufs, (uint16_t)c->burst);
	}
	return 2 * bytes; /* the heap splits and aligns */
}

/* --- members --------------------------------------------------------------- */

static int
open_packet_interface(struct opening *o, const struct interface *which, struct members *m)
{
	struct source_interface_options options = {
		.name = which->name,
		.snaplen = o->config->snaplen,
		.buffer = o->config->pcap_buffer_size,
		.promiscuous = o->config->promiscuous,
		.ingress = (uint8_t)(which - o->list->v),
		.clock = &o->in->clock,
		.counters = add_counters(o->in),
	};
	struct source *s = NULL;

	if (options.counters == NULL)
		snprintf(o->error, o->error_size, "interface %s: no memory", which->name);
	else
		s = source_interface_create(&options, o->error, o->error_size);
	if (s == NULL)
		return -EIO;
	o->in->has_sockets = true;
	add_link_type(o->in, source_interface_link_type(s));
	m->interfaces[m->interface_count++] = s;
	return 0;
}

/* A port that was attached: queues, and packets in them. */
static int
open_port(struct opening *o, struct port *p, uint16_t queues, struct members *m)
{
	const struct port_options options = {
		.queues = queues,
		.mbufs = o->config->mbufs,
		.burst = (uint16_t)o->config->burst,
		.promiscuous = o->config->promiscuous,
		.stamps = o->config->timestamps != TIMESTAMPS_CPU,
		.must_stamp = o->config->timestamps == TIMESTAMPS_PORT,
		.by_address = o->config->spread == SPREAD_ADDRESS,
	};
	int rc = port_configure(p, &options, o->error, o->error_size);

	if (rc == 0)
		rc = port_start(p, o->error, o->error_size);
	if (rc == 0) {
		add_link_type(o->in, DLT_EN10MB);
		m->ports[m->port_count++] = p;
	}
	return rc;
}

/* By AF_XDP if that can be had and is wise, else by AF_PACKET; either way it is said. */
static int
open_kernel_interface(struct opening *o, const struct interface *which, struct members *m)
{
	struct port *p = &o->in->ports[o->in->port_count];
	char reason[REASON_SIZE], device[128];
	uint16_t queues;
	int rc;

	if (if_nametoindex(which->name) == 0) {
		snprintf(o->error, o->error_size,
		         "interface %s: there is none of that name (ip link shows those there are)",
		         which->name);
		return -EINVAL;
	}
	if (!wants_xdp(o->config, which->name, reason, sizeof(reason))) {
		log_line(LOG_LEVEL_NOTICE, "interface %s: by AF_PACKET (%s)", which->name, reason);
		return open_packet_interface(o, which, m);
	}
	kernel_interface_quiet();
	queues = kernel_interface_queues(which->name);
	snprintf(device, sizeof(device), "net_af_xdp%u,iface=%s,start_queue=0,queue_count=%u",
	         o->in->port_count, which->name, queues);
	rc = port_attach_virtual(p, device, o->error, o->error_size);
	snprintf(p->what, sizeof(p->what), "%s", which->name);
	p->kernel_index = if_nametoindex(which->name);
	if (rc == 0)
		rc = open_port(o, p, queues, m);
	if (rc == 0) {
		o->in->port_count++;
		o->in->has_kernel_ports = true;
		log_line(LOG_LEVEL_NOTICE, "interface %s: by AF_XDP (%s)", which->name, reason);
		return 0;
	}
	port_close(p);
	if (o->config->kernel_capture == KERNEL_CAPTURE_XDP)
		return rc;
	log_line(LOG_LEVEL_NOTICE, "interface %s: by AF_PACKET (AF_XDP can't be had: %s)",
	         which->name, o->error);
	return open_packet_interface(o, which, m);
}

static int
open_collect(struct opening *o, const struct interface *which, struct members *m)
{
	struct target target;
	struct source_collect_options options = {
		.host = target.host,
		.port = target.port,
		.buffer = o->config->pcap_buffer_size,
		.ingress = (uint8_t)(which - o->list->v),
		.clock = &o->in->clock,
		.counters = add_counters(o->in),
	};
	struct source *s = NULL;

	if (options.counters == NULL || !interface_collect_target(which->name, &target))
		snprintf(o->error, o->error_size, "%s: no memory", which->name);
	else
		s = source_collect_create(&options, o->error, o->error_size);
	if (s == NULL)
		return -EIO;
	add_link_type(o->in, DLT_RAW);
	o->in->imports = true;
	m->interfaces[m->interface_count++] = s;
	return 0;
}

static int
open_member(struct opening *o, const struct interface *which, struct members *m)
{
	struct port *p = &o->in->ports[o->in->port_count];
	int rc;

	if (which->has_source_id)
		m->source_id = which->source_id;
	if (which->kind == INTERFACE_COLLECT)
		return open_collect(o, which, m);
	if (which->kind == INTERFACE_KERNEL)
		return open_kernel_interface(o, which, m);
	o->in->port_count++; /* to be closed, whatever becomes of it */
	if (which->kind == INTERFACE_PCI)
		rc = port_attach_pci(p, which->name, o->error, o->error_size);
	else
		rc = port_attach_virtual(p, which->name, o->error, o->error_size);
	if (rc != 0)
		return rc;
	return open_port(o, p, o->one_intake ? 1 : (uint16_t)o->workers, m);
}

/* --- groups ---------------------------------------------------------------- */

/* Whether worker i can poll queue i of each member. */
static bool
spread_by_ports(const struct opening *o, const struct members *m)
{
	if (o->workers == 1 || o->one_intake || m->interface_count != 0)
		return false;
	for (unsigned i = 0; i < m->port_count; i++)
		if (m->ports[i]->spread != PORT_SPREAD_HASH || m->ports[i]->queues != o->workers)
			return false;
	return true;
}

/* 'stamps': counters of the core that polls. */
static struct source *
queue_source(const struct opening *o, const struct port *p, uint16_t queue, struct counters *stamps)
{
	const struct source_port_options options = {
		.port = p->id,
		.queue = queue,
		.descriptors = p->descriptors,
		.snaplen = o->config->snaplen,
		.ingress = (uint8_t)(p - o->in->ports),
		.socket = p->socket,
		.clock = &o->in->clock,
		.stamp = p->stamp.wanted ? &p->stamp : NULL,
		.counters = stamps,
	};

	return source_port_create(&options);
}

static bool
has_stamps(const struct members *m)
{
	bool has = false;

	for (unsigned i = 0; i < m->port_count; i++)
		has |= m->ports[i]->stamp.wanted;
	return has;
}

/* One source of queue 'queue' of each port, or of all queues (-1) and interfaces. */
static int
add_input(struct opening *o, struct members *m, int queue, unsigned workers)
{
	struct source *parts[SOURCE_GROUP_MAX], *whole = NULL;
	struct counters *stamps = has_stamps(m) ? add_counters(o->in) : NULL;
	unsigned n = 0;
	bool complete = stamps != NULL || !has_stamps(m);

	for (unsigned i = 0; i < m->port_count; i++) {
		const struct port *p = m->ports[i];
		const uint16_t first = queue < 0 ? 0 : (uint16_t)queue;
		const uint16_t end = queue < 0 ? p->queues : (uint16_t)(queue + 1);

		for (uint16_t q = first; q < end && complete; q++) {
			complete = n < SOURCE_GROUP_MAX;
			if (complete)
				parts[n] = queue_source(o, p, q, stamps);
			complete = complete && parts[n] != NULL;
			n += complete;
		}
	}
	complete = complete && n + m->interface_count <= SOURCE_GROUP_MAX;
	for (unsigned i = 0; complete && i < m->interface_count; i++)
		parts[n++] = m->interfaces[i];
	if (complete) {
		m->interface_count = 0;
		whole = n == 1 ? parts[0] : source_group_create(parts, n);
	}
	if (whole == NULL || o->in->n == INPUTS_MAX) {
		snprintf(o->error, o->error_size, "no memory for %u queues of a core", n);
		for (unsigned i = 0; i < n; i++)
			parts[i]->ops->close(parts[i]);
		return -ENOMEM;
	}
	o->in->v[o->in->n++] = (struct input){ whole, workers, m->source_id };
	o->in->workers += workers;
	return 0;
}

static int
open_group(struct opening *o, unsigned group)
{
	struct members m = { 0 };
	int rc = 0;

	for (size_t i = 0; i < o->list->n && rc == 0; i++)
		if (o->list->v[i].group == group)
			rc = open_member(o, &o->list->v[i], &m);
	if (rc == 0 && spread_by_ports(o, &m)) {
		for (unsigned w = 0; w < o->workers && rc == 0; w++)
			rc = add_input(o, &m, (int)w, 1);
	} else if (rc == 0) {
		rc = add_input(o, &m, -1, o->workers);
	}
	for (unsigned i = 0; i < m.interface_count; i++)
		m.interfaces[i]->ops->close(m.interfaces[i]);
	return rc;
}

int
inputs_open_live(struct inputs *in, const struct config *c, const struct interface_list *list,
                 const struct placement *placement, char *error, size_t error_size)
{
	struct opening o = {
		.in = in,
		.config = c,
		.list = list,
		.placement = placement,
		.one_intake = c->packet_capture_file != NULL || c->last_packet != 0 ||
		              c->first_packet != 0,
		.error = error,
		.error_size = error_size,
	};
	struct tsc_sample now;
	int rc = 0;

	*in = (struct inputs){ .live = true };
	o.workers = placement->workers / list->groups;
	if (o.workers == 0)
		o.workers = 1;
	if (o.one_intake && list->groups > 1) {
		snprintf(error, error_size,
		         "ARGUS_PACKET_CAPTURE_FILE and -N take interfaces that "
		         "share their flows: bond:a,b instead of ind:a,b");
		return -EINVAL;
	}
	if (add_counters(in) == NULL) {
		snprintf(error, error_size, "no memory for counters");
		return -ENOMEM;
	}
	tsc_sample_take(&now);
	tsc_clock_init(&in->clock, &now, rte_get_tsc_hz());
	for (unsigned g = 0; g < list->groups && rc == 0; g++)
		rc = open_group(&o, g);
	return rc;
}

/* An interface of AF_PACKET may go away and come back; one of AF_XDP is left as it was found. */
capabilities
inputs_capabilities(const struct inputs *in)
{
	const capabilities raw = UINT64_C(1) << CAP_NET_RAW, admin = UINT64_C(1) << CAP_NET_ADMIN;

	return (in->has_sockets ? raw : 0) | (in->has_kernel_ports ? raw | admin : 0);
}

/* --- while it runs --------------------------------------------------------- */

void
inputs_tick(struct inputs *in)
{
	struct tsc_sample now;

	if (!in->live)
		return;
	tsc_sample_take(&now);
	tsc_clock_discipline(&in->clock, &now);
	for (unsigned i = 0; i < in->port_count; i++)
		port_clock_tick(in->ports[i].id, &in->ports[i].stamp);
	inputs_settle(in);
}

void
inputs_settle(struct inputs *in)
{
	for (unsigned i = 0; i < in->port_count; i++)
		port_look(&in->ports[i], in->counters[0]);
}

void
inputs_close(struct inputs *in)
{
	for (unsigned i = 0; i < in->n; i++)
		if (in->v[i].source != NULL)
			in->v[i].source->ops->close(in->v[i].source);
	for (unsigned i = 0; i < in->port_count; i++)
		port_close(&in->ports[i]);
	for (unsigned i = 0; i < in->counter_count; i++)
		free(in->counters[i]);
	*in = (struct inputs){ 0 };
}
