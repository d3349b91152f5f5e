/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow table and its timer beside rte_hash, on the same keys, in turns:
 * every round measures each side once, so that a noisy machine is noisy for
 * both. Time is the thread's CPU time; what is printed is the median of the
 * rounds (with the lowest and highest), in nanoseconds and TSC cycles a key.
 *
 * update     look a burst up and write to the record's counters
 * add+delete look a burst of new keys up, insert them, remove the oldest ones
 * expire     the same, but the wheel is armed and finds the oldest ones
 *
 * usage: bench_flowtable [EAL options] [-- [-r rounds] [-n flows]... [-e entry bytes] [-p]]
 * -p: the table in plain memory instead of EAL's (where rte_hash always is).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_malloc.h>
#include <rte_prefetch.h>

#include "lcore/flow_table.h"
#include "lcore/flow_timer.h"
#include "lcore/view.h"

#define BURST VIEW_BURST
#define STREAM (1u << 20) /* keys in the order they arrive in */
#define CHURN_KEYS (1u << 20)
#define ROUNDS_MAX 101
#define SIZES_MAX 16

struct options {
	uint32_t sizes[SIZES_MAX];
	unsigned size_count;
	unsigned rounds;
	uint32_t entry_size;
	bool plain;
};

/* What of a record a packet writes: line 1 here, a line of its own beside rte_hash. */
struct hot {
	uint64_t packets;
	uint64_t bytes;
	uint64_t last_ns;
	uint64_t rest[5];
};
static_assert(sizeof(struct hot) == 64, "one cache line");

struct bed {
	uint32_t flows;
	struct flow_table *table;
	struct flow_timer *timer;
	struct rte_hash *hash;
	uint8_t *records; /* by position in rte_hash, with the table's size but the key */
	uint32_t record_size;
	uint32_t *stream; /* numbers of the keys, as they arrive */
	uint32_t *fifo;   /* entry indexes, oldest first, in a ring */
	uint32_t fifo_size;
	uint32_t fifo_oldest, fifo_next;
	uint64_t table_next; /* number of the next new key */
	uint64_t hash_oldest, hash_next;
	uint64_t now_ns;
	uint32_t expired;
};

typedef void measured_fn(struct bed *bed, uint32_t count);

static uint64_t random_state = 88172645463325252u;

static uint64_t
random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void
die(const char *what)
{
	fprintf(stderr, "bench_flowtable: %s: %s\n", what, rte_strerror(rte_errno));
	exit(1);
}

/* In whole words: the hash reads them back at once, and bytes would not be forwarded to it. */
static inline void
key_make(struct flow_key *key, uint64_t number)
{
	const uint64_t words[sizeof(*key) / 8] = {
		number, 0, 10, 0, number * 7 << 48 >> 32 | 6, 1
	};

	memcpy(key, words, sizeof(*key));
}

static uint64_t
cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void
bed_init(struct bed *bed, const struct options *options, uint32_t flows)
{
	const uint32_t capacity = flows / 3 * 4 + 2 * BURST;
	const struct flow_table_options table = { .capacity = capacity,
		                                  .entry_size = options->entry_size,
		                                  .seed = 1,
		                                  .huge = !options->plain,
		                                  .socket = SOCKET_ID_ANY };
	const struct rte_hash_parameters hash = { .name = "bench",
		                                  .entries = capacity,
		                                  .key_len = sizeof(struct flow_key),
		                                  .hash_func = rte_hash_crc,
		                                  .socket_id = SOCKET_ID_ANY };

	memset(bed, 0, sizeof(*bed));
	bed->flows = flows;
	bed->now_ns = UINT64_C(1700000000000000000);
	if ((bed->table = flow_table_create(&table)) == NULL)
		die("flow table");
	if ((bed->timer = flow_timer_create(bed->table, SOCKET_ID_ANY)) == NULL)
		die("timer");
	if ((bed->hash = rte_hash_create(&hash)) == NULL)
		die("rte_hash");
	bed->record_size = options->entry_size - (uint32_t)sizeof(struct flow_entry);
	bed->records = rte_zmalloc(NULL, (size_t)bed->record_size * (capacity + 1), 64);
	bed->stream = malloc(STREAM * sizeof(bed->stream[0]));
	bed->fifo_size = flows + 2 * BURST;
	bed->fifo_next = flows;
	bed->fifo = calloc(bed->fifo_size, sizeof(bed->fifo[0]));
	if (bed->records == NULL || bed->stream == NULL || bed->fifo == NULL)
		die("memory");
	for (uint32_t i = 0; i < flows; i++) {
		struct flow_entry *entry;
		struct flow_key key;

		key_make(&key, i);
		entry = flow_table_insert(bed->table, &key, flow_table_hash(bed->table, &key));
		memset(entry + 1, 0, options->entry_size - sizeof(*entry));
		bed->fifo[i] = flow_table_index(bed->table, entry);
		if (rte_hash_add_key(bed->hash, &key) < 0)
			die("rte_hash_add_key");
	}
	bed->table_next = flows;
	bed->hash_next = flows;
}

