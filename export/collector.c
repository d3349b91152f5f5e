/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records of all rings in one order, each with its flow's number, to the outputs;
 * what waits there goes out several times a second. All memory is taken at
 * creation; the sequence arrays, one word a flow, are only touched where flows are.
 */
#include "export/collector.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "export/argus/wire.h"
#include "export/mar_account.h"
#include "export/merge.h"
#include "export/outputs.h"

#define TURN_RECORDS 256 /* between two looks at the clock */
#define FLUSH_NS 250000000u
#define POLL_NS 10000000u
#define NS_PER_S 1000000000u
/* Nothing comes: a few pauses, then sleep, far shorter than a ring takes to fill. */
#define IDLE_PAUSES 16
#define IDLE_SLEEP_NS 200000
/* A ring that waits for an empty one's clock so long may be what keeps that clock from moving:
 * that many turns then go without it. */
#define HURRY_NS 500000000u
#define HURRY_TURNS 64

#define TOTALS_WORDS (sizeof(struct collector_totals) / sizeof(uint64_t))
static_assert(sizeof(struct collector_totals) == TOTALS_WORDS * sizeof(uint64_t), "words alone");
#define OUTPUT_WORDS (sizeof(struct collector_output) / sizeof(uint64_t))
static_assert(sizeof(struct collector_output) == OUTPUT_WORDS * sizeof(uint64_t), "words alone");

struct collector {
	struct collector_options options;
	struct far_encoder encoder;
	struct merge merge;
	uint32_t **sequence;     /* per worker, by flow index; 0: none yet */
	uint32_t numbered_flows; /* words of each; 0: records are numbered, not flows */
	uint32_t last_sequence;

	struct outputs outputs;
	struct mar mar; /* what all MARs have in common */
	struct mar_account account;
	uint64_t mar_due_ns, flush_due_ns, poll_due_ns, waiting_since_ns; /* monotonic */
	unsigned idle, hurry_turns;
	uint64_t records_received;
	struct lag lag;
	/* collector_totals, and behind them each output's, as others see them: an even version, the
	 * same before and after */
	_Atomic uint32_t shown_version;
	_Atomic uint64_t *shown;
};

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* --- management records -------------------------------------------------- */

/* A STATUS or STOP MAR to every output, behind all records so far. */
static void
collector_mar(struct collector *c, enum flow_cause cause)
{
	const struct collector_options *o = &c->options;

	outputs_flush(&c->outputs);
	mar_account_take(&c->account, o->worker_counters, o->counting_cores, &c->mar);
	c->mar.cause = cause;
	c->mar.start_ns = c->mar.now_ns;
	c->mar.now_ns = clock_ns(CLOCK_REALTIME);
	c->mar.last_sequence = c->last_sequence;
	c->mar.interface_type = cause == CAUSE_STATUS ? o->interface_type : 0;
	c->mar.clients = outputs_live(&c->outputs);
	c->mar.buffers = 1;
	c->mar.memory = OUTPUT_BLOCK_SIZE;
	outputs_mar(&c->outputs, &c->mar);
}

/* --- records ------------------------------------------------------------- */

/* A flow keeps the number of its first record; one whose first record was lost gets its own at
 * the next. Where records are numbered, no flow has one to keep. */
static uint32_t
record_sequence(struct collector *c, const struct flow_record *r, unsigned lane)
{
	uint32_t *number = NULL;

	if (r->flow_index < c->numbered_flows) {
		number = &c->sequence[lane][r->flow_index];
		if (*number != 0 && !(r->flags & FLOW_RECORD_FIRST))
			return *number;
	}
	if (++c->last_sequence == WIRE_SEQUENCE_SKIPPED)
		c->last_sequence = 1;
	if (number != NULL)
		*number = c->last_sequence;
	return c->last_sequence;
}

