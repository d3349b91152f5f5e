/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of ra(1)'s filter language. TCP's bits are those of the TCP_PERF DSR,
 * causes and marks those of record header and ICMP DSR.
 */
#include "export/filter/internal.h"

#include <stdlib.h>
#include <string.h>

struct word {
	const char *word;
	enum filter_token token;
	int value;
};

/* Each table is sorted by nothing but topic: a filter is compiled once. */
static const struct word words[] = {
	{ "and", TOKEN_AND, 0 },
	{ "or", TOKEN_OR, 0 },
	{ "not", TOKEN_NOT, 0 },
	{ "src", TOKEN_SRC, 0 },
	{ "dst", TOKEN_DST, 0 },
	{ "mask", TOKEN_MASK, 0 },
	{ "broadcast", TOKEN_BROADCAST, 0 },
	{ "multicast", TOKEN_MULTICAST, 0 },
	{ "gateway", TOKEN_GATEWAY, 0 },

	{ "eq", TOKEN_RELATION, FILTER_EQUAL },
	{ "equal", TOKEN_RELATION, FILTER_EQUAL },
	{ "lt", TOKEN_RELATION, FILTER_LESS },
	{ "less", TOKEN_RELATION, FILTER_LESS },
	{ "lte", TOKEN_RELATION, FILTER_LESS_EQUAL },
	{ "gt", TOKEN_RELATION, FILTER_GREATER },
	{ "greater", TOKEN_RELATION, FILTER_GREATER },
	{ "gte", TOKEN_RELATION, FILTER_GREATER_EQUAL },

	{ "ether", TOKEN_PROTOCOL, FILTER_PROTO_ETHER },
	{ "fddi", TOKEN_PROTOCOL, FILTER_PROTO_ETHER },
	{ "link", TOKEN_PROTOCOL, FILTER_PROTO_ETHER },
	{ "ppp", TOKEN_PROTOCOL, FILTER_PROTO_ETHER },
	{ "slip", TOKEN_PROTOCOL, FILTER_PROTO_ETHER },
	{ "ip", TOKEN_PROTOCOL, FILTER_PROTO_IP },
	{ "ipv4", TOKEN_PROTOCOL, FILTER_PROTO_IPV4 },
	{ "ipv6", TOKEN_PROTOCOL, FILTER_PROTO_IPV6 },
	{ "arp", TOKEN_PROTOCOL, FILTER_PROTO_ARP },
	{ "rarp", TOKEN_PROTOCOL, FILTER_PROTO_RARP },
	{ "tcp", TOKEN_PROTOCOL, FILTER_PROTO_TCP },
	{ "udp", TOKEN_PROTOCOL, FILTER_PROTO_UDP },
	{ "icmp", TOKEN_PROTOCOL, FILTER_PROTO_ICMP },
	{ "igmp", TOKEN_PROTOCOL, FILTER_PROTO_IGMP },
	{ "esp", TOKEN_PROTOCOL, FILTER_PROTO_ESP },
	{ "rtp", TOKEN_PROTOCOL, FILTER_PROTO_RTP },
	{ "rtcp", TOKEN_PROTOCOL, FILTER_PROTO_RTCP },
	{ "udt", TOKEN_PROTOCOL, FILTER_PROTO_UDT },
	{ "isis", TOKEN_PROTOCOL, FILTER_PROTO_ISIS },
	{ "mpls", TOKEN_PROTOCOL, FILTER_PROTO_MPLS },
	{ "vlan", TOKEN_PROTOCOL, FILTER_PROTO_VLAN },

	{ "host", TOKEN_TYPE, FILTER_TYPE_HOST },
	{ "net", TOKEN_TYPE, FILTER_TYPE_NET },
	{ "port", TOKEN_TYPE, FILTER_TYPE_PORT },
	{ "proto", TOKEN_TYPE, FILTER_TYPE_PROTO },
	{ "srcid", TOKEN_TYPE, FILTER_TYPE_SRCID },
	{ "inode", TOKEN_TYPE, FILTER_TYPE_INODE },
	{ "encaps", TOKEN_TYPE, FILTER_TYPE_ENCAPS },
	{ "co", TOKEN_TYPE, FILTER_TYPE_COUNTRY },
	{ "label", TOKEN_TYPE, FILTER_TYPE_LABEL },

	{ "seq", TOKEN_FIELD, FILTER_FIELD_SEQ },
	{ "ttl", TOKEN_FIELD, FILTER_FIELD_TTL },
	{ "tos", TOKEN_FIELD, FILTER_FIELD_TOS },
	{ "dsb", TOKEN_FIELD, FILTER_FIELD_DSB },
	{ "dsbyte", TOKEN_FIELD, FILTER_FIELD_DSB },
	{ "ipid", TOKEN_FIELD, FILTER_FIELD_IPID },
	{ "vid", TOKEN_FIELD, FILTER_FIELD_VID },
	{ "vpri", TOKEN_FIELD, FILTER_FIELD_VPRI },
	{ "mid", TOKEN_FIELD, FILTER_FIELD_MID },
	{ "pkt", TOKEN_FIELD, FILTER_FIELD_PKTS },
	{ "pkts", TOKEN_FIELD, FILTER_FIELD_PKTS },
	{ "byte", TOKEN_FIELD, FILTER_FIELD_BYTES },
	{ "bytes", TOKEN_FIELD, FILTER_FIELD_BYTES },
	{ "data", TOKEN_FIELD, FILTER_FIELD_APPBYTES },
	{ "appbyte", TOKEN_FIELD, FILTER_FIELD_APPBYTES },
	{ "appbytes", TOKEN_FIELD, FILTER_FIELD_APPBYTES },
	{ "trans", TOKEN_FIELD, FILTER_FIELD_TRANS },
	{ "spi", TOKEN_FIELD, FILTER_FIELD_SPI },
	{ "base", TOKEN_FIELD, FILTER_FIELD_BASE },
	{ "tcpb", TOKEN_FIELD, FILTER_FIELD_BASE },
	{ "nstroke", TOKEN_FIELD, FILTER_FIELD_NSTROKE },
	{ "nstrokes", TOKEN_FIELD, FILTER_FIELD_NSTROKE },
	{ "loss", TOKEN_FIELD, FILTER_FIELD_LOSS },
	{ "gap", TOKEN_FIELD, FILTER_FIELD_GAP },
	{ "as", TOKEN_FIELD, FILTER_FIELD_NEVER },
	{ "asn", TOKEN_FIELD, FILTER_FIELD_NEVER },
	{ "deldur", TOKEN_FIELD, FILTER_FIELD_NEVER },
	{ "delstime", TOKEN_FIELD, FILTER_FIELD_NEVER },
	{ "delltime", TOKEN_FIELD, FILTER_FIELD_NEVER },
	{ "tcprtt", TOKEN_FIELD, FILTER_FIELD_TCPRTT },
	{ "dur", TOKEN_FIELD, FILTER_FIELD_DUR },
	{ "avgdur", TOKEN_FIELD, FILTER_FIELD_DUR }, /* of one flow it is the same */
	{ "rate", TOKEN_FIELD, FILTER_FIELD_RATE },
	{ "load", TOKEN_FIELD, FILTER_FIELD_LOAD },
	{ "ploss", TOKEN_FIELD, FILTER_FIELD_PLOSS },
	{ "pcr", TOKEN_FIELD, FILTER_FIELD_PCR },
	{ "pcratio", TOKEN_FIELD, FILTER_FIELD_PCR },
	{ "abr", TOKEN_FIELD, FILTER_FIELD_PCR },
	{ "abratio", TOKEN_FIELD, FILTER_FIELD_PCR },
	{ "inter", TOKEN_FIELD, FILTER_FIELD_INTER },
	{ "intpkt", TOKEN_FIELD, FILTER_FIELD_INTER },
	{ "intpktact", TOKEN_FIELD, FILTER_FIELD_INTER_ACTIVE },
	{ "intpktidle", TOKEN_FIELD, FILTER_FIELD_INTER_IDLE },
	{ "jit", TOKEN_FIELD, FILTER_FIELD_JITTER },
	{ "jitter", TOKEN_FIELD, FILTER_FIELD_JITTER },
	{ "jitact", TOKEN_FIELD, FILTER_FIELD_JITTER_ACTIVE },
	{ "jitidle", TOKEN_FIELD, FILTER_FIELD_JITTER_IDLE },

	{ "svc", TOKEN_REFUSED, 0 },
	{ "auth", TOKEN_REFUSED, 0 },
	{ "recurs", TOKEN_REFUSED, 0 },
	{ "req", TOKEN_REFUSED, 0 },
	{ "rsp", TOKEN_REFUSED, 0 },
	{ "anon", TOKEN_REFUSED, 0 },
	{ "len", TOKEN_REFUSED, 0 },
	{ "length", TOKEN_REFUSED, 0 },
	{ "inbound", TOKEN_REFUSED, 0 },
	{ "outbound", TOKEN_REFUSED, 0 },
};

