/* map.c - numbers to pointers, open addressing. */
#include "base/map.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define FIRST_SLOTS 64

static size_t
home_of(const struct map *m, uint64_t key)
{
	uint64_t h = key * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h ^ h >> 32) & (m->n_slots - 1);
}

/* The slot that has key, or the free one where it belongs. */
static size_t
slot_of(const struct map *m, uint64_t key)
{
	size_t i = home_of(m, key);

	while (m->slots[i].value && m->slots[i].key != key)
		i = (i + 1) & (m->n_slots - 1);
	return i;
}

void
map_clear(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}

void *
map_find(const struct map *m, uint64_t key)
{
	return m->n > 0 ? m->slots[slot_of(m, key)].value : NULL;
}

static void
grow(struct map *m)
{
	struct map_slot *old = m->slots;
	size_t n_old = m->n_slots;

	m->n_slots = n_old ? n_old * 2 : FIRST_SLOTS;
	m->slots = mem_zalloc(m->n_slots * sizeof(*m->slots));
	for (size_t i = 0; i < n_old; i++)
		if (old[i].value)
			m->slots[slot_of(m, old[i].key)] = old[i];
	free(old);
}

void *
map_set(struct map *m, uint64_t key, void *value)
{
	struct map_slot *s;
	void *before;

	assert(value);
	if ((m->n + 1) * 2 > m->n_slots)
		grow(m);
	s = &m->slots[slot_of(m, key)];
	before = s->value;
	m->n += before == NULL;
	*s = (struct map_slot){ key, value };
	return before;
}

/*
 * What stands behind the gap and belongs at or before it moves up, so that no
 * search ends early (Knuth, volume 3, 6.4, algorithm R).
 */
static void
close_gap(struct map *m, size_t gap)
{
	size_t mask = m->n_slots - 1;

	for (size_t i = (gap + 1) & mask; m->slots[i].value; i = (i + 1) & mask) {
		size_t home = home_of(m, m->slots[i].key);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		m->slots[gap] = m->slots[i];
		gap = i;
	}
	m->slots[gap].value = NULL;
}

void *
map_take(struct map *m, uint64_t key)
{
	size_t i;
	void *value;

	if (m->n == 0)
		return NULL;
	i = slot_of(m, key);
	value = m->slots[i].value;
	if (value == NULL)
		return NULL;
	close_gap(m, i);
	m->n--;
	return value;
}

void *
map_next(const struct map *m, size_t *at)
{
	while (*at < m->n_slots) {
		void *value = m->slots[(*at)++].value;

		if (value)
			return value;
	}
	return NULL;
}
