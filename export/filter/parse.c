/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The grammar, by descent:
 *
 *	expression  term { (and | or) term }
 *	term        not term | ( expression ) | primitive | identifiers
 *	primitive   [protocol] [src | dst | src or dst | src and dst] [type] identifiers
 *	            | a word that is a test of its own, some with a direction
 *	identifiers [relation] value | not identifiers | ( identifiers { (and | or) identifiers } )
 *
 * As in ra(1) 'and' and 'or' bind alike, from left to right, and identifiers behind
 * them may leave out their qualifiers, which are those of the ones before; so is the
 * direction of words that can have one. Parentheses let qualifiers in, not out.
 */
#include "export/filter/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct filter_qualifiers unqualified;

static uint16_t parse_expression(struct filter_parser *p, struct filter_qualifiers *q);

uint16_t
filter_fail(struct filter_parser *p, const char *format, ...)
{
	const size_t at = (size_t)(p->scanner.begin - p->scanner.text) + 1;
	va_list arguments;
	int n;

	if (p->failed)
		return FILTER_NONE;
	p->failed = true;
	n = snprintf(p->error, p->error_size, "at %zu: ", at);
	if (n < 0 || (size_t)n >= p->error_size)
		return FILTER_NONE;
	va_start(arguments, format);
	vsnprintf(p->error + n, p->error_size - (size_t)n, format, arguments);
	va_end(arguments);
	return FILTER_NONE;
}

/* How the token at hand is called in an error. */
static const char *
token_name(const struct filter_scanner *s)
{
	return s->token == TOKEN_END ? "the end" : s->word;
}

static uint16_t
node_new(struct filter_parser *p)
{
	if (p->failed)
		return FILTER_NONE;
	if (p->n_nodes == sizeof(p->nodes) / sizeof(p->nodes[0]))
		return filter_fail(p, "more than %u terms", FILTER_TESTS_MAX);
	return (uint16_t)p->n_nodes++;
}

uint16_t
filter_node_test(struct filter_parser *p, const struct filter_test *test)
{
	const uint16_t n = p->n_tests < FILTER_TESTS_MAX
	                           ? node_new(p)
	                           : filter_fail(p, "more than %u terms", FILTER_TESTS_MAX);

	if (n == FILTER_NONE)
		return n;
	p->n_tests++;
	p->nodes[n].kind = FILTER_NODE_TEST;
	p->nodes[n].test = *test;
	return n;
}

uint16_t
filter_node_pair(struct filter_parser *p, enum filter_node_kind kind, uint16_t left, uint16_t right)
{
	uint16_t n;

	if (left == FILTER_NONE || right == FILTER_NONE)
		return FILTER_NONE;
	n = node_new(p);
	if (n == FILTER_NONE)
		return n;
	p->nodes[n].kind = kind;
	p->nodes[n].left = left;
	p->nodes[n].right = right;
	return n;
}

static uint16_t
node_not(struct filter_parser *p, uint16_t of)
{
	return filter_node_pair(p, FILTER_NODE_NOT, of, of);
}

/* Whether there is room for one more level; the caller leaves it again. */
static bool
enter(struct filter_parser *p)
{
	if (p->depth == FILTER_DEPTH_MAX) {
		(void)filter_fail(p, "more than %u levels of parentheses and nots",
		                  FILTER_DEPTH_MAX);
		return false;
	}
	p->depth++;
	return true;
}

static bool
close_parenthesis(struct filter_parser *p)
{
	if (p->failed)
		return false;
	if (p->scanner.token != TOKEN_CLOSE) {
		(void)filter_fail(p, "a closing parenthesis is missing before %s",
		                  token_name(&p->scanner));
		return false;
	}
	filter_scan(&p->scanner);
	return true;
}

static uint16_t parse_identifiers(struct filter_parser *p, const struct filter_qualifiers *q);

static uint16_t
parse_list(struct filter_parser *p, const struct filter_qualifiers *q)
{
	uint16_t left;

	if (!enter(p))
		return FILTER_NONE;
	filter_scan(&p->scanner);
	left = parse_identifiers(p, q);
	while (left != FILTER_NONE &&
	       (p->scanner.token == TOKEN_AND || p->scanner.token == TOKEN_OR)) {
		const enum filter_node_kind kind =
		        p->scanner.token == TOKEN_AND ? FILTER_NODE_AND : FILTER_NODE_OR;

		filter_scan(&p->scanner);
		left = filter_node_pair(p, kind, left, parse_identifiers(p, q));
	}
	p->depth--;
	return close_parenthesis(p) ? left : FILTER_NONE;
}

