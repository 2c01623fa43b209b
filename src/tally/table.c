#include "tally/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"

#define FIRST_SLOTS 64

static inline size_t
hash(int32_t bucket, uint32_t k1, uint32_t k2, uint32_t verdict)
{
	uint64_t h = ((uint64_t)k1 << 32 | k2) * UINT64_C(0x9e3779b97f4a7c15);

	h ^= ((uint64_t)(uint32_t)bucket << 3 | verdict) *
	    UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return (size_t)(h * UINT64_C(0xff51afd7ed558ccd) >> 20);
}

void
table_init(struct table_cells *t, unsigned measures)
{
	*t = (struct table_cells){ .cap = FIRST_SLOTS / 2,
		.n_slots = FIRST_SLOTS };
	t->cells = mem_alloc(t->cap * sizeof(*t->cells));
	if (measures & DIM_SUM)
		t->sums = mem_alloc(t->cap * sizeof(*t->sums));
	if (measures & DIM_SEEN)
		t->seen = mem_alloc(t->cap * sizeof(*t->seen));
	t->slots = mem_zalloc(t->n_slots * sizeof(*t->slots));
}

void
table_clear(struct table_cells *t)
{
	free(t->cells);
	free(t->sums);
	free(t->seen);
	free(t->slots);
	*t = (struct table_cells){ 0 };
}

static void
grow(struct table_cells *t)
{
	t->cap *= 2;
	t->n_slots *= 2;
	t->cells = mem_resize(t->cells, t->cap * sizeof(*t->cells));
	if (t->sums)
		t->sums = mem_resize(t->sums, t->cap * sizeof(*t->sums));
	if (t->seen)
		t->seen = mem_resize(t->seen, t->cap * sizeof(*t->seen));
	free(t->slots);
	t->slots = mem_zalloc(t->n_slots * sizeof(*t->slots));
	for (size_t i = 0; i < t->n; i++) {
		const struct cell *c = &t->cells[i];
		size_t at = hash(c->bucket, c->k1, c->k2, c->verdict);

		while (t->slots[at & (t->n_slots - 1)])
			at++;
		t->slots[at & (t->n_slots - 1)] = (uint32_t)i + 1;
	}
}

static size_t
cell_new(struct table_cells *t, size_t slot, int32_t bucket, uint32_t k1,
    uint32_t k2, uint32_t verdict)
{
	size_t i = t->n++;

	t->cells[i] = (struct cell){ .bucket = bucket, .k1 = k1, .k2 = k2,
		.verdict = verdict };
	if (t->sums)
		t->sums[i] = (struct cell_sum){ .max = INT64_MIN };
	if (t->seen)
		t->seen[i] = (struct cell_seen){ WHEN_NONE, WHEN_NONE, 0 };
	t->slots[slot] = (uint32_t)i + 1;
	if (t->n == t->cap)
		grow(t);
	return i;
}

size_t
table_cell(struct table_cells *t, int32_t bucket, uint32_t k1, uint32_t k2,
    uint32_t verdict)
{
	size_t at = hash(bucket, k1, k2, verdict);

	for (;; at++) {
		size_t slot = at & (t->n_slots - 1);
		uint32_t i = t->slots[slot];
		const struct cell *c;

		if (i == 0)
			return cell_new(t, slot, bucket, k1, k2, verdict);
		c = &t->cells[i - 1];
		if (c->k1 == k1 && c->k2 == k2 && c->bucket == bucket &&
		    c->verdict == verdict)
			return i - 1;
	}
}
