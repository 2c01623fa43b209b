/*
 * best.h - the first rows of a league of hundreds of thousands, of which only
 * the sum of the rest is shown.
 *
 * Rows are offered one by one and mostly only summed: neither kept nor sorted,
 * and their labels need not be built.  What stays is as league.h has it.
 */
#ifndef REPORT_BEST_H
#define REPORT_BEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "report/league.h"

/* As of qsort: negative if a stands before b; no two rows are equal. */
typedef int best_order_fn(const void *a, const void *b);

struct best {
	best_order_fn *order;
	size_t top;	   /* rows that are shown; 0: all */
	struct league_row *rows; /* the first ones, in order after best_sort */
	size_t n, cap;
	bool full;	   /* what stands behind rows[top - 1] is of no use */
	struct league_row others; /* the sum of the rest; its label "(7 others)", */
	size_t n_others;	  /* ... absent if there is none */
	struct arena labels;
};

void best_init(struct best *x, best_order_fn *order, size_t top);
void best_clear(struct best *x);
/*
 * A row that has no label yet: false if it is not one of the first, and was
 * added to the others; else its label is to be set and the row added.
 */
bool best_wants(struct best *x, const struct league_row *row);
/* Copies row and its label. */
void best_add(struct best *x, const struct league_row *row);
/* When all are offered: puts the first rows in order. */
void best_sort(struct best *x);
/* All rows summed, after best_sort. */
struct league_row best_total(const struct best *x);

#endif
