/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libpcap's dumper, begun when the first packet tells the link type; where none
 * does, it is Ethernet. A file that
 * can't be written any more doesn't end the reading: it is told at the end.
 */
#include "lcore/packet_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#define SNAPLEN 262144
#define NS_PER_S 1000000000u

struct packet_file {
	char *path;
	FILE *file; /* until the dumper has it */
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	uint16_t link_type; /* once there is a dumper */
	uint64_t left_out;  /* packets of another link type */
	int error;          /* the first, positive */
};

struct packet_file *
packet_file_create(const char *path, char *error, size_t error_size)
{
	struct packet_file *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->path = strdup(path)) == NULL) {
		snprintf(error, error_size, "no memory for the packet capture file");
		free(f);
		return NULL;
	}
	f->file = fopen(path, "wb");
	if (f->file == NULL) {
		snprintf(error, error_size, "packet capture file %.150s: %s", path,
		         strerror(errno));
		packet_file_close(f);
		return NULL;
	}
	return f;
}

void
packet_file_begin(struct packet_file *f, uint16_t link_type)
{
	if (f->dumper != NULL || f->error != 0)
		return;
	f->link_type = link_type;
	f->pcap = pcap_open_dead_with_tstamp_precision(link_type, SNAPLEN,
	                                               PCAP_TSTAMP_PRECISION_NANO);
	if (f->pcap != NULL)
		f->dumper = pcap_dump_fopen(f->pcap, f->file);
	if (f->dumper == NULL)
		f->error = EIO;
	else
		f->file = NULL; /* the dumper's */
}

void
packet_file_write(struct packet_file *f, const struct packet_view *views, unsigned n)
{
	for (unsigned i = 0; i < n && f->error == 0; i++) {
		const struct packet_view *v = &views[i];
		const struct pcap_pkthdr header = {
			.ts = { (time_t)(v->time_ns / NS_PER_S),
			        (suseconds_t)(v->time_ns % NS_PER_S) },
			.caplen = v->captured,
			.len = v->length,
		};

		packet_file_begin(f, v->link_type);
		if (f->dumper == NULL)
			return;
		if (v->link_type != f->link_type) {
			f->left_out++;
			continue;
		}
		pcap_dump((u_char *)f->dumper, &header, v->data);
	}
	if (f->dumper != NULL && f->error == 0 && ferror(pcap_dump_file(f->dumper)))
		f->error = errno != 0 ? errno : EIO;
}

int
packet_file_flush(struct packet_file *f, char *error, size_t error_size)
{
	packet_file_begin(f, DLT_EN10MB);
	if (f->error == 0 && pcap_dump_flush(f->dumper) != 0)
		f->error = errno;
	if (f->error != 0) {
		snprintf(error, error_size, "packet capture file %.150s: %s", f->path,
		         strerror(f->error));
		return -f->error;
	}
	if (f->left_out != 0) {
		snprintf(error, error_size,
		         "packet capture file %.150s: %llu packets of another link type than "
		         "the first's are not in it",
		         f->path, (unsigned long long)f->left_out);
		return -EPROTONOSUPPORT;
	}
	return 0;
}

void
packet_file_close(struct packet_file *f)
{
	if (f == NULL)
		return;
	if (f->dumper != NULL)
		pcap_dump_close(f->dumper);
	if (f->pcap != NULL)
		pcap_close(f->pcap);
	if (f->file != NULL)
		fclose(f->file);
	free(f->path);
	free(f);
}
