/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside of the record filter: words, tests, the program. Nothing outside
 * export/filter/ includes it.
 *
 * scan.c parts text into tokens, words.c knows the words, parse.c has the
 * grammar and leaves a tree of tests, value.c makes tests of what a qualifier
 * asks for, record_filter.c lays the tree out as a program of jumps, and match.c
 * (with field.c for numbers) answers one test.
 */
#ifndef PANOPTES_EXPORT_FILTER_INTERNAL_H
#define PANOPTES_EXPORT_FILTER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/argus/dsr.h"

#define FILTER_TESTS_MAX 1024
#define FILTER_DEPTH_MAX 64
#define FILTER_WORD_MAX 256

/* Which end of a flow must have it: bits of 1 << direction, and whether both must. */
enum filter_direction {
	FILTER_SRC = 1,
	FILTER_DST = 2,
	FILTER_EITHER = 3,
	FILTER_BOTH = 4, /* src and dst */
};

enum filter_relation {
	FILTER_EQUAL,
	FILTER_NOT_EQUAL,
	FILTER_LESS,
	FILTER_LESS_EQUAL,
	FILTER_GREATER,
	FILTER_GREATER_EQUAL,
};

/* A protocol word, as a test of its own or before another qualifier. */
enum filter_protocol {
	FILTER_PROTO_NONE,
	FILTER_PROTO_ETHER,
	FILTER_PROTO_IP,
	FILTER_PROTO_IPV4,
	FILTER_PROTO_IPV6,
	FILTER_PROTO_ARP,
	FILTER_PROTO_RARP,
	FILTER_PROTO_TCP,
	FILTER_PROTO_UDP,
	FILTER_PROTO_ICMP,
	FILTER_PROTO_IGMP,
	FILTER_PROTO_ESP,
	FILTER_PROTO_RTP,
	FILTER_PROTO_RTCP,
	FILTER_PROTO_UDT,
	FILTER_PROTO_ISIS,
	FILTER_PROTO_MPLS,
	FILTER_PROTO_VLAN,
};

/* What an identifier is the name or number of. */
enum filter_type {
	FILTER_TYPE_NONE,
	FILTER_TYPE_HOST,
	FILTER_TYPE_NET,
	FILTER_TYPE_PORT,
	FILTER_TYPE_PROTO,
	FILTER_TYPE_SRCID,
	FILTER_TYPE_INODE,
	FILTER_TYPE_ENCAPS,
	FILTER_TYPE_COUNTRY,
	FILTER_TYPE_LABEL,
	FILTER_TYPE_FIELD, /* a number: see enum filter_field */
};

/* Numbers of a record. The real ones come last. */
enum filter_field {
	FILTER_FIELD_SEQ,
	FILTER_FIELD_TTL,
	FILTER_FIELD_TOS,
	FILTER_FIELD_DSB,
	FILTER_FIELD_IPID,
	FILTER_FIELD_VID,
	FILTER_FIELD_VPRI,
	FILTER_FIELD_MID,
	FILTER_FIELD_PKTS,
	FILTER_FIELD_BYTES,
	FILTER_FIELD_APPBYTES,
	FILTER_FIELD_TRANS,
	FILTER_FIELD_SPI,
	FILTER_FIELD_BASE,
	FILTER_FIELD_NSTROKE,
	FILTER_FIELD_LOSS,
	FILTER_FIELD_GAP,
	FILTER_FIELD_NEVER, /* what only clients add: AS numbers, correlation */
	FILTER_FIELD_TCPRTT,
	FILTER_FIELD_DUR,
	FILTER_FIELD_RATE,
	FILTER_FIELD_LOAD,
	FILTER_FIELD_PLOSS,
	FILTER_FIELD_PCR,
	FILTER_FIELD_INTER,
	FILTER_FIELD_INTER_ACTIVE,
	FILTER_FIELD_INTER_IDLE,
	FILTER_FIELD_JITTER,
	FILTER_FIELD_JITTER_ACTIVE,
	FILTER_FIELD_JITTER_IDLE,
	FILTER_FIELDS
};

static inline bool
filter_field_is_real(enum filter_field f)
{
	return f >= FILTER_FIELD_TCPRTT;
}

