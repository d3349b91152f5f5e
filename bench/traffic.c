/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic KIND PACKETS SEED > file: large captures, the same for the same
 * arguments, with right checksums and timestamps.
 *
 *	many       64-byte UDP datagrams over a million flows, drawn at random
 *	churn      nearly each packet opens a flow: probes with at most one answer
 *	imix       TCP connections and UDP exchanges, IPv4 and IPv6, flow sizes after
 *	           Zipf, about 320 bytes a frame
 *	elephants  a thousand TCP flows of full-size segments
 *
 * Frames are written as a wire carries them without the checksum of the frame:
 * 60 bytes at least.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (1u << 20)
#define FRAME_MAX 1514u
#define START_S 1700000000u

enum tcp_flag { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_PSH = 0x08, TCP_ACK = 0x10 };

/* One end-to-end conversation; what a packet needs to be written. */
struct talk {
	uint32_t id; /* gives addresses and ports */
	uint32_t next[2];
	uint32_t packets; /* so far */
	uint32_t limit;   /* packets in all; 0: no end */
	bool tcp, v6;
};

struct traffic {
	FILE *out;
	uint64_t random;
	uint64_t time_ns, step_ns; /* the next packet's time; mean distance of packets */
	uint64_t left;
};

/* xorshift64*: fast, and the same everywhere. */
static uint64_t
random_next(struct traffic *t)
{
	t->random ^= t->random >> 12;
	t->random ^= t->random << 25;
	t->random ^= t->random >> 27;
	return t->random * UINT64_C(2685821657736338717);
}

static uint32_t
random_below(struct traffic *t, uint32_t limit)
{
	return (uint32_t)(((random_next(t) >> 32) * limit) >> 32);
}

static void
put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* One's complement sum of 'size' bytes, in network order, not yet folded. */
static uint64_t
sum_bytes(const uint8_t *data, size_t size, uint64_t sum)
{
	for (; size >= 4; data += 4, size -= 4) {
		uint32_t word;

		memcpy(&word, data, 4);
		sum += word;
	}
	if (size != 0) {
		uint32_t word = 0;

		memcpy(&word, data, size);
		sum += word;
	}
	return sum;
}

/* The checksum, ready to be copied into the packet. */
static uint16_t
sum_fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Writes the IP header; returns its size. The addresses follow from the flow's id. */
static uint32_t
write_ip(uint8_t *at, const struct talk *talk, bool reverse, uint32_t payload_size)
{
	const uint8_t protocol = talk->tcp ? 6 : 17;
	const uint32_t client = 0x0a000000u | (talk->id & 0x3fffffu);
	const uint32_t server = 0xc6120000u | ((talk->id * 2654435761u) >> 16 & 0xffffu);
	uint16_t sum;

	if (talk->v6) {
		put32(at, 0x60000000u);
		put16(at + 4, payload_size);
		at[6] = protocol;
		at[7] = 64;
		memset(at + 8, 0, 32);
		put32(at + 8, 0x20010db8u);
		put32(at + 24, 0x20010db8u);
		put32(at + 20, reverse ? server : client);
		put32(at + 36, reverse ? client : server);
		return 40;
	}
	put32(at, 0x45000000u | (20 + payload_size));
	put16(at + 4, talk->packets);
	put16(at + 6, 0x4000);
	put16(at + 8, 64u << 8 | protocol);
	put16(at + 10, 0);
	put32(at + 12, reverse ? server : client);
	put32(at + 16, reverse ? client : server);
	sum = sum_fold(sum_bytes(at, 20, 0));
	memcpy(at + 10, &sum, 2);
	return 20;
}

/* The transport checksum over pseudo header and segment, into 'field'. */
static void
write_checksum(const uint8_t *ip, bool v6, uint8_t protocol, const uint8_t *segment, uint32_t size,
               uint8_t *field)
{
	uint64_t sum = sum_bytes(ip + (v6 ? 8 : 12), v6 ? 32 : 8, 0);
	uint16_t folded;

	sum += htons(protocol);
	sum += htons((uint16_t)size);
	folded = sum_fold(sum_bytes(segment, size, sum));
	if (folded == 0 && protocol == 17)
		folded = 0xffff;
	memcpy(field, &folded, 2);
}

