/*
 * table.h - the cells of one dimension, found by key.
 */
#ifndef TALLY_TABLE_H
#define TALLY_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "tally/tally.h"

#define TABLE_RECENT 16 /* a power of two */

struct table_cells {
	struct cell *cells;
	struct cell_sum *sums;	 /* NULL unless measured */
	struct cell_seen *seen;	 /* the same */
	int64_t *plus;		 /* n_plus a cell; NULL if none */
	unsigned n_plus;
	size_t n, cap;
	unsigned measures;
	uint64_t *slots;	 /* hash << 32 | index + 1 of a cell; 0 for none */
	size_t n_slots;		 /* a power of two */
	uint32_t recent[TABLE_RECENT]; /* cells asked for last: table_cell */
};

void table_init(struct table_cells *t, unsigned measures);
void table_clear(struct table_cells *t);

/*
 * For who knows a key some time before it counts (later.h): the slot, and
 * then the cell, are fetched from memory meanwhile.
 */
uint32_t table_hash(int32_t bucket, uint32_t k1, uint32_t k2,
    uint32_t verdict);

static inline void
table_fetch_slot(const struct table_cells *t, uint32_t hash)
{
	__builtin_prefetch(&t->slots[hash & (t->n_slots - 1)]);
}

static inline void
table_fetch_cell(const struct table_cells *t, uint32_t hash)
{
	uint64_t slot = t->slots[hash & (t->n_slots - 1)];

	if (slot >> 32 == hash)
		__builtin_prefetch(&t->cells[(uint32_t)slot - 1], 1);
}

/* The index of the cell of this key, made with count 0 if it is new. */
size_t table_find(struct table_cells *t, int32_t bucket, uint32_t k1,
    uint32_t k2, uint32_t verdict);

/*
 * The same where few cells are asked for again and again, as most are: by
 * origin, category, country.  They are found without a hash.
 */
static inline size_t
table_cell(struct table_cells *t, int32_t bucket, uint32_t k1, uint32_t k2,
    uint32_t verdict)
{
	uint32_t *recent =
	    &t->recent[(k1 + k2 * 5 + verdict * 3) & (TABLE_RECENT - 1)];
	const struct cell *c = &t->cells[*recent];

	if (*recent >= t->n || c->k1 != k1 || c->k2 != k2 ||
	    c->bucket != bucket || c->verdict != verdict)
		*recent = (uint32_t)table_find(t, bucket, k1, k2, verdict);
	return *recent;
}

/* Room for n more cells, which the caller puts behind the others himself. */
void table_reserve(struct table_cells *t, size_t n);
/* Adds to one of the further sums of a cell. */
static inline void
table_plus(struct table_cells *t, size_t cell, unsigned which, int64_t value)
{
	int64_t *sum = &t->plus[cell * t->n_plus + which];

	*sum = num_add_signed(*sum, value);
}

#endif
