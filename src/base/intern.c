/*
 * intern.c - a hash table with open addressing and linear probing.
 *
 * A slot holds the hash beside the place of the text, so that a look-up
 * touches a text only when it is almost surely the right one, and growing
 * touches none.
 */
#include "base/intern.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/hash_seeded.h"
#include "base/mem.h"

#define SLOTS_MIN ((size_t)64)

/* Ids depend on the order alone, not on the hash. */
uint32_t
intern_hash(const struct intern *in, struct str s)
{
	return hash_seeded(s, in->seed);
}

/* The index of the slot of s, or of the free one where it belongs. */
static size_t
probe(const struct intern *in, struct str s, uint32_t hash)
{
	size_t mask = in->n_slots - 1;
	size_t i = hash & mask;

	while (in->slots[i] != 0) {
		uint64_t slot = in->slots[i];

		if (slot >> 32 == hash) {
			const struct intern_entry *e =
			    intern_entry(in, (uint32_t)slot);

			if (str_eq(str_make(e->text, e->n), s))
				break;
		}
		i = (i + 1) & mask;
	}
	return i;
}

static void
place(struct intern *in, uint64_t slot)
{
	size_t mask = in->n_slots - 1;
	size_t i = slot >> 32 & mask;

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
	in->slots = mem_pages(in->n_slots * sizeof(*in->slots));
	for (size_t i = 0; i < n_old; i++) {
		if (old[i] != 0)
			place(in, old[i]);
	}
	mem_pages_free(old, n_old * sizeof(*old));
}

static void
free_slots(struct intern *in)
{
	mem_pages_free(in->slots, in->n_slots * sizeof(*in->slots));
}

void
intern_seal(struct intern *in)
{
	free_slots(in);
	in->slots = NULL;
	in->n_slots = 0;
}

/* Makes the slots of a sealed table anew; the empty text has none. */
static void
unseal(struct intern *in)
{
	in->n_slots = SLOTS_MIN;
	while (in->n * 3 > in->n_slots * 2)
		in->n_slots *= 2;
	in->slots = mem_pages(in->n_slots * sizeof(*in->slots));
	for (uint32_t id = 1; id < in->n; id++)
		place(in, (uint64_t)intern_hash(in, intern_get(in, id)) << 32 |
		    in->refs[id]);
}

/* Of a small table nothing is touched but what it uses. */
static char *
chunk_new(const struct intern *in, size_t size)
{
	if (size < INTERN_CHUNK)
		size = INTERN_CHUNK;
	return in->n_chunks == 0 ? mem_alloc(size) : mem_pages(size);
}

static size_t
entry_size(size_t text_bytes)
{
	return (sizeof(struct intern_entry) + text_bytes + 1 + 7) & ~(size_t)7;
}

static void
chunk_free(const struct intern *in, size_t i)
{
	const struct intern_entry *first = (void *)in->chunks[i];
	size_t size = entry_size(first->n);

	if (i == 0)
		free(in->chunks[i]);
	else
		mem_pages_free(in->chunks[i],
		    size < INTERN_CHUNK ? INTERN_CHUNK : size);
}

/* Room for an entry of size bytes; a huge one has a chunk of its own. */
static uint32_t
entry_room(struct intern *in, size_t size, struct intern_entry **e)
{
	char *chunk;
	uint32_t ref;

	if (in->n_chunks == 0 || in->chunk_used + size > INTERN_CHUNK) {
		assert(in->n_chunks < UINT32_MAX >> INTERN_REF_BITS);
		chunk = chunk_new(in, size);
		ARRAY_PUSH(in->chunks, in->n_chunks, in->cap_chunks) = chunk;
		in->chunk_used = 0;
	}
	ref = (uint32_t)((in->n_chunks - 1) << INTERN_REF_BITS |
	    in->chunk_used / 8);
	*e = (void *)(in->chunks[in->n_chunks - 1] + in->chunk_used);
	in->chunk_used += size;
	return ref;
}