static uint16_t
parse_identifiers(struct filter_parser *p, const struct filter_qualifiers *q)
{
	enum filter_relation relation = FILTER_EQUAL;
	uint16_t n;

	if (p->scanner.token == TOKEN_NOT) {
		if (!enter(p))
			return FILTER_NONE;
		filter_scan(&p->scanner);
		n = node_not(p, parse_identifiers(p, q));
		p->depth--;
		return n;
	}
	if (p->scanner.token == TOKEN_OPEN)
		return parse_list(p, q);
	if (p->scanner.token == TOKEN_RELATION) {
		relation = (enum filter_relation)p->scanner.value;
		filter_scan(&p->scanner);
	}
	return filter_value(p, q, relation);
}

/* src, dst, src or dst, src and dst, either way round. */
static bool
parse_direction(struct filter_parser *p, struct filter_qualifiers *q)
{
	const enum filter_token first = p->scanner.token;
	const enum filter_token other = first == TOKEN_SRC ? TOKEN_DST : TOKEN_SRC;
	struct filter_scanner ahead;

	q->direction = first == TOKEN_SRC ? FILTER_SRC : FILTER_DST;
	filter_scan(&p->scanner);
	if (p->scanner.token != TOKEN_OR && p->scanner.token != TOKEN_AND)
		return true;
	ahead = p->scanner;
	filter_scan(&ahead);
	if (ahead.token != other) {
		(void)filter_fail(p, "%s needs to know what of it",
		                  first == TOKEN_SRC ? "src" : "dst");
		return false;
	}
	q->direction = p->scanner.token == TOKEN_OR ? FILTER_EITHER : FILTER_BOTH;
	p->scanner = ahead;
	filter_scan(&p->scanner);
	return true;
}

