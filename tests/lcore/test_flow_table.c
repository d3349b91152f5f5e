/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow table against a naive one, at its limits, and against keys made to collide. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_errno.h>

#include "lcore/flow_hash.h"
#include "lcore/flow_match.h"
#include "lcore/flow_table.h"
#include "lcore/view.h"

#define ENTRY_SIZE 192

static uint64_t random_state;

static uint64_t
random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint32_t
random_below(uint32_t n)
{
	return (uint32_t)(((random_next() >> 32) * n) >> 32);
}

/* Different numbers make different keys. */
static struct flow_key
key_of(uint32_t number)
{
	struct flow_key key = { .port = { 1024, 443 }, .kind = 1, .proto = 6 };

	memcpy(key.addr[0], &number, sizeof(number));
	key.addr[1][0] = 10;
	return key;
}

static struct flow_table *
table_create(uint32_t capacity, uint32_t entry_size)
{
	const struct flow_table_options options = {
		.capacity = capacity, .entry_size = entry_size, .seed = 7, .socket = -1
	};
	struct flow_table *table = flow_table_create(&options);

	assert_non_null(table);
	return table;
}

/* Which hash the model's keys are put in with: the table's, or ones that crowd a few buckets. */
enum crowding {
	CROWDING_NONE,
	CROWDING_FEW_HASHES,
	CROWDING_ONE_HASH,
};

struct model {
	struct flow_table *table;
	struct flow_entry **entries; /* of key number, or NULL */
	uint32_t numbers;
	uint32_t count;
	enum crowding crowding;
};

static uint32_t
model_hash(const struct model *model, uint32_t number)
{
	const struct flow_key key = key_of(number);

	if (model->crowding == CROWDING_ONE_HASH)
		return 0x12345678;
	if (model->crowding == CROWDING_FEW_HASHES)
		return number % 3 * 0x10000001u;
	return flow_table_hash(model->table, &key);
}

static void
model_init(struct model *model, uint32_t capacity, uint32_t numbers, enum crowding crowding)
{
	*model = (struct model){ .numbers = numbers, .crowding = crowding };
	model->table = table_create(capacity, ENTRY_SIZE);
	model->entries = calloc(numbers, sizeof(model->entries[0]));
	assert_non_null(model->entries);
}

static void
model_fini(struct model *model)
{
	flow_table_free(model->table);
	free(model->entries);
}

/* Number and complement behind line 0: nobody else may write there. */
static void
entry_stamp(struct flow_entry *entry, uint32_t number)
{
	uint32_t *words = (uint32_t *)(entry + 1);

	words[0] = number;
	words[(ENTRY_SIZE - sizeof(*entry)) / sizeof(uint32_t) - 1] = ~number;
}

static void
assert_entry(const struct model *model, const struct flow_entry *entry, uint32_t number)
{
	const uint32_t *words = (const uint32_t *)(entry + 1);
	const struct flow_key key = key_of(number);

	assert_non_null(entry);
	assert_memory_equal(&entry->key, &key, sizeof(key));
	assert_int_equal(entry->hash, model_hash(model, number));
	assert_int_equal(words[0], number);
	assert_int_equal(words[(ENTRY_SIZE - sizeof(*entry)) / sizeof(uint32_t) - 1], ~number);
	assert_ptr_equal(flow_table_entry(model->table, flow_table_index(model->table, entry)),
	                 entry);
}

static void
model_insert(struct model *model, uint32_t number)
{
	const struct flow_key key = key_of(number);
	const uint32_t hash = model_hash(model, number);
	struct flow_entry *entry = flow_table_insert(model->table, &key, hash);

	if (model->count == flow_table_capacity(model->table)) {
		assert_null(entry);
		assert_non_null(flow_table_victim(model->table, hash));
		return;
	}
	assert_non_null(entry);
	entry_stamp(entry, number);
	model->entries[number] = entry;
	model->count++;
}

static void
model_remove(struct model *model, uint32_t number)
{
	assert_entry(model, model->entries[number], number);
	flow_table_remove(model->table, model->entries[number]);
	model->entries[number] = NULL;
	model->count--;
}

static void
model_lookup(const struct model *model, uint32_t number)
{
	const struct flow_key key = key_of(number);

	assert_ptr_equal(flow_table_lookup(model->table, &key, model_hash(model, number)),
	                 model->entries[number]);
}