static void
bed_fini(struct bed *bed)
{
	free(bed->fifo);
	free(bed->stream);
	rte_free(bed->records);
	rte_hash_free(bed->hash);
	flow_timer_free(bed->timer);
	flow_table_free(bed->table);
}

/* Uniform, or Zipf with exponent 1: rank r about as often as 1 / r. */
static void
bed_fill_stream(struct bed *bed, bool zipf)
{
	const double span = log((double)bed->flows);

	for (uint32_t i = 0; i < STREAM; i++) {
		uint64_t rank = random_next() % bed->flows;

		if (zipf)
			rank = (uint64_t)exp((double)(random_next() >> 11) * 0x1p-53 * span) - 1;
		/* Neighbours in rank are not neighbours in memory. */
		bed->stream[i] = (uint32_t)(rank * 2654435761u % bed->flows);
	}
}

static inline struct hot *
bed_record(const struct bed *bed, int32_t position)
{
	return (struct hot *)(bed->records + (size_t)position * bed->record_size);
}

static inline uint32_t
fifo_after(const struct bed *bed, uint32_t at)
{
	return at + 1 == bed->fifo_size ? 0 : at + 1;
}

static inline void
hot_update(struct hot *hot, uint64_t now_ns)
{
	hot->packets++;
	hot->bytes += 64;
	hot->last_ns = now_ns;
}

static void
update_table(struct bed *bed, uint32_t count)
{
	const struct flow_key *pointers[BURST];
	struct flow_entry *entries[BURST];
	struct flow_key keys[BURST];
	uint32_t hashes[BURST];

	for (unsigned i = 0; i < BURST; i++)
		pointers[i] = &keys[i];
	for (uint32_t start = 0; start < count; start += BURST) {
		for (unsigned i = 0; i < BURST; i++)
			key_make(&keys[i], bed->stream[(start + i) % STREAM]);
		flow_table_hash_burst(bed->table, pointers, hashes, BURST);
		flow_table_lookup_burst(bed->table, pointers, hashes, entries, BURST);
		for (unsigned i = 0; i < BURST; i++)
			hot_update((struct hot *)(entries[i] + 1), start);
	}
}

static void
update_hash(struct bed *bed, uint32_t count)
{
	const void *pointers[BURST];
	struct flow_key keys[BURST];
	int32_t positions[BURST];

	for (unsigned i = 0; i < BURST; i++)
		pointers[i] = &keys[i];
	for (uint32_t start = 0; start < count; start += BURST) {
		for (unsigned i = 0; i < BURST; i++)
			key_make(&keys[i], bed->stream[(start + i) % STREAM]);
		rte_hash_lookup_bulk(bed->hash, pointers, BURST, positions);
		for (unsigned i = 0; i < BURST; i++)
			rte_prefetch0(bed_record(bed, positions[i]));
		for (unsigned i = 0; i < BURST; i++)
			hot_update(bed_record(bed, positions[i]), start);
	}
}

/* A burst of keys that are new; entries[] are theirs. */
static void
table_add_burst(struct bed *bed, struct flow_entry *entries[])
{
	const struct flow_key *pointers[BURST];
	struct flow_key keys[BURST];
	uint32_t hashes[BURST];

	for (unsigned i = 0; i < BURST; i++) {
		key_make(&keys[i], bed->table_next++);
		pointers[i] = &keys[i];
	}
	flow_table_hash_burst(bed->table, pointers, hashes, BURST);
	flow_table_lookup_burst(bed->table, pointers, hashes, entries, BURST);
	for (unsigned i = 0; i < BURST; i++) {
		entries[i] = flow_table_insert(bed->table, pointers[i], hashes[i]);
		memset(entries[i] + 1, 0, sizeof(struct hot));
	}
}