static uint16_t
parse_group(struct filter_parser *p, const struct filter_qualifiers *q, bool broadcast)
{
	struct filter_test test = { .direction = FILTER_EITHER };

	if (q->proto == FILTER_PROTO_ETHER) {
		test.kind = broadcast ? FILTER_MAC : FILTER_MAC_GROUP;
		memset(test.address, 0xff, 6);
	} else if (q->proto == FILTER_PROTO_NONE || q->proto == FILTER_PROTO_IP) {
		test.kind = broadcast ? FILTER_HOST : FILTER_GROUP;
		test.family = 4;
		test.proto = FILTER_PROTO_IP;
		memset(test.address, 0xff, 4);
		memset(test.mask, 0xff, 4);
	} else {
		return filter_fail(p, "%s: only of ether and ip", p->scanner.word);
	}
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* A word that is a test, with the direction before it. */
static uint16_t
parse_state(struct filter_parser *p, const struct filter_qualifiers *q)
{
	struct filter_test test = p->scanner.test;

	if (p->scanner.token == TOKEN_TEST && q->direction != 0)
		return filter_fail(p, "%s has no direction", p->scanner.word);
	if (q->proto != FILTER_PROTO_NONE)
		return filter_fail(p, "%s takes no protocol before it", p->scanner.word);
	test.direction = q->direction != 0 ? (uint8_t)q->direction : FILTER_EITHER;
	filter_scan(&p->scanner);
	return filter_node_test(p, &test);
}

/* Whether a protocol word before this one qualifies it; else it is a test of its own. */
static bool
is_qualified(const struct filter_scanner *s)
{
	switch (s->token) {
	case TOKEN_SRC:
	case TOKEN_DST:
	case TOKEN_TYPE:
	case TOKEN_FIELD:
	case TOKEN_BROADCAST:
	case TOKEN_MULTICAST:
	case TOKEN_GATEWAY:
		return true;
	default:
		return false;
	}
}

/* What stands behind protocol and direction. */
static uint16_t
parse_qualified(struct filter_parser *p, struct filter_qualifiers *q)
{
	struct filter_scanner *s = &p->scanner;

	switch (s->token) {
	case TOKEN_TYPE:
		q->type = (enum filter_type)s->value;
		filter_scan(s);
		return parse_identifiers(p, q);
	case TOKEN_FIELD:
		q->type = FILTER_TYPE_FIELD;
		q->field = (enum filter_field)s->value;
		filter_scan(s);
		return parse_identifiers(p, q);
	case TOKEN_TEST:
	case TOKEN_STATE:
		return parse_state(p, q);
	case TOKEN_BROADCAST:
	case TOKEN_MULTICAST:
		return parse_group(p, q, s->token == TOKEN_BROADCAST);
	case TOKEN_GATEWAY:
		return filter_fail(p,
		                   "gateway is not known here: say \"ether host MAC and not host "
		                   "ADDRESS\"");
	case TOKEN_REFUSED:
		return filter_fail(p, "%s is not known here", s->word);
	case TOKEN_BAD:
		return filter_fail(p, "\"%s\" can't be read", s->word);
	case TOKEN_END:
		return filter_fail(p, "something is missing at the end");
	default:
		if (q->direction != 0 || s->token == TOKEN_WORD)
			return parse_identifiers(p, q);
		return filter_fail(p, "%s is not expected here", s->word);
	}
}

/* Whether what comes is for the qualifiers of the term before. */
static bool
inherits(const struct filter_scanner *s, const struct filter_qualifiers *q)
{
	if (q->direction == 0 && q->type == FILTER_TYPE_NONE)
		return false;
	return s->token == TOKEN_WORD || s->token == TOKEN_STRING || s->token == TOKEN_RELATION;
}

static uint16_t
parse_primitive(struct filter_parser *p, struct filter_qualifiers *q)
{
	struct filter_scanner *s = &p->scanner;

	if (inherits(s, q))
		return parse_identifiers(p, q);
	if (s->token == TOKEN_STATE)
		return parse_state(p, &(struct filter_qualifiers){ .direction = q->direction });
	*q = unqualified;
	if (s->token == TOKEN_PROTOCOL) {
		q->proto = (enum filter_protocol)s->value;
		filter_scan(s);
		if (!is_qualified(s)) {
			const struct filter_test test = { .kind = FILTER_IS_PROTO,
				                          .proto = (uint8_t)q->proto };

			if (q->proto == FILTER_PROTO_ETHER)
				return filter_fail(p, "ether needs host, proto, broadcast or "
				                      "multicast behind it");
			*q = unqualified;
			return filter_node_test(p, &test);
		}
	}
	if ((s->token == TOKEN_SRC || s->token == TOKEN_DST) && !parse_direction(p, q))
		return FILTER_NONE;
	return parse_qualified(p, q);
}

/* *q: what the term may inherit, and then what those behind it may. */
static uint16_t
parse_term(struct filter_parser *p, struct filter_qualifiers *q)
{
	const enum filter_token token = p->scanner.token;
	struct filter_qualifiers inside;
	uint16_t n;

	if (token != TOKEN_NOT && token != TOKEN_OPEN)
		return parse_primitive(p, q);
	if (!enter(p))
		return FILTER_NONE;
	filter_scan(&p->scanner);
	if (token == TOKEN_NOT) {
		n = node_not(p, parse_term(p, q));
	} else {
		inside = *q;
		n = parse_expression(p, &inside);
		if (!close_parenthesis(p))
			n = FILTER_NONE;
	}
	p->depth--;
	return n;
}

static uint16_t
parse_expression(struct filter_parser *p, struct filter_qualifiers *q)
{
	uint16_t left = parse_term(p, q);

	while (left != FILTER_NONE &&
	       (p->scanner.token == TOKEN_AND || p->scanner.token == TOKEN_OR)) {
		const enum filter_node_kind kind =
		        p->scanner.token == TOKEN_AND ? FILTER_NODE_AND : FILTER_NODE_OR;
		uint16_t right;

		filter_scan(&p->scanner);
		right = parse_term(p, q);
		left = filter_node_pair(p, kind, left, right);
	}
	return left;
}

uint16_t
filter_parse(struct filter_parser *p, const char *text)
{
	struct filter_qualifiers q = unqualified;
	uint16_t root;

	p->scanner.text = text;
	p->scanner.at = text;
	filter_scan(&p->scanner);
	root = parse_expression(p, &q);
	if (root == FILTER_NONE)
		return root;
	if (p->scanner.token == TOKEN_CLOSE)
		return filter_fail(p, "a parenthesis is closed that was not opened");
	if (p->scanner.token != TOKEN_END)
		return filter_fail(p, "and or or is missing before %s", p->scanner.word);
	return root;
}
