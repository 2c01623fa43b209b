/* distinct.c - open addressing, the hash beside the place of the text. */
#include "base/distinct.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash_seeded.h"
#include "base/mem.h"

#define SLOTS_MIN ((size_t)64)

/* The slot of a text, or the free one where it belongs. */
static struct distinct_slot *
slot_of(const struct distinct *d, const struct distinct_slot *text)
{
	size_t mask = d->n_slots - 1;
	size_t i = text->hash & mask;

	for (; d->slots[i].p != NULL; i = (i + 1) & mask)
		if (d->slots[i].hash == text->hash &&
		    str_eq(str_make(d->slots[i].p, d->slots[i].n),
		    str_make(text->p, text->n)))
			break;
	return &d->slots[i];
}

static void
grow(struct distinct *d)
{
	struct distinct old = *d;

	d->n_slots = old.n_slots ? old.n_slots * 2 : SLOTS_MIN;
	d->slots = mem_pages(d->n_slots * sizeof(*d->slots));
	for (size_t i = 0; i < old.n_slots; i++)
		if (old.slots[i].p != NULL)
			*slot_of(d, &old.slots[i]) = old.slots[i];
	mem_pages_free(old.slots, old.n_slots * sizeof(*old.slots));
}

/* Room for n more; a seed with the first. */
static void
make_room(struct distinct *d, size_t n)
{
	if (d->n_slots == 0)
		d->seed = hash_new_seed();
	while ((d->n + n) * 3 > d->n_slots * 2)
		grow(d);
}

static struct distinct_slot
slot_make(const struct distinct *d, struct str s)
{
	if (s.n == 0)
		s = STR("");
	assert(s.n <= UINT32_MAX);
	return (struct distinct_slot){ .p = s.p, .n = (uint32_t)s.n,
		.hash = hash_seeded(s, d->seed) };
}

static bool
enter(struct distinct *d, const struct distinct_slot *text)
{
	struct distinct_slot *slot = slot_of(d, text);

	if (slot->p != NULL)
		return false;
	*slot = *text;
	d->n++;
	return true;
}

bool
distinct_add(struct distinct *d, struct str s)
{
	struct distinct_slot text;

	make_room(d, 1);
	text = slot_make(d, s);
	return enter(d, &text);
}

#define BATCH 32

static void
add_batch(struct distinct *d, const struct str *texts, size_t n)
{
	struct distinct_slot new[BATCH];

	make_room(d, n);
	for (size_t i = 0; i < n; i++) {
		new[i] = slot_make(d, texts[i]);
		__builtin_prefetch(&d->slots[new[i].hash & (d->n_slots - 1)]);
	}
	/* The text of the first slot; that of a further one is rare. */
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(d->slots[new[i].hash & (d->n_slots - 1)].p);
	for (size_t i = 0; i < n; i++)
		enter(d, &new[i]);
}

void
distinct_add_many(struct distinct *d, const struct str *texts, size_t n)
{
	for (size_t i = 0; i < n; i += BATCH)
		add_batch(d, texts + i, n - i < BATCH ? n - i : BATCH);
}

void
distinct_clear(struct distinct *d)
{
	mem_pages_free(d->slots, d->n_slots * sizeof(*d->slots));
	*d = (struct distinct){ 0 };
}