static void
churn_table(struct bed *bed, uint32_t count)
{
	struct flow_entry *entries[BURST], *oldest[BURST];

	for (uint32_t done = 0; done < count; done += BURST) {
		for (unsigned i = 0; i < BURST; i++) {
			oldest[i] = flow_table_entry(bed->table, bed->fifo[bed->fifo_oldest]);
			rte_prefetch0(oldest[i]);
			bed->fifo_oldest = fifo_after(bed, bed->fifo_oldest);
		}
		table_add_burst(bed, entries);
		for (unsigned i = 0; i < BURST; i++) {
			bed->fifo[bed->fifo_next] = flow_table_index(bed->table, entries[i]);
			bed->fifo_next = fifo_after(bed, bed->fifo_next);
		}
		for (unsigned i = 0; i < BURST; i++)
			flow_table_remove(bed->table, oldest[i]);
	}
}

static void
churn_hash(struct bed *bed, uint32_t count)
{
	struct flow_key key;

	for (uint32_t done = 0; done < count; done += BURST) {
		for (unsigned i = 0; i < BURST; i++) {
			int32_t position;

			key_make(&key, bed->hash_next++);
			position = rte_hash_add_key(bed->hash, &key);
			memset(bed_record(bed, position), 0, sizeof(struct hot));
		}
		for (unsigned i = 0; i < BURST; i++) {
			key_make(&key, bed->hash_oldest++);
			rte_hash_del_key(bed->hash, &key);
		}
	}
}

static void
expire_entry(void *ctx, struct flow_entry *entry)
{
	struct bed *bed = ctx;

	flow_table_remove(bed->table, entry);
	bed->expired++;
}

/* Flows live for 60 s, in which as many come as the table is to hold. */
static void
expire_table(struct bed *bed, uint32_t count)
{
	const uint64_t life_ns = UINT64_C(60000000000);
	const uint64_t step_ns = life_ns * BURST / bed->flows;
	struct flow_entry *entries[BURST];

	for (uint32_t done = 0; done < count; done += BURST) {
		bed->now_ns += step_ns;
		flow_timer_advance(bed->timer, bed->now_ns, 2 * BURST, expire_entry, bed);
		table_add_burst(bed, entries);
		for (unsigned i = 0; i < BURST; i++)
			flow_timer_arm(bed->timer, entries[i], bed->now_ns + life_ns);
	}
}

/* From the FIFO to the wheel: what is in the table is spread over the next lifetime. */
static void
bed_arm_all(struct bed *bed)
{
	const uint64_t life_ns = UINT64_C(60000000000);
	uint32_t at = bed->fifo_oldest;

	flow_timer_advance(bed->timer, bed->now_ns, 1, expire_entry, bed);
	for (uint32_t i = 0; i < bed->flows; i++, at = fifo_after(bed, at))
		flow_timer_arm(bed->timer, flow_table_entry(bed->table, bed->fifo[at]),
		               bed->now_ns + life_ns * i / bed->flows);
}