static void
model_lookup_burst(const struct model *model, unsigned n)
{
	struct flow_entry *entries[VIEW_BURST];
	const struct flow_key *pointers[VIEW_BURST] = { NULL };
	struct flow_key keys[VIEW_BURST];
	uint32_t hashes[VIEW_BURST], numbers[VIEW_BURST];

	for (unsigned i = 0; i < n; i++) {
		numbers[i] = random_below(model->numbers);
		keys[i] = key_of(numbers[i]);
		pointers[i] = &keys[i];
	}
	flow_table_hash_burst(model->table, pointers, hashes, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(hashes[i], flow_table_hash(model->table, &keys[i]));
		hashes[i] = model_hash(model, numbers[i]);
	}
	flow_table_lookup_burst(model->table, pointers, hashes, entries, n);
	for (unsigned i = 0; i < n; i++)
		assert_ptr_equal(entries[i], model->entries[numbers[i]]);
}

/* Phases that mostly fill and phases that mostly empty, and in the end everything goes. */
static void
model_run(uint32_t capacity, uint32_t numbers, enum crowding crowding, unsigned steps)
{
	struct model model;

	model_init(&model, capacity, numbers, crowding);
	for (unsigned step = 0; step < steps; step++) {
		const uint32_t number = random_below(numbers);
		const bool filling = step * 6 / steps % 2 == 0;

		if (model.entries[number] == NULL && (filling || random_below(8) == 0))
			model_insert(&model, number);
		else if (model.entries[number] != NULL && (!filling || random_below(8) == 0))
			model_remove(&model, number);
		model_lookup(&model, random_below(numbers));
		if (step % 16 == 0)
			model_lookup_burst(&model, random_below(VIEW_BURST + 1));
		assert_int_equal(flow_table_count(model.table), model.count);
	}
	for (uint32_t number = 0; number < numbers; number++) {
		model_lookup(&model, number);
		if (model.entries[number] != NULL)
			model_remove(&model, number);
		model_lookup(&model, number);
	}
	assert_int_equal(flow_table_count(model.table), 0);
	model_fini(&model);
}

static void
table_agrees_with_a_naive_one(void **state)
{
	static const uint32_t capacities[] = { 1, 2, 3, 10, 11, 63, 64, 1000, 4096 };

	(void)state;
	for (unsigned i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++)
		model_run(capacities[i], capacities[i] * 2, CROWDING_NONE, 60000);
}

static void
table_agrees_with_a_naive_one_at_a_million(void **state)
{
	(void)state;
	model_run(1 << 20, 3 << 19, CROWDING_NONE, 6000000);
}

static void
table_holds_its_capacity_whatever_the_hashes(void **state)
{
	static const uint32_t capacities[] = { 1, 2, 63, 500 };

	(void)state;
	for (unsigned i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++) {
		model_run(capacities[i], capacities[i] + 9, CROWDING_ONE_HASH, 20000);
		model_run(capacities[i], capacities[i] + 9, CROWDING_FEW_HASHES, 20000);
	}
}

static void
insert_fills_every_entry_from_the_lowest_up(void **state)
{
	const uint32_t capacity = 100000;
	struct model model;

	(void)state;
	model_init(&model, capacity, capacity + 1, CROWDING_NONE);
	for (uint32_t number = 0; number < capacity; number++) {
		model_insert(&model, number);
		assert_int_equal(flow_table_index(model.table, model.entries[number]), number);
	}
	model_insert(&model, capacity);
	assert_null(model.entries[capacity]);
	model_remove(&model, 77);
	model_insert(&model, capacity);
	assert_int_equal(flow_table_index(model.table, model.entries[capacity]), 77);
	model_fini(&model);
}

static void
chain_is_emptied_as_its_home_has_room(void **state)
{
	struct flow_table *table = table_create(100, ENTRY_SIZE);
	struct flow_entry *entries[40];
	const uint32_t hash = 0xcafe0001;

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		const struct flow_key key = key_of(i);

		entries[i] = flow_table_insert(table, &key, hash);
		assert_non_null(entries[i]);
	}
	/* First those of the buckets, then those that moved in from the chain. */
	for (uint32_t i = 0; i < 40; i++) {
		flow_table_remove(table, entries[i]);
		for (uint32_t j = 0; j < 40; j++) {
			const struct flow_key key = key_of(j);

			assert_ptr_equal(flow_table_lookup(table, &key, hash),
			                 j <= i ? NULL : entries[j]);
		}
	}
	assert_null(flow_table_victim(table, hash));
	flow_table_free(table);
}

