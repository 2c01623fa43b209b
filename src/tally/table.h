/*
 * table.h - the cells of one dimension, found by key.
 */
#ifndef TALLY_TABLE_H
#define TALLY_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "tally/tally.h"

struct table_cells {
	struct cell *cells;
	struct cell_sum *sums;	 /* NULL unless measured */
	struct cell_seen *seen;	 /* the same */
	size_t n, cap;
	unsigned measures;
	uint64_t *slots;	 /* hash << 32 | index + 1 of a cell; 0 for none */
	size_t n_slots;		 /* a power of two */
};

void table_init(struct table_cells *t, unsigned measures);
void table_clear(struct table_cells *t);

/* The index of the cell of this key, made with count 0 if it is new. */
size_t table_cell(struct table_cells *t, int32_t bucket, uint32_t k1,
    uint32_t k2, uint32_t verdict);

/* Room for n more cells, which the caller puts behind the others himself. */
void table_reserve(struct table_cells *t, size_t n);

#endif