static int
double_order(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
measured(struct bed *bed, measured_fn *fn, uint32_t count)
{
	const uint64_t start = cpu_ns();

	fn(bed, count);
	return (double)(cpu_ns() - start) / count;
}

/* Rounds of the table and of rte_hash (NULL: none) in turn; prints a line. */
static void
compare(struct bed *bed, const struct options *options, const char *name, measured_fn *table,
        measured_fn *hash, uint32_t count)
{
	const double ghz = (double)rte_get_tsc_hz() / 1e9;
	double ours[ROUNDS_MAX], theirs[ROUNDS_MAX];
	const unsigned n = options->rounds;

	for (unsigned round = 0; round <= n; round++) { /* the first one warms up */
		const unsigned at = round == 0 ? 0 : round - 1;

		ours[at] = measured(bed, table, count);
		theirs[at] = hash != NULL ? measured(bed, hash, count) : 0;
	}
	qsort(ours, n, sizeof(ours[0]), double_order);
	qsort(theirs, n, sizeof(theirs[0]), double_order);
	printf("| %8" PRIu32 " | %-14s | %6.1f (%.1f-%.1f) | %4.0f |", bed->flows, name,
	       ours[n / 2], ours[0], ours[n - 1], ours[n / 2] * ghz);
	if (hash != NULL)
		printf(" %6.1f (%.1f-%.1f) | %4.0f | %.2f |\n", theirs[n / 2], theirs[0],
		       theirs[n - 1], theirs[n / 2] * ghz, theirs[n / 2] / ours[n / 2]);
	else
		printf(" | | |\n");
	fflush(stdout);
}

static void
bench(const struct options *options, uint32_t flows)
{
	struct bed bed;

	bed_init(&bed, options, flows);
	bed_fill_stream(&bed, false);
	compare(&bed, options, "update uniform", update_table, update_hash, 2 * STREAM);
	bed_fill_stream(&bed, true);
	compare(&bed, options, "update zipf", update_table, update_hash, 2 * STREAM);
	compare(&bed, options, "add+delete", churn_table, churn_hash, CHURN_KEYS);
	bed_arm_all(&bed);
	compare(&bed, options, "expire", expire_table, NULL, CHURN_KEYS);
	bed_fini(&bed);
}

static void
print_machine(const struct options *options)
{
	struct utsname name;
	char line[256], model[200] = "?";
	FILE *file = fopen("/proc/cpuinfo", "r");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "model name : %199[^\n]", model) == 1)
			break;
	if (file != NULL)
		fclose(file);
	uname(&name);
	printf("%s, %ld CPUs, TSC %.2f GHz, %s %s; table in %s memory, EAL %s huge pages; "
	       "entries of %" PRIu32 " bytes, 3/4 full; bursts of %d; median (lowest-highest) of "
	       "%u rounds\n\n",
	       model, sysconf(_SC_NPROCESSORS_ONLN), (double)rte_get_tsc_hz() / 1e9, name.sysname,
	       name.release, options->plain ? "plain" : "EAL's",
	       rte_eal_has_hugepages() ? "with" : "without", options->entry_size, BURST,
	       options->rounds);
	puts("|    flows | what           | table: ns a key | TSC | rte_hash: ns a key | TSC | "
	     "ratio |");
	puts("|---|---|---|---|---|---|---|");
}

static void
options_parse(struct options *options, int argc, char *argv[])
{
	static const uint32_t sizes[] = { 1000, 100000, 1000000, 4000000 };
	int option;

	*options = (struct options){ .rounds = 7, .entry_size = 256 };
	while ((option = getopt(argc, argv, "r:n:e:p")) != -1) {
		const uint32_t number = optarg ? (uint32_t)strtoul(optarg, NULL, 10) : 0;

		if (option == 'r' && number >= 1 && number <= ROUNDS_MAX)
			options->rounds = number;
		else if (option == 'n' && number >= 1000 && options->size_count < SIZES_MAX)
			options->sizes[options->size_count++] = number;
		else if (option == 'e' && number >= 128 && number % 64 == 0)
			options->entry_size = number;
		else if (option == 'p')
			options->plain = true;
		else {
			fprintf(stderr,
			        "usage: bench_flowtable [EAL options] -- [-r rounds 1-%d] "
			        "[-n flows >= 1000]... [-e entry bytes, 128 or more by 64] [-p]\n",
			        ROUNDS_MAX);
			exit(2);
		}
	}
	if (options->size_count == 0) {
		memcpy(options->sizes, sizes, sizeof(sizes));
		options->size_count = sizeof(sizes) / sizeof(sizes[0]);
	}
}

int
main(int argc, char *argv[])
{
	struct options options;
	const int used = rte_eal_init(argc, argv);

	if (used < 0)
		die("EAL (without huge pages: --no-huge -m 6144 --no-pci)");
	options_parse(&options, argc - used, argv + used);
	print_machine(&options);
	for (unsigned i = 0; i < options.size_count; i++)
		bench(&options, options.sizes[i]);
	return rte_eal_cleanup() == 0 ? 0 : 1;
}
