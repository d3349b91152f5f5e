/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A burst is one member's. The clock is the latest that any of them told.
 */
#include "lcore/source_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct source_group {
	struct source source; /* first: what callers see */
	struct source *members[SOURCE_GROUP_MAX];
	unsigned n;
	unsigned at; /* whose burst is out */
	int result;  /* of the first that broke */
	uint64_t now_ns;
};

/* One that ended is closed; the others move up. */
static void
retire(struct source_group *g, unsigned i, int result)
{
	struct source *s = g->members[i];

	if (result != -ENODATA && g->result == 0) {
		g->result = result;
		memcpy(g->source.problem, s->problem, sizeof(g->source.problem));
	}
	s->ops->close(s);
	g->n--;
	for (; i < g->n; i++)
		g->members[i] = g->members[i + 1];
}

static int
group_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct source_group *g = (struct source_group *)source;
	unsigned tries = g->n;

	while (tries-- != 0 && g->n != 0) {
		const unsigned i = g->at + 1 < g->n ? g->at + 1 : 0;
		uint64_t time_ns = g->now_ns;
		const int n = g->members[i]->ops->burst(g->members[i], views, max, &time_ns);

		if (n < 0) {
			retire(g, i, n);
			continue;
		}
		g->at = i;
		if (time_ns > g->now_ns)
			g->now_ns = time_ns;
		if (n > 0) {
			*now_ns = g->now_ns;
			return n;
		}
	}
	*now_ns = g->now_ns;
	if (g->n != 0)
		return 0;
	return g->result != 0 ? g->result : -ENODATA;
}

static void
group_release(struct source *source)
{
	struct source_group *g = (struct source_group *)source;

	if (g->at < g->n)
		g->members[g->at]->ops->release(g->members[g->at]);
}

/* The fullest member's. */
static void
group_backlog(struct source *source, uint32_t *used, uint32_t *size)
{
	const struct source_group *g = (const struct source_group *)source;

	for (unsigned i = 0; i < g->n; i++) {
		uint32_t n, of;

		source_backlog(g->members[i], &n, &of);
		if (of != 0 && (*size == 0 || (uint64_t)n * *size > (uint64_t)*used * of)) {
			*used = n;
			*size = of;
		}
	}
}

static void
group_close(struct source *source)
{
	struct source_group *g = (struct source_group *)source;

	while (g->n != 0)
		retire(g, g->n - 1, -ENODATA);
	free(g);
}

static const struct source_ops group_ops = {
	.burst = group_burst,
	.release = group_release,
	.backlog = group_backlog,
	.close = group_close,
};

struct source *
source_group_create(struct source *const *members, unsigned n)
{
	struct source_group *g = calloc(1, sizeof(*g));

	if (g == NULL || n > SOURCE_GROUP_MAX) {
		free(g);
		return NULL;
	}
	g->source.ops = &group_ops;
	for (unsigned i = 0; i < n; i++)
		g->members[i] = members[i];
	g->n = n;
	g->at = n - 1; /* begins with the first */
	return &g->source;
}