/* One packet of the conversation with 'size' bytes of payload, and its capture record. */
static void
write_packet(struct traffic *t, struct talk *talk, bool reverse, uint8_t flags, uint32_t size)
{
	uint8_t record[16 + FRAME_MAX];
	uint8_t *frame = record + 16, *ip = frame + 14, *segment;
	const uint32_t head = talk->tcp ? 20 : 8;
	const uint32_t client_port = 1024 + talk->id % 60000;
	const uint32_t server_port = talk->tcp ? 443 : 53;
	const uint32_t header = write_ip(ip, talk, reverse, head + size);
	uint32_t length = 14 + header + head + size;
	const uint32_t seconds = (uint32_t)(t->time_ns / 1000000000u);
	const uint32_t micros = (uint32_t)(t->time_ns % 1000000000u / 1000u);

	segment = ip + header;
	memset(frame, 0, 14);
	frame[0] = frame[6] = 0x02;
	frame[reverse ? 11 : 5] = 1;
	put16(frame + 12, talk->v6 ? 0x86dd : 0x0800);
	put16(segment, reverse ? server_port : client_port);
	put16(segment + 2, reverse ? client_port : server_port);
	memset(segment + head, 'a' + (int)(talk->id % 26), size);
	if (talk->tcp) {
		put32(segment + 4, talk->next[reverse]);
		put32(segment + 8, flags & TCP_ACK ? talk->next[!reverse] : 0);
		put16(segment + 12, 0x5000u | flags);
		put32(segment + 14, 0xffff0000u);
		put16(segment + 18, 0);
		talk->next[reverse] += size + ((flags & (TCP_SYN | TCP_FIN)) != 0);
		write_checksum(ip, talk->v6, 6, segment, head + size, segment + 16);
	} else {
		put16(segment + 4, head + size);
		put16(segment + 6, 0);
		write_checksum(ip, talk->v6, 17, segment, head + size, segment + 6);
	}
	if (length < 60) {
		memset(frame + length, 0, 60 - length);
		length = 60;
	}
	memcpy(record, &seconds, 4);
	memcpy(record + 4, &micros, 4);
	memcpy(record + 8, &length, 4);
	memcpy(record + 12, &length, 4);
	fwrite(record, 1, 16 + length, t->out);
	talk->packets++;
	t->left--;
	t->time_ns += t->step_ns / 2 + random_below(t, (uint32_t)t->step_ns);
}

static struct talk *
talks_create(struct traffic *t, uint32_t n)
{
	struct talk *talks = calloc(n, sizeof(*talks));

	for (uint32_t i = 0; talks != NULL && i < n; i++) {
		talks[i].id = i;
		talks[i].next[0] = (uint32_t)random_next(t);
		talks[i].next[1] = (uint32_t)random_next(t);
	}
	return talks;
}

static int
make_many(struct traffic *t)
{
	const uint32_t flows = 1000000;
	struct talk *talks = talks_create(t, flows);

	if (talks == NULL)
		return -ENOMEM;
	t->step_ns = 1000;
	while (t->left > 0) {
		struct talk *talk = &talks[random_below(t, flows)];

		/* The client speaks first. */
		write_packet(t, talk, talk->packets > 0 && random_below(t, 2) != 0, 0, 18);
	}
	free(talks);
	return 0;
}

static int
make_churn(struct traffic *t)
{
	uint32_t id = 0;

	t->step_ns = 1000;
	while (t->left > 0) {
		struct talk talk = { .id = id++, .next = { (uint32_t)random_next(t) } };

		talk.tcp = random_below(t, 4) != 0;
		write_packet(t, &talk, false, TCP_SYN, talk.tcp ? 0 : 18);
		if (t->left > 0 && random_below(t, 100) < 25)
			write_packet(t, &talk, true, 0x14, talk.tcp ? 0 : 18);
	}
	return 0;
}

