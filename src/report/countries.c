/* countries.c - connections by country (spec/reports.md C.7). */
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"
#include "tally/classes.h"

static void
gather(const struct tally *t, struct league *l)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_COUNTRY, &n);

	for (size_t i = 0; i < n; i++) {
		struct league_row *row = league_get(l,
		    tally_text(t, cells[i].k1), str_none());

		row->count[0] = num_add(row->count[0], cells[i].count);
	}
}

static bool
is_refused(const struct build *b, struct str country)
{
	for (size_t i = 0; i < b->o->n_refused_countries; i++) {
		if (str_eq_nocase(b->o->refused_countries[i], country))
			return true;
	}
	return false;
}

static struct row *
add_row(struct build *b, struct table *t, const struct league_row *r,
    uint64_t total)
{
	return build_row(b, t, VALUES(
	    build_text(b, r->label),
	    value_count(r->count[0]),
	    value_percent(r->count[0], total),
	    value_int(is_refused(b, r->label))));
}

static void
add_table(struct build *b, struct section *s, struct league *l)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	uint64_t total = league_total(l).count[0];
	struct league_row others;
	size_t shown = league_cut_below(l, build_top(b, 0), 0,
	    b->o->country_cutoff_percent, total, &others);

	table_column(b->report, t, "Country", VALUE_TEXT);
	table_column(b->report, t, "Count", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Refused", VALUE_FLAG)->mark = "*";
	for (size_t i = 0; i < shown; i++)
		add_row(b, t, &l->rows[i], total);
	if (others.label.n > 0)
		add_row(b, t, &others, total)->flags = ROW_OTHERS;
	build_footer(b, t, "totals", VALUES(
	    value_text(STR("Totals")),
	    value_count(total),
	    value_percent(total, total),
	    value_null()));
}

/* Shown when a country was seen, or when C.2 has the column of denials by it. */
void
section_countries(struct build *b, struct section *s)
{
	struct str title = category_title(b->classes, CATEGORY_COUNTRY);
	uint64_t denied = build_category(b->tally, CATEGORY_COUNTRY);
	struct league l;

	league_init(&l);
	gather(b->tally, &l);
	league_sort(&l, 0, -1);
	if (l.n > 0 || build_column_shown(b, title, denied))
		add_table(b, s, &l);
	league_clear(&l);
}
