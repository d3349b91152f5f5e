/* SPDX-License-Identifier: BSD-3-Clause */
/* Several sources as one: turns, the clock, ends and failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "lcore/source_group.h"

/* Yields what its script says, a number a burst. */
struct fake {
	struct source source;
	const int *script;
	uint64_t now_ns;
	unsigned released, closed;
};

static int
fake_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct fake *f = (struct fake *)source;
	const int n = *f->script++;

	assert_true(n <= (int)max);
	for (int i = 0; i < n; i++)
		views[i] = (struct packet_view){ .length = (uint32_t)f->now_ns };
	*now_ns = f->now_ns;
	if (n < 0)
		snprintf(f->source.problem, sizeof(f->source.problem), "broken %d", n);
	return n;
}

static void
fake_release(struct source *source)
{
	((struct fake *)source)->released++;
}

static void
fake_close(struct source *source)
{
	((struct fake *)source)->closed++;
}

static const struct source_ops fake_ops = { fake_burst, fake_release, fake_close, NULL };

static struct fake fakes[3];

static uint32_t waiting[3], room[3];

static void
fake_backlog(struct source *source, uint32_t *used, uint32_t *size)
{
	const size_t i = (size_t)((struct fake *)source - fakes);

	*used = waiting[i];
	*size = room[i];
}

static const struct source_ops telling_ops = { fake_burst, fake_release, fake_close, fake_backlog };

static struct source *
group(const int *a, const int *b, const int *c)
{
	const int *const scripts[] = { a, b, c };
	struct source *members[3], *g;

	for (unsigned i = 0; i < 3; i++) {
		fakes[i] = (struct fake){ .source.ops = &fake_ops,
			                  .script = scripts[i],
			                  .now_ns = 100 * (i + 1) };
		members[i] = &fakes[i].source;
	}
	g = source_group_create(members, 3);
	assert_non_null(g);
	return g;
}

static struct packet_view views[VIEW_BURST];
static uint64_t now_ns;

static int
burst(struct source *g)
{
	return g->ops->burst(g, views, 32, &now_ns);
}

/* The fullest counts; one that does not know, or has no place to wait, says nothing. */
static void
the_fullest_member_is_the_backlog(void **state)
{
	struct source *g = group((const int[]){ 0 }, (const int[]){ 0 }, (const int[]){ 0 });
	uint32_t used = 7, size = 7;

	(void)state;
	source_backlog(g, &used, &size);
	assert_int_equal(used, 0);
	assert_int_equal(size, 0);
	fakes[1].source.ops = fakes[2].source.ops = &telling_ops;
	source_backlog(g, &used, &size);
	assert_int_equal(size, 0);
	waiting[1] = 100;
	room[1] = 4096;
	source_backlog(g, &used, &size);
	assert_int_equal(used, 100);
	assert_int_equal(size, 4096);
	waiting[2] = 50;
	room[2] = 64;
	source_backlog(g, &used, &size);
	assert_int_equal(used, 50);
	assert_int_equal(size, 64);
	g->ops->close(g);
}

static void
members_take_turns_and_the_latest_clock_counts(void **state)
{
	struct source *g =
	        group((const int[]){ 2, 2, 0 }, (const int[]){ 0, 3, 0 }, (const int[]){ 1, 0, 4 });

	(void)state;
	now_ns = 0;
	assert_int_equal(burst(g), 2);
	assert_int_equal(views[1].length, 100);
	assert_int_equal(now_ns, 100);
	g->ops->release(g);
	assert_int_equal(burst(g), 1); /* the second had nothing */
	assert_int_equal(views[0].length, 300);
	assert_int_equal(now_ns, 300);
	g->ops->release(g);
	assert_int_equal(burst(g), 2);
	assert_int_equal(now_ns, 300); /* never back */
	g->ops->release(g);
	assert_int_equal(burst(g), 3);
	g->ops->release(g);
	assert_int_equal(fakes[0].released, 2);
	assert_int_equal(fakes[1].released, 1);
	assert_int_equal(fakes[2].released, 1);
	assert_int_equal(burst(g), 0);
	g->ops->close(g);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fakes[i].closed, 1);
}

static void
it_ends_when_all_have_ended_and_tells_the_first_failure(void **state)
{
	struct source *g = group((const int[]){ -EIO }, (const int[]){ 1, -ENODATA },
	                         (const int[]){ 1, 1, -EPIPE });

	(void)state;
	assert_int_equal(burst(g), 1);
	g->ops->release(g);
	assert_int_equal(fakes[0].closed, 1);
	assert_int_equal(burst(g), 1);
	g->ops->release(g);
	assert_int_equal(burst(g), 1);
	g->ops->release(g);
	assert_int_equal(burst(g), -EIO);
	assert_string_equal(g->problem, "broken -5");
	assert_int_equal(burst(g), -EIO);
	g->ops->close(g);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fakes[i].closed, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fullest_member_is_the_backlog),
		cmocka_unit_test(members_take_turns_and_the_latest_clock_counts),
		cmocka_unit_test(it_ends_when_all_have_ended_and_tells_the_first_failure),
	};

	return cmocka_run_group_tests_name("source_group", tests, NULL, NULL);
}