/* Words that are tests. */
static const struct {
	const char *word;
	enum filter_token token;
	struct filter_test test;
} tests[] = {
	{ "far", TOKEN_TEST, { .kind = FILTER_ALWAYS } },
	{ "man", TOKEN_TEST, { .kind = FILTER_NEVER } },
	{ "mar", TOKEN_TEST, { .kind = FILTER_NEVER } },
	{ "event", TOKEN_TEST, { .kind = FILTER_NEVER } },
	{ "index", TOKEN_TEST, { .kind = FILTER_NEVER } },
	{ "cor", TOKEN_TEST, { .kind = FILTER_NEVER } },
	{ "corolated", TOKEN_TEST, { .kind = FILTER_NEVER } },
	{ "cocode", TOKEN_TEST, { .kind = FILTER_NEVER } },

	{ "init", TOKEN_TEST, { .kind = FILTER_CAUSE, .number = CAUSE_START } },
	{ "start", TOKEN_TEST, { .kind = FILTER_CAUSE, .number = CAUSE_START } },
	{ "status", TOKEN_TEST, { .kind = FILTER_CAUSE, .number = CAUSE_STATUS } },
	{ "stop", TOKEN_TEST, { .kind = FILTER_CAUSE, .number = CAUSE_STOP } },
	{ "timeout", TOKEN_TEST, { .kind = FILTER_CAUSE, .number = CAUSE_TIMEOUT } },
	{ "shut", TOKEN_TEST, { .kind = FILTER_CAUSE, .number = CAUSE_SHUTDOWN } },
	{ "error", TOKEN_TEST, { .kind = FILTER_NEVER } },

	{ "est", TOKEN_TEST, { .kind = FILTER_ESTABLISHED } },
	{ "con", TOKEN_TEST, { .kind = FILTER_ESTABLISHED } },
	{ "avail", TOKEN_TEST, { .kind = FILTER_ESTABLISHED } },
	{ "synack", TOKEN_TEST, { .kind = FILTER_TCP_STATE, .number = 0x2 } },
	{ "finack", TOKEN_TEST, { .kind = FILTER_TCP_STATE, .number = 0x10 } },
	{ "normal", TOKEN_TEST, { .kind = FILTER_TCP_STATE, .number = 0x20 } },
	{ "wait", TOKEN_TEST, { .kind = FILTER_TCP_STATE, .number = 0x40 } },

	{ "fin", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x01 } },
	{ "syn", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x02 } },
	{ "rst", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x04 } },
	{ "reset", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x04 } },
	{ "push", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x08 } },
	{ "ack", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x10 } },
	{ "urg", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x20 } },
	{ "ece", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x40 } },
	{ "cwr", TOKEN_STATE, { .kind = FILTER_TCP_FLAGS, .number = 0x80 } },

	{ "winshut", TOKEN_STATE, { .kind = FILTER_TCP_STATUS, .bits = { 0x400, 0x800 } } },
	{ "ecn", TOKEN_STATE, { .kind = FILTER_TCP_STATUS, .bits = { 0x4000, 0x8000 } } },
	{ "outoforder", TOKEN_STATE, { .kind = FILTER_TCP_STATUS, .bits = { 0x10000, 0x20000 } } },
	{ "ooo", TOKEN_STATE, { .kind = FILTER_TCP_STATUS, .bits = { 0x10000, 0x20000 } } },
	{ "dup", TOKEN_STATE, { .kind = FILTER_TCP_STATUS, .bits = { 0x40000, 0x80000 } } },
	{ "retrans", TOKEN_STATE, { .kind = FILTER_LOST } },
	{ "drop", TOKEN_STATE, { .kind = FILTER_LOST } },
	{ "frag", TOKEN_STATE, { .kind = FILTER_FRAGMENTS } },
	{ "fragonly", TOKEN_STATE, { .kind = FILTER_FRAGMENTS_ONLY } },
	{ "multipath", TOKEN_STATE, { .kind = FILTER_PATHS } },
	{ "mpath", TOKEN_STATE, { .kind = FILTER_PATHS } },

	{ "tcpopt", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0xfff00000 } },
	{ "mss", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x100000 } },
	{ "wscale", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x200000 } },
	{ "selackok", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x400000 } },
	{ "selack", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x800000 } },
	{ "tcpecho", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x1000000 } },
	{ "tcpechoreply", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x2000000 } },
	{ "tcptimestamp", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x4000000 } },
	{ "tcpcc", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x8000000 } },
	{ "tcpccnew", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x10000000 } },
	{ "tcpccecho", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x20000000 } },
	{ "secn", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x40000000 } },
	{ "decn", TOKEN_TEST, { .kind = FILTER_TCP_OPTION, .number = 0x80000000 } },

	{ "echo", TOKEN_TEST, { .kind = FILTER_ICMP_ECHO } },
	{ "icmpmap", TOKEN_TEST, { .kind = FILTER_ICMP_MAPPED } },
	{ "unreach", TOKEN_TEST, { .kind = FILTER_ICMP_ERROR, .number = 3, .last = 1 } },
	{ "redirect", TOKEN_TEST, { .kind = FILTER_ICMP_ERROR, .number = 5, .last = 2 } },
	{ "timexed", TOKEN_TEST, { .kind = FILTER_ICMP_ERROR, .number = 11, .last = 4 } },

	{ "rtr", TOKEN_TEST, { .kind = FILTER_IGMP_TYPE, .number = 0x11 } },
	{ "lvg", TOKEN_TEST, { .kind = FILTER_IGMP_TYPE, .number = 0x17 } },
	{ "mbr",
	  TOKEN_TEST,
	  { .kind = FILTER_IGMP_TYPE, .relation = FILTER_NOT_EQUAL, .number = 0x11 } },

	{ "hello", TOKEN_TEST, { .kind = FILTER_ISIS_PDU, .number = 15, .last = 16 } },
	{ "lsp", TOKEN_TEST, { .kind = FILTER_ISIS_PDU, .number = 18, .last = 20 } },
	{ "csnp", TOKEN_TEST, { .kind = FILTER_ISIS_PDU, .number = 24, .last = 25 } },
	{ "psnp", TOKEN_TEST, { .kind = FILTER_ISIS_PDU, .number = 26, .last = 27 } },
};

bool
filter_word(struct filter_scanner *s, const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		s->token = words[i].token;
		s->value = words[i].value;
		return true;
	}
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(tests[i].word, word) != 0)
			continue;
		s->token = tests[i].token;
		s->test = tests[i].test;
		return true;
	}
	return false;
}
