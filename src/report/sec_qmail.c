#include "report/sec_qmail.h"

#include <stdlib.h>

#include "base/buf.h"
#include "report/report.h"

static int
by_sum(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;
	int order;

	if (x->sum != y->sum)
		return x->sum > y->sum ? -1 : 1;
	order = str_cmp(x->label, y->label);
	return order ? order : str_cmp(x->second, y->second);
}

static void
swap(struct league_row *a, struct league_row *b)
{
	struct league_row c = *a;

	*a = *b;
	*b = c;
}

void
qmail_first(const struct build *b, struct league *l, qmail_order_fn *order)
{
	size_t top = build_top(b, QMAIL_TOP);

	if (top == 0 || top > l->n)
		top = l->n;
	if (top > 1)
		qsort(l->rows, top, sizeof(*l->rows), order);
	/* Few of many rows are ever among the first. */
	for (size_t i = top; i < l->n; i++)
		for (size_t at = top; at > 0 && order(&l->rows[at == top ? i
		    : at], &l->rows[at - 1]) < 0; at--)
			swap(&l->rows[at == top ? i : at], &l->rows[at - 1]);
}

void
qmail_sort(const struct build *b, struct league *l)
{
	qmail_first(b, l, by_sum);
}

void
qmail_count(struct build *b, struct table *t, const char *title)
{
	table_column(b->report, t, title, VALUE_COUNT);
}

void
qmail_time(struct build *b, struct table *t, const char *title)
{
	table_column(b->report, t, title, VALUE_DURATION);
}

struct str
qmail_recipient(struct buf *scratch, enum channel channel,
    struct str recipient)
{
	buf_reset(scratch);
	buf_add_str(scratch, channel == CHANNEL_REMOTE ? STR("remote.") :
	    STR("local."));
	buf_add_str(scratch, recipient);
	return buf_str(scratch);
}

struct value
qmail_decoded(struct build *b, struct str text)
{
	char *p = arena_alloc(&b->report->arena, text.n + 1);

	for (size_t i = 0; i < text.n; i++)
		p[i] = text.p[i] == '_' ? ' ' : text.p[i];
	return value_text(str_make(p, text.n));
}

void
qmail_league(struct build *b, struct table *t, struct league *l,
    qmail_fill_fn *fill)
{
	struct league_row total = league_total(l), others;
	size_t n = league_cut(l, build_top(b, QMAIL_TOP), &others);

	for (size_t i = 0; i < n; i++) {
		struct row *row = table_row(b->report, t);

		row->values[0] = build_text(b, l->rows[i].label);
		fill(&l->rows[i], row->values + 1);
	}
	if (n < l->n) {
		struct row *row = table_row(b->report, t);

		row->flags = ROW_OTHERS;
		row->values[0] = build_text(b, others.label);
		fill(&others, row->values + 1);
	}
	if (l->n > 0) {
		struct value *v = table_footer(b->report, t, "totals");

		v[0] = value_text(STR("Totals"));
		fill(&total, v + 1);
	}
}
