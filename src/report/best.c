#include "report/best.h"

#include <stdlib.h>

#include "base/buf.h"

void
best_init(struct best *x, best_order_fn *order, size_t top)
{
	*x = (struct best){ .order = order, .top = top,
		.others = league_row_empty() };
}

void
best_clear(struct best *x)
{
	free(x->rows);
	arena_clear(&x->labels);
	*x = (struct best){ 0 };
}

static void
add_to_others(struct best *x, const struct league_row *row)
{
	x->n_others++;
	league_row_add(&x->others, row);
}

bool
best_wants(struct best *x, const struct league_row *row)
{
	/* Without a label it stands before all that are its equal otherwise. */
	if (!x->full || x->order(row, &x->rows[x->top - 1]) < 0)
		return true;
	add_to_others(x, row);
	return false;
}

/* In order, without those that cannot be among the first any more. */
static void
sort_rows(struct best *x)
{
	if (x->n > 1)
		qsort(x->rows, x->n, sizeof(*x->rows), x->order);
	if (x->top == 0 || x->n < x->top)
		return;
	for (size_t i = x->top; i < x->n; i++)
		add_to_others(x, &x->rows[i]);
	x->n = x->top;
	x->full = true;
}

void
best_add(struct best *x, const struct league_row *row)
{
	if (x->full && x->order(row, &x->rows[x->top - 1]) > 0) {
		add_to_others(x, row);
		return;
	}
	ARRAY_PUSH(x->rows, x->n, x->cap) = *row;
	x->rows[x->n - 1].label = arena_str(&x->labels, row->label);
	/* Half of them go each time, so that sorting costs little a row. */
	if (x->top > 0 && x->n >= x->top * 2)
		sort_rows(x);
}

void
best_sort(struct best *x)
{
	struct buf label = { 0 };

	sort_rows(x);
	if (x->n_others == 0)
		return;
	buf_printf(&label, "(%zu others)", x->n_others);
	x->others.label = arena_str(&x->labels, buf_str(&label));
	buf_clear(&label);
}

struct league_row
best_total(const struct best *x)
{
	struct league_row total = x->others;

	total.label = str_none();
	for (size_t i = 0; i < x->n; i++)
		league_row_add(&total, &x->rows[i]);
	return total;
}
