/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the tree of tests to a program: each test says where to go on when it
 * holds and where when it does not, so that nothing is asked that can't matter,
 * and asking needs neither stack nor recursion.
 */
#include "export/filter/record_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/filter/internal.h"

struct record_filter {
	uint16_t start;
	struct filter_step steps[];
};

struct layout {
	const struct filter_node *nodes;
	struct filter_step *steps;
	uint16_t used;
};

/* Lays a node out so that it goes on at 'yes' or 'no'; returns where it begins. What is right of
 * it has been laid out, so jumps lead to lower numbers and every program ends. */
static uint16_t
lay_out(struct layout *l, uint16_t node, uint16_t yes, uint16_t no)
{
	const struct filter_node *n = &l->nodes[node];

	switch (n->kind) {
	case FILTER_NODE_NOT:
		return lay_out(l, n->left, no, yes);
	case FILTER_NODE_AND:
		return lay_out(l, n->left, lay_out(l, n->right, yes, no), no);
	case FILTER_NODE_OR:
		return lay_out(l, n->left, yes, lay_out(l, n->right, yes, no));
	default:
		l->steps[l->used] = (struct filter_step){ .test = n->test, .yes = yes, .no = no };
		return l->used++;
	}
}

static struct record_filter *
filter_new(const struct filter_parser *p, uint16_t root)
{
	struct record_filter *f = calloc(1, sizeof(*f) + p->n_tests * sizeof(struct filter_step));
	struct layout l;

	if (f == NULL)
		return NULL;
	l = (struct layout){ .nodes = p->nodes, .steps = f->steps };
	f->start = root == FILTER_NONE ? FILTER_YES : lay_out(&l, root, FILTER_YES, FILTER_NO);
	return f;
}

struct record_filter *
record_filter_compile(const char *text, char *error, size_t error_size)
{
	struct filter_parser *p;
	struct record_filter *f = NULL;
	uint16_t root = FILTER_NONE;

	if (strlen(text) > RECORD_FILTER_TEXT_MAX) {
		snprintf(error, error_size, "at %u: longer than an expression may be",
		         RECORD_FILTER_TEXT_MAX + 1);
		return NULL;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	p->error = error;
	p->error_size = error_size;
	if (text[strspn(text, " \t\r\n")] != '\0')
		root = filter_parse(p, text);
	if (!p->failed) {
		f = filter_new(p, root);
		if (f == NULL)
			snprintf(error, error_size, "out of memory");
	}
	free(p);
	return f;
}

void
record_filter_free(struct record_filter *f)
{
	free(f);
}

bool
record_filter_match(const struct record_filter *f, const struct far_input *in)
{
	uint16_t at = f->start;

	while (at < FILTER_YES) {
		const struct filter_step *s = &f->steps[at];

		at = filter_test_match(&s->test, in) ? s->yes : s->no;
	}
	return at == FILTER_YES;
}
