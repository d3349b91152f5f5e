/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was counted stays consistent whatever fails: for each output
 * records received = written + filtered + lost + kept in a spool.
 */
#include "export/outputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "config/target.h"
#include "export/argus/dsr.h"
#include "ring/log.h"

static int
block_get(struct output_block *b)
{
	void *p = mmap(NULL, OUTPUT_BLOCK_SIZE, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	b->bytes = p;
	return 0;
}

static void
block_put(struct output_block *b)
{
	if (b->bytes != NULL)
		munmap(b->bytes, OUTPUT_BLOCK_SIZE);
	b->bytes = NULL;
}

/* A filter's error names the output and what is wrong where in it. */
static struct record_filter *
compile(const struct output_spec *spec, char *error, size_t error_size)
{
	char reason[256];
	struct record_filter *f = record_filter_compile(spec->filter, reason, sizeof(reason));

	if (f == NULL)
		snprintf(error, error_size, "output %s: filter \"%.80s\", %s", spec->target,
		         spec->filter, reason);
	return f;
}

int
outputs_check_filters(const struct config *c, char *error, size_t error_size)
{
	for (size_t i = 0; i < c->outputs.n; i++) {
		struct record_filter *f;

		if (c->outputs.v[i].filter == NULL)
			continue;
		f = compile(&c->outputs.v[i], error, error_size);
		if (f == NULL)
			return -EINVAL;
		record_filter_free(f);
	}
	return 0;
}

/* One for each kind of target. */
static struct sink *(*const openers[TARGET_KINDS])(const struct sink_options *, char *, size_t) = {
	[TARGET_FILE] = sink_file_open,
	[TARGET_UDP] = sink_udp_open,
	[TARGET_TCP] = sink_tcp_open,
};

static int
open_one(struct outputs *o, const struct config *c, const struct output_spec *spec,
         const struct mar *start, char *error, size_t error_size)
{
	const struct sink_options options = {
		.target = spec->target,
		.start = start,
		.spool = c->spool,
		.spool_size = c->spool_size,
		.waits = config_reads_captures(c),
		.tells = !config_reads_captures(c),
		.retries = !config_reads_captures(c),
		.rotates = o->rotation.period_s != 0 && target_has_time(spec->target),
	};
	struct output *out = &o->v[o->n];
	const char *expected;
	struct target target;

	if (target_parse(spec->target, &target, &expected) < 0) {
		snprintf(error, error_size, "output %s: expected %s", spec->target, expected);
		return -EINVAL;
	}
	if (spec->filter != NULL) {
		out->filter = compile(spec, error, error_size);
		if (out->filter == NULL)
			return -EINVAL;
		if (block_get(&out->block) != 0) {
			snprintf(error, error_size, "output %s: out of memory", spec->target);
			return -ENOMEM;
		}
	}
	out->sink = openers[target.kind](&options, error, error_size);
	if (out->sink == NULL)
		return -EIO;
	o->any_unfiltered |= spec->filter == NULL;
	return 0;
}

static int
open_server(struct outputs *o, const struct config *c, const struct mar *start, char *error,
            size_t error_size)
{
	struct server_options options;

	if (!config_listens(c))
		return 0;
	server_options_init(&options, c);
	options.start = *start;
	options.record_max = o->record_max;
	o->server = server_create(&options, error, error_size);
	return o->server != NULL ? 0 : -EIO;
}

int
outputs_open(struct outputs *o, const struct config *c, const struct mar *start, size_t record_max,
             struct control *control, char *error, size_t error_size)
{
	*o = (struct outputs){
		.record_max = record_max,
		.control = control,
		.tells = !config_reads_captures(c),
	};
	rotation_init(&o->rotation, c->rotate_s);
	o->v = calloc(c->outputs.n ? c->outputs.n : 1, sizeof(struct output));
	if (o->v == NULL || block_get(&o->shared) != 0) {
		snprintf(error, error_size, "collector: out of memory");
		return -ENOMEM;
	}
	/* a port that another probe has is no reason to write into that probe's files */
	if (open_server(o, c, start, error, error_size) != 0)
		return -EIO;
	for (size_t i = 0; i < c->outputs.n; i++) {
		const int rc = open_one(o, c, &c->outputs.v[i], start, error, error_size);

		o->n++;
		if (rc != 0)
			return rc;
		o->live++;
	}
	return 0;
}

static const char *
name_of(const struct sink *s)
{
	return strcmp(s->target, "-") != 0 ? s->target : "(stdout)";
}

/* What an operator should know at once, not at the end. */
static void
tell(const struct sink *s)
{
	if (s->error != 0)
		log_line(LOG_LEVEL_ERROR, "output %.200s: %s: it gets no more records", name_of(s),
		         strerror(-s->error));
	else if (s->trouble != 0)
		log_line(LOG_LEVEL_WARNING, "output %.200s: %s: records are lost until it is over",
		         name_of(s), strerror(-s->trouble));
	else
		log_line(LOG_LEVEL_NOTICE,
		         "output %.200s: it gets records again; %" PRIu64 " were lost so far",
		         name_of(s), s->records_lost);
}

/* How it was before something was done to a sink. */
struct state {
	int error, trouble;
};

static struct state
state_of(const struct sink *s)
{
	return (struct state){ s->error, s->trouble };
}

/* Remembers the first failure; when nothing is left to write to, the probe may stop. */
static void
check(struct outputs *o, const struct sink *s, struct state before)
{
	if (before.error != 0)
		return;
	if (o->tells && (s->error != 0 || s->trouble != before.trouble))
		tell(s);
	if (s->error == 0)
		return;
	if (o->error == 0)
		o->error = s->error;
	if (--o->live == 0 && o->control != NULL && o->server == NULL)
		control_stop(o->control);
}

static void
write_block(struct outputs *o, struct sink *s, const struct output_block *b)
{
	const struct sink_block block = { b->bytes, b->used, b->records };
	const struct state before = state_of(s);

	s->ops->write(s, &block);
	check(o, s, before);
}

static void
flush_shared(struct outputs *o)
{
	if (o->shared.used == 0)
		return;
	for (unsigned i = 0; i < o->n; i++) {
		if (o->v[i].filter == NULL)
			write_block(o, o->v[i].sink, &o->shared);
	}
	if (o->server != NULL)
		server_block(o->server, &(struct sink_block){ o->shared.bytes, o->shared.used,
		                                              o->shared.records });
	o->shared.used = 0;
	o->shared.records = 0;
}

static void
flush_own(struct outputs *o, struct output *out)
{
	if (out->block.used == 0)
		return;
	write_block(o, out->sink, &out->block);
	out->block.used = 0;
	out->block.records = 0;
}

void
outputs_flush(struct outputs *o)
{
	flush_shared(o);
	for (unsigned i = 0; i < o->n; i++) {
		if (o->v[i].filter != NULL)
			flush_own(o, &o->v[i]);
	}
}

/* Blocks are of one period. */
static void
rotate(struct outputs *o)
{
	outputs_flush(o);
	for (unsigned i = 0; i < o->n; i++) {
		struct sink *s = o->v[i].sink;
		const struct state before = state_of(s);

		if (s->ops->rotate == NULL)
			continue;
		s->ops->rotate(s, &o->rotation);
		check(o, s, before);
	}
}

void
outputs_time(struct outputs *o, uint64_t report_ns)
{
	if (report_ns >= o->rotation.look_ns && rotation_moves(&o->rotation, report_ns))
		rotate(o);
}

void
outputs_poll(struct outputs *o, uint64_t now_ns)
{
	for (unsigned i = 0; i < o->n; i++) {
		struct sink *s = o->v[i].sink;
		const struct state before = state_of(s);

		if (s->ops->poll == NULL)
			continue;
		s->ops->poll(s, now_ns);
		check(o, s, before);
	}
}

void
outputs_mar(struct outputs *o, const struct mar *mar)
{
	outputs_flush(o);
	for (unsigned i = 0; i < o->n; i++) {
		struct sink *s = o->v[i].sink;
		const struct state before = state_of(s);

		s->ops->mar(s, mar);
		check(o, s, before);
	}
	if (o->server == NULL)
		return;
	if (mar->cause == CAUSE_STOP)
		server_finish(o->server, mar);
	else
		server_mar(o->server, mar);
}

void
outputs_serve(struct outputs *o, uint64_t now_ns)
{
	if (o->server != NULL)
		server_poll(o->server, now_ns);
}

bool
outputs_hold(const struct outputs *o)
{
	return o->server != NULL && server_holds(o->server);
}

void
outputs_clients(const struct outputs *o, struct server_totals *t)
{
	if (o->server != NULL)
		server_totals(o->server, t);
	else
		*t = o->clients;
}

unsigned
outputs_live(const struct outputs *o)
{
	return o->live + (o->server != NULL ? server_clients(o->server) : 0);
}

/* Encodes into a block, for which there is room. */
static size_t
encode(struct outputs *o, struct output_block *b, const struct far_encoder *encoder,
       const struct flow_record *r, uint32_t sequence)
{
	const size_t size =
	        far_encode(encoder, r, sequence, b->bytes + b->used, OUTPUT_BLOCK_SIZE - b->used);

	b->used += size;
	b->records++;
	o->encoded++;
	return size;
}

/* To the filtered ones that want it; 'bytes' is the record where it was encoded already. */
static void
record_filtered(struct outputs *o, const struct far_encoder *encoder, const struct flow_record *r,
                uint32_t sequence, const uint8_t *bytes, size_t size)
{
	struct far_input in;

	far_input_init(&in, encoder, r, sequence);
	for (unsigned i = 0; i < o->n; i++) {
		struct output *out = &o->v[i];
		struct output_block *b = &out->block;

		if (out->filter == NULL)
			continue;
		if (!record_filter_match(out->filter, &in)) {
			out->sink->records_filtered++;
			continue;
		}
		if (OUTPUT_BLOCK_SIZE - b->used < o->record_max)
			flush_own(o, out);
		if (bytes == NULL) {
			bytes = b->bytes + b->used;
			size = encode(o, b, encoder, r, sequence);
			continue;
		}
		memcpy(b->bytes + b->used, bytes, size);
		b->used += size;
		b->records++;
	}
	if (o->server != NULL && server_match(o->server, &in)) {
		/* where nobody has encoded it, nobody takes the shared block */
		if (bytes == NULL) {
			o->shared.used = 0;
			bytes = o->shared.bytes;
			size = encode(o, &o->shared, encoder, r, sequence);
			o->shared.used = 0;
			o->shared.records = 0;
		}
		server_append(o->server, bytes, size);
	}
}

void
outputs_record(struct outputs *o, const struct far_encoder *encoder,
               const struct flow_record *record, uint32_t sequence)
{
	const bool plain = o->server != NULL && server_has_plain(o->server);
	const uint8_t *bytes = NULL;
	size_t size = 0;

	outputs_time(o, record->report_ns);
	if (o->any_unfiltered || plain) {
		if (OUTPUT_BLOCK_SIZE - o->shared.used < o->record_max)
			flush_shared(o);
		bytes = o->shared.bytes + o->shared.used;
		size = encode(o, &o->shared, encoder, record, sequence);
	}
	if (o->n > 1 || !o->any_unfiltered || (o->server != NULL && server_has_filtered(o->server)))
		record_filtered(o, encoder, record, sequence, bytes, size);
}

/* Adds up what the sink counted, and says in a line how it failed. */
static void
close_sink(struct outputs *o, struct sink *s)
{
	const char *target = name_of(s);
	int error, close_error;
	uint64_t lost;

	if (s->ops->finish != NULL)
		s->ops->finish(s);
	error = s->error;
	lost = s->records_lost;
	o->written += s->records_written;
	o->filtered += s->records_filtered;
	o->lost += lost;
	o->spooled += s->records_spooled;
	o->replayed += s->records_replayed;
	o->bytes += s->bytes_written;
	if (s->records_spooled != 0 && o->notice[0] == '\0')
		snprintf(o->notice, sizeof(o->notice),
		         "output %s: %" PRIu64 " records are kept in the spool", target,
		         s->records_spooled);
	close_error = s->ops->close(s);
	if (error == 0)
		error = close_error;
	if (error == 0)
		return;
	if (o->error == 0)
		o->error = error;
	if (o->problem[0] != '\0') /* a line each; the caller says the last */
		log_line(LOG_LEVEL_ERROR, "%s", o->problem);
	snprintf(o->problem, sizeof(o->problem), "output %s: %s: %" PRIu64 " records lost", target,
	         strerror(-error), lost);
}

/* From the last to the first. */
void
outputs_close(struct outputs *o)
{
	while (o->n != 0) {
		struct output *out = &o->v[--o->n];

		if (out->sink != NULL)
			close_sink(o, out->sink);
		record_filter_free(out->filter);
		block_put(&out->block);
	}
	if (o->server != NULL) {
		server_totals(o->server, &o->clients);
		server_free(o->server);
		o->server = NULL;
	}
	block_put(&o->shared);
	free(o->v);
	o->v = NULL;
}
