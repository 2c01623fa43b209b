#include "report/sec_qmail.h"

#include "base/buf.h"
#include "report/report.h"

int
qmail_by_sum(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;

	if (x->sum != y->sum)
		return x->sum > y->sum ? -1 : 1;
	return str_cmp(x->label, y->label);
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
qmail_rows(struct build *b, struct table *t, struct best *x,
    qmail_fill_fn *fill)
{
	struct league_row total;

	best_sort(x);
	total = best_total(x);
	for (size_t i = 0; i < x->n; i++) {
		struct row *row = table_row(b->report, t);

		row->values[0] = build_text(b, x->rows[i].label);
		fill(&x->rows[i], row->values + 1);
	}
	if (x->n_others > 0) {
		struct row *row = table_row(b->report, t);

		row->flags = ROW_OTHERS;
		row->values[0] = build_text(b, x->others.label);
		fill(&x->others, row->values + 1);
	}
	if (x->n > 0) {
		struct value *v = table_footer(b->report, t, "totals");

		v[0] = value_text(STR("Totals"));
		fill(&total, v + 1);
	}
}