/* The next packet of an imix conversation: handshake, data both ways, close. */
static void
imix_packet(struct traffic *t, struct talk *talk)
{
	static const uint16_t sizes[] = { 0, 0, 0, 0, 6, 6, 120, 536, 1400, 1400 };
	const uint32_t n = talk->packets;
	uint32_t size = sizes[random_below(t, sizeof(sizes) / sizeof(sizes[0]))];

	if (!talk->tcp) {
		write_packet(t, talk, n % 2 != 0, 0, n % 2 != 0 ? 100 + size % 1000 : 40);
	} else if (n < 3) {
		static const uint8_t flags[] = { TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK };

		write_packet(t, talk, n == 1, flags[n], 0);
	} else if (talk->limit > 6 && n + 3 >= talk->limit) {
		const uint32_t step = n + 3 - talk->limit;

		write_packet(t, talk, step == 1, step < 2 ? TCP_FIN | TCP_ACK : TCP_ACK, 0);
	} else {
		write_packet(t, talk, random_below(t, 100) < 60, size ? TCP_PSH | TCP_ACK : TCP_ACK,
		             size);
	}
}

/*
 * Slots hold the conversations that run at a time; a slot's rank is drawn so that
 * few have most of the packets (1/x, Zipf with exponent 1), and a conversation
 * that has reached its limit makes room for a new one.
 */
static int
make_imix(struct traffic *t)
{
	const uint32_t slots = 65536;
	struct talk *talks = talks_create(t, slots);
	uint32_t id = slots;

	if (talks == NULL)
		return -ENOMEM;
	t->step_ns = 4000;
	for (uint32_t i = 0; i < slots; i++)
		talks[i].limit = 2;
	while (t->left > 0) {
		/* 2^(16 u): log-uniform over the ranks. */
		const uint32_t bits = random_below(t, 16);
		const uint32_t rank = (1u << bits) + random_below(t, 1u << bits) - 1;
		struct talk *talk = &talks[rank];

		if (talk->packets == 0 || talk->packets == talk->limit) {
			talk->id = id++;
			talk->packets = 0;
			talk->tcp = random_below(t, 100) < 70;
			talk->v6 = random_below(t, 100) < 25;
			talk->limit = talk->tcp ? 8 + random_below(t, 200000 / (rank + 8)) : 2;
		}
		imix_packet(t, talk);
	}
	free(talks);
	return 0;
}

static int
make_elephants(struct traffic *t)
{
	const uint32_t flows = 1000;
	struct talk *talks = talks_create(t, flows);

	if (talks == NULL)
		return -ENOMEM;
	t->step_ns = 2000;
	for (uint32_t i = 0; i < flows; i++)
		talks[i].tcp = true;
	while (t->left > 0) {
		struct talk *talk = &talks[random_below(t, flows)];
		const uint32_t n = talk->packets;

		if (n < 3)
			write_packet(t, talk, n == 1,
			             n == 0   ? TCP_SYN
			             : n == 1 ? TCP_SYN | TCP_ACK
			                      : TCP_ACK,
			             0);
		else
			write_packet(t, talk, true, TCP_PSH | TCP_ACK, 1460);
	}
	free(talks);
	return 0;
}

static const struct {
	const char *name;
	int (*make)(struct traffic *);
} kinds[] = {
	{ "many", make_many },
	{ "churn", make_churn },
	{ "imix", make_imix },
	{ "elephants", make_elephants },
};

static int
usage(void)
{
	fputs("usage: traffic many|churn|imix|elephants PACKETS SEED > FILE\n", stderr);
	return 2;
}

int
main(int argc, char *argv[])
{
	/* magic, version, zone, accuracy, snap length, Ethernet; in this machine's byte order */
	static const uint32_t head[6] = { 0xa1b2c3d4u, 2u | 4u << 16, 0, 0, 262144, 1 };
	struct traffic t = { .out = stdout, .time_ns = START_S * UINT64_C(1000000000) };
	char *end;

	if (argc != 4)
		return usage();
	t.left = strtoull(argv[2], &end, 10);
	if (*end != '\0' || end == argv[2])
		return usage();
	t.random = strtoull(argv[3], &end, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	if (*end != '\0' || end == argv[3])
		return usage();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		setvbuf(t.out, NULL, _IOFBF, BLOCK_SIZE);
		fwrite(head, sizeof(head), 1, t.out);
		if (kinds[i].make(&t) != 0 || fflush(t.out) != 0 || ferror(t.out)) {
			fprintf(stderr, "traffic: %s\n", strerror(errno));
			return 1;
		}
		return 0;
	}
	return usage();
}
