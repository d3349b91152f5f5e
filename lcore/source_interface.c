/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets are copied out of the kernel's ring: libpcap gives a block of it back
 * while it reads on.
 */
#include "lcore/source_interface.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include <rte_cycles.h>

#include "lcore/dissect/dissect.h"
#include "ring/log.h"

#define SNAPLEN_MAX 65535u
#define BUFFER_SIZE (UINT64_C(32) << 20)
#define TIMEOUT_MS 10 /* how long the kernel may hold a block back that is not full */
#define SECOND_NS UINT64_C(1000000000)

struct source_interface {
	struct source source; /* first: what callers see */
	struct source_interface_options options;
	char name[32];
	pcap_t *pcap; /* NULL: it is away */
	uint64_t now_ns, housekeep_ns;
	uint32_t missed; /* as the kernel counts, since the interface was opened */
	uint16_t link_type;
	/* the burst that is being read */
	struct packet_view *views;
	unsigned n;
	size_t used;
	uint8_t *bytes; /* VIEW_BURST packets of SNAPLEN_MAX; only what is used is ever touched */
};

static int
explain(pcap_t *pcap, const char *name, int rc, char *error, size_t error_size)
{
	const char *more = pcap != NULL ? pcap_geterr(pcap) : "";

	if (rc == PCAP_ERROR_NO_SUCH_DEVICE)
		snprintf(error, error_size, "interface %s: there is none of that name", name);
	else if (rc == PCAP_ERROR_PERM_DENIED)
		snprintf(error, error_size,
		         "interface %s: capturing needs root or the capability CAP_NET_RAW", name);
	else if (rc == PCAP_ERROR_IFACE_NOT_UP)
		snprintf(error, error_size, "interface %s: it is not up (ip link set %s up)", name,
		         name);
	else
		snprintf(error, error_size, "interface %s: %s%s%.160s", name, pcap_statustostr(rc),
		         more[0] != '\0' ? ": " : "", more);
	return rc == PCAP_ERROR_NO_SUCH_DEVICE ? -ENODEV : -EIO;
}

static int
interface_open(struct source_interface *s, char *error, size_t error_size)
{
	const struct source_interface_options *o = &s->options;
	const uint32_t snaplen =
	        o->snaplen != 0 && o->snaplen < SNAPLEN_MAX ? o->snaplen : SNAPLEN_MAX;
	const uint64_t buffer = o->buffer != 0 ? o->buffer : BUFFER_SIZE;
	char reason[PCAP_ERRBUF_SIZE] = "";
	pcap_t *p = pcap_create(s->name, reason);
	int rc;

	if (p == NULL) {
		snprintf(error, error_size, "interface %s: %.160s", s->name, reason);
		return -EIO;
	}
	(void)pcap_set_snaplen(p, (int)snaplen);
	(void)pcap_set_promisc(p, o->promiscuous);
	(void)pcap_set_timeout(p, TIMEOUT_MS);
	(void)pcap_set_buffer_size(p, buffer < INT32_MAX ? (int)buffer : INT32_MAX);
	(void)pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
	rc = pcap_activate(p);
	if (rc >= 0 && pcap_setnonblock(p, 1, reason) < 0)
		rc = PCAP_ERROR;
	if (rc < 0) {
		rc = explain(p, s->name, rc, error, error_size);
		pcap_close(p);
		return rc;
	}
	s->pcap = p;
	s->link_type = (uint16_t)pcap_datalink(p);
	s->missed = 0;
	return 0;
}

/* What the kernel dropped since the last look. */
static void
count_missed(struct source_interface *s)
{
	struct pcap_stat stat;

	if (pcap_stats(s->pcap, &stat) < 0)
		return;
	counter_add(s->options.counters, COUNTER_missed_kernel,
	            (uint32_t)(stat.ps_drop - s->missed));
	s->missed = stat.ps_drop;
}

static void
interface_lost(struct source_interface *s)
{
	log_line(LOG_LEVEL_WARNING, "interface %s: %s; looking for it every second", s->name,
	         pcap_geterr(s->pcap));
	counter_add(s->options.counters, COUNTER_link_losses, 1);
	count_missed(s);
	pcap_close(s->pcap);
	s->pcap = NULL;
}

/* Once a second. */
static void
housekeep(struct source_interface *s)
{
	char line[256];

	if (s->now_ns < s->housekeep_ns)
		return;
	s->housekeep_ns = s->now_ns + SECOND_NS;
	if (s->pcap != NULL)
		count_missed(s);
	else if (interface_open(s, line, sizeof(line)) == 0)
		log_line(LOG_LEVEL_NOTICE, "interface %s: it is back", s->name);
}

static void
take(u_char *arg, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct source_interface *s = (struct source_interface *)arg;
	const uint32_t captured = h->caplen < SNAPLEN_MAX ? h->caplen : SNAPLEN_MAX;
	uint8_t *copy = s->bytes + s->used;

	memcpy(copy, bytes, captured);
	s->used += (captured + 63) & ~(size_t)63;
	s->views[s->n++] = (struct packet_view){
		.data = copy,
		/* nanoseconds were asked for */
		.time_ns = (uint64_t)h->ts.tv_sec * SECOND_NS + (uint64_t)h->ts.tv_usec,
		.captured = captured,
		.length = h->len,
		.link_type = s->link_type,
		.ingress = s->options.ingress,
	};
}

static int
interface_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct source_interface *s = (struct source_interface *)source;
	uint64_t time_ns;

	s->views = views;
	s->n = 0;
	s->used = 0;
	if (s->pcap != NULL && pcap_dispatch(s->pcap, (int)max, take, (u_char *)s) < 0)
		interface_lost(s);
	time_ns = tsc_clock_ns(s->options.clock, rte_rdtsc());
	if (time_ns > s->now_ns)
		s->now_ns = time_ns;
	*now_ns = s->now_ns;
	housekeep(s);
	return (int)s->n;
}

static void
interface_release(struct source *source)
{
	(void)source; /* the copies are overwritten by the next burst */
}

static void
interface_close(struct source *source)
{
	struct source_interface *s = (struct source_interface *)source;

	if (s->pcap != NULL) {
		count_missed(s);
		pcap_close(s->pcap);
	}
	free(s->bytes);
	free(s);
}

static const struct source_ops interface_ops = {
	.burst = interface_burst,
	.release = interface_release,
	.close = interface_close,
};

struct source *
source_interface_create(const struct source_interface_options *options, char *error,
                        size_t error_size)
{
	struct source_interface *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->bytes = malloc((size_t)VIEW_BURST * (SNAPLEN_MAX + 64));
	if (s == NULL || s->bytes == NULL) {
		snprintf(error, error_size, "interface %s: no memory", options->name);
		free(s);
		return NULL;
	}
	s->source.ops = &interface_ops;
	s->options = *options;
	snprintf(s->name, sizeof(s->name), "%s", options->name);
	if (interface_open(s, error, error_size) == 0) {
		if (dissect_link_supported(s->link_type))
			return &s->source;
		snprintf(error, error_size,
		         "interface %s: its packets are of link type %u, which "
		         "can't be dissected",
		         s->name, s->link_type);
	}
	interface_close(&s->source);
	return NULL;
}

uint16_t
source_interface_link_type(const struct source *source)
{
	return ((const struct source_interface *)source)->link_type;
}