static void
burst_with_a_new_key_twice_finds_neither(void **state)
{
	struct flow_table *table = table_create(64, ENTRY_SIZE);
	const struct flow_key key = key_of(1), other = key_of(2);
	const struct flow_key *const keys[4] = { &key, &other, &key, &other };
	struct flow_entry *entries[4], *known;
	uint32_t hashes[4];

	(void)state;
	flow_table_hash_burst(table, keys, hashes, 4);
	known = flow_table_insert(table, &other, hashes[1]);
	flow_table_lookup_burst(table, keys, hashes, entries, 4);
	assert_null(entries[0]);
	assert_null(entries[2]);
	assert_ptr_equal(entries[1], known);
	assert_ptr_equal(entries[3], known);
	known = flow_table_insert(table, &key, hashes[0]);
	assert_ptr_equal(flow_table_lookup(table, &key, hashes[2]), known);
	flow_table_free(table);
}

static void
keys_differ_in_any_byte(void **state)
{
	struct flow_table *table = table_create(64, 64);
	struct flow_key key = key_of(5), other;
	struct flow_entry *entry = flow_table_insert(table, &key, 99);

	(void)state;
	for (unsigned byte = 0; byte < sizeof(key); byte++) {
		other = key;
		((uint8_t *)&other)[byte] ^= 0x40;
		assert_null(flow_table_lookup(table, &other, 99));
	}
	assert_ptr_equal(flow_table_lookup(table, &key, 99), entry);
	flow_table_free(table);
}

static void
signature_match_finds_each_lane(void **state)
{
	uint16_t lanes[FLOW_MATCH_LANES];

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		const uint16_t wanted = (uint16_t)random_next();
		uint32_t expected = 0;

		for (unsigned i = 0; i < FLOW_MATCH_LANES; i++) {
			const bool same = random_below(4) == 0;

			lanes[i] = (uint16_t)(wanted ^ (same ? 0 : 1 << random_below(16)));
			expected |= (uint32_t)same << i;
		}
		assert_int_equal(flow_match_signature(lanes, wanted), expected);
	}
}

static void
victim_is_the_earliest_near_its_hash(void **state)
{
	struct flow_table *table = table_create(1000, ENTRY_SIZE);
	const uint32_t ticks[] = { 0x00000010, 0xfffffff0, 0xffffffe0, 0x00000000 };
	struct flow_entry *entries[5];

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		const struct flow_key key = key_of(i);

		entries[i] = flow_table_insert(table, &key, 4711);
		if (i == 4)
			break; /* not armed: the last resort */
		entries[i]->timer_prev = flow_table_index(table, entries[i]);
		entries[i]->timer_tick = ticks[i];
	}
	assert_ptr_equal(flow_table_victim(table, 4711), entries[2]);
	flow_table_remove(table, entries[2]);
	assert_ptr_equal(flow_table_victim(table, 4711), entries[1]);
	flow_table_remove(table, entries[1]);
	flow_table_remove(table, entries[3]);
	assert_ptr_equal(flow_table_victim(table, 4711), entries[0]);
	flow_table_remove(table, entries[0]);
	assert_ptr_equal(flow_table_victim(table, 4711), entries[4]);
	flow_table_free(table);
}

static void
full_table_always_names_a_victim(void **state)
{
	struct flow_table *table = table_create(5000, ENTRY_SIZE);

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) {
		const struct flow_key key = key_of(i);

		assert_non_null(flow_table_insert(table, &key, 1)); /* all crowd one place */
	}
	for (unsigned i = 0; i < 100000; i++) {
		const uint32_t hash = (uint32_t)random_next();
		const struct flow_key key = key_of(5000 + i);
		struct flow_entry *victim;

		assert_null(flow_table_insert(table, &key, hash));
		victim = flow_table_victim(table, hash);
		assert_non_null(victim);
		flow_table_remove(table, victim);
		assert_non_null(flow_table_insert(table, &key, hash));
		assert_non_null(flow_table_lookup(table, &key, hash));
		assert_int_equal(flow_table_count(table), 5000);
	}
	flow_table_free(table);
}

static void
index_and_entry_are_inverse_for_any_entry_size(void **state)
{
	(void)state;
	for (uint32_t size = 64; size <= 2048; size += 64) {
		struct flow_table *table = table_create(50000, size);

		for (uint32_t index = 0; index < 50000; index += 17)
			assert_int_equal(flow_table_index(table, flow_table_entry(table, index)),
			                 index);
		flow_table_free(table);
	}
}

