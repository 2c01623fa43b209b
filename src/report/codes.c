/* codes.c - transactions by disposition (spec/reports.md C.5). */
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"

static void
gather(const struct build *b, struct league *l)
{
	const struct tally *t = b->tally;
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_DISPOSITION, &n);

	for (size_t i = 0; i < n; i++) {
		struct str code = b->o->codes_by_code
		    ? tally_text(t, cells[i].k2) : str_none();
		struct league_row *row = league_get(l,
		    tally_text(t, cells[i].k1), code);

		row->count[0] = num_add(row->count[0], cells[i].count);
	}
}

/* The column of codes is there only when asked for. */
static void
fill(struct build *b, struct value *v, const struct league_row *r,
    struct str label)
{
	*v++ = build_text(b, label);
	if (b->o->codes_by_code)
		*v++ = build_text(b, r->second);
	*v++ = value_count(r->count[0]);
	*v = value_percent(r->count[0], b->examined);
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

void
section_codes(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league_row total;
	struct league l;

	league_init(&l);
	gather(b, &l);
	league_sort(&l, 0, -1);
	table_column(b->report, t, "Reason", VALUE_TEXT)->wide = true;
	if (b->o->codes_by_code)
		table_column(b->report, t, "Code", VALUE_TEXT);
	table_column(b->report, t, "Count", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	add_rows(b, t, &l);
	total = league_total(&l);
	fill(b, table_footer(b->report, t, "totals"), &total, STR("Totals"));
	league_clear(&l);
}