/* A word's own meaning, where it is no qualifier. */
enum filter_test_kind {
	FILTER_ALWAYS,
	FILTER_NEVER,       /* management and event records, which are not asked */
	FILTER_IS_PROTO,    /* proto */
	FILTER_IP_PROTO,    /* proto: IPV4, IPV6 or IP; number */
	FILTER_ETHER_PROTO, /* number */
	FILTER_HOST,        /* direction, proto, family, address, mask */
	FILTER_MAC,         /* direction, address */
	FILTER_MAC_GROUP,   /* either end is a group's address */
	FILTER_GROUP,       /* either end is an IP multicast address */
	FILTER_PORT,        /* direction, proto, relation, number; EQUAL: to 'last' */
	FILTER_NUMBER,      /* field, direction, relation, number */
	FILTER_REAL,        /* field, direction, relation, real */
	FILTER_SOURCE_ID,   /* address, four bytes; number: a string's */
	FILTER_REPORTER,    /* address: who sent the ICMP error */
	FILTER_ENCAPS,      /* direction, number: bits */
	FILTER_CAUSE,       /* number */
	FILTER_TCP_STATUS,  /* direction, bits[2] */
	FILTER_TCP_FLAGS,   /* direction, number */
	FILTER_TCP_OPTION,  /* number: bits, any of them */
	FILTER_TCP_STATE,   /* number: bits, all of them */
	FILTER_ESTABLISHED,
	FILTER_LOST,      /* direction: retransmissions, lost ESP packets */
	FILTER_FRAGMENTS, /* direction */
	FILTER_FRAGMENTS_ONLY,
	FILTER_PATHS, /* direction: several pairs of MAC addresses */
	FILTER_ICMP_ECHO,
	FILTER_ICMP_MAPPED, /* number: kinds of mark, bits */
	FILTER_ICMP_ERROR,  /* number: ICMP type; bits[0]: kind of mark */
	FILTER_IGMP_TYPE,   /* number; last: 0, or one beside it; relation */
	FILTER_ISIS_PDU,    /* number: either of two */
	FILTER_LABEL,       /* text: part of the label */
};

struct filter_test {
	uint8_t kind; /* enum filter_test_kind */
	uint8_t direction;
	uint8_t relation;
	uint8_t field;
	uint8_t proto;
	uint8_t family; /* 4 or 6 */
	union {
		int64_t number;
		double real;
		struct {
			uint8_t address[16], mask[16];
		};
		uint32_t bits[2];
		char text[32]; /* with a zero byte */
	};
	int64_t last; /* of a range */
};

bool filter_test_match(const struct filter_test *t, const struct far_input *in);
bool filter_field_match(const struct filter_test *t, const struct far_input *in);

/* Where a test goes on. */
#define FILTER_YES 0xfffe
#define FILTER_NO 0xffff
struct filter_step {
	struct filter_test test;
	uint16_t yes, no;
};

enum filter_node_kind { FILTER_NODE_TEST, FILTER_NODE_NOT, FILTER_NODE_AND, FILTER_NODE_OR };
struct filter_node {
	enum filter_node_kind kind;
	uint16_t left, right; /* nodes */
	struct filter_test test;
};

/* --- text -> tokens */

enum filter_token {
	TOKEN_END,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_NOT,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_SLASH,
	TOKEN_RELATION, /* value: enum filter_relation */
	TOKEN_SRC,
	TOKEN_DST,
	TOKEN_PROTOCOL, /* value: enum filter_protocol */
	TOKEN_TYPE,     /* value: enum filter_type */
	TOKEN_FIELD,    /* value: enum filter_field */
	TOKEN_TEST,     /* test: a primitive that takes no direction */
	TOKEN_STATE,    /* test: one that may have a direction before it */
	TOKEN_MASK,
	TOKEN_BROADCAST,
	TOKEN_MULTICAST,
	TOKEN_GATEWAY,
	TOKEN_REFUSED, /* a word of ra's that makes no sense here */
	TOKEN_WORD,    /* text: a name, number or address */
	TOKEN_STRING,  /* text: was quoted */
	TOKEN_BAD,     /* text: what can't be read */
};

struct filter_scanner {
	const char *text, *at; /* 'at': behind the token */
	const char *begin;     /* of the token */
	enum filter_token token;
	int value;
	struct filter_test test;
	char word[FILTER_WORD_MAX]; /* lower case unless quoted or escaped */
};

void filter_scan(struct filter_scanner *s);

/* A word of the language: its token, what it stands for; false: any other. */
bool filter_word(struct filter_scanner *s, const char *word);

/* --- tokens -> tree */

/* What was said before an identifier, and holds for those behind it. */
struct filter_qualifiers {
	enum filter_protocol proto;
	enum filter_direction direction; /* 0: not said */
	enum filter_type type;
	enum filter_field field;
};

struct filter_parser {
	struct filter_scanner scanner;
	struct filter_node nodes[2 * FILTER_TESTS_MAX];
	unsigned n_nodes, n_tests;
	unsigned depth;
	char *error;
	size_t error_size;
	bool failed;
};

#define FILTER_NONE 0xffff /* no node: it failed */

/* The whole text; the root, or FILTER_NONE with the error told. */
uint16_t filter_parse(struct filter_parser *p, const char *text);

/* Tells where and what is wrong, once; FILTER_NONE. */
__attribute__((format(printf, 2, 3))) uint16_t filter_fail(struct filter_parser *p,
                                                           const char *format, ...);
uint16_t filter_node_test(struct filter_parser *p, const struct filter_test *test);
uint16_t filter_node_pair(struct filter_parser *p, enum filter_node_kind kind, uint16_t left,
                          uint16_t right);

/* value.c: the token at hand as what the qualifiers say it is; it is consumed. */
uint16_t filter_value(struct filter_parser *p, const struct filter_qualifiers *q,
                      enum filter_relation relation);

#endif