static void
create_refuses_what_it_cannot_lay_out(void **state)
{
	static const struct flow_table_options wrong[] = {
		{ .capacity = 0, .entry_size = 64, .socket = -1 },
		{ .capacity = FLOW_TABLE_CAPACITY_MAX + 1, .entry_size = 64, .socket = -1 },
		{ .capacity = 8, .entry_size = 0, .socket = -1 },
		{ .capacity = 8, .entry_size = 65, .socket = -1 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		rte_errno = 0;
		assert_null(flow_table_create(&wrong[i]));
		assert_int_equal(rte_errno, EINVAL);
	}
	flow_table_free(NULL);
}

static void
hash_depends_on_the_seed_alone(void **state)
{
	struct flow_hash_secret one, same, other;
	unsigned equal = 0;

	(void)state;
	flow_hash_secret_init(&one, 1);
	flow_hash_secret_init(&same, 1);
	flow_hash_secret_init(&other, 2);
	for (uint32_t i = 0; i < 10000; i++) {
		const struct flow_key key = key_of(i);

		assert_int_equal(flow_hash(&one, &key), flow_hash(&same, &key));
		equal += flow_hash(&one, &key) == flow_hash(&other, &key);
	}
	assert_true(equal <= 1);
}

/* Chi-square of 'count' hashes over 1024 buckets, by high bits and by low ones: 1023 degrees of
 * freedom, standard deviation 45; six of them do not happen by chance. */
static void
assert_spread(const uint32_t *hashes, uint32_t count)
{
	const double expected = (double)count / 1024;

	for (unsigned shift = 0; shift <= 22; shift += 11) {
		uint32_t found[1024] = { 0 };
		double chi = 0;

		for (uint32_t i = 0; i < count; i++)
			found[hashes[i] >> shift & 1023]++;
		for (unsigned i = 0; i < 1024; i++) {
			const double off = (double)found[i] - expected;

			chi += off * off / expected;
		}
		assert_true(chi < 1023 + 6 * 45.3);
		assert_true(chi > 1023 - 6 * 45.3);
	}
}

static void
hash_spreads_what_attackers_and_scanners_send(void **state)
{
	const uint32_t count = 1 << 17;
	uint32_t *hashes = calloc(count, sizeof(*hashes));
	struct flow_hash_secret secret;

	(void)state;
	assert_non_null(hashes);
	for (uint64_t seed = 1; seed <= 4; seed++) {
		flow_hash_secret_init(&secret, seed * 0x1234567);
		for (unsigned kind = 0; kind < 6; kind++) {
			for (uint32_t i = 0; i < count; i++) {
				struct flow_key key = key_of(0);
				const uint64_t wide = (uint64_t)i << 40;

				if (kind == 0) /* sequential addresses, little endian */
					memcpy(key.addr[0], &i, 4);
				else if (kind == 1) /* a step of one high bit */
					memcpy(key.addr[1] + 8, &wide, 8);
				else if (kind == 2) /* all ports against all */
					key.port[0] = (uint16_t)i, key.port[1] = (uint16_t)(i >> 1);
				else if (kind == 3) /* symmetric: both addresses the same */
					memcpy(key.addr[0], &i, 4), memcpy(key.addr[1], &i, 4);
				else if (kind == 4) /* differences that cancel in a sum */
					key.label = i, key.id = (uint16_t)-i,
					key.vlan = (uint16_t)(i >> 16);
				else /* differences that cancel in an exclusive or of 8-byte words
				      */
					for (unsigned word = 0; word < 4; word++)
						memcpy((uint8_t *)&key + 8 * word, &wide, 8);
				hashes[i] = flow_hash(&secret, &key);
			}
			assert_spread(hashes, count);
		}
	}
	free(hashes);
}

static void
hash_changes_half_its_bits_with_any_bit_of_the_key(void **state)
{
	const unsigned rounds = 4000;
	struct flow_hash_secret secret;

	(void)state;
	flow_hash_secret_init(&secret, 42);
	for (unsigned bit = 0; bit < 8 * sizeof(struct flow_key); bit++) {
		uint32_t changed[32] = { 0 };

		for (unsigned round = 0; round < rounds; round++) {
			struct flow_key key;
			uint32_t difference;

			for (unsigned i = 0; i < sizeof(key); i++)
				((uint8_t *)&key)[i] = (uint8_t)random_next();
			difference = flow_hash(&secret, &key);
			((uint8_t *)&key)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			difference ^= flow_hash(&secret, &key);
			for (unsigned i = 0; i < 32; i++)
				changed[i] += difference >> i & 1;
		}
		/* Mean 2000, standard deviation 32. */
		for (unsigned i = 0; i < 32; i++)
			assert_in_range(changed[i], rounds / 2 - 220, rounds / 2 + 220);
	}
}

/* What collides under one seed, be it by search, must not under another. */
static void
collisions_do_not_outlive_the_seed(void **state)
{
	struct flow_hash_secret known, unknown;
	uint32_t first = 0, hits = 0, found = 0;

	(void)state;
	flow_hash_secret_init(&known, 1);
	flow_hash_secret_init(&unknown, 2);
	for (uint32_t i = 0; found < 4096; i++) {
		const struct flow_key key = key_of(i);

		if (flow_hash(&known, &key) >> 24 != 0x5a)
			continue;
		if (found++ == 0)
			first = flow_hash(&unknown, &key) >> 24;
		else
			hits += flow_hash(&unknown, &key) >> 24 == first;
	}
	assert_true(hits < 48); /* 16 expected */
}

/* Bytes of memory behind these entries. */
static size_t
resident(const struct flow_table *table, uint32_t from, uint32_t until)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const uintptr_t first = (uintptr_t)flow_table_entry(table, from) & ~(page - 1);
	const uintptr_t end = (uintptr_t)flow_table_entry(table, until - 1);
	const size_t pages = (end - first) / page + 1;
	unsigned char *there = malloc(pages);
	size_t n = 0;

	assert_int_equal(mincore((void *)first, pages * page, there), 0);
	for (size_t i = 0; i < pages; i++)
		n += (there[i] & 1) * page;
	free(there);
	return n;
}

