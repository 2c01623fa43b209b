/*
 * sec_qmail_results.c - reasons for deferral, failure and success, each exact
 * text a row (qmail-log.md 4.5).
 */
#include <stdlib.h>

#include "base/num.h"
#include "report/report.h"
#include "report/sec_qmail.h"

static int
by_cost(const void *a, const void *b)
{
	const struct result_text *x = a, *y = b;

	if (x->sum_ns != y->sum_ns)
		return x->sum_ns > y->sum_ns ? -1 : 1;
	return str_cmp(x->text, y->text);
}

/* The sums of all results of a verdict. */
static struct result_text
all_results(const struct tally *t, enum verdict verdict)
{
	struct result_text all = { .text = STR("Totals") };
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_RESULT, &n);

	for (size_t i = 0; i < n; i++)
		if (cells[i].verdict == verdict) {
			all.count = cells[i].count;
			all.sum_ns = tally_sum(t, DIM_RESULT, i)->sum;
		}
	return all;
}

static void
add_row(struct build *b, struct value *v, const struct result_text *r)
{
	v[0] = build_text(b, r->text);
	v[1] = value_count(r->count);
	v[2] = value_int(r->sum_ns);
	v[3] = qmail_decoded(b, r->text);
}

/* What of all is not in the first n rows. */
static struct result_text
others_of(const struct result_text *rows, size_t n, struct result_text all)
{
	for (size_t i = 0; i < n; i++) {
		all.count -= rows[i].count;
		all.sum_ns -= rows[i].sum_ns;
	}
	all.text = STR("(others)");
	return all;
}

static void
results_table(struct build *b, struct section *s, enum verdict verdict)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct result_text all = all_results(b->tally, verdict), others;
	size_t n, top = build_top(b, QMAIL_TOP);
	struct result_text *rows = tally_results(b->tally, verdict, &n);
	struct column *c = table_column(b->report, t, "reason", VALUE_TEXT);

	c->hidden = true; /* as the log has it: for programs */
	qmail_count(b, t, "del");
	qmail_time(b, t, "xdelay");
	c = table_column(b->report, t, "reason", VALUE_TEXT);
	c->id = "text";
	c->wide = true;
	qsort(rows, n, sizeof(*rows), by_cost);
	others = others_of(rows, n, all);
	if (others.count > 0)
		section_note(b->report, s, "There were more than %d different "
		    "texts: %llu deliveries have others, which are only "
		    "summed.", TALLY_RESULTS, (unsigned long long)others.count);
	if (top == 0 || top > n)
		top = n;
	for (size_t i = 0; i < top; i++)
		add_row(b, table_row(b->report, t)->values, &rows[i]);
	others = others_of(rows, top, all);
	if (others.count > 0) {
		struct row *row = table_row(b->report, t);

		row->flags = ROW_OTHERS;
		add_row(b, row->values, &others);
	}
	if (all.count > 0)
		add_row(b, table_footer(b->report, t, "totals"), &all);
	free(rows);
}

void
section_qmail_deferrals(struct build *b, struct section *s)
{
	results_table(b, s, VERDICT_DEFERRED);
}

void
section_qmail_failures(struct build *b, struct section *s)
{
	results_table(b, s, VERDICT_REJECTED);
}

void
section_qmail_successes(struct build *b, struct section *s)
{
	results_table(b, s, VERDICT_ACCEPTED);
}
