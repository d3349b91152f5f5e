/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two halves of the TCP output share: sink_tcp_link.c connects, sends
 * and counts what arrives; sink_tcp.c keeps records and ends the output. All
 * memory is the sink's; collector lcore.
 */
#ifndef PANOPTES_EXPORT_SINK_TCP_INTERNAL_H
#define PANOPTES_EXPORT_SINK_TCP_INTERNAL_H

#include "export/argus/wire.h"
#include "export/send_queue.h"
#include "export/sink.h"
#include "export/sink_address.h"
#include "export/spool.h"

#define TCP_RETRY_MIN_NS UINT64_C(250000000)

enum link { LINK_DOWN, LINK_CONNECTING, LINK_UP, LINK_LEAVING };

struct sink_tcp {
	struct sink sink;
	struct sink_address address;
	struct mar start;
	bool waits;  /* for a slow collector */
	bool tells;  /* when the collector is gone, and when it is there again */
	bool gone;   /* ... which was told */
	int problem; /* the last one */

	enum link link;
	int fd;
	uint64_t until_ns; /* monotonic: of DOWN to try again, of CONNECTING and LEAVING to give up
	                    */
	uint64_t retry_ns; /* how long DOWN lasts the next time */
	uint8_t start_bytes[WIRE_MAR_SIZE];
	size_t start_sent;

	struct send_queue queue;
	uint32_t queued; /* flow records in it */
	struct spool *spool;
	uint64_t carried; /* of those that wait, records of an earlier run; they are the first */
	uint32_t lost_since_mar;
};

/* Monotonic. */
uint64_t tcp_clock_ns(void);

/* Of n records that wait, the first are of an earlier run: how many are of this one. */
uint64_t tcp_own_of(struct sink_tcp *, uint64_t n);
/* Records of this run. */
void tcp_count_lost(struct sink_tcp *, uint64_t n, int problem);

/* All that can be done now without waiting: connect, send, see what has arrived. */
void tcp_pump(struct sink_tcp *, uint64_t now_ns);
/* The same once something has moved, or after a moment. */
void tcp_pump_wait(struct sink_tcp *);
/* Ends the connection, until the next try; what has not arrived will be sent again. */
void tcp_link_down(struct sink_tcp *, uint64_t now_ns, int problem);

#endif