static void
record_take(struct collector *c, const struct flow_record *r, unsigned lane)
{
	outputs_record(&c->outputs, &c->encoder, r, record_sequence(c, r, lane));
	c->records_received++;
}

/* Up to TURN_RECORDS records; how many there were. */
static unsigned
collector_turn(struct collector *c, bool hurry)
{
	const uint64_t now_ns = c->options.live ? clock_ns(CLOCK_REALTIME) : 0;
	unsigned n = 0, lane = 0;

	for (; n < TURN_RECORDS; n++) {
		const struct flow_record *r = merge_next(&c->merge, hurry, &lane);

		if (r == NULL)
			break;
		if (c->options.live)
			lag_add(&c->lag, r->report_ns, now_ns);
		record_take(c, r, lane);
		merge_release(&c->merge, lane);
	}
	return n;
}

/* --- the loop ------------------------------------------------------------ */

static void
collector_idle(struct collector *c)
{
	const struct timespec t = { .tv_nsec = IDLE_SLEEP_NS };

	if (c->idle == IDLE_PAUSES) {
		nanosleep(&t, NULL);
		return;
	}
	c->idle++;
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

static void
show_words(_Atomic uint64_t *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t word;

		memcpy(&word, (const uint8_t *)from + i * sizeof(word), sizeof(word));
		atomic_store_explicit(&to[i], word, memory_order_relaxed);
	}
}

