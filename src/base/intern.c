/*
 * intern.c - a hash table with open addressing and linear probing.
 *
 * A slot holds the hash beside the id, so that a look-up touches a text only
 * when it is almost surely the right one, and growing touches none.
 */
#include "base/intern.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define SLOTS_MIN ((size_t)64)

/*
 * Keys come from strangers.  With a seed of our own they cannot choose them
 * to fall into one place; ids depend on the order alone, not on the hash.
 */
static uint32_t
hash_of(const struct intern *in, struct str s)
{
	return (uint32_t)XXH3_64bits_withSeed(s.p, s.n, in->seed);
}

static uint64_t
slot_make(uint32_t hash, uint32_t id)
{
	return (uint64_t)hash << 32 | (id + 1);
}

static uint32_t
slot_hash(uint64_t slot)
{
	return (uint32_t)(slot >> 32);
}

static uint32_t
slot_id(uint64_t slot)
{
	return (uint32_t)slot - 1;
}

/* The index of the slot of s, or of the free one where it belongs. */
static size_t
probe(const struct intern *in, struct str s, uint32_t hash)
{
	size_t mask = in->n_slots - 1;
	size_t i = hash & mask;

	while (in->slots[i] != 0) {
		uint64_t slot = in->slots[i];

		if (slot_hash(slot) == hash && str_eq(in->texts[slot_id(slot)], s))
			break;
		i = (i + 1) & mask;
	}
	return i;
}

static void
place(struct intern *in, uint64_t slot)
{
	size_t mask = in->n_slots - 1;
	size_t i = slot_hash(slot) & mask;

	while (in->slots[i] != 0)
		i = (i + 1) & mask;
	in->slots[i] = slot;
}

static void
grow_slots(struct intern *in)
{
	uint64_t *old = in->slots;
	size_t n_old = in->n_slots;

	in->n_slots = n_old * 2;
	in->slots = mem_zalloc(in->n_slots * sizeof(*in->slots));
	for (size_t i = 0; i < n_old; i++) {
		if (old[i] != 0)
			place(in, old[i]);
	}
	free(old);
}

static uint32_t
add_text(struct intern *in, struct str text)
{
	assert(in->n < UINT32_MAX - 1);
	ARRAY_PUSH(in->texts, in->n, in->cap) = text;
	return (uint32_t)(in->n - 1);
}

void
intern_init(struct intern *in)
{
	*in = (struct intern){ .n_slots = SLOTS_MIN };
	in->slots = mem_zalloc(in->n_slots * sizeof(*in->slots));
	arc4random_buf(&in->seed, sizeof(in->seed));
	/* The empty text needs no slot: intern_find knows it. */
	add_text(in, STR(""));
}

void
intern_clear(struct intern *in)
{
	arena_clear(&in->arena);
	free(in->texts);
	free(in->slots);
	*in = (struct intern){ 0 };
}

uint32_t
intern_add(struct intern *in, struct str s)
{
	uint32_t hash, id;
	size_t i;

	if (s.n == 0)
		return INTERN_EMPTY;
	hash = hash_of(in, s);
	i = probe(in, s, hash);
	if (in->slots[i] != 0)
		return slot_id(in->slots[i]);
	id = add_text(in, arena_str(&in->arena, s));
	in->slots[i] = slot_make(hash, id);
	if (in->n * 3 > in->n_slots * 2)
		grow_slots(in);
	return id;
}

uint32_t
intern_find(const struct intern *in, struct str s)
{
	uint64_t slot;

	if (s.n == 0)
		return INTERN_EMPTY;
	slot = in->slots[probe(in, s, hash_of(in, s))];
	return slot != 0 ? slot_id(slot) : UINT32_MAX;
}
