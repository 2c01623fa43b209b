#include "tally/table.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"

#define FIRST_SLOTS 64
#define FIRST_CELLS 32

uint32_t
table_hash(int32_t bucket, uint32_t k1, uint32_t k2, uint32_t verdict)
{
	uint64_t h = ((uint64_t)k1 << 32 | k2) * UINT64_C(0x9e3779b97f4a7c15);

	h ^= ((uint64_t)(uint32_t)bucket << 3 | verdict) *
	    UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return (uint32_t)(h * UINT64_C(0xff51afd7ed558ccd) >> 32);
}

static void
resize_cells(struct table_cells *t, size_t cap)
{
	t->cap = cap;
	t->cells = mem_resize(t->cells, cap * sizeof(*t->cells));
	if (t->measures & DIM_SUM)
		t->sums = mem_resize(t->sums, cap * sizeof(*t->sums));
	if (t->measures & DIM_SEEN)
		t->seen = mem_resize(t->seen, cap * sizeof(*t->seen));
	if (t->n_plus > 0)
		t->plus = mem_resize(t->plus,
		    cap * t->n_plus * sizeof(*t->plus));
}

void
table_init(struct table_cells *t, unsigned measures)
{
	*t = (struct table_cells){ .measures = measures,
		.n_plus = DIM_N_PLUS(measures), .n_slots = FIRST_SLOTS };
	resize_cells(t, FIRST_CELLS);
	t->slots = mem_zalloc(t->n_slots * sizeof(*t->slots));
}

void
table_reserve(struct table_cells *t, size_t n)
{
	if (t->n + n > t->cap)
		resize_cells(t, t->n + n);
}

void
table_clear(struct table_cells *t)
{
	free(t->cells);
	free(t->sums);
	free(t->seen);
	free(t->plus);
	free(t->slots);
	*t = (struct table_cells){ 0 };
}

static void
grow_slots(struct table_cells *t)
{
	uint64_t *old = t->slots;
	size_t n_old = t->n_slots;

	t->n_slots *= 2;
	t->slots = mem_zalloc(t->n_slots * sizeof(*t->slots));
	for (size_t i = 0; i < n_old; i++) {
		size_t at = old[i] >> 32;

		if (old[i] == 0)
			continue;
		while (t->slots[at & (t->n_slots - 1)])
			at++;
		t->slots[at & (t->n_slots - 1)] = old[i];
	}
	free(old);
}

static size_t
cell_new(struct table_cells *t, size_t slot, uint32_t h, struct cell key)
{
	size_t i = t->n++;

	t->slots[slot] = (uint64_t)h << 32 | (i + 1);
	/* Half as much again: a doubled array is a quarter empty on average. */
	if (t->n > t->cap)
		resize_cells(t, t->cap + t->cap / 2);
	t->cells[i] = key;
	if (t->sums)
		t->sums[i] = (struct cell_sum){ .max = INT64_MIN };
	if (t->seen)
		t->seen[i] = (struct cell_seen){ WHEN_NONE, WHEN_NONE, 0 };
	for (unsigned k = 0; k < t->n_plus; k++)
		t->plus[i * t->n_plus + k] = 0;
	if (t->n * 4 > t->n_slots * 3)
		grow_slots(t);
	return i;
}

size_t
table_find(struct table_cells *t, int32_t bucket, uint32_t k1, uint32_t k2,
    uint32_t verdict)
{
	uint32_t h = table_hash(bucket, k1, k2, verdict);

	for (size_t at = h;; at++) {
		size_t slot = at & (t->n_slots - 1);
		uint64_t s = t->slots[slot];
		const struct cell *c;

		if (s == 0)
			return cell_new(t, slot, h, (struct cell){
			    .bucket = bucket, .k1 = k1, .k2 = k2,
			    .verdict = verdict });
		if (s >> 32 != h)
			continue;
		c = &t->cells[(uint32_t)s - 1];
		if (c->k1 == k1 && c->k2 == k2 && c->bucket == bucket &&
		    c->verdict == verdict)
			return (uint32_t)s - 1;
	}
}