static void
show_totals(struct collector *c)
{
	const uint32_t version = atomic_load_explicit(&c->shown_version, memory_order_relaxed);
	struct collector_totals totals;

	collector_totals(c, &totals);
	atomic_store_explicit(&c->shown_version, version + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	show_words(c->shown, &totals, TOTALS_WORDS);
	for (unsigned i = 0; i < c->outputs.n; i++) {
		const struct sink *s = c->outputs.v[i].sink;
		const struct collector_output output = {
			.records_written = s->records_written,
			.records_filtered = s->records_filtered,
			.records_lost = s->records_lost,
			.bytes_written = s->bytes_written,
			.failed = s->error != 0,
		};

		show_words(c->shown + TOTALS_WORDS + i * OUTPUT_WORDS, &output, OUTPUT_WORDS);
	}
	atomic_store_explicit(&c->shown_version, version + 2, memory_order_release);
}

/* 'n' words of what is shown, of one moment; the writer is done within microseconds. */
static void
read_shown(const struct collector *c, size_t first, size_t n, void *to)
{
	uint32_t version;

	do {
		version = atomic_load_explicit(&c->shown_version, memory_order_acquire);
		for (size_t i = 0; i < n; i++) {
			const uint64_t word =
			        atomic_load_explicit(&c->shown[first + i], memory_order_relaxed);

			memcpy((uint8_t *)to + i * sizeof(word), &word, sizeof(word));
		}
		atomic_thread_fence(memory_order_acquire);
	} while ((version & 1) != 0 ||
	         version != atomic_load_explicit(&c->shown_version, memory_order_relaxed));
}

void
collector_totals_live(const struct collector *c, struct collector_totals *totals)
{
	read_shown(c, 0, TOTALS_WORDS, totals);
}

void
collector_output_live(const struct collector *c, unsigned index, struct collector_output *output)
{
	read_shown(c, TOTALS_WORDS + index * OUTPUT_WORDS, OUTPUT_WORDS, output);
}

const struct lag *
collector_lag(const struct collector *c)
{
	return &c->lag;
}

/* What is due by the clock: a flush, the outputs' own work, a status MAR. */
static void
collector_housekeep(struct collector *c, uint64_t now_ns)
{
	const uint32_t interval_s = c->options.config->mar_interval_s;

	outputs_serve(&c->outputs, now_ns);
	if (now_ns >= c->flush_due_ns) {
		outputs_flush(&c->outputs);
		show_totals(c);
		c->flush_due_ns = now_ns + FLUSH_NS;
	}
	if (now_ns >= c->poll_due_ns) {
		const uint64_t time_ns = merge_time(&c->merge);

		if (time_ns != 0 && time_ns != UINT64_MAX)
			outputs_time(&c->outputs, time_ns);
		outputs_poll(&c->outputs, now_ns);
		c->poll_due_ns = now_ns + POLL_NS;
	}
	if (interval_s != 0 &&
	    mar_account_sampling(&c->account, c->options.rings, c->options.workers, now_ns))
		collector_mar(c, CAUSE_STATUS);
	if (interval_s != 0 && now_ns >= c->mar_due_ns) {
		collector_mar(c, CAUSE_STATUS);
		c->mar_due_ns += (uint64_t)interval_s * NS_PER_S;
		if (c->mar_due_ns <= now_ns)
			c->mar_due_ns = now_ns + (uint64_t)interval_s * NS_PER_S;
	}
}

/* Whether records have waited so long for another ring's clock that they go without it. */
static bool
collector_hurries(struct collector *c, unsigned taken, uint64_t now_ns)
{
	if (taken != 0 && c->hurry_turns != 0) {
		c->hurry_turns--;
	} else if (taken != 0 || !merge_waiting(&c->merge)) {
		c->waiting_since_ns = now_ns;
		c->hurry_turns = 0;
	} else if (now_ns - c->waiting_since_ns >= HURRY_NS) {
		c->hurry_turns = HURRY_TURNS;
	}
	return c->hurry_turns != 0;
}

/* Where files can wait, and clients are all there is to get their records. */
static void
collector_hold(struct collector *c)
{
	while (outputs_hold(&c->outputs) && !control_stopped(c->options.control)) {
		outputs_serve(&c->outputs, clock_ns(CLOCK_MONOTONIC));
		collector_idle(c);
	}
}

/* All records are there; the last losses of ports may not be counted yet. */
static void
collector_settle(struct collector *c)
{
	while (c->options.settles && !control_settled(c->options.control)) {
		outputs_serve(&c->outputs, clock_ns(CLOCK_MONOTONIC));
		collector_idle(c);
	}
}

int
collector_run(void *arg)
{
	struct collector *c = arg;
	uint64_t now_ns;
	bool hurry = false;

	collector_hold(c);
	now_ns = clock_ns(CLOCK_MONOTONIC);
	c->mar_due_ns = now_ns + (uint64_t)c->options.config->mar_interval_s * NS_PER_S;
	c->flush_due_ns = now_ns + FLUSH_NS;
	c->waiting_since_ns = now_ns;
	for (;;) {
		const unsigned n = collector_turn(c, hurry);

		if (n == 0 && merge_ended(&c->merge))
			break;
		now_ns = clock_ns(CLOCK_MONOTONIC);
		collector_housekeep(c, now_ns);
		hurry = collector_hurries(c, n, now_ns);
		if (n != 0)
			c->idle = 0;
		else
			collector_idle(c);
	}
	collector_settle(c);
	collector_mar(c, CAUSE_STOP);
	show_totals(c);
	outputs_close(&c->outputs);
	return c->outputs.error;
}

/* --- life ---------------------------------------------------------------- */

/* Zero pages that take memory only once touched. */
static void *
pages_get(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p != MAP_FAILED ? p : NULL;
}

static int
collector_memory(struct collector *c)
{
	const struct collector_options *o = &c->options;
	const size_t size = (size_t)c->numbered_flows * sizeof(uint32_t);

	c->sequence = calloc(o->workers ? o->workers : 1, sizeof(uint32_t *));
	c->shown = calloc(TOTALS_WORDS + o->config->outputs.n * OUTPUT_WORDS, sizeof(*c->shown));
	if (c->sequence == NULL || c->shown == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < o->workers && size != 0; i++) {
		c->sequence[i] = pages_get(size);
		if (c->sequence[i] == NULL)
			return -ENOMEM;
	}
	return merge_init(&c->merge, o->rings, o->workers);
}

static uint16_t
interval_u16(uint64_t s)
{
	return s < UINT16_MAX ? (uint16_t)s : UINT16_MAX;
}

static void
collector_start_mar(struct collector *c)
{
	const struct config *config = c->options.config;
	const uint64_t now_ns = clock_ns(CLOCK_REALTIME);

	c->mar = (struct mar){
		.cause = CAUSE_START,
		.format = config->format,
		.source_id = config->source_id,
		.start_ns = now_ns,
		.now_ns = now_ns,
		.far_interval_s = interval_u16(config->status_interval_ns / NS_PER_S),
		.mar_interval_s = interval_u16(config->mar_interval_s),
		.user_size = { (uint16_t)c->options.layout->user_size[0],
		               (uint16_t)c->options.layout->user_size[1] },
	};
}

struct collector *
collector_create(const struct collector_options *o, char *error, size_t error_size)
{
	struct collector *c = calloc(1, sizeof(*c));
	struct far_options far;

	if (c == NULL) {
		snprintf(error, error_size, "collector: out of memory");
		return NULL;
	}
	c->options = *o;
	if (!record_format_numbers_records(o->config->format))
		c->numbered_flows = o->flows_per_worker;
	far_options_init(&far, o->config);
	far.worker_source_ids = o->source_ids;
	if (far_encoder_init(&c->encoder, &far, o->layout) != 0) {
		snprintf(error, error_size,
		         "user data of %u and %u bytes don't fit into a record of %u",
		         o->layout->user_size[0], o->layout->user_size[1], WIRE_RECORD_SIZE_MAX);
		goto fail;
	}
	if (collector_memory(c) != 0) {
		snprintf(error, error_size, "collector: out of memory for %u flows of %u workers",
		         o->flows_per_worker, o->workers);
		goto fail;
	}
	collector_start_mar(c);
	if (outputs_open(&c->outputs, o->config, &c->mar, far_size_max(&c->encoder), o->control,
	                 error, error_size) != 0)
		goto fail;
	return c;
fail:
	collector_free(c);
	return NULL;
}

/* Outputs that are still open have their counts with them. */
void
collector_totals(const struct collector *c, struct collector_totals *t)
{
	const struct outputs *o = &c->outputs;

	*t = (struct collector_totals){
		.records_received = c->records_received,
		.records_encoded = o->encoded,
		.outputs = c->options.config->outputs.n,
		.records_written = o->written,
		.records_filtered = o->filtered,
		.records_lost = o->lost,
		.records_spooled = o->spooled,
		.records_replayed = o->replayed,
		.bytes_written = o->bytes,
	};
	outputs_clients(o, &t->clients);
	t->clients_served = outputs_live(o) - o->live;
	for (unsigned i = 0; i < o->n; i++) {
		const struct sink *s = o->v[i].sink;

		if (s == NULL)
			continue;
		t->records_written += s->records_written;
		t->records_filtered += s->records_filtered;
		t->records_lost += s->records_lost;
		t->records_spooled += s->records_spooled;
		t->records_replayed += s->records_replayed;
		t->bytes_written += s->bytes_written;
	}
}

const char *
collector_problem(const struct collector *c)
{
	return c->outputs.problem[0] != '\0' ? c->outputs.problem : NULL;
}

const char *
collector_notice(const struct collector *c)
{
	return c->outputs.notice[0] != '\0' ? c->outputs.notice : NULL;
}

void
collector_free(struct collector *c)
{
	if (c == NULL)
		return;
	outputs_close(&c->outputs);
	merge_fini(&c->merge);
	for (unsigned i = 0; c->sequence != NULL && i < c->options.workers; i++) {
		if (c->sequence[i] != NULL)
			munmap(c->sequence[i], (size_t)c->numbered_flows * sizeof(uint32_t));
	}
	free(c->sequence);
	free(c->shown);
	free(c);
}
