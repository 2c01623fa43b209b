/* distinct.c - open addressing, the hash beside the place of the text. */
#include "base/distinct.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

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
	free(old.slots);
}

bool
distinct_add(struct distinct *d, struct str s)
{
	struct distinct_slot text = { .p = s.n ? s.p : "",
		.n = (uint32_t)s.n }, *slot;

	assert(s.n <= UINT32_MAX);
	if (d->n_slots == 0)
		arc4random_buf(&d->seed, sizeof(d->seed));
	if (d->n * 3 >= d->n_slots * 2)
		grow(d);
	text.hash = (uint32_t)XXH3_64bits_withSeed(text.p, s.n, d->seed);
	slot = slot_of(d, &text);
	if (slot->p != NULL)
		return false;
	*slot = text;
	d->n++;
	return true;
}

void
distinct_clear(struct distinct *d)
{
	free(d->slots);
	*d = (struct distinct){ 0 };
}
