/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the doctor's checks share. Each check is one function that says a line or
 * several; main lcore only, nothing is kept.
 */
#ifndef PANOPTES_PROBE_DOCTOR_INTERNAL_H
#define PANOPTES_PROBE_DOCTOR_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"
#include "config/interface.h"

enum verdict { VERDICT_OK = 0, VERDICT_WARNING, VERDICT_FAILED, VERDICTS };

struct doctor {
	const struct config *config;
	const char *root; /* "": the machine itself */
	FILE *out;
	unsigned verdicts[VERDICTS]; /* how many of each */
};

void doctor_say(struct doctor *, enum verdict, const char *topic, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

static inline bool
doctor_is_here(const struct doctor *d)
{
	return d->root[0] == '\0';
}

/* doctor_memory.c */
void doctor_check_hugepages(struct doctor *);
void doctor_check_nodes(struct doctor *);
void doctor_check_rights(struct doctor *);
/* Huge pages that are free, of any size, on a node; on all of them with -1. */
uint64_t doctor_free_pages(const struct doctor *, int node);

/* doctor_cpu.c */
void doctor_check_features(struct doctor *);
void doctor_check_speed(struct doctor *);
void doctor_check_isolation(struct doctor *);
struct timex;
/* 'state' is what adjtimex(2) returned. */
void doctor_judge_clock(struct doctor *, const struct timex *, int state);
void doctor_check_clock(struct doctor *);

/* doctor_device.c */
void doctor_check_iommu(struct doctor *);
void doctor_check_devices(struct doctor *);
/* PCI network devices that DPDK has to itself. */
unsigned doctor_bound_devices(const struct doctor *);
/* Adds them to a list that interface_list_read made. */
void doctor_list_bound(const struct doctor *, struct interface_list *);

/* doctor_interface.c */
/* What -i names. Reads it into the list, which is the caller's to clear; without -i, the devices
 * that DPDK has to itself. */
void doctor_check_interfaces(struct doctor *, struct interface_list *);

/* doctor_port.c; with EAL up and the devices let in */
void doctor_check_ports(struct doctor *, const struct interface_list *);
/* Bytes that a port takes meanwhile. */
uint64_t doctor_port_memory(void);

/* doctor_rss.c */
struct rss_trial {
	unsigned tuples;
	unsigned apart;        /* both directions on different queues */
	unsigned fewest, most; /* tuples of a queue */
};

/* Random 5-tuples, half of them IPv6. 'key' has at least 40 bytes, 'queues' is 1 to 64. */
void doctor_rss_try(const uint8_t *key, unsigned queues, unsigned tuples, uint64_t seed,
                    struct rss_trial *);
void doctor_check_rss(struct doctor *);

#endif