static uint32_t
add_text(struct intern *in, struct str s)
{
	struct intern_entry *e;
	uint32_t ref = entry_room(in, entry_size(s.n), &e);

	assert(in->n < UINT32_MAX - 1);
	e->id = (uint32_t)in->n;
	e->n = (uint32_t)s.n;
	e->mark = 0;
	if (s.n > 0)
		memcpy(e->text, s.p, s.n);
	e->text[s.n] = '\0';
	ARRAY_PUSH(in->refs, in->n, in->cap_refs) = ref;
	return ref;
}

void
intern_init(struct intern *in)
{
	*in = (struct intern){ .n_slots = SLOTS_MIN };
	in->slots = mem_pages(in->n_slots * sizeof(*in->slots));
	in->seed = hash_new_seed();
	/* The empty text needs no slot: intern_find knows it.  It has the ref 0,
	 * which in a slot means free. */
	add_text(in, STR(""));
}

void
intern_clear(struct intern *in)
{
	for (size_t i = 0; i < in->n_chunks; i++)
		chunk_free(in, i);
	free(in->chunks);
	free(in->refs);
	free_slots(in);
	*in = (struct intern){ 0 };
}

struct intern_entry *
intern_enter(struct intern *in, struct str s, uint32_t hash)
{
	size_t i;
	uint32_t ref;

	if (in->n_slots == 0)
		unseal(in);
	i = probe(in, s, hash);
	if (in->slots[i] != 0)
		return intern_entry(in, (uint32_t)in->slots[i]);
	ref = add_text(in, s);
	in->slots[i] = (uint64_t)hash << 32 | ref;
	if (in->n * 3 > in->n_slots * 2)
		grow_slots(in);
	return intern_entry(in, ref);
}

static uint64_t
load(const char *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

/* All of a short text: with its length, no two have the same. */
static struct intern_short
short_of(struct str s)
{
	struct intern_short t = { .n = (uint32_t)s.n };

	if (s.n >= 8) {
		t.a = load(s.p, 8);
		t.b = load(s.p + s.n - 8, 8);
	} else if (s.n >= 4) {
		t.a = load(s.p, 4);
		t.b = load(s.p + s.n - 4, 4);
	} else {
		t.a = load(s.p, 1) | load(s.p + s.n / 2, 1) << 8;
		t.b = load(s.p + s.n - 1, 1);
	}
	return t;
}

uint32_t
intern_add(struct intern *in, struct str s)
{
	struct intern_short *known, new;

	if (s.n == 0)
		return INTERN_EMPTY;
	if (s.n > 16)
		return intern_enter(in, s, intern_hash(in, s))->id;
	new = short_of(s);
	known = &in->shorts[(new.a ^ new.b << 1) *
	    UINT64_C(0x9e3779b97f4a7c15) >> 56];
	if (known->a != new.a || known->b != new.b || known->n != new.n) {
		new.id = intern_enter(in, s, intern_hash(in, s))->id;
		*known = new;
	}
	return known->id;
}

#define BATCH 64

static void
add_batch(struct intern *in, const struct str *texts, size_t n, uint32_t *ids)
{
	uint32_t hashes[BATCH];

	for (size_t i = 0; i < n; i++) {
		hashes[i] = intern_hash(in, texts[i]);
		intern_fetch_slot(in, hashes[i]);
	}
	for (size_t i = 0; i < n; i++)
		intern_fetch_text(in, hashes[i]);
	for (size_t i = 0; i < n; i++) {
		uint32_t id = texts[i].n == 0 ? INTERN_EMPTY :
		    intern_enter(in, texts[i], hashes[i])->id;

		if (ids)
			ids[i] = id;
	}
}

void
intern_add_many(struct intern *in, const struct str *texts, size_t n,
    uint32_t *ids)
{
	for (size_t i = 0; i < n; i += BATCH)
		add_batch(in, texts + i, n - i < BATCH ? n - i : BATCH,
		    ids ? ids + i : NULL);
}

uint32_t
intern_find(const struct intern *in, struct str s)
{
	uint64_t slot;

	if (s.n == 0)
		return INTERN_EMPTY;
	assert(in->n_slots > 0);
	slot = in->slots[probe(in, s, intern_hash(in, s))];
	return slot != 0 ? intern_entry(in, (uint32_t)slot)->id : UINT32_MAX;
}
