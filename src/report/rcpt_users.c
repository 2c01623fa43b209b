/* rcpt_users.c - mail from outside by recipient (spec/reports.md C.11). */
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"

/* What a row counts: enum recipient_outcome, and their sum. */
#define TOTAL (RECIPIENT_TAGGED + 1)
_Static_assert(TOTAL < LEAGUE_COUNTS, "a row has room for all outcomes");

static void
gather(const struct tally *t, struct league *l)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_RECIPIENT, &n);

	for (size_t i = 0; i < n; i++) {
		struct league_row *row;
		uint64_t *count;

		if (cells[i].k2 >= RECIPIENT_INSIDE)
			continue;
		row = league_get(l, tally_text(t, cells[i].k1), str_none());
		count = &row->count[cells[i].k2];
		*count = num_add(*count, cells[i].count);
		row->count[TOTAL] = num_add(row->count[TOTAL], cells[i].count);
	}
}

static void
fill(struct build *b, struct value *v, const struct league_row *r,
    struct str label)
{
	v[0] = build_text(b, label);
	v[1] = value_count(r->count[RECIPIENT_QUEUED]);
	v[2] = value_count(r->count[RECIPIENT_REJECTED]);
	v[3] = value_count(r->count[RECIPIENT_TAGGED]);
	v[4] = value_count(r->count[TOTAL]);
}

static void
add_rows(struct build *b, struct table *t, struct league *l)
{
	struct league_row others;
	size_t shown = league_cut(l, build_top(b, 0), &others);

	for (size_t i = 0; i < shown; i++)
		fill(b, table_row(b->report, t)->values, &l->rows[i],
		    l->rows[i].label);
	if (others.label.n > 0) {
		struct row *row = table_row(b->report, t);

		fill(b, row->values, &others, others.label);
		row->flags = ROW_OTHERS;
	}
}

static void
note_unnamed(struct build *b, struct section *s)
{
	uint64_t n = build_counter(b->tally, COUNTER_OUTSIDE_UNNAMED);

	if (n > 0)
		section_note(b->report, s, "%llu rejection%s named no recipient.",
		    (unsigned long long)n, n == 1 ? "" : "s");
}

void
section_rcpt_users(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league_row total;
	struct league l;

	league_init(&l);
	gather(b->tally, &l);
	league_sort(&l, TOTAL, -1);
	table_column(b->report, t, "Address", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Queued", VALUE_COUNT);
	table_column(b->report, t, "Rejected", VALUE_COUNT);
	table_column(b->report, t, "Spam tagged", VALUE_COUNT);
	table_column(b->report, t, "Total", VALUE_COUNT);
	add_rows(b, t, &l);
	total = league_total(&l);
	fill(b, table_footer(b->report, t, "totals"), &total, STR("Totals"));
	note_unnamed(b, s);
	league_clear(&l);
}