/* Ahead of what is in use, and not all of it; what is in use stays as it is. */
static void
memory_is_there_before_flows_are(void **state)
{
	const struct flow_table_options o = { .capacity = 1 << 20,
		                              .entry_size = 320,
		                              .socket = -1 };
	struct flow_table *table = flow_table_create(&o);
	const uint32_t ahead = 65536, large = 8192; /* a large page's entries, rounded up */

	(void)state;
	assert_non_null(table);
	assert_int_equal(resident(table, 0, o.capacity), 0);
	flow_table_populate(table, ahead);
	assert_int_equal(flow_table_populated(table), ahead);
	if (resident(table, 0, 1) == 0) {
		flow_table_free(table);
		skip(); /* a kernel without MADV_POPULATE_WRITE */
	}
	assert_true(resident(table, 0, ahead) >= (size_t)ahead * 320);
	assert_int_equal(resident(table, ahead + large, o.capacity), 0);
	for (uint32_t i = 0; i < 100000; i++) {
		const struct flow_key key = key_of(i);
		struct flow_entry *e = flow_table_insert(table, &key, flow_table_hash(table, &key));

		memset(e + 1, (int)(i & 0xff), 256);
	}
	assert_int_equal(flow_table_touched(table), 100000);
	flow_table_populate(table, 100000 + ahead);
	assert_true(resident(table, 0, 100000 + ahead) >= (size_t)(100000 + ahead) * 320);
	assert_int_equal(resident(table, 100000 + ahead + large, o.capacity), 0);
	for (uint32_t i = 0; i < 100000; i++) {
		const struct flow_key key = key_of(i);
		const struct flow_entry *e =
		        flow_table_lookup(table, &key, flow_table_hash(table, &key));

		assert_non_null(e);
		assert_int_equal(((const uint8_t *)(e + 1))[255], i & 0xff);
	}
	flow_table_populate(table, UINT32_MAX);
	assert_int_equal(flow_table_populated(table), o.capacity);
	assert_true(resident(table, 0, o.capacity) >= (size_t)o.capacity * 320);
	assert_true(flow_table_memory(table) >= (uint64_t)o.capacity * 336);
	flow_table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_agrees_with_a_naive_one),
		cmocka_unit_test(table_agrees_with_a_naive_one_at_a_million),
		cmocka_unit_test(table_holds_its_capacity_whatever_the_hashes),
		cmocka_unit_test(insert_fills_every_entry_from_the_lowest_up),
		cmocka_unit_test(chain_is_emptied_as_its_home_has_room),
		cmocka_unit_test(burst_with_a_new_key_twice_finds_neither),
		cmocka_unit_test(keys_differ_in_any_byte),
		cmocka_unit_test(signature_match_finds_each_lane),
		cmocka_unit_test(victim_is_the_earliest_near_its_hash),
		cmocka_unit_test(full_table_always_names_a_victim),
		cmocka_unit_test(index_and_entry_are_inverse_for_any_entry_size),
		cmocka_unit_test(create_refuses_what_it_cannot_lay_out),
		cmocka_unit_test(hash_depends_on_the_seed_alone),
		cmocka_unit_test(hash_spreads_what_attackers_and_scanners_send),
		cmocka_unit_test(hash_changes_half_its_bits_with_any_bit_of_the_key),
		cmocka_unit_test(memory_is_there_before_flows_are),
		cmocka_unit_test(collisions_do_not_outlive_the_seed),
	};

	random_state = 88172645463325252u;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
